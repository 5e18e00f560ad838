"""Decide how a part of a recognised export is imported: its columns are canonical, so little is left to decide."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from cx.scores import DEFAULT_SCALES
from pipelines import mapping as guessing
from pipelines.cells import ColumnFormat
from pipelines.coerce import detect_decimal_comma, to_key
from pipelines.errors import MappingError
from pipelines.fields import FIELD, TIME_FIELD
from pipelines.plan import SAMPLE_ROWS, Decision, Plan, Wishes, about_order, day_order
from pipelines.readers.export import Declared, Export, Part
from pipelines.readers.table import RawRow
from pipelines.times import has_no_zone

_TIMES = ("date", "time", "messages")


def decide_part(part: Part, wishes: Wishes, *, now: datetime) -> Decision:
    """Decide how a part is read.

    Args:
        part: Rows of one kind.
        wishes: What the user said: zone and order of dates.
        now: For dates that would lie ahead.
    """
    sample = part.table.sample(SAMPLE_ROWS)
    columns = {name: name for name in part.table.columns if name in FIELD[part.kind]}
    notes = [*part.table.notes, *part.notes]
    formats, about_times = _formats(part, columns, sample, wishes, now)
    notes += about_times
    if part.kind in TIME_FIELD and not {TIME_FIELD[part.kind], "messages"} & columns.keys():
        notes.append(f"no column with a date: rows are dated by their first import ({now:%Y-%m-%d})")
    plan = Plan(part.kind, columns, formats, part.survey, stem=part.table.path.stem)
    return Decision(plan, notes=tuple(dict.fromkeys(notes)))


def with_survey(export: Export, survey: str, known: Mapping[str, str]) -> tuple[Part, ...]:
    """Give the parts with their answers under the user's survey instead of the one that the file would make.

    Raises:
        MappingError: The answers belong to several surveys, or are of another type.
    """
    own = [one for part in export.parts for one in part.surveys]
    if len(own) != 1:
        named = ", ".join(one.survey_id for one in own) or "none"
        raise MappingError(
            f"--survey {survey} goes with answers of one survey; this {export.source} export has: {named}. Leave it out"
        )
    type_ = known.get(survey) or next((t for t in DEFAULT_SCALES if to_key(survey).startswith(t)), own[0].type)
    if type_ != own[0].type:
        raise MappingError(
            f"survey {survey!r} is {type_.upper()}, the answers of this {export.source} export are "
            f"{own[0].type.upper()}: give another survey, or --map and --as to read the file your own way"
        )
    declared = replace(own[0], survey_id=survey, name=survey)
    return tuple(replace(part, surveys=(declared,), survey=survey) if part.surveys else part for part in export.parts)


def new_surveys(part: Part, known: Mapping[str, str]) -> tuple[Declared, ...]:
    """Give the surveys of a part that are not there yet."""
    return tuple(one for one in part.surveys if one.survey_id not in known)


def survey_note(one: Declared) -> str:
    """Say which survey is made."""
    low, high = DEFAULT_SCALES[one.type]
    low, high = (
        one.scale_min if one.scale_min is not None else low,
        one.scale_max if one.scale_max is not None else high,
    )
    good = "low is good" if one.high_is_good is False else "high is good"
    return (
        f"answers are kept as {one.type.upper()} ({low:g} to {high:g}, {good}) under the new survey {one.survey_id!r}"
    )


def _formats(
    part: Part, columns: Mapping[str, str], sample: Sequence[RawRow], wishes: Wishes, now: datetime
) -> tuple[dict[str, ColumnFormat], list[str]]:
    formats, notes = {}, []
    zone = part.zone or wishes.zone
    for name in columns:
        type_ = FIELD[part.kind][name].type
        if type_ in _TIMES:
            values = _moments(guessing.values_of(name, sample, limit=SAMPLE_ROWS))
            found = day_order(values, wishes, now)
            formats[name] = ColumnFormat(order=found.order, zone=zone)
            notes += about_order(part.sources.get(name, name), found)
            if zone is None and any(has_no_zone(value, found.order) for value in values):
                notes.append("times without a zone are read as UTC: give --zone Europe/Berlin, say, if they are local")
        elif type_ in ("number", "score", "integer"):
            values = guessing.values_of(name, sample, limit=SAMPLE_ROWS)
            formats[name] = ColumnFormat(decimal_comma=detect_decimal_comma(values))
    return formats, notes


def _moments(values: Sequence[object]) -> list[object]:
    """Give the cells with a time; of messages the times at which they were sent."""
    found: list[object] = []
    for value in values:
        inner = value if isinstance(value, list) else [value]
        found += [one.get("sent_at") if isinstance(one, dict) else one for one in inner]
    return found
