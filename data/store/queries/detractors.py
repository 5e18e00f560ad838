"""What detractors of named NPS surveys wrote, by account and quarter: the words behind account-level NPS."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from cx.quarters import numbered_quarter, quarter_number
from data.store.columns.cache import read_columns
from data.store.columns.pack import LISTED, VENDOR, Column
from data.store.columns.whole import Mask, Numbers, Whole
from data.store.models import Survey
from data.store.queries.selection import comment_mask
from data.store.queries.slices import Slice

# Quarters of 1970-01, counted as `cx.quarters` counts them.
_FIRST_QUARTER = 1970 * 4
# More than any quarter's number: a place of an account times this, and a quarter, is one number.
QUARTERS = 100_000
NPS = "nps"


@dataclass(frozen=True)
class Detractors:
    """Keys of comments: `pk` by account, quarter and the newest first; `cell` is account and quarter of each.

    `place` is the number of each account in `cell`.
    """

    place: Mapping[str, int]
    cell: Numbers
    pk: Numbers

    def of(self, account: str, quarter: date) -> list[int]:
        """Give what an account's detractors wrote in a quarter, newest first."""
        first, last = self._between(account, quarter)
        found: list[int] = self.pk[first:last].tolist()
        return found

    def count(self, account: str, quarter: date) -> int:
        """Count these."""
        first, last = self._between(account, quarter)
        return last - first

    def _between(self, account: str, quarter: date) -> tuple[int, int]:
        if account not in self.place:
            return 0, 0
        cell = self.place[account] * QUARTERS + quarter_number(quarter)
        return int(np.searchsorted(self.cell, cell)), int(np.searchsorted(self.cell, cell, side="right"))

    def newest(self, groups: Mapping[str, int], *, each: int) -> dict[tuple[int, date], list[int]]:
        """Give the keys that are highest by group of accounts and quarter, up to `each`; other accounts stay out."""
        of_account = np.full(max(self.place.values(), default=-1) + 2, -1, np.int64)
        for account, number in groups.items():
            if account in self.place:
                of_account[self.place[account]] = number
        group = of_account[self.cell // QUARTERS]
        kept = np.flatnonzero(group >= 0)
        kept = kept[np.argsort(-self.pk[kept], kind="stable")]
        key = group * QUARTERS + self.cell % QUARTERS
        kept = kept[np.argsort(key[kept], kind="stable")]
        keys, starts = np.unique(key[kept], return_index=True)
        ends = np.append(starts, len(kept))[1:].tolist()
        return {
            (key // QUARTERS, numbered_quarter(key % QUARTERS)): self.pk[kept[start : min(end, start + each)]].tolist()
            for key, start, end in zip(keys.tolist(), starts.tolist(), ends, strict=True)
        }


def detractor_comments(session: Session, filters: Slice) -> Detractors:
    """Give what detractors of named NPS surveys wrote within the slice's window."""
    whole = read_columns(session)
    place = {key: number for number, key in enumerate(whole.accounts)}
    if not whole.comments:
        return Detractors(place, np.zeros(0, np.int64), np.zeros(0, np.int64))
    columns = whole.comments
    surveys = surveys_mask(whole, named_nps(session))
    kept: Mask = comment_mask(session, whole, filters)
    kept &= (columns["band"] == -1) & ((columns["flags"] & (LISTED | VENDOR)) == LISTED)
    rows = np.flatnonzero(kept)
    rows = rows[surveys[np.minimum(columns["survey"][rows], len(surveys) - 1)]]
    cell = columns["account"][rows].astype(np.int64) * QUARTERS + quarters(columns["at"][rows])
    pk = columns["pk"][rows].astype(np.int64)
    order = np.lexsort((-pk, -columns["at"][rows].astype(np.int64), cell))
    return Detractors(place, cell[order], pk[order])


def named_nps(session: Session) -> frozenset[str]:
    """Give the NPS surveys whose answers bear names."""
    statement = select(Survey.survey_id).where(Survey.type == NPS, Survey.anonymous.is_(False))
    return frozenset(session.scalars(statement))


def surveys_mask(whole: Whole, wanted: frozenset[str]) -> Mask:
    """Say of each survey's number whether it is wanted; the last one is that of none."""
    return np.array([word in wanted for word in whole.words.get("surveys", ())] + [False])


def quarters(at: Column) -> Numbers:
    """Number the quarters of times in microseconds since 1970, as `cx.quarters.quarter_number` does."""
    months = at.astype("datetime64[us]").astype("datetime64[M]").astype(np.int64)
    return months // 3 + _FIRST_QUARTER
