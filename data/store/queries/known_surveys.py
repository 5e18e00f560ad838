"""The scale of every survey: a few rows that answers are read by, read once a version."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cx.scores import Scale
from data.store.models import Survey
from data.store.unit_of_work import once_a_version

_ALL = select(Survey.survey_id, Survey.type, Survey.scale_min, Survey.scale_max, Survey.high_is_good, Survey.flag_line)


def known_scales(session: Session) -> dict[str, Scale]:
    """Give the scale of each survey by its id."""

    def read() -> dict[str, Scale]:
        rows: Iterable[Any] = session.execute(_ALL)
        return {key: Scale(*rest) for key, *rest in rows}

    return once_a_version(session, "scales", read)
