"""What one account said and answered, from its own pack: as new as the tables, and nobody else's is read."""

from datetime import UTC, datetime, timedelta

import numpy as np
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from data.store.columns.build import build_packs, microseconds
from data.store.columns.pack import KINDS, LISTED, NO_NAME, OWN, VENDOR, Pack, empty_pack, from_bytes
from data.store.models import AccountPack, StaleAccount
from data.store.queries.slices import Slice
from data.store.queries.veil import Veil

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NEVER = np.iinfo(np.int64).max
_PACK, _STALE = AccountPack.__table__.c, StaleAccount.__table__.c
_PACKED = select(_PACK.body).where(
    _PACK.account_key == bindparam("account"),
    ~select(_STALE.account_key).where(_STALE.account_key == bindparam("account")).exists(),
)


def own_pack(session: Session, account_id: str) -> Pack:
    """Give an account's pack; made now where the account changed since the last run."""
    body = session.scalar(_PACKED, {"account": account_id})
    if body is not None:
        return from_bytes(body)
    return build_packs(session, [account_id]).get(account_id, empty_pack())


def own_veil(session: Session, pack: Pack, filters: Slice, account_id: str) -> Veil:
    """Give the veil of one account."""
    answers, surveys, roles = pack.sections["answers"], pack.tables["surveys"], pack.tables["roles"]
    known = answers["at"] <= microseconds(filters.as_of)
    groups, sizes = np.unique(
        np.column_stack([answers["survey"][known], answers["role"][known]]), axis=0, return_counts=True
    )
    counted = (
        (surveys[survey], account_id, roles[role], n)
        for (survey, role), n in zip(groups.tolist(), sizes.tolist(), strict=True)
    )
    return Veil(session, filters, [account_id], counted=counted)


def first_said(pack: Pack, filters: Slice, account_id: str, *, veil: Veil) -> dict[str, datetime | None]:
    """Give when customers at an account first spoke of each theme, whatever the window's beginning.

    None where only the vendor's review notes did.
    """
    comments, words = pack.sections["comments"], pack.tables["themes"]
    hides = np.zeros(NO_NAME + 1, bool)
    hides[: len(pack.tables["surveys"])] = [veil.hides(one, account_id) for one in pack.tables["surveys"]]
    shown = (comments["flags"] & LISTED) > 0
    shown &= (comments["at"] <= microseconds(filters.as_of)) & ~hides[comments["survey"]]
    at = np.where(comments["flags"] & VENDOR, _NEVER, comments["at"])
    first = np.full(len(words), _NEVER)
    spoken = np.zeros(len(words), bool)
    for kind in KINDS:
        mentions = pack.sections[kind]
        comment = np.repeat(np.arange(len(shown)), comments[f"n_{kind}"])
        kept = np.flatnonzero(shown[comment] & ((mentions["said"] & OWN) > 0))
        np.minimum.at(first, mentions["theme"][kept], at[comment[kept]])
        spoken[mentions["theme"][kept]] = True
    times = first.tolist()
    return {
        words[place]: None if times[place] == _NEVER else _EPOCH + timedelta(microseconds=times[place])
        for place in np.flatnonzero(spoken).tolist()
    }
