"""What a CX leader asks of retention, put together from account-quarters: line, lags, NRR and GRR, quarter by quarter.

The parts are `cx.churn_line`, `cx.lags` and `cx.retention`; here they are run over all segments and each.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from cx.churn_line import ChurnLine, churn_line
from cx.lags import Link, links
from cx.line_search import MEMORY_QUARTERS
from cx.quarters import AccountQuarter, quarters_after
from cx.retention import Retention, retention_table
from cx.scores import Scale, Score, mean_of_moments

# Windows of twelve months that retention is told over: the last four, so that a turn is seen.
LASTS = 4
# Three years: room for a lag of four quarters and for accounts enough to tell.
DEFAULT_QUARTERS = 12
# Of permutations and resamples: the same rows give the same study, wherever it is worked out.
SEED = 20260930
_ACCOUNT_SCALE = Scale("nps", -100.0, 100.0)


@dataclass(frozen=True)
class SegmentLine:
    """The churn line of one segment; None for all together."""

    segment: str | None
    line: ChurnLine


@dataclass(frozen=True)
class QuarterScore:
    """One quarter of one segment (None: all): account-level NPS beside what became of the accounts.

    `nps`: mean of the accounts' own, each counting one, with a t interval over accounts; None without one. `answers`:
    respondents behind it. `at_risk`: accounts with ARR at its start, of which `churned` left.
    """

    segment: str | None
    quarter: date
    nps: Score | None
    answers: int
    at_risk: int
    churned: int


@dataclass(frozen=True)
class Left:
    """An account that left: in which quarter, what it paid, and its latest NPS before then (four quarters back)."""

    account: str
    segment: str | None
    quarter: date
    lost: float
    currency: str
    nps: float | None
    nps_quarter: date | None


@dataclass(frozen=True)
class Standing:
    """Where an account that is still here stands: its latest NPS of this quarter or the four before, ARR at the end."""

    account: str
    segment: str | None
    nps: float
    nps_quarter: date
    arr: float
    currency: str


@dataclass(frozen=True)
class Study:
    """All of it. `accounts`: with ARR or an NPS in any of the quarters."""

    accounts: int
    lines: tuple[SegmentLine, ...]
    links: tuple[Link, ...]
    retention: tuple[Retention, ...]
    quarters: tuple[QuarterScore, ...]


def study(rows: Sequence[AccountQuarter], answers: Mapping[tuple[str, date], int], *, last: date, seed: int) -> Study:
    """Study account-quarters that end with `last`; `answers` are respondents by (account, quarter).

    Lines are each searched for themselves, so with k segments one in twenty of k null ones may be found by chance.
    Answers: does our NPS foretell who leaves, where is the line, and do we keep our revenue (CX leader)?
    """
    slices = _slices(rows)
    line = churn_line(rows, seed=seed)
    return Study(
        accounts=len({row.account for row in rows}),
        # Where all are of one segment, its line is theirs.
        lines=tuple(
            SegmentLine(segment, line if len(group) == len(rows) else churn_line(group, seed=seed))
            for segment, group in slices
        ),
        links=links(rows),
        retention=retention_table(rows, [quarters_after(last, -back) for back in range(LASTS)]),
        quarters=tuple(one for segment, group in slices for one in quarter_scores(group, answers, segment=segment)),
    )


def _slices(rows: Sequence[AccountQuarter]) -> list[tuple[str | None, list[AccountQuarter]]]:
    segments: dict[str, list[AccountQuarter]] = defaultdict(list)
    for row in rows:
        if row.segment:
            segments[row.segment].append(row)
    return [(None, list(rows)), *sorted(segments.items())]


def quarter_scores(
    rows: Iterable[AccountQuarter], answers: Mapping[tuple[str, date], int], *, segment: str | None = None
) -> list[QuarterScore]:
    """Sum up each quarter of one slice, oldest first. Answers: is it getting better, and do accounts stay (CX leader)?

    An account counts one however many of its people answered, so its quarter is the unit of the interval.
    """
    by_quarter: dict[date, list[AccountQuarter]] = defaultdict(list)
    for row in rows:
        by_quarter[row.quarter].append(row)
    found = []
    for quarter, group in sorted(by_quarter.items()):
        scored = [row.nps for row in group if row.nps is not None]
        nps = mean_of_moments(sum(scored), sum(one * one for one in scored), len(scored), _ACCOUNT_SCALE)
        behind = sum(answers.get((row.account, quarter), 0) for row in group if row.nps is not None)
        at_risk = [row for row in group if row.start > 0]
        found.append(QuarterScore(segment, quarter, nps, behind, len(at_risk), sum(row.gone for row in at_risk)))
    return found


def left(rows: Iterable[AccountQuarter]) -> list[Left]:
    """List the accounts that left, the last first, each with its latest NPS before. Answers: did we hear it coming?"""
    by_account: dict[str, list[AccountQuarter]] = defaultdict(list)
    for row in rows:
        by_account[row.account].append(row)
    found = []
    for history in by_account.values():
        for gone in (row for row in history if row.gone):
            oldest = quarters_after(gone.quarter, -MEMORY_QUARTERS)
            before = [row for row in history if row.nps is not None and oldest <= row.quarter < gone.quarter]
            heard = max(before, key=lambda row: row.quarter, default=None)
            found.append(
                Left(
                    gone.account,
                    gone.segment,
                    gone.quarter,
                    gone.start,
                    gone.currency,
                    None if heard is None else heard.nps,
                    None if heard is None else heard.quarter,
                )
            )
    return sorted(found, key=lambda one: (-one.quarter.toordinal(), one.account))


def standings(rows: Iterable[AccountQuarter], *, last: date) -> list[Standing]:
    """List the accounts that were heard within the line's memory and have not left, the lowest NPS first.

    `last` is the newest quarter of the rows, over or not. Answers: who is under the line today (CX leader, CSM)?
    """
    by_account: dict[str, list[AccountQuarter]] = defaultdict(list)
    for row in rows:
        by_account[row.account].append(row)
    oldest = quarters_after(last, -MEMORY_QUARTERS)
    found = []
    for history in by_account.values():
        ordered = sorted(history, key=lambda row: row.quarter)
        heard = next((row for row in reversed(ordered) if row.nps is not None and row.quarter >= oldest), None)
        paid = next((row for row in reversed(ordered) if row.start > 0), None)
        if heard is None or heard.nps is None or (paid is not None and paid.gone):
            continue
        arr, currency = (0.0, heard.currency) if paid is None else (paid.end, paid.currency)
        found.append(Standing(heard.account, heard.segment, heard.nps, heard.quarter, arr, currency))
    return sorted(found, key=lambda one: (one.nps, -one.arr, one.account))


def fingerprint(
    rows: Iterable[AccountQuarter], answers: Mapping[tuple[str, date], int], *, last: date, seed: int
) -> str:
    """Give what `study` rests on as 64 hex digits: the same rows give the same study."""
    parts = hashlib.sha256(f"{last} {seed} {LASTS}\n".encode())
    for row in rows:
        parts.update(repr((tuple(row), answers.get((row.account, row.quarter)))).encode())
    return parts.hexdigest()
