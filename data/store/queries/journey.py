"""The journey: what came in at each stage, from whom, and whether anybody took it up."""

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from cx.journey import STAGES
from data.store.columns.cache import read_columns
from data.store.columns.pack import ANALYSED, LISTED, NEGATIVE, POLARITY, VENDOR
from data.store.columns.whole import Numbers, Whole
from data.store.models import Account, LoopAct, OpenedLoop, Response, Staff, Survey
from data.store.queries.answers import scored_answers
from data.store.queries.scores import response_conditions
from data.store.queries.selection import comment_mask
from data.store.queries.slices import UNKNOWN, Slice, account_filters, who_filters, within

# Words that are a signal by themselves; those of an answer come with its score.
WORDS_ONLY = ("ticket", "in_app", "review_note")
# Detractors' words first, then those without a score, then the rest: more than any time in microseconds.
_AHEAD = 1 << 60


@dataclass
class StageHeard:
    """What came in at one stage: answers with a score and comments without one, by source.

    `accounts`: with any of these. `flagged`: answers at or past their line. `loops`: opened by these, of which
    `touched` have a first touch. `pks`: keys of the comments to read first. `comments`: how many there are to read.
    """

    by_source: dict[str, int] = field(default_factory=dict)
    derived: int = 0
    accounts: int = 0
    flagged: int = 0
    loops: int = 0
    touched: int = 0
    comments: int = 0
    pks: list[int] = field(default_factory=list)


def stages_heard(session: Session, filters: Slice, *, comments: int) -> dict[str, StageHeard]:
    """Give what came in at each stage in a slice, "unknown" for what has none, with up to `comments` keys each."""
    whole = read_columns(session)
    found: dict[str, StageHeard] = defaultdict(StageHeard)
    accounts: dict[str, set[int]] = defaultdict(set)
    _add_answers(session, whole, filters, found, accounts)
    _add_words(session, whole, filters, found, accounts, comments=comments)
    for stage, heard in accounts.items():
        found[stage].accounts = len(heard)
    for stage, n in _derived(session, whole, filters).items():
        found[stage].derived = n
    for stage, (loops, touched) in _loops(session, filters).items():
        found[stage].loops, found[stage].touched = loops, touched
    return dict(found)


def _stages(whole: Whole) -> list[str]:
    """Give the stage of each number; what has none, or one that is no stage of the journey, is unknown."""
    return [word if word in STAGES else UNKNOWN for word in whole.words.get("stages", ())]


def _add_answers(
    session: Session, whole: Whole, filters: Slice, found: dict[str, StageHeard], accounts: dict[str, set[int]]
) -> None:
    answers = scored_answers(session, whole, filters)
    if not len(answers.rows):
        return
    stage, account = (whole.answers[name][answers.rows].astype(np.int64) for name in ("stage", "account"))
    words = _stages(whole)
    for (place, scale), n in _count(stage, answers.scale.astype(np.int64)).items():
        heard = found[words[place]]
        kind = answers.scales[scale].type
        heard.by_source[kind] = heard.by_source.get(kind, 0) + n
    for (place, _), n in _count(stage[answers.band == -1], account[answers.band == -1] * 0).items():
        found[words[place]].flagged += n
    _add_accounts(whole, stage, account, words, accounts)


def _add_words(
    session: Session,
    whole: Whole,
    filters: Slice,
    found: dict[str, StageHeard],
    accounts: dict[str, set[int]],
    *,
    comments: int,
) -> None:
    columns = whole.comments
    # What can be read is more than what was analysed: words in a language that is not covered are listed too.
    fits = comment_mask(session, whole, filters, needed=0)
    if not fits.any():
        return
    flags = columns["flags"].astype(np.int64)
    kept = fits & (flags & ANALYSED > 0)
    words, sources = _stages(whole), whole.words["sources"]
    alone = np.array([source in WORDS_ONLY for source in sources])
    rows = np.flatnonzero(kept & alone[columns["source"]])
    stage, account, source = (columns[name][rows].astype(np.int64) for name in ("stage", "account", "source"))
    for (place, kind), n in _count(stage, source).items():
        heard = found[words[place]]
        heard.by_source[sources[kind]] = heard.by_source.get(sources[kind], 0) + n
    _add_accounts(whole, stage, account, words, accounts)
    readable = np.flatnonzero(fits & (flags & LISTED > 0))
    for place, word in enumerate(words):
        own = readable[columns["stage"][readable] == place]
        if len(own):
            found[word].comments += int((flags[own] & VENDOR == 0).sum())
            found[word].pks += _first(whole, own, comments)


def _count(one: Numbers, other: Numbers) -> Counter[tuple[int, int]]:
    """Count pairs of small numbers."""
    width = int(other.max(initial=0)) + 1
    counts = np.bincount(one * width + other)
    there = np.flatnonzero(counts)
    return Counter({(key // width, key % width): int(counts[key]) for key in there.tolist()})


def _add_accounts(
    whole: Whole, stage: Numbers, account: Numbers, words: list[str], accounts: dict[str, set[int]]
) -> None:
    nobody = whole.accounts.index("") if "" in whole.accounts else -1
    for place, number in _count(stage, account):
        if number != nobody:
            accounts[words[place]].add(number)


def _first(whole: Whole, rows: Numbers, limit: int) -> list[int]:
    """Give the keys of the comments to read first: customers before notes, detractors before the newest."""
    if not limit or not len(rows):
        return []
    columns = whole.comments
    band = columns["band"][rows].astype(np.int64)
    vendor = columns["flags"][rows].astype(np.int64) & VENDOR > 0
    worth = columns["at"][rows].astype(np.int64) + _AHEAD * np.where(vendor, -1, np.where(band == -1, 1, 0))
    if len(rows) > limit:
        # Of a million, only those that may be shown are put in order.
        least = np.partition(worth, len(rows) - limit)[len(rows) - limit]
        rows, worth = rows[worth >= least], worth[worth >= least]
    order = np.lexsort((-columns["pk"][rows].astype(np.int64), -worth))[:limit]
    return [int(pk) for pk in columns["pk"][rows][order]]


def complaints(session: Session, filters: Slice, theme_key: str, *, limit: int) -> list[int]:
    """Give the keys of the comments in which customers complain of a theme, detractors first, then the newest."""
    whole = read_columns(session)
    mentions, columns = whole.mentions.get("taxonomy"), whole.comments
    number = whole.place("themes").get(theme_key) if whole.words.get("themes") else None
    if not mentions or number is None:
        return []
    negative = mentions["said"].astype(np.int64) & POLARITY == NEGATIVE
    rows = mentions["comment"][(mentions["theme"] == number) & negative].astype(np.int64)
    flags = columns["flags"][rows].astype(np.int64)
    kept = comment_mask(session, whole, filters)[rows] & (flags & (LISTED | VENDOR) == LISTED)
    return _first(whole, rows[kept], limit)


def _derived(session: Session, whole: Whole, filters: Slice) -> dict[str, int]:
    """Count the answers whose stage follows from their account's dates, by stage."""
    # A look at each answer of the window; where every survey says its stage there are none to look for.
    if not whole.once("derived", lambda: session.scalar(select(exists().where(Response.stage_derived.is_(True))))):
        return {}
    rows = session.execute(
        select(func.coalesce(Response.stage, UNKNOWN), func.count())
        .join(Survey, Survey.survey_id == Response.survey_id)
        .where(Response.stage_derived.is_(True), *response_conditions(session, filters))
        .group_by(func.coalesce(Response.stage, UNKNOWN))
    )
    return {stage if stage in STAGES else UNKNOWN: n for stage, n in rows}


def _loops(session: Session, filters: Slice) -> dict[str, tuple[int, int]]:
    """Count the loops that signals of the slice opened, and those that were touched, by stage."""
    touched = exists().where(LoopAct.loop_id == OpenedLoop.id, LoopAct.act == "touch")
    stage = func.coalesce(OpenedLoop.stage, UNKNOWN)
    rows = session.execute(
        select(stage, func.count(), func.count().filter(touched))
        .where(
            *within(OpenedLoop.said_at.expression, filters),
            *who_filters(
                filters,
                account=OpenedLoop.account_id.expression,
                role=OpenedLoop.role.expression,
                stage=OpenedLoop.stage.expression,
                source=OpenedLoop.source.expression,
            ),
        )
        .group_by(stage)
    )
    return {name if name in STAGES else UNKNOWN: (n, done) for name, n, done in rows}


def count_accounts(session: Session, filters: Slice) -> int:
    """Count the accounts of a slice, stubs aside."""
    statement = select(func.count()).select_from(Account).where(Account.is_stub.is_(False), *account_filters(filters))
    return session.scalar(statement) or 0


def staff_names(session: Session, filters: Slice, *, on: date) -> dict[str, list[str]]:
    """Give the names of the vendor's people by function, who serve on a day all accounts or one of the slice's."""
    statement = select(Staff.function, Staff.name).where(
        Staff.valid_from.is_(None) | (Staff.valid_from <= on), Staff.valid_to.is_(None) | (Staff.valid_to >= on)
    )
    if filters.by_account:
        own = select(Account.account_id).where(*account_filters(filters))
        statement = statement.where(Staff.account_id.is_(None) | Staff.account_id.in_(own))
    found: dict[str, list[str]] = defaultdict(list)
    for function, name in session.execute(statement.distinct().order_by(Staff.function, Staff.name)):
        found[function].append(name)
    return dict(found)


def agent_names(session: Session, agents: Collection[str]) -> dict[str, str]:
    """Give the names of the vendor's people by id; those not on the staff list are left out."""
    if not agents:
        return {}
    rows = session.execute(select(Staff.staff_id, Staff.name).where(Staff.staff_id.in_(agents)).order_by(Staff.name))
    return {staff: name for staff, name in rows}
