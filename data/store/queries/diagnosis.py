"""All of one account's diagnosis: read in some twenty queries, judged in `cx`."""

from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy.orm import Session

from cx.account_scores import AccountScore
from cx.account_themes import ThemeUse
from cx.coverage import AccountRevenue, Coverage
from cx.facts import Facts, Left, Mismatch, Statement
from cx.fusion import Fusion
from cx.headline import Headline, Step, headline, next_steps, success_manager
from cx.loop_clocks import Due, due
from cx.perception import Contradiction, Health, PerceptionGap
from cx.risk import EarlyRisk
from cx.standing import Signals, Standing, standing
from cx.statements import statements
from data.store.queries.account_words import account_words
from data.store.queries.accounts import AccountRow
from data.store.queries.comments import CommentRow
from data.store.queries.committee import account_coverage
from data.store.queries.diagnosis_facts import facts_of
from data.store.queries.diagnosis_read import MENTIONS, Reading, read_account
from data.store.queries.loops import LoopView
from data.store.queries.matches import MismatchMention, Promise
from data.store.queries.slices import Slice
from data.store.queries.themes import ThemeInfo

# Verbatims shown of each theme.
VERBATIMS = 3
# Discovered themes shown: an account of 500 comments touches sixty.
MOST_DISCOVERED = 20


@dataclass(frozen=True)
class Diagnosis:
    """One account over a window, beside the window of equal length before it. `words` are comments by their id."""

    account: AccountRow
    now: Slice
    before: Slice
    standing: Standing
    fusion: Fusion
    perception: PerceptionGap
    health: Health | None
    early: list[EarlyRisk]
    by_stage: list[AccountScore]
    by_agent: list[AccountScore]
    agents: dict[str, str]
    standing_before: Standing
    themes: list[ThemeUse]
    discovered: list[ThemeUse]
    infos: dict[str, ThemeInfo]
    mismatch: Mismatch
    mentions: list[MismatchMention]
    commitments: list[Promise]
    contradictions: list[Contradiction]
    left: list[Left]
    loops: list[LoopView]
    dues: list[Due]
    coverage: Coverage
    manager: str | None
    last_heard: date | None
    facts: Facts
    statements: tuple[Statement, ...]
    headline: Headline
    steps: tuple[Step, ...]
    words: dict[str, CommentRow] = field(default_factory=dict)


def diagnose(session: Session, filters: Slice, account_id: str, *, clock: datetime) -> Diagnosis:
    """Diagnose an account in a window; `clock` is the time that loops run by.

    Raises:
        NotFoundError: There is no such account in the reader's scope.
        QueryError: The window has no beginning.
    """
    read = read_account(session, filters, account_id)
    dues = list(due([view.loop for view in read.loops], clock))
    facts = facts_of(read, dues)
    words = account_words(session, _shown(read, facts), read.words.points, read.words.infos, veil=read.veil)
    return _told(read, facts, dues, words)


def _shown(read: Reading, facts: Facts) -> set[int]:
    """Give the numbers of the comments that are shown in full."""
    uses = (*facts.themes, *facts.discovered[:MOST_DISCOVERED])
    shown = {key for use in uses for key in (*use.now.comment_ids[:VERBATIMS], *use.now.note_ids[:VERBATIMS])}
    shown.update(one.comment_id for one in facts.contradictions)
    return {one.pk for one in read.words.now if one.comment_id in shown}


def _told(read: Reading, facts: Facts, dues: list[Due], words: dict[str, CommentRow]) -> Diagnosis:
    day, account = read.window.day, read.account
    found = statements(facts)
    actions = {f"theme {key}": one.action for key, one in read.words.infos.items() if one.action}
    earlier = Signals(nps_now=read.signals.nps_before)
    return Diagnosis(
        account=account,
        now=read.window.now,
        before=read.window.before,
        standing=facts.standing,
        fusion=facts.fusion,
        perception=facts.perception,
        health=read.health,
        early=list(facts.early),
        by_stage=list(facts.by_stage),
        by_agent=list(facts.by_agent),
        agents=read.names,
        standing_before=standing(earlier, day, renewal=None, motion=account.motion),
        themes=list(facts.themes),
        discovered=list(facts.discovered),
        infos=read.words.infos,
        mismatch=facts.mismatch,
        mentions=read.mentions[:MENTIONS],
        commitments=read.commitments,
        contradictions=list(facts.contradictions),
        left=list(facts.left),
        loops=read.loops,
        dues=dues,
        coverage=_coverage(read),
        manager=success_manager(read.team),
        last_heard=read.last_heard,
        facts=facts,
        statements=found,
        headline=headline(found, facts.standing.flag, since=facts.since, as_of=day, last_heard=read.last_heard),
        steps=next_steps(found, read.team, theme_actions=actions),
        words=words,
    )


def _coverage(read: Reading) -> Coverage:
    account, answered = read.account, bool(read.answered.now)
    ever = answered or any(one.ever_answered for one in read.people)
    revenue = AccountRevenue(account.account_id, account.arr, account.currency, answered, ever)
    return account_coverage(read.people, read.answered.now, revenue, read.window.day)
