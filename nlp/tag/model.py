"""The trained tagger: passages in, themes with polarity and confidence out. From the words alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from nlp.config import TagConfig
from nlp.embed.runtime import OnnxEmbedder
from nlp.embed.types import Embedder, Vectors
from nlp.errors import TagError
from nlp.sentiment.lexicon import Lexicon, lexicon_features, parse_lexicon
from nlp.tag import lexical
from nlp.tag.emptiness import KNOWN_SHARE, MAX_WORDS, EmptyJudge, known_share
from nlp.tag.encoder import Delta, tuned_embedder
from nlp.tag.opinions import OPINIONS, Inputs, Opinions, empty_voices, side_opinions, theme_opinions
from nlp.tag.rules import Rule, parse_rules
from nlp.tag.stack import Stack
from nlp.tag.types import POLARITIES, SaidBy, Tag
from nlp.text.emptytalk import is_complaint

# Texts whose sparse features are held at once.
CHUNK = 4096
# A theme said with this confidence settles that a text is not empty: the encoder need not be asked.
LOUD_ENOUGH = 0.9


@dataclass(frozen=True)
class TaggerModel:
    """Everything that tagging needs but the packaged encoder.

    Attributes:
        keys: Themes, in the order of every theme axis.
        config: The settings that it was trained with.
        delta: What fine-tuning added to the encoder; empty when there was none.
        opinions: The models that are combined.
        stack: How they are combined, and the cut.
        side_weights: (2,) weights of the two polarity opinions.
        empty_judge: How the voices on empty talk are weighed, and the cut.
        rules_toml: The rules, as read.
        lexicon_text: The word list, as read.
        card: How it was made and what it measured: seed, counts, out-of-fold figures.
    """

    keys: tuple[str, ...]
    config: TagConfig
    delta: Delta
    opinions: Opinions
    stack: Stack
    side_weights: NDArray[np.float32]
    empty_judge: EmptyJudge
    rules_toml: str = ""
    lexicon_text: str = ""
    card: Mapping[str, object] = field(default_factory=dict)
    plain_encoder: Embedder | None = None

    @cached_property
    def encoder(self) -> Embedder:
        """The tuned encoder; hand its vectors to `tag` when they are cached under its key."""
        if not self.delta and self.plain_encoder is not None:
            return self.plain_encoder
        encoder: OnnxEmbedder = tuned_embedder(self.delta, config=self.config)
        return encoder

    @property
    def key(self) -> str:
        """Names this model in runs and mentions; changes with the settings, the weights and the examples."""
        return f"tagger-{self.delta.digest()}-{self.card.get('examples_sha', 'none')}"

    def tag(
        self,
        passages: Sequence[str],
        comment_context: Sequence[str],
        embeddings: Vectors,
        *,
        tuned: Vectors | None = None,
    ) -> list[list[Tag]]:
        """Tag each passage; most confident first, an empty list where it makes no point.

        Args:
            passages: Redacted texts.
            comment_context: The whole comment of each passage, in the same order.
            embeddings: (n, dim) vectors of the passages by the plain encoder.
            tuned: (n, dim) vectors of passages by `encoder`, already blended with the comment's by `blend_context`;
                computed here when missing.

        Raises:
            TagError: The inputs differ in length.
        """
        if not len(passages) == len(comment_context) == len(embeddings):
            raise TagError(
                f"{len(passages)} passages, {len(comment_context)} comments, {len(embeddings)} vectors; one each a row"
            )
        if not passages:
            return []
        mixed = self.mixed_vectors(passages, comment_context) if tuned is None else tuned
        found: list[list[Tag]] = []
        for start in range(0, len(passages), CHUNK):
            part = slice(start, start + CHUNK)
            found.extend(self._tag_rows(self.inputs(passages[part], embeddings[part], mixed[part])))
        return found

    def find_empty(self, comments: Sequence[str], confidences: Sequence[float]) -> NDArray[np.bool_]:
        """Say which comments are empty talk; their tags are then slips.

        Args:
            comments: Whole redacted comments, those aside that `nlp.text.emptytalk` has seen already.
            confidences: Of the likeliest tag in any passage of each (`loudest`); 0 where there is none.

        Raises:
            TagError: Unlike lengths.
        """
        if len(comments) != len(confidences):
            raise TagError(f"{len(comments)} comments and {len(confidences)} confidences; hand in one a comment")
        found = np.zeros(len(comments), dtype=bool)
        loud = np.asarray(confidences, dtype=np.float32)
        short = np.array([len(one.split()) <= MAX_WORDS for one in comments], dtype=bool)
        readable = known_share(comments, self.opinions.idf) >= KNOWN_SHARE
        complaint = np.array([is_complaint(one) for one in comments], dtype=bool)
        asked = np.flatnonzero(short & readable & ~complaint & (loud < LOUD_ENOUGH))
        if len(asked):
            texts = [comments[int(row)] for row in asked]
            found[asked] = self.empty_probability(texts, loud[asked]) >= self.empty_judge.cut
        return found

    def empty_probability(self, texts: Sequence[str], confidences: Vectors) -> Vectors:
        """Return (n,) probabilities of empty talk, given the confidence of each text's likeliest tag."""
        plain = np.zeros((len(texts), self.encoder.dim), dtype=np.float32)
        inputs = self.inputs(texts, plain, self._vectors(texts))
        return self.empty_judge.probability(empty_voices(inputs, self.opinions, loudest=confidences))

    def mixed_vectors(self, passages: Sequence[str], comments: Sequence[str]) -> Vectors:
        """Return the tuned vectors of passages with the share of their comments that the settings give them."""
        distinct = list(dict.fromkeys([*passages, *comments]))
        place = {text: row for row, text in enumerate(distinct)}
        vectors = self.encoder.embed(distinct)
        self._seen.clear()
        self._seen.update(zip(distinct, vectors, strict=True))
        own, whole = vectors[[place[text] for text in passages]], vectors[[place[text] for text in comments]]
        return blend_context(own, whole, share=self.config.context_share)

    def inputs(self, texts: Sequence[str], embeddings: Vectors, tuned: Vectors) -> Inputs:
        """Lay out what the opinions are formed on."""
        valences = lexicon_features(texts, self._lexicon)
        return Inputs(texts, embeddings, tuned, lexical.hashed_counts(texts), valences)

    def probabilities(self, inputs: Inputs) -> tuple[Vectors, Vectors, Vectors]:
        """Return (n, themes) probabilities, the same without rules, and (n, themes, polarities) shares."""
        opinions = theme_opinions(inputs, self.opinions, rules=self._rules, keys=self.keys)
        silent = opinions.copy()
        silent[OPINIONS.index("rule")] = 0.0
        shares = side_shares(side_opinions(inputs, self.opinions), self.side_weights)
        return self.stack.probability(opinions), self.stack.probability(silent), shares

    @cached_property
    def _seen(self) -> dict[str, Vectors]:
        """Tuned vectors of the texts last tagged: whether they say anything is asked right after."""
        return {}

    def _vectors(self, texts: Sequence[str]) -> Vectors:
        missing = [text for text in dict.fromkeys(texts) if text not in self._seen]
        new = dict(zip(missing, self.encoder.embed(missing), strict=True))
        return np.stack([new[text] if text in new else self._seen[text] for text in texts])

    @cached_property
    def _rules(self) -> list[Rule]:
        return parse_rules(self.rules_toml, keys=self.keys)

    @cached_property
    def _lexicon(self) -> Lexicon:
        return parse_lexicon(self.lexicon_text)

    def _tag_rows(self, inputs: Inputs) -> list[list[Tag]]:
        themes, without, shares = self.probabilities(inputs)
        sides = shares.argmax(axis=-1)
        rows: list[list[Tag]] = [[] for _ in inputs.texts]
        for row, column in zip(*np.nonzero(themes >= self.stack.cut), strict=True):
            said_by: SaidBy = "model" if without[row, column] >= self.stack.cut else "rule"
            polarity = POLARITIES[int(sides[row, column])]
            rows[row].append(Tag(self.keys[column], polarity, round(float(themes[row, column]), 4), said_by))
        return [sorted(tags, key=lambda tag: (-tag.confidence, tag.key)) for tags in rows]


def loudest(tags: Sequence[Sequence[Tag]]) -> list[float]:
    """Return the confidence of the likeliest tag of each text, 0 where there is none."""
    return [max((tag.confidence for tag in one), default=0.0) for one in tags]


def blend_context(own: Vectors, whole: Vectors, *, share: float) -> Vectors:
    """Mix vectors of passages with those of their comments; linear heads then mix the evidence alike."""
    return ((1 - share) * own + share * whole).astype(np.float32)


def side_shares(opinions: Vectors, weights: NDArray[np.float32]) -> Vectors:
    """Return polarity shares that add up to 1 from (opinions, n, themes, polarities) log-probabilities."""
    mixed = np.tensordot(weights, opinions, axes=1)
    shares = np.exp(mixed - mixed.max(axis=-1, keepdims=True))
    return np.asarray(shares / shares.sum(axis=-1, keepdims=True), dtype=np.float32)
