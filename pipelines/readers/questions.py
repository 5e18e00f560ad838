"""Which questions of a survey ask for a score, on what scale and in which direction, and which words go with it."""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass

from cx.scores import DEFAULT_SCALES
from pipelines.coerce import is_nothing, to_words
from pipelines.mapping import ASKING, FITTING_SHARE, WORDS_OF_TEXT, mean_words
from pipelines.readers.ladder import Ladder, number_of, words_ladder
from pipelines.readers.table import RawRow, is_blank

# With fewer answers an effort score is taken on its usual seven steps, though none passed five.
_ENOUGH = 10
# Share of a question's answers that must be scores, as for every column that is guessed.
_SCORES_SHARE = FITTING_SHARE
_ASKS = {
    "nps": re.compile(r"\brecommend|net promoter|\bnps\b", re.IGNORECASE),
    "ces": re.compile(r"\beffort\b|\bhow (?:easy|difficult)\b|made it easy|\bces\b", re.IGNORECASE),
    "csat": re.compile(r"satisf|\bcsat\b", re.IGNORECASE),
}
# "How much effort did it take?": there a high answer is bad.
_LOW_IS_GOOD = re.compile(r"\bhow much effort|how difficult", re.IGNORECASE)
_TAG = re.compile(r"<[^>]{0,300}>")
_MARKS = re.compile(r"\*{1,3}|(?<!\w)_{1,2}|_{1,2}(?!\w)|\{\{[^}]{0,300}\}\}")


@dataclass(frozen=True)
class Question:
    """A question: the columns that hold its answer (one of them is filled), what was asked, and whether for words."""

    columns: tuple[str, ...]
    label: str
    text: bool | None = None
    type: str | None = None


@dataclass(frozen=True)
class Scored:
    """A question that asks for a score of a type, and how its answers become numbers."""

    question: Question
    type: str
    ladder: Ladder
    high_is_good: bool


def plain_label(label: str) -> str:
    """Give what was asked as plain text on one line: no HTML, no marks of emphasis."""
    return to_words(_MARKS.sub("", html.unescape(_TAG.sub(" ", label))))


def scored_questions(questions: Sequence[Question], sample: Sequence[RawRow]) -> list[Scored]:
    """Find the question of each type: the one that asks for the whole, else the first."""
    found: dict[str, list[Scored]] = {}
    for question in questions:
        one = _as_scored(question, sample) if not question.text else None
        if one is not None:
            found.setdefault(one.type, []).append(one)
    chosen = [
        next((one for one in same if re.search(r"\boverall\b", one.question.label, re.IGNORECASE)), same[0])
        for same in found.values()
    ]
    return sorted(chosen, key=lambda one: questions.index(one.question))


def _as_scored(question: Question, sample: Sequence[RawRow]) -> Scored | None:
    type_ = question.type or next((name for name, asks in _ASKS.items() if asks.search(question.label)), None)
    answers = [value for row in sample if not is_nothing(value := first_filled(row, question.columns))]
    ladder = _ladder(type_, answers) if type_ and answers else None
    if type_ is None or ladder is None:
        return None
    low_is_good = not ladder.rungs and type_ == "ces" and _LOW_IS_GOOD.search(question.label)
    return Scored(question, type_, ladder, not low_is_good)


def _ladder(type_: str, answers: Sequence[object]) -> Ladder | None:
    numbers = [number for answer in answers if (number := number_of(answer)) is not None]
    if len(numbers) < _SCORES_SHARE * len(answers):
        return words_ladder(answers) if type_ != "nps" else None
    low, high = DEFAULT_SCALES[type_]
    fitting = [number for number in numbers if 0 <= number <= 10]
    if len(fitting) < _SCORES_SHARE * len(numbers):
        return None
    if type_ == "nps":
        return Ladder(low, high)
    # The smallest usual scale that holds nearly all: a stray cell is set aside, and does not stretch it.
    tops = (5.0, 7.0, 10.0) if type_ == "csat" or len(numbers) >= _ENOUGH else (high, 10.0)
    for top in tops:
        if sum(number <= top for number in numbers) >= 0.98 * len(numbers):
            bottom = 0.0 if sum(number < 1 for number in numbers) > 0.02 * len(numbers) else 1.0
            return Ladder(bottom, top)
    return None


def comment_columns(
    questions: Sequence[Question], scored: Sequence[Scored], sample: Sequence[RawRow]
) -> list[tuple[str, ...]]:
    """Give the columns of the words that belong to each score: what was asked after it and before the next one."""
    place = {question.columns: number for number, question in enumerate(questions)}
    texts = [question for question in questions if _is_text(question, sample)]
    if not scored:
        return [_best(texts, sample)]
    places = [place[one.question.columns] for one in scored]
    following = [
        [text for text in texts if start < place[text.columns] < end]
        for start, end in zip(places, [*places[1:], len(questions)], strict=True)
    ]
    if texts and not any(following):
        following[0] = texts
    return [_best(candidates, sample) for candidates in following]


def _is_text(question: Question, sample: Sequence[RawRow]) -> bool:
    if question.text is not None:
        return question.text
    answers = [value for row in sample if not is_blank(value := first_filled(row, question.columns))]
    numbers = sum(number_of(answer) is not None for answer in answers)
    if not answers or numbers > 0.5 * len(answers) or not any(isinstance(answer, str) for answer in answers):
        return False
    asked = bool(ASKING.search(question.label.lower()))
    distinct = len({str(answer) for answer in answers}) / len(answers)
    # Answers that come again and again were picked from a list.
    return (
        mean_words(answers) >= WORDS_OF_TEXT and distinct > 0.5
        if not asked
        else mean_words(answers) > 1 or distinct > 0.5
    )


def _best(texts: Sequence[Question], sample: Sequence[RawRow]) -> tuple[str, ...]:
    """Choose the comment: all of them where each respondent was asked one, else the one that asks for a reason."""
    if not texts:
        return ()
    columns = tuple(column for text in texts for column in text.columns)
    if all(sum(not is_blank(row.cells.get(column)) for column in columns) <= 1 for row in sample):
        return columns
    asking = [text for text in texts if ASKING.search(text.label.lower())]
    return (asking or texts)[0].columns


def first_filled(row: RawRow, columns: Sequence[str]) -> object:
    """Give the first cell that holds something, or None."""
    return next((cell for column in columns if not is_blank(cell := row.cells.get(column))), None)
