"""The light records that the rooms of `nlp/text` hand to each other and to later stages."""

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

Kind = Literal["survey", "message", "note"]


class Token(NamedTuple):
    """A word with its place in the text that it was read from.

    Attributes:
        text: As written.
        lemma: Lower-case base form; a placeholder such as `<PERSON_1>` keeps its form.
        pos: Universal part of speech (`NOUN`, `VERB`, ...).
        tag: Penn Treebank tag, which tells finite verbs (`VBD`, `VBZ`, `VBP`, `MD`) from others.
        start: Offset of the first character.
    """

    text: str
    lemma: str
    pos: str
    tag: str
    start: int

    @property
    def end(self) -> int:
        """Offset after the last character."""
        return self.start + len(self.text)


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text, folded (no case, accents or possessive), with its place."""

    folded: str
    text: str
    start: int
    end: int


class Span(NamedTuple):
    """A stretch `[start, end)` of a text with what it holds (`EMAIL`, `PERSON`, ...)."""

    start: int
    end: int
    kind: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the spaCy pass saw in one text: its tokens and the people that the model named.

    `foreign`: the text is in a language that the model was not made for, so its tags say little.
    """

    tokens: tuple[Token, ...]
    people: tuple[Span, ...]
    foreign: bool = False


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a redacted text that makes one point; `redacted[start:end] == text`.

    `tokens` have offsets into the redacted text, like `start` and `end`.
    """

    start: int
    end: int
    text: str
    tokens: tuple[Token, ...] = ()

    @property
    def words(self) -> tuple[tuple[str, str, str], ...]:
        """The tokens as `(text, lemma, pos)`, which is what naming a theme takes."""
        return tuple((token.text, token.lemma, token.pos) for token in self.tokens)


@dataclass(frozen=True, slots=True)
class PreparedText:
    """One raw text after the stage.

    Attributes:
        customer_words: What the customer wrote, cleaned, NOT redacted: for the vault only, never analysed or shown.
        redacted: What everything after this stage sees.
        language: ISO 639-1 code.
        language_confidence: 0..1; 0 where the text was too short and the main language was assumed.
        covered: Whether later stages understand the language.
        redactions: Counts by kind.
        empty_reason: Why the text makes no point, or None.
        passages: Empty for empty talk and for languages that are not covered.
        content_key: Equal for texts that are the same after case, blanks and punctuation.
        removed: What was cut from a message (`quote`, `signature`, ...), for the report.
    """

    customer_words: str
    redacted: str
    language: str
    language_confidence: float
    covered: bool
    redactions: dict[str, int] = field(default_factory=dict)
    empty_reason: str | None = None
    passages: tuple[Passage, ...] = ()
    content_key: str = ""
    removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Plain words in lower case: all of them, and those that are more than a noun ("cook", "mark", "young")."""

    words: frozenset[str] = frozenset()
    verbs_and_more: frozenset[str] = frozenset()

    def __contains__(self, word: object) -> bool:
        """Say whether the word is plain."""
        return word in self.words

    def with_words(self, words: frozenset[str]) -> "Vocabulary":
        """Return a vocabulary that also holds these, as words that are never names."""
        return Vocabulary(self.words | words, self.verbs_and_more | words)


NO_WORDS = Vocabulary()
