"""Store surveys. A changed scale or stage reaches the answers at once."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from cx.scores import default_scale
from data.store.models import Response, Survey
from data.store.repositories.incoming import ImportContext, Incoming, Outcome, Problem, load_rows, upsert
from data.store.repositories.refreshing import refresh

_TELLING = ("type", "scale_min", "scale_max", "high_is_good", "flag_line", "stage", "anonymous")


def known_surveys(session: Session) -> list[str]:
    """Give the ids of all surveys, sorted."""
    return list(session.scalars(select(Survey.survey_id).order_by(Survey.survey_id)))


def survey_types(session: Session, survey_ids: Sequence[str]) -> dict[str, str]:
    """Give the types of the surveys that exist."""
    rows = session.execute(select(Survey.survey_id, Survey.type).where(Survey.survey_id.in_(survey_ids)))
    return {survey_id: type_ for survey_id, type_ in rows}


def write_surveys(session: Session, rows: Sequence[Incoming], context: ImportContext) -> list[Outcome]:
    """Store surveys; one that says no scale gets the usual one of its type."""
    before = load_rows(session, Survey, ("survey_id",), [(row.values["survey_id"],) for row in rows])
    prepared, problems = [], {}
    for index, row in enumerate(rows):
        values = _with_scale(row.values, before.get((row.values["survey_id"],)))
        problem = _outside(session, values, before.get((values["survey_id"],)))
        if problem:
            problems[index] = problem
        else:
            prepared.append((row, values))
    stored, _ = upsert(session, Survey, ("survey_id",), prepared, context)
    rest = iter(stored)
    outcomes = [problems[index] if index in problems else next(rest) for index in range(len(rows))]
    changed = {
        values["survey_id"]
        for _, values in prepared
        if (old := before.get((values["survey_id"],))) and any(n in values and values[n] != old[n] for n in _TELLING)
    }
    refresh(session, surveys=changed)
    return outcomes


def _with_scale(given: dict[str, Any], stored: dict[str, Any] | None) -> dict[str, Any]:
    """Fill in the usual scale of the type where the row gives none and the survey has none yet."""
    values = {
        name: value for name, value in given.items() if value is not None or name in ("name", "stage", "flag_line")
    }
    if stored is not None and stored["type"] == values["type"]:
        return values if "flag_line" not in values or values["flag_line"] is not None else _keep_line(values, stored)
    usual = default_scale(values["type"])
    own_scale = "scale_min" in values
    values.setdefault("scale_min", usual.low)
    values.setdefault("scale_max", usual.high)
    values.setdefault("high_is_good", True)
    values.setdefault("anonymous", False)
    if values.get("flag_line") is None:
        usual_scale = not own_scale or (values["scale_min"], values["scale_max"]) == (usual.low, usual.high)
        values["flag_line"] = usual.flag_line if usual_scale and values["high_is_good"] else None
    return values


def _keep_line(values: dict[str, Any], stored: dict[str, Any]) -> dict[str, Any]:
    """An empty flag line leaves the one that was filled in, as long as the scale is the same."""
    scale = ("scale_min", "scale_max", "high_is_good")
    if all(values.get(name, stored[name]) == stored[name] for name in scale):
        return {**values, "flag_line": stored["flag_line"]}
    return values


def _outside(session: Session, values: dict[str, Any], stored: dict[str, Any] | None) -> Problem | None:
    """Refuse a scale that stored answers do not fit."""
    if stored is None:
        return None
    low, high = values.get("scale_min", stored["scale_min"]), values.get("scale_max", stored["scale_max"])
    if (low, high) == (stored["scale_min"], stored["scale_max"]):
        return None
    beyond = session.scalar(
        select(func.count()).where(
            Response.survey_id == values["survey_id"], or_(Response.score < low, Response.score > high)
        )
    )
    if not beyond:
        return None
    return Problem("scale_max", f"{beyond} stored answers lie outside {low:g} to {high:g}: correct them first")
