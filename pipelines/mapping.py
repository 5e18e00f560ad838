"""Guess which column of a file means what, from its names first and its values second."""

import csv
import hashlib
import re
from collections.abc import Mapping, Sequence

from pipelines.cells import read_cell
from pipelines.coerce import is_nothing, to_key, to_text
from pipelines.errors import MappingError
from pipelines.fields import FIELD, FIELDS, KINDS, NEEDED, SHORT_NAMES, SURVEY_WORDS, TEXT_FIELD, TIME_FIELD, Field
from pipelines.readers.table import RawRow
from pipelines.times import parse_time

# How well a name fits: the field's own name, a name that exports use, such a name inside a longer one, a question.
EXACT, KNOWN, INSIDE, QUESTION = 1.0, 0.9, 0.6, 0.5
# Share of the sample's values that must read as the field's type.
FITTING_SHARE = 0.5
# Names that mean anything inside a longer one: they count only when they stand alone.
_VAGUE = set(
    "id at name type from to user events actions value day time kind text page area call contact account company "
    "client customer org parent plan team left respondent requester author owner csm min max state note agent answer "
    "title person survey health message response body reason content created comment".split()
)
ASKING = re.compile(
    r"\b(why|reason|tell us|improve|anything else|feedback|comments?|in your own words|describe|what could|what would|"
    r"what do you|how could|what is|share|verbatim|suggestions?|remarks?|explain)\b"
)
# A column of texts by its values alone: this many words on average.
WORDS_OF_TEXT = 4.0
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def plain_name(column: str) -> str:
    """Give a column's name in lower-case words ("RecipientEmail" is "recipient email")."""
    return " ".join(re.sub(r"[^a-z0-9]+", " ", _CAMEL.sub(" ", column).lower()).split())


def header_hash(columns: Sequence[str]) -> str:
    """Give the hash by which a header is known again."""
    return hashlib.sha256("\x1f".join(columns).encode("utf-8", "replace")).hexdigest()


def values_of(column: str, sample: Sequence[RawRow], limit: int = 500) -> list[object]:
    """Give the filled cells of a column in the sample, at most `limit`."""
    found = []
    for row in sample:
        value = row.cells.get(column)
        if not is_nothing(value):
            found.append(value)
            if len(found) == limit:
                break
    return found


def _name_fit(field: Field, plain: str) -> float:
    if plain == field.name.replace("_", " "):
        return EXACT
    if plain in field.names or plain.removesuffix(" 2") in field.names:
        return KNOWN
    padded = f" {plain} "
    for name in (field.name.replace("_", " "), *field.names):
        if name not in _VAGUE and len(name) > 2 and f" {name} " in padded:
            return INSIDE
    if field.type == "score" and any(word in plain for word in ("how likely", "how satisfied", "how easy", "nps")):
        return INSIDE
    return QUESTION if field.type == "text" and ASKING.search(plain) else 0.0


def fitting_share(field: Field, values: Sequence[object]) -> float:
    """Give the share of values that read as the field's type; 1 without values."""
    if not values:
        return 1.0
    return sum(_fits(field, value) for value in values) / len(values)


def _fits(field: Field, value: object) -> bool:
    if field.type == "text":
        return isinstance(value, str) and any(map(str.isalpha, value))
    try:
        read = read_cell(value, field.type, field.name)
    except ValueError:
        return field.type in ("date", "time") and _reads_day_first(value)
    return not (field.type == "email" and "@" not in str(read)) and not (
        field.type in ("id", "words") and len(str(read)) > 300
    )


def _reads_day_first(value: object) -> bool:
    try:
        parse_time(value, "dmy")
    except ValueError:
        return False
    return True


def mean_words(values: Sequence[object]) -> float:
    """Give the mean number of words of the texts among the values; 0 without any."""
    texts = [value for value in values if isinstance(value, str)]
    return sum(len(text.split()) for text in texts) / len(texts) if texts else 0.0


def guess_columns(kind: str, columns: Sequence[str], sample: Sequence[RawRow]) -> dict[str, str]:
    """Give field -> column for one kind; each column and each field is used once, the best fit first."""
    return {name: column for name, (column, _) in _fit_columns(kind, columns, sample).items()}


def _fit_columns(kind: str, columns: Sequence[str], sample: Sequence[RawRow]) -> dict[str, tuple[str, float]]:
    values = {column: values_of(column, sample) for column in columns}
    fits = []
    for place, column in enumerate(columns):
        plain = plain_name(column)
        for order, field in enumerate(FIELDS[kind]):
            fit = _name_fit(field, plain)
            if fit and (fit == EXACT or fitting_share(field, values[column]) >= FITTING_SHARE):
                # Of several texts the one that says most is the comment.
                longer = min(mean_words(values[column]), 50) / 1000 if field.type == "text" else 0.0
                fits.append((-(fit + longer), order, place, field.name, column, fit))
    chosen: dict[str, tuple[str, float]] = {}
    taken: set[str] = set()
    for _, _, _, name, column, fit in sorted(fits):
        if name not in chosen and column not in taken:
            chosen[name] = (column, fit)
            taken.add(column)
    _by_values(kind, columns, values, chosen, taken)
    return chosen


def _by_values(
    kind: str,
    columns: Sequence[str],
    values: Mapping[str, Sequence[object]],
    chosen: dict[str, tuple[str, float]],
    taken: set[str],
) -> None:
    """Find the text and the time of a kind by what the cells hold, where no name told."""
    rest = [column for column in columns if column not in taken]
    text = TEXT_FIELD.get(kind)
    if text and text not in chosen and "messages" not in chosen:
        wordy = [(mean_words(values[column]), column) for column in rest]
        words, best = max(wordy, default=(0.0, ""), key=lambda pair: pair[0])
        if words >= WORDS_OF_TEXT or (len(columns) == 1 and words > 0):
            chosen[text] = (best, QUESTION)
            rest.remove(best)
    time = TIME_FIELD.get(kind)
    if time and time not in chosen:
        for column in rest:
            named = re.search(r"\b(date|time|at|on|when|created|day)\b", plain_name(column))
            if named and values[column] and fitting_share(FIELD[kind][time], values[column]) > 0.8:
                chosen[time] = (column, QUESTION)
                return


def guess_kind(columns: Sequence[str], sample: Sequence[RawRow], stem: str) -> str | None:
    """Guess what a file holds: by its name where its columns allow it, else by the columns. None: nothing fits."""
    fits = {kind: _fit_columns(kind, columns, sample) for kind in KINDS}
    able = [kind for kind in KINDS if _is_whole(kind, fits[kind])]
    named = kind_of_stem(stem)
    if named in able:
        return named
    scores = {kind: _telling(kind, fits[kind]) for kind in able}
    return max(able, key=lambda kind: (scores[kind], kind == "in_app"), default=None)


def kind_of_stem(stem: str) -> str | None:
    """Give the kind that a file's name says ("responses", "responses-2024")."""
    plain = to_key(stem)
    return next((kind for kind in KINDS if plain == kind or plain.startswith(f"{kind}_")), None)


def _is_whole(kind: str, fit: Mapping[str, tuple[str, float]]) -> bool:
    if not all(any(name in fit for name in group) for group in NEEDED[kind]):
        return False
    if kind == "responses":
        return "score" in fit or "survey_id" in fit
    if kind == "tickets":
        return "messages" in fit or "author_side" in fit or _named(fit, "ticket_id", "message_id")
    if kind == "review_notes":
        return "meeting" in fit or _named(fit, "note_id", "noted_at")
    if kind == "accounts":
        return sum(FIELD[kind][name].telling >= 2 for name in fit) >= 2
    if kind == "contacts":
        return sum(FIELD[kind][name].telling >= 2 for name in fit) >= 1 and not _has_text(fit)
    if kind == "surveys":
        return "scale_min" in fit or "scale_max" in fit
    return True


def _named(fit: Mapping[str, tuple[str, float]], *names: str) -> bool:
    return any(name in fit and plain_name(fit[name][0]) == name.replace("_", " ") for name in names)


def _has_text(fit: Mapping[str, tuple[str, float]]) -> bool:
    return any(name in fit for name in set(TEXT_FIELD.values()))


def _telling(kind: str, fit: Mapping[str, tuple[str, float]]) -> float:
    return sum(FIELD[kind][name].telling * how_well for name, (_, how_well) in fit.items())


def override(
    kind: str, columns: Sequence[str], guessed: Mapping[str, str], wanted: Mapping[str, str]
) -> dict[str, str]:
    """Put a user's mapping over the guess; an empty column name leaves a field out.

    Raises:
        MappingError: A field or a column does not exist; names those that do.
    """
    by_plain = {plain_name(column): column for column in reversed(columns)}
    result = dict(guessed)
    for said, column in wanted.items():
        name = field_name(kind, said)
        found = column if column in columns else by_plain.get(plain_name(column))
        if column and found is None:
            raise MappingError(f"there is no column {column!r}; the file has: {', '.join(columns[:40])}")
        result = {field: used for field, used in result.items() if field != name and used != found}
        if found:
            result[name] = found
    return result


def parse_map(said: str | None) -> dict[str, str]:
    """Read the option `--map text=Comment,score="NPS score"`; quotes keep commas and equal signs.

    Raises:
        MappingError: A part is not field=column.
    """
    wanted: dict[str, str] = {}
    for part in next(csv.reader([said], skipinitialspace=True), []) if said else []:
        name, sign, column = _unquoted(part).partition("=")
        if not sign or not name.strip():
            raise MappingError(f'{part!r} is not field=column: write --map text=Comment,score="NPS score"')
        wanted[name.strip()] = _unquoted(column.strip())
    return wanted


def _unquoted(part: str) -> str:
    plain = part.strip()
    return plain[1:-1] if len(plain) > 1 and plain[0] == plain[-1] and plain[0] in "\"'" else plain


def field_name(kind: str, said: str) -> str:
    """Give the field of a kind that a user's word means ("text" is the comment of an answer).

    Raises:
        MappingError: The kind has no such field.
    """
    plain = to_key(said)
    if plain in FIELD[kind]:
        return plain
    if kind in SHORT_NAMES.get(plain, {}):
        return SHORT_NAMES[plain][kind]
    raise MappingError(f"{kind} has no field {said!r}; it has: {', '.join(FIELD[kind])}")


def survey_word(name: str) -> str | None:
    """Give the survey type that a name speaks of ("NPS score" is nps), or None."""
    plain = f" {plain_name(name)} "
    for word, type_ in SURVEY_WORDS.items():
        if re.search(rf"\b{word}", plain):
            return type_
    return None


def text_preview(value: object, limit: int = 60) -> str:
    """Give the beginning of a cell on one line."""
    plain = " ".join(to_text(value).split())
    return plain if len(plain) <= limit else f"{plain[: limit - 1]}…"
