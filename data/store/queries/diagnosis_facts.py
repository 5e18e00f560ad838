"""What was read of an account as the facts that a diagnosis states: judged in `cx`, no query here."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from cx.account_scores import AccountScore, account_scores
from cx.account_themes import Said, ThemeUse, theme_uses
from cx.answers import Answer, last_of_each
from cx.facts import PLAIN, Facts, Left, Mismatch, ThemeName
from cx.fusion import fuse
from cx.loop_clocks import Due
from cx.perception import Contradiction, Heard, contradictions, perception_gap, tone
from cx.risk import EarlyRisk, OnboardingAnswers, early_risk
from cx.scores import PASSIVE_FROM, Scale, nps, score_band, share, told
from cx.standing import RISK_WINDOW, standing
from data.store.queries.committee import Departure
from data.store.queries.diagnosis_read import Reading
from data.store.queries.matches import MismatchMention, Promise
from data.store.queries.slices import Slice


def facts_of(read: Reading, dues: Sequence[Due]) -> Facts:
    """Give all that the statements about an account are made from; `dues` is what its open loops wait for."""
    day, account, infos = read.window.day, read.account, read.words.infos
    now = standing(read.signals, day, renewal=account.renewal_date, motion=account.motion, line=read.line)
    by_stage, by_agent = _scores(read)
    hard = _onboarding(read.answered.year)
    times = [one.at for _, group in hard for one in group]
    return Facts(
        since=read.window.since.date(),
        as_of=day,
        standing=now,
        signals=read.signals,
        fusion=fuse(now.score, now.usage),
        perception=perception_gap(read.health, _heard(read), day),
        answers=read.answered.now,
        early=[_early(scale, group) for scale, group in hard],
        onboarded=(min(times).date(), max(times).date()) if times else None,
        by_stage=by_stage,
        by_agent=by_agent,
        themes=_themes(read, "taxonomy"),
        discovered=_themes(read, "discovered"),
        names={key: ThemeName(one.name, one.emerging, one.owner, one.action) for key, one in infos.items()},
        mismatch=_mismatch(read.mentions, read.commitments, read.window.now),
        contradictions=_contradictions(read),
        left=[_left(one, read.answered.year) for one in read.gone],
        overdue=dues,
        ticket_comments=_ticket_comments(read.words.now),
        worded=frozenset(_worded(read)),
    )


def _themes(read: Reading, kind: str) -> list[ThemeUse]:
    words = read.words
    first = {key: time for key, time in words.first_said.items() if time is not None}
    return theme_uses(words.now, words.before, words.points, kind=kind, since=read.window.since, first_said=first)


def _scores(read: Reading) -> tuple[list[AccountScore], list[AccountScore]]:
    by_stage = account_scores(
        read.answered.now, read.answered.before, types=("csat", "ces"), group=lambda one: one.stage or "unknown"
    )
    by_agent = account_scores(read.answered.now, read.answered.before, types=("csat",), group=lambda one: one.agent_id)
    return by_stage, by_agent


def _onboarding(found: Iterable[Answer]) -> list[tuple[Scale, list[Answer]]]:
    """Give the onboarding CES answers by scale: never together across unlike scales."""
    groups: dict[Scale, list[Answer]] = {}
    for one in found:
        if one.scale.type == "ces" and one.stage == "onboarding":
            groups.setdefault(one.scale, []).append(one)
    return sorted(groups.items(), key=lambda pair: (pair[0].low, pair[0].high, pair[0].high_is_good))


def _early(scale: Scale, found: Sequence[Answer]) -> EarlyRisk:
    scores = [one.score for one in found]
    low = [one for one in found if score_band(one.score, scale) < 0]
    return early_risk(
        OnboardingAnswers(
            len(scores),
            sum(scores),
            sum(score * score for score in scores),
            len(low),
            scale,
            tuple(one.answer_id for one in low),
        )
    )


def _heard(read: Reading) -> Heard:
    """What customers answered lately, to hold against the vendor's health status.

    DOMAIN: "the customer's last answers": those of the last 90 days at most, whatever the window. Complaints without a
    score stand under the themes: held against green by their share of mentions they made a gap at eight more accounts
    of the sample, out of one to four voices.
    """
    lately = [one for one in read.answered.now if one.at >= read.window.now.as_of - RISK_WINDOW]
    csat = [one for one in lately if one.scale.type == "csat"]
    low_csat = [one for one in csat if score_band(one.score, one.scale) < 0]
    last = last_of_each(one for one in lately if one.scale.type == "nps")
    low_nps = [one for one in last if one.score < PASSIVE_FROM]
    return Heard(
        nps=nps([one.score for one in last]),
        detractors=len(low_nps),
        csat_flagged=told(share(len(low_csat), len(csat))),
        evidence=tuple(one.answer_id for one in (*low_nps, *low_csat)),
    )


def _contradictions(read: Reading) -> list[Contradiction]:
    spoken = [one for one in read.words.now if not one.vendor_voice and one.band is not None]
    praise: dict[int, float] = defaultdict(float)
    blame: dict[int, float] = defaultdict(float)
    for point in read.words.points:
        if point.kind == "taxonomy":
            praise[point.pk] += point.praise
            blame[point.pk] += point.blame
    heard = tone(
        [one.sentiment or 0.0 for one in spoken],
        [praise[one.pk] for one in spoken],
        [blame[one.pk] for one in spoken],
    )
    return contradictions([one.comment_id for one in spoken], [one.band or 0 for one in spoken], heard)


def _mismatch(mentions: Sequence[MismatchMention], commitments: Sequence[Promise], now: Slice) -> Mismatch:
    plain = [one for one in mentions if one.confidence >= PLAIN]
    theirs = sorted((one for one in plain if not one.vendor_voice), key=lambda one: (one.said_at, one.passage_id))
    times = [one.said_at for one in theirs]
    return Mismatch(
        people=len({one.respondent_key for one in theirs}),
        roles=tuple(dict.fromkeys(one.role for one in theirs)),
        stages=tuple(dict.fromkeys(one.stage for one in theirs if one.stage)),
        comments=len({one.comment_pk for one in theirs}),
        in_window=len({one.comment_pk for one in theirs if now.since is None or one.said_at >= now.since}),
        first_said=min(times, default=None),
        last_said=max(times, default=None),
        ids=tuple(dict.fromkeys(one.comment_id for one in reversed(theirs))),
        note_ids=tuple(dict.fromkeys(one.comment_id for one in plain if one.vendor_voice)),
        commitments=len(commitments),
    )


def _left(gone: Departure, year: Sequence[Answer]) -> Left:
    """What who left, and who took over, answered in the year: what stands behind the change of people, newest first."""
    heir = None if gone.successor is None else gone.successor.contact_id
    nps_of = [one for one in year if one.scale.type == "nps" and one.named]
    both = [one for one in nps_of if one.contact_id in (gone.person.contact_id, heir)]
    after = [one.score for one in both if one.contact_id == heir and one.at.date() >= gone.left_on]
    return Left(
        gone.role,
        gone.person.name,
        gone.left_on,
        None if gone.successor is None else gone.successor.name,
        gone.since,
        tuple(after),
        tuple(one.answer_id for one in reversed(both)),
    )


def _ticket_comments(said: Iterable[Said]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for one in said:
        if one.ticket_id is not None and one.source == "ticket":
            key = f"ticket:{one.ticket_id}"
            found[key] = (*found.get(key, ()), one.comment_id)
    return found


def _worded(read: Reading) -> Iterator[str]:
    yield from (one.comment_id for one in (*read.words.now, *read.words.before))
    yield from (one.comment_id for one in read.mentions)
    yield from (one.comment_id for one in read.answered.year if one.comment_id is not None)
