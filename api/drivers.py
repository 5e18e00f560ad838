"""Put drivers together: names as the caller may see them, the slice's own score, and comments behind each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Request

from api.kept import kept_of
from api.schemas.drivers import DriverOut, DriverScaleOut, EffectOut, PlainScoreOut
from cx.impact import Driver, Drivers
from cx.scores import Scale
from data.store.queries.comment_pages import evidence
from data.store.queries.drivers import ScaleDrivers, score_drivers
from data.store.queries.inputs import inputs_of
from data.store.queries.slices import Slice
from data.store.queries.themes import theme_infos
from data.store.unit_of_work import Session

# A ranking of 200 themes.
_BYTES = 200_000


@dataclass(frozen=True)
class Question:
    """Which score, over which themes."""

    survey_type: str
    kind: str = "taxonomy"
    level: str = "fine"


def ranked(request: Request, session: Session, filters: Slice, question: Question) -> list[ScaleDrivers]:
    """Rank the themes of a slice, once for everybody who asks until the data changes."""

    def make() -> list[ScaleDrivers]:
        return score_drivers(
            session, filters, survey_type=question.survey_type, kind=question.kind, level=question.level
        )

    key = ("drivers", inputs_of(session, filters, kind=question.kind), question)
    return kept_of(request).counted(key, make, size=lambda _: _BYTES)


def rows_of(
    session: Session, filters: Slice, found: Sequence[ScaleDrivers], question: Question, *, keys: Sequence[str]
) -> dict[tuple[int, str], DriverOut]:
    """Give the rows of some themes, by (place of the scale, theme)."""
    names = {key: info.name for key, info in theme_infos(session, keys, filters=filters).items()}
    told = evidence(session, filters.of_source(question.survey_type), keys, kind=question.kind)
    return {
        (place, row.theme): driver_out(one, row, name=names.get(row.theme), comment_ids=told.get(row.theme, []))
        for place, one in enumerate(found)
        for row in one.drivers.themes
        if row.theme in names
    }


def driver_out(one: ScaleDrivers, row: Driver, *, name: str | None, comment_ids: list[str]) -> DriverOut:
    """Give one theme's row."""
    return DriverOut(
        **_scale(one.scale),
        key=row.theme,
        name=name,
        n=row.n,
        accounts=row.accounts,
        score=PlainScoreOut.model_validate(row.score),
        slice_score=PlainScoreOut.model_validate(one.drivers.score),
        leave_out=EffectOut.model_validate(row.leave_out) if row.leave_out is not None else None,
        part=EffectOut.model_validate(row.part),
        lost=EffectOut.model_validate(row.lost),
        p=row.p,
        q=row.q,
        stands_out=row.stands_out,
        family=one.drivers.family,
        reading=row.reading,
        comment_ids=comment_ids,
    )


def scale_out(one: ScaleDrivers) -> DriverScaleOut:
    """Give what stands over the rows of one scale."""
    told: Drivers = one.drivers
    rest = driver_out(one, told.no_theme, name=None, comment_ids=[]) if told.no_theme is not None else None
    return DriverScaleOut(
        **_scale(one.scale),
        score=PlainScoreOut.model_validate(told.score),
        accounts=told.accounts,
        family=told.family,
        tested=told.tested,
        rate=told.rate,
        no_theme=rest,
        reading=told.reading,
    )


def _scale(scale: Scale) -> dict[str, Any]:
    return {
        "type": scale.type,
        "scale_min": scale.low,
        "scale_max": scale.high,
        "high_is_good": scale.high_is_good,
    }
