"""What a finding over the columns rests on besides its question: two equal values mean that it comes out alike."""

import hashlib
from collections.abc import Hashable
from dataclasses import fields

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.store.columns.cache import read_columns
from data.store.models import Survey, Theme
from data.store.queries.selection import account_mask
from data.store.queries.slices import Slice


def inputs_of(session: Session, filters: Slice, *, kind: str) -> Hashable:
    """Name the columns, the themes of a kind, the surveys and the accounts picked: what drivers and trends rest on.

    Most writes (a loop that is closed, an export, a key) change none of these, so that what took a second to work out
    stays good. It takes some milliseconds.
    """
    whole = read_columns(session)
    themes = (Theme.theme_key, Theme.state, Theme.parent_key)
    surveys = [getattr(Survey, name) for name in _SURVEY]
    rows = [
        *session.execute(select(*themes).where(Theme.kind == kind).order_by(Theme.theme_key)),
        *session.execute(select(*surveys).order_by(Survey.survey_id)),
    ]
    picked = account_mask(session, whole, filters)
    shown = b"" if picked is None else picked.tobytes()
    digest = hashlib.sha256(repr([tuple(row) for row in rows]).encode() + shown).hexdigest()
    return (whole.number, digest, kind, tuple(getattr(filters, one.name) for one in fields(filters)))


_SURVEY = ("survey_id", "type", "scale_min", "scale_max", "high_is_good", "flag_line", "anonymous")
