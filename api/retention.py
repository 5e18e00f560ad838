"""Put retention together: account-quarters from the store, the study over them, and what the people wrote."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import quote, urlencode

from api.errors import ParameterError
from api.schemas.base import Period
from api.schemas.retention import (
    AccountQuarterOut,
    ChurnBandOut,
    LeftOut,
    QuarterScoreOut,
    RetentionOut,
    UnderLineOut,
    UnderOut,
)
from cx.churn_bands import churn_bands
from cx.committee_score import DEFAULT_WEIGHTS, EQUAL_WEIGHTS
from cx.line_search import MEMORY_QUARTERS
from cx.quarters import AccountQuarter, in_currency, last_finished, quarter_of, quarters_after
from cx.retention_study import SEED, Left, fingerprint, left, standings, study
from cx.wording import counted, sentence
from data.store.queries.comment_pages import comment_ids
from data.store.queries.detractors import Detractors, detractor_comments
from data.store.queries.retention import QuarterBook, between, quarter_book
from data.store.queries.slices import Slice
from data.store.repositories.retention import kept_study
from data.store.unit_of_work import Session

SHOWN_LEFT, SHOWN_UNDER, IDS_EACH = 100, 100, 5
# Ten years: more than anybody's accounts go back, and a bound on the work of an answer.
MOST_QUARTERS = 40
# The filters of a slice that go into an address, by the name of the parameter.
_FILTERS = {
    "segment": "segments",
    "industry": "industries",
    "tier": "tiers",
    "motion": "motions",
    "account_age": "account_ages",
    "engagement": "engagements",
    "role": "roles",
    "stage": "stages",
    "source": "sources",
    "score_band": "score_bands",
}


@dataclass(frozen=True)
class Asked:
    """A question about retention: the slice, its quarters, and the currency to turn amounts into ("": none)."""

    filters: Slice
    first: date
    last: date
    currency: str = ""
    rates: tuple[tuple[str, float], ...] = ()


def ask(filters: Slice, *, quarters: int, currency: str, rates: str) -> Asked:
    """Read a question. The last quarter is the last that is over; the window's beginning, if given, is the first.

    Raises:
        ParameterError: The rates can't be read, or no quarter is over in the window.
    """
    last = last_finished(filters.as_of.date())
    first = quarter_of(filters.since.date()) if filters.since is not None else quarters_after(last, 1 - quarters)
    if first > last:
        raise ParameterError(f"no quarter from {first} on is over by {filters.as_of:%Y-%m-%d}: begin earlier")
    first = max(first, quarters_after(last, 1 - MOST_QUARTERS))
    turned = _rates(rates)
    if turned and not currency:
        raise ParameterError(f"rates={rates[:40]!r} turns into which currency? add currency=EUR, say")
    return Asked(filters, first, last, currency.upper(), turned)


def _rates(words: str) -> tuple[tuple[str, float], ...]:
    found = {}
    for part in (one.strip() for one in words.split(",") if one.strip()):
        name, _, value = part.partition(":")
        try:
            rate = float(value)
        except ValueError:
            rate = 0.0
        if not (len(name) == 3 and name.isalpha() and 0 < rate < 1e9):
            raise ParameterError(f"rates={words[:40]!r} is not understood: write GBP:1.17,USD:0.92")
        found[name.upper()] = rate
    return tuple(sorted(found.items()))


def read_book(session: Session, asked: Asked) -> QuarterBook:
    """Read the account-quarters, in the currency asked for.

    Raises:
        ParameterError: A currency has no rate.
    """
    book = quarter_book(session, asked.filters, first=asked.first, last=asked.last)
    if not asked.currency:
        return book
    rates = dict(asked.rates)
    missing = sorted({row.currency for row in book.rows} - {*rates, asked.currency})
    if "" in missing:
        unknown = len({row.account for row in book.rows if not row.currency})
        raise ParameterError(f"{counted(unknown, 'account')} without a currency: import it, or read currencies apart")
    if missing:
        example = ",".join(f"{name}:RATE" for name in missing)
        raise ParameterError(f"no rate from {', '.join(missing)} to {asked.currency}: add rates={example}")
    return replace(book, rows=in_currency(book.rows, asked.currency, rates))


# (fingerprint, how to work a study out) -> the study, perhaps of an answer before.
Keep = Callable[[str, Callable[[], Mapping[str, Any]]], Mapping[str, Any]]


def retention_out(session: Session, asked: Asked, *, keep: Keep) -> RetentionOut:
    """Answer a question: the study of its account-quarters, with the words of the people behind it.

    A study costs a second or more of CPU where there are many accounts; the same rows give the same one, so `keep` may
    hold it longer than the data's version lasts, and the run has worked the usual one out already.
    """
    book = read_book(session, asked)
    answers = book.scores.answers
    mark = fingerprint(book.rows, answers, last=asked.last, seed=SEED)

    def work_out() -> Mapping[str, Any]:
        return kept_study(session, mark) or asdict(study(book.rows, answers, last=asked.last, seed=SEED))

    found = keep(mark, work_out)
    gone, said = left(book.rows)[:SHOWN_LEFT], _said(session, asked)
    return RetentionOut(
        period=Period(since=asked.filters.since, as_of=asked.filters.as_of),
        first=asked.first,
        last=asked.last,
        accounts=found["accounts"],
        currency=_currency(book.rows),
        notes=_notes(book, asked),
        weights=[one.printed() for one in (*DEFAULT_WEIGHTS.values(), EQUAL_WEIGHTS)],
        lines=found["lines"],
        links=found["links"],
        retention=found["retention"],
        quarters=_with_words(session, asked, found["quarters"], book.rows, said),
        left=_left(session, gone, book, said),
        bands=[ChurnBandOut.model_validate(one) for one in churn_bands(book.rows)],
        under=_under(session, asked, book, said, line=found["lines"][0]["line"]["line"]),
    )


def _currency(rows: Sequence[AccountQuarter]) -> str:
    found = {row.currency for row in rows if row.start > 0}
    return found.pop() if len(found) == 1 else ""


def _notes(book: QuarterBook, asked: Asked) -> list[str]:
    """Say what was left out, and in which currency amounts are."""
    notes = []
    currencies = sorted({row.currency or "an unknown currency" for row in book.rows if row.start > 0})
    if asked.currency:
        rates = ", ".join(f"1 {name} = {rate:g} {asked.currency}" for name, rate in asked.rates)
        notes.append(f"amounts in {asked.currency}" + (f"; {rates}, for all quarters" if rates else ""))
    elif len(currencies) > 1:
        joined = ", ".join(currencies)
        notes.append(
            f"revenue stands in {joined}: NRR and GRR are told for each apart; currency=EUR and your rates, "
            "rates=GBP:1.17,USD:0.92, put them together. Lines and lags are of accounts' own shares, in any currency"
        )
    if book.foreign:
        events = counted(book.foreign, "revenue event")
        notes.append(f"{events} in another currency than the account's left out")
    if book.unknown_arr:
        notes.append(f"{counted(book.unknown_arr, 'account')} without known revenue left out of churn, NRR and GRR")
    notes.append(
        "account-level NPS of a quarter: a respondent's last answer, roles weighed by the account's motion; answers to "
        "anonymous surveys stay out"
    )
    return [sentence(one) for one in notes]


def _with_words(
    session: Session,
    asked: Asked,
    quarters: Sequence[Mapping[str, Any]],
    rows: Sequence[AccountQuarter],
    said: Detractors,
) -> list[QuarterScoreOut]:
    """Put the way to the detractors' comments beside each quarter, and the newest of their ids."""
    segment_of = {row.account: row.segment for row in rows}
    segments = sorted({segment for segment in segment_of.values() if segment is not None})
    # A later key is a later import, near enough to tell which to show.
    everybody = said.newest(dict.fromkeys(segment_of, 0), each=IDS_EACH)
    newest: dict[tuple[str | None, date], list[int]] = {(None, quarter): pks for (_, quarter), pks in everybody.items()}
    places = {segment: place for place, segment in enumerate(segments)}
    groups = {account: places[segment] for account, segment in segment_of.items() if segment is not None}
    for (place, quarter), pks in said.newest(groups, each=IDS_EACH).items():
        newest[segments[place], quarter] = pks
    ids = comment_ids(session, [pk for keys in newest.values() for pk in keys])
    shown = []
    for one in quarters:
        plain = QuarterScoreOut.model_validate(one)
        own = newest.get((plain.segment, plain.quarter), [])
        address = _comments_at(asked.filters, plain.quarter, segment=plain.segment)
        shown.append(
            plain.model_copy(update={"comments_at": address, "comment_ids": [ids[pk] for pk in own if pk in ids]})
        )
    return shown


def _comments_at(filters: Slice, quarter: date, *, segment: str | None) -> str:
    """Write the address of the detractors' comments of a quarter."""
    values: dict[str, Any] = {name: list(getattr(filters, field)) for name, field in _FILTERS.items()}
    values = {"period": _period(quarter), **{name: words for name, words in values.items() if words}}
    if segment is not None:
        values["segment"] = segment
    return f"/v1/scores/nps/comments?{urlencode(values, doseq=True)}"


def _period(quarter: date) -> str:
    return f"{quarter.year}-Q{(quarter.month + 2) // 3}"


def _left(session: Session, gone: Sequence[Left], book: QuarterBook, said: Detractors) -> list[LeftOut]:
    """Show the accounts that left with what their detractors wrote in the four quarters before."""
    own = {one: _before(said, one) for one in gone}
    ids = comment_ids(session, [pk for pks in own.values() for pk in pks])
    shown = []
    for one in gone:
        behind = book.scores.answers.get((one.account, one.nps_quarter), 0) if one.nps_quarter else 0
        shown.append(
            LeftOut(
                **asdict(one),
                name=book.names.get(one.account, one.account),
                answers=behind,
                comment_ids=[ids[pk] for pk in own[one] if pk in ids],
            )
        )
    return shown


def _under(session: Session, asked: Asked, book: QuarterBook, said: Detractors, *, line: float) -> UnderLineOut:
    """Show who is under the line now: with the quarter that runs, where one does."""
    running = _running(asked)
    books, last = [book], asked.last
    if running != last:
        books, last = [book, read_book(session, replace(asked, first=running, last=running))], running
    now = standings([row for one in books for row in one.rows], last=last)
    under = [one for one in now if one.nps < line]
    shown = {one.account: one for one in under[:SHOWN_UNDER]}
    names = {key: name for one in books for key, name in one.names.items()}
    answers = {key: n for one in books for key, n in one.scores.answers.items()}
    items = [
        UnderOut(
            **asdict(one),
            name=names.get(one.account, one.account),
            answers=answers.get((one.account, one.nps_quarter), 0),
            comments=said.count(one.account, one.nps_quarter),
        )
        for one in shown.values()
    ]
    return UnderLineOut(line=line, heard=len(now), n=len(under), items=items)


def _running(asked: Asked) -> date:
    """Give the quarter that runs, or the last one where none does."""
    running = quarters_after(asked.last, 1)
    return running if running <= asked.filters.as_of.date() else asked.last


def _said(session: Session, asked: Asked) -> Detractors:
    """Read what detractors wrote in the quarters asked for, the one that runs, and those that a memory reaches back."""
    first = quarters_after(asked.first, -MEMORY_QUARTERS)
    return detractor_comments(session, between(asked.filters, first, _running(asked)))


def _before(said: Detractors, gone: Left) -> list[int]:
    """Give what an account's detractors wrote in the quarter that it left and the four before, newest first."""
    quarters = [quarters_after(gone.quarter, -back) for back in range(MEMORY_QUARTERS + 1)]
    return [pk for quarter in quarters for pk in said.of(gone.account, quarter)][:IDS_EACH]


def account_rows(book: QuarterBook) -> list[AccountQuarterOut]:
    """Show every account-quarter, by account and quarter."""
    return [
        AccountQuarterOut(
            account_id=row.account,
            name=book.names.get(row.account, row.account),
            segment=row.segment,
            quarter=row.quarter,
            nps=row.nps,
            answers=book.scores.answers.get((row.account, row.quarter), 0),
            start=row.start,
            expansion=row.expansion,
            contraction=row.contraction,
            churned=row.churned,
            currency=row.currency,
            gone=row.gone,
            comments_at=f"/v1/accounts/{quote(row.account, safe='')}/comments?period={_period(row.quarter)}",
        )
        for row in book.rows
    ]
