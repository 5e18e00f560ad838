"""Does the score foretell what happens to revenue? Account NPS against churn, NRR and GRR some quarters later.

Source: DOMAIN "account NPS against churn and net revenue retention per segment and quarter".
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from cx.correlation import pearson, spearman
from cx.quarter_columns import QuarterColumns, columns_of
from cx.quarters import AccountQuarter
from cx.scores import Score
from cx.wording import counted, sentence, signed

# Issue 4: the same quarter, and one to four before.
LAGS = (0, 1, 2, 3, 4)
# Issue 4: under 20 accounts or 5 churns nothing is told. The five also hold for accounts whose NRR or GRR moved.
LEAST_ACCOUNTS, LEAST_CHURNS = 20, 5
CHURN, NET, GROSS = "churn", "nrr", "grr"
_NAMES = {CHURN: "churn", NET: "NRR", GROSS: "GRR"}
_METHODS = {CHURN: "point-biserial", NET: "Spearman", GROSS: "Spearman"}


@dataclass(frozen=True)
class Link:
    """Account NPS against one outcome of an account in a quarter, `lag` quarters later.

    `segment` is None for all. `n`: account-quarters, of `accounts`; `moved`: accounts with the outcome (churned, or
    NRR or GRR other than 100 %). `correlation` -1..1, None where there is not enough data.
    """

    outcome: str
    lag: int
    segment: str | None
    method: str
    n: int
    accounts: int
    moved: int
    correlation: Score | None
    reading: str


def links(rows: Iterable[AccountQuarter], *, lags: Sequence[int] = LAGS) -> tuple[Link, ...]:
    """Correlate account NPS with churn, NRR and GRR of the same accounts, each lag, all segments first, then each.

    Units are account-quarters with ARR at their start whose account had an NPS `lag` quarters before. Churn: gone in
    the quarter, 1 or 0, point-biserial. NRR = end / start, GRR = (start - min(start, contraction + churned)) / start
    of the account in the quarter: Spearman, as they are skewed. Intervals are over accounts (`cx.correlation`), one
    lag looked at by itself: of five lags, one may look good by chance.
    Answers: does our NPS warn of churn, and how early (CX leader)?
    Source: Tate (1954), Annals of Mathematical Statistics 25(3), point-biserial; Spearman (1904).
    """
    found = list(rows)
    columns = columns_of(found)
    told = [one for lag in lags for one in _of_lag(columns, None, lag)]
    everything = list(told)
    # Numbered as `columns.segment` has them: in order, none at all among them.
    for place, segment in enumerate(sorted({row.segment or "" for row in found})):
        own = columns.segment == place
        if segment and own.all():
            told += [replace(one, segment=segment) for one in everything]
        elif segment:
            group = columns.only(own)
            told += [one for lag in lags for one in _of_lag(group, segment, lag)]
    return tuple(told)


def _of_lag(rows: QuarterColumns, segment: str | None, lag: int) -> list[Link]:
    if len(rows.quarter):
        quarter = rows.quarter - rows.quarter.min()
        # What was said `lag` quarters before stands where it is looked for.
        said = np.full((int(rows.account.max()) + 1, int(quarter.max()) + 1 + lag), np.nan)
        heard = ~np.isnan(rows.nps)
        said[rows.account[heard], quarter[heard] + lag] = rows.nps[heard]
        nps = said[rows.account, quarter]
        kept = (rows.start > 0) & ~np.isnan(nps)
        rows, nps = rows.only(kept), nps[kept]
    else:
        nps = rows.nps
    outcomes = {
        CHURN: rows.gone.astype(float),
        NET: rows.end / rows.start,
        GROSS: 1 - np.minimum(rows.start, rows.lost) / rows.start,
    }
    return [_link(name, lag, segment, nps, values, rows.account) for name, values in outcomes.items()]


def _link(
    outcome: str, lag: int, segment: str | None, nps: np.ndarray, values: np.ndarray, accounts: np.ndarray
) -> Link:
    usual = 0.0 if outcome == CHURN else 1.0
    groups, moved = len(np.unique(accounts)), len(np.unique(accounts[np.abs(values - usual) > 1e-9]))
    score = None
    if groups >= LEAST_ACCOUNTS and moved >= LEAST_CHURNS:
        score = (pearson if outcome == CHURN else spearman)(nps, values, accounts)
    words = _words(outcome, lag, score, n=len(values), accounts=groups, moved=moved)
    return Link(outcome, lag, segment, _METHODS[outcome], len(values), groups, moved, score, words)


def _words(outcome: str, lag: int, score: Score | None, *, n: int, accounts: int, moved: int) -> str:
    name = _NAMES[outcome]
    when = "in the same quarter" if lag == 0 else f"{counted(lag, 'quarter')} later"
    behind = f"{counted(n, 'account-quarter')} of {counted(accounts, 'account')}"
    if score is None:
        what = "churned" if outcome == CHURN else f"with {name} other than 100 %"
        lacking = f"{counted(accounts, 'account')}, {moved:,} {what}; {LEAST_ACCOUNTS} and {LEAST_CHURNS} needed"
        if accounts >= LEAST_ACCOUNTS and moved >= LEAST_CHURNS:
            lacking = f"{behind}, all with the same NPS"
        return sentence(f"NPS and {name} {when}: not enough data ({lacking})")
    ends = ""
    if score.low is not None and score.high is not None:
        ends = f", 95 % interval {signed(score.low, 2)} to {signed(score.high, 2)}"
    verdict = "may be chance"
    if score.low is not None and score.high is not None and not score.low <= 0 <= score.high:
        more = {CHURN: "churn more", NET: "grow more", GROSS: "keep more revenue"}[outcome]
        verdict = f"accounts with a {'higher' if score.value > 0 else 'lower'} NPS {more}"
    return sentence(f"NPS and {name} {when}: {_METHODS[outcome]} {signed(score.value, 2)} ({behind}{ends}); {verdict}")
