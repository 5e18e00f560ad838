"""All that a diagnosis is made from, read in some twenty queries, each a range of an index."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cx.account_themes import Point, Said
from cx.answers import Answer
from cx.loop_owners import StaffMember
from cx.loops import CHECKED, STATES
from cx.perception import Health
from cx.standing import RiskLine, Signals
from data.store.columns.pack import Pack
from data.store.models import Comment, Response
from data.store.models.matches import MISMATCH
from data.store.queries.account_promises import account_mentions
from data.store.queries.account_said import AccountSaid, account_points, account_said
from data.store.queries.accounts import AccountRow, account_base
from data.store.queries.committee import Departure, Person, departures, latest_health, people, role_spans, staff
from data.store.queries.directions import answers
from data.store.queries.errors import QueryError
from data.store.queries.loops import LoopView, account_loops
from data.store.queries.matches import MismatchMention, Promise, commitments_of
from data.store.queries.own_pack import first_said, own_pack, own_veil
from data.store.queries.slices import Slice
from data.store.queries.standing import AccountFacts, signals_with
from data.store.queries.themes import ThemeInfo, theme_infos
from data.store.queries.veil import Veil
from data.store.repositories.standing import risk_line

# A contract year: what was said of broken promises, at onboarding, or by somebody who has left since still counts.
YEAR = timedelta(days=365)
# Mentions of broken promises, and loops, that are shown.
MENTIONS, LOOPS = 20, 20


@dataclass(frozen=True)
class Window:
    """The window looked at, the one of equal length before it, and the year to its end."""

    now: Slice
    before: Slice
    year: Slice
    since: datetime

    @property
    def begin(self) -> datetime:
        """When the window before begins."""
        return self.before.since or self.since

    @property
    def far(self) -> Slice:
        """All that is read: from the beginning of the window before, or of the year, whichever is earlier."""
        return replace(self.now, since=min(self.begin, self.year.since or self.since))

    @property
    def day(self) -> date:
        """The last day looked at."""
        return self.now.as_of.date()


@dataclass(frozen=True)
class Words:
    """What was said in both windows, and its themes. `first_said` is None where only review notes speak of one."""

    now: list[Said]
    before: list[Said]
    points: list[Point]
    first_said: dict[str, datetime | None]
    infos: dict[str, ThemeInfo]


@dataclass(frozen=True)
class Answered:
    """The scored answers of the window, of the one before, and of the year."""

    now: list[Answer]
    before: list[Answer]
    year: list[Answer]


@dataclass(frozen=True)
class Reading:
    """What was read of an account, before anything is judged.

    `names` are those of the vendor's people by id; `last_heard` is the day of the last word or answer.
    """

    account: AccountRow
    window: Window
    veil: Veil
    line: RiskLine
    answered: Answered
    words: Words
    signals: Signals
    people: list[Person]
    gone: list[Departure]
    health: Health | None
    mentions: list[MismatchMention]
    commitments: list[Promise]
    loops: list[LoopView]
    team: list[StaffMember]
    names: dict[str, str]
    last_heard: date | None


def read_account(session: Session, filters: Slice, account_id: str) -> Reading:
    """Read an account for its diagnosis.

    Raises:
        NotFoundError: There is no such account in the reader's scope.
        QueryError: The window has no beginning.
    """
    account = account_base(session, filters, account_id)
    window = window_of(filters.of_account(account_id))
    pack = own_pack(session, account_id)
    veil = own_veil(session, pack, window.now, account_id)
    said = account_said(session, window.far, account_id, veil=veil)
    answered = _answered(session, window, account_id, said, veil)
    words = _words(session, filters, window, account_id, said=said, pack=pack, veil=veil)
    contacts = people(session, account_id, window.now)
    spans = role_spans(session, account_id) if any(one.left_on for one in contacts) else []
    agents = {one.agent_id for one in answered.now if one.agent_id is not None and one.scale.type == "csat"}
    team, names = staff(session, account_id, window.day, also=sorted(agents))
    return Reading(
        account=account,
        window=window,
        veil=veil,
        line=risk_line(session),
        answered=answered,
        words=words,
        signals=_signals(session, window, account, answered),
        people=contacts,
        gone=departures(contacts, spans, window.day),
        health=latest_health(session, account_id, window.day),
        mentions=_mentions(session, window, account_id, words=words, veil=veil),
        commitments=commitments_of(session, window.year, account_id=account_id),
        loops=_loops(session, window, account_id),
        team=team,
        names=names,
        last_heard=_last_heard(session, window, words.now, answered.now, veil),
    )


def window_of(now: Slice) -> Window:
    """Give the windows that a diagnosis looks at.

    Raises:
        QueryError: The window has no beginning.
    """
    before = now.before()
    if before is None or now.since is None:
        raise QueryError("a diagnosis looks at a window: give window=90d or since=")
    return Window(now, before, replace(now, since=min(now.since, now.as_of - YEAR)), now.since)


def _answered(session: Session, window: Window, account_id: str, said: AccountSaid, veil: Veil) -> Answered:
    year = window.year.since or window.since
    # An answer and its words have one time: all of them are among what was said.
    read = answers(session, window.far, [account_id], veil=veil)
    # The id of the words is the last one; `_replace` takes five times as long.
    found = [Answer(*one[:-1], said.words.get(one.response_id)) for one in read]
    return Answered(
        now=[one for one in found if one.at >= window.since],
        before=[one for one in found if window.begin <= one.at < window.since],
        year=[one for one in found if one.at >= year],
    )


def _words(
    session: Session, filters: Slice, window: Window, account_id: str, *, said: AccountSaid, pack: Pack, veil: Veil
) -> Words:
    both = replace(window.now, since=window.before.since)
    points = account_points(session, both, account_id, of=said.analysed)
    infos = _shown_infos(session, filters, points)
    return Words(
        now=[one for one in said.rows if one.at >= window.since],
        before=[one for one in said.rows if window.begin <= one.at < window.since],
        points=[point for point in points if point.theme in infos],
        first_said=first_said(pack, window.now, account_id, veil=veil),
        infos=infos,
    )


def _shown_infos(session: Session, filters: Slice, points: Sequence[Point]) -> dict[str, ThemeInfo]:
    """Give the themes of some points; hidden ones are left out."""
    infos = theme_infos(session, {point.theme for point in points}, filters=filters) if points else {}
    return {key: info for key, info in infos.items() if info.state != "hidden"}


def _mentions(session: Session, window: Window, account_id: str, *, words: Words, veil: Veil) -> list[MismatchMention]:
    if MISMATCH not in words.first_said:
        return []
    return account_mentions(session, window.year, account_id, veil=veil, shown=MENTIONS)


def _signals(session: Session, window: Window, account: AccountRow, answered: Answered) -> Signals:
    facts = AccountFacts(account.account_id, account.motion, account.contract_start, account.renewal_date)
    nps = [one for one in (*answered.before, *answered.now) if one.scale.type == "nps"]
    return signals_with(session, window.now, [facts], {account.account_id: nps})[account.account_id]


def _loops(session: Session, window: Window, account_id: str) -> list[LoopView]:
    """Give the loops that are not settled; those of signals after the day looked at are not known yet."""
    open_states = tuple(state for state in STATES if state != CHECKED)
    found = account_loops(session, account_id, open_states, limit=LOOPS)
    return [view for view in found if view.loop.said_at <= window.now.as_of]


def _last_heard(
    session: Session, window: Window, said: Sequence[Said], answered: Sequence[Answer], veil: Veil
) -> date | None:
    """Give the day of the last word or answer by the end of the window, small anonymous groups left out."""
    lately = [*(one.at for one in said), *(one.at for one in answered)]
    if lately:
        return max(lately).date()
    (account_id,) = window.now.accounts or ("",)
    hidden = veil.hidden_at(account_id)
    times = [
        session.scalar(
            select(func.max(at)).where(
                account == account_id, at <= window.now.as_of, survey.is_(None) | survey.not_in(hidden)
            )
        )
        for at, account, survey in (
            (Comment.said_at, Comment.account_id, Comment.survey_id),
            (Response.responded_at, Response.account_id, Response.survey_id),
        )
    ]
    return max((time.date() for time in times if time is not None), default=None)
