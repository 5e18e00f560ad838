"""Decide how one file is imported: its kind, its columns, their formats, and the survey its answers belong to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from cx.scores import DEFAULT_SCALES
from pipelines import mapping as guessing
from pipelines import times
from pipelines.cells import ColumnFormat
from pipelines.coerce import detect_decimal_comma, to_key, to_score
from pipelines.errors import InputFileError, MappingError
from pipelines.fields import FIELD, ID_FIELD, KINDS, NEEDED, TEXT_FIELD, TIME_FIELD
from pipelines.readers.table import RawRow, Table
from pipelines.times import DayOrder, detect_order

# Rows that kind, columns, dates and decimal signs are decided over.
SAMPLE_ROWS = 5000
# A column of this name may hold stars: then it is taken as CSAT where its values run from 1 to 5.
_STARS = (1.0, 5.0)


@dataclass(frozen=True)
class Plan:
    """How the rows of one file are read."""

    kind: str
    columns: dict[str, str]
    formats: dict[str, ColumnFormat] = field(default_factory=dict)
    survey: str | None = None
    # Put before ids that are mere running numbers: two files may both begin at 1.
    id_prefix: str | None = None
    stem: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Give it as JSON, to be kept with a broken row."""
        return asdict(self)

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "Plan":
        """Make it from what `to_dict` gave."""
        formats = {name: ColumnFormat(**form) for name, form in stored["formats"].items()}
        own = {name: stored[name] for name in cls.__dataclass_fields__}
        return cls(**{**own, "formats": formats})


@dataclass(frozen=True)
class Wishes:
    """What the user said about a file; None where nothing was said."""

    kind: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    survey: str | None = None
    date_order: str | None = None
    # The zone of times that name none ("Europe/Berlin").
    zone: str | None = None
    # Whether the user said what rows or columns are: then no export is looked for.
    explicit: bool = False


@dataclass(frozen=True)
class Decision:
    """A plan, the survey to make for it if there is none yet, and what to tell the user."""

    plan: Plan
    new_survey: dict[str, Any] | None = None
    notes: tuple[str, ...] = ()


def wishes_of(
    kind: str | None,
    columns: Mapping[str, str] | None,
    survey: str | None,
    date_order: str | None,
    *,
    zone: str | None = None,
) -> Wishes:
    """Make sense of the command's options: `--as nps` means answers of a survey "nps".

    Raises:
        MappingError: The kind, the order of dates or the zone is not known.
    """
    explicit = bool(kind or columns)
    plain = to_key(kind) if kind else None
    if plain in DEFAULT_SCALES:
        plain, survey = "responses", survey or plain
    if plain is not None and plain not in KINDS:
        raise MappingError(f"kind {kind!r} is not known: use one of {', '.join(KINDS)}, nps, csat or ces")
    if date_order not in (None, "dmy", "mdy"):
        raise MappingError(f"date order {date_order!r} is not known: use dmy or mdy")
    if survey and plain is None:
        plain = "responses"
    if zone and not times.is_zone(zone):
        raise MappingError(f"time zone {zone!r} is not known: use a name such as Europe/Berlin, or UTC")
    return Wishes(plain, dict(columns or {}), survey, date_order, zone or None, explicit)


def decide(table: Table, wishes: Wishes, *, surveys: Mapping[str, str], now: datetime) -> Decision:
    """Decide how a file is read.

    Args:
        table: The file.
        wishes: What the user said.
        surveys: Known surveys: id -> type.
        now: For dates that would lie ahead.

    Raises:
        InputFileError: No column can be imported; names the columns.
        MappingError: The user's mapping, or survey, does not exist.
    """
    sample = table.sample(SAMPLE_ROWS)
    kind = wishes.kind or _kind_by_map(wishes) or guessing.guess_kind(table.columns, sample, table.path.stem)
    if kind is None:
        raise _no_column(table, "in_app")
    columns = _columns(kind, table, sample, wishes)
    notes = list(table.notes)
    if kind == "responses" and wishes.kind is None and "survey_id" not in columns and not _type_of(columns, sample):
        if guessing.values_of(columns.get("score", ""), sample, limit=1):
            notes.append(
                f"column {columns['score']!r} may be a score, but of which scale? It was left out: "
                "give --survey nps, csat or ces to keep it"
            )
        kind = "in_app"
        columns = _columns(kind, table, sample, wishes)
    missing = [group for group in NEEDED[kind] if not any(name in columns for name in group)]
    if missing:
        raise _no_column(table, kind, missing)
    survey, new_survey = _survey(kind, table, columns, sample, wishes, surveys)
    if new_survey:
        notes.append(
            f"answers are kept as {new_survey['type'].upper()} under the new survey {survey!r} "
            "(change it with --survey)"
        )
    formats, about_dates = _formats(kind, columns, sample, wishes, now)
    prefix = _id_prefix(kind, columns, sample, survey or table.path.stem)
    notes += about_dates
    if prefix:
        notes.append(f"ids are running numbers: they are kept as {prefix}/1, {prefix}/2, ...")
    if kind in TIME_FIELD and not {TIME_FIELD[kind], "sent_at", "messages"} & columns.keys():
        notes.append(f"no column with a date: rows are dated by their first import ({now:%Y-%m-%d})")
    if table.open_columns:
        columns = _later_columns(kind, columns)
    plan = Plan(kind, columns, formats, survey, prefix, table.path.stem)
    return Decision(plan, new_survey, tuple(notes))


def _kind_by_map(wishes: Wishes) -> str | None:
    """Give the kind that a user's mapping implies, where it names a field that one kind alone has."""
    if not wishes.columns:
        return None
    words = {to_key(word) for word in wishes.columns}
    return "responses" if "score" in words and words & {"text", "comment"} else None


def _columns(kind: str, table: Table, sample: Sequence[RawRow], wishes: Wishes) -> dict[str, str]:
    guessed = guessing.guess_columns(kind, table.columns, sample)
    return guessing.override(kind, table.columns, guessed, wishes.columns)


def _later_columns(kind: str, columns: Mapping[str, str]) -> dict[str, str]:
    """Add the canonical names: JSON lines leave empty fields out, so that one may come later in the file."""
    later = {name: name for name in FIELD[kind] if name not in columns and name not in columns.values()}
    return {**columns, **later}


def _no_column(table: Table, kind: str, missing: Sequence[tuple[str, ...]] = ()) -> InputFileError:
    wanted = " and ".join(" or ".join(group) for group in missing or NEEDED[kind])
    text = "text" if kind in TEXT_FIELD else (missing or NEEDED[kind])[0][0]
    seen = ", ".join(repr(column) for column in table.columns[:30])
    return InputFileError(
        f"{table.path.name} has no column that could be {wanted} (for {kind}); its columns are: {seen}. "
        f'Say which it is: --map {text}="COLUMN"'
    )


def _type_of(columns: Mapping[str, str], sample: Sequence[RawRow]) -> str | None:
    """Give the survey type that the score's column tells: by its name, or stars from 1 to 5."""
    column = columns.get("score")
    if column is None:
        return None
    if word := guessing.survey_word(column):
        return word
    scores = []
    for value in guessing.values_of(column, sample, limit=SAMPLE_ROWS):
        try:
            scores.append(to_score(value))
        except ValueError:
            continue
    return "csat" if scores and (min(scores), max(scores)) == _STARS else None


def _survey(
    kind: str,
    table: Table,
    columns: dict[str, str],
    sample: Sequence[RawRow],
    wishes: Wishes,
    surveys: Mapping[str, str],
) -> tuple[str | None, dict[str, Any] | None]:
    """Give the survey of all rows (None: each row names its own), and its row where it is new."""
    if kind != "responses":
        if wishes.survey:
            raise MappingError(f"--survey goes with responses, not with {kind}: leave one of the two out")
        return None, None
    if wishes.survey:
        if wishes.survey in surveys:
            return wishes.survey, None
        type_ = next((t for t in DEFAULT_SCALES if to_key(wishes.survey).split("_")[0].startswith(t)), None)
        if type_ is None:
            known = ", ".join(sorted(surveys)[:20]) or "none yet"
            raise MappingError(
                f"survey {wishes.survey!r} does not exist (known: {known}): import surveys.csv first, "
                "or use a key that begins with nps, csat or ces"
            )
        return wishes.survey, {"survey_id": wishes.survey, "name": wishes.survey, "type": type_}
    if "survey_id" in columns:
        return None, None
    type_ = _type_of(columns, sample)
    if type_ is None:
        raise MappingError(
            f"{table.path.name} does not say which survey its answers belong to: give --survey nps, csat or ces"
        )
    survey_id = f"{type_}-{to_key(table.path.stem).replace('_', '-')}"[:120]
    if survey_id in surveys:
        return survey_id, None
    return survey_id, {"survey_id": survey_id, "name": table.path.stem[:300], "type": type_}


def _formats(
    kind: str, columns: Mapping[str, str], sample: Sequence[RawRow], wishes: Wishes, now: datetime
) -> tuple[dict[str, ColumnFormat], list[str]]:
    formats: dict[str, ColumnFormat] = {}
    notes: list[str] = []
    for name, column in columns.items():
        type_ = FIELD[kind][name].type
        values = guessing.values_of(column, sample, limit=SAMPLE_ROWS)
        if type_ in ("date", "time"):
            found = day_order(values, wishes, now)
            formats[name] = ColumnFormat(order=found.order, zone=wishes.zone)
            notes += about_order(column, found)
        elif type_ in ("number", "score", "integer"):
            formats[name] = ColumnFormat(decimal_comma=detect_decimal_comma(values))
        elif type_ == "messages":
            formats[name] = ColumnFormat(zone=wishes.zone)
    return formats, notes


def day_order(values: Iterable[object], wishes: Wishes, now: datetime) -> DayOrder:
    """Give the order of day and month: what the user said, else what the values tell."""
    return DayOrder(wishes.date_order) if wishes.date_order else detect_order(values, now=now)


def about_order(column: str, found: DayOrder) -> list[str]:
    """Say which order was chosen where nothing told."""
    if not found.ambiguous:
        return []
    said, other = ("day/month", "mdy") if found.order == "dmy" else ("month/day", "dmy")
    return [f"dates in {column!r} were read as {said}/year; nothing told: give --dates {other} if not"]


def _id_prefix(kind: str, columns: Mapping[str, str], sample: Sequence[RawRow], owner: str) -> str | None:
    """Give what makes running numbers distinct; None where the column's name or its ids speak for themselves."""
    name = ID_FIELD.get(kind, "")
    column = columns.get(name)
    if kind not in ("responses", "in_app", "review_notes") or column is None:
        return None
    if guessing.plain_name(column) == name.replace("_", " "):
        return None
    values = guessing.values_of(column, sample)
    short = all(str(value).removesuffix(".0").isdigit() and len(str(value)) <= 7 for value in values)
    return to_key(owner)[:60] if values and short else None
