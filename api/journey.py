"""Put the journey together: signals, scores, owners and words of each stage."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from api.schemas.base import Period
from api.schemas.comments import CommentOut
from api.schemas.journey import (
    JourneyAgentOut,
    JourneyMismatchCellOut,
    JourneyMismatchOut,
    JourneyOut,
    JourneyScoreOut,
    JourneyStageOut,
)
from api.schemas.retention import ValueOut
from api.schemas.scores import ScoreOut
from cx.journey import STAGES
from cx.loops import MISMATCH
from cx.stages import GAP, THEATRE, StageCoverage, StageSignals, stage_coverage
from cx.wording import counted, listed, sentence, spoken
from data.store.queries.comments import CommentRow, read_comments
from data.store.queries.counts import Counts, theme_counts
from data.store.queries.journey import StageHeard, agent_names, complaints, count_accounts, staff_names, stages_heard
from data.store.queries.scores import ScoreRow, scores
from data.store.queries.slices import UNKNOWN, Slice
from data.store.unit_of_work import Session

# Comments shown under the mismatch counts.
MISMATCH_COMMENTS = 5


def journey(session: Session, filters: Slice, *, comments: int) -> JourneyOut:
    """Read the journey of a slice, with up to `comments` comments a stage."""
    heard = stages_heard(session, filters, comments=comments)
    accounts = count_accounts(session, filters)
    staff = staff_names(session, filters, on=filters.as_of.date())
    covered = stage_coverage([_signals(stage, one) for stage, one in heard.items()], staff, accounts=accounts)
    words = {row.pk: row for row in read_comments(session, filters, [pk for one in heard.values() for pk in one.pks])}
    scored = scores(session, filters, group_by=("stage",))
    agents = _agents(session, filters)
    mismatch = _mismatch(session, filters, ("stage",))
    cells = _mismatch(session, filters, ("stage", "role"))
    stages = [
        _stage(
            one,
            heard.get(one.row.stage) or StageHeard(),
            words,
            scored,
            agents.get(one.row.stage, []),
            mismatch.get((one.row.stage,), Counts()),
        )
        for one in covered
    ]
    return JourneyOut(
        period=Period(since=filters.since, as_of=filters.as_of),
        accounts=accounts,
        reading=_reading(covered),
        gaps=[one.row.stage for one in covered if one.state == GAP],
        theatre=[one.row.stage for one in covered if one.state == THEATRE],
        unplaced=sum((heard.get(UNKNOWN) or StageHeard()).by_source.values()),
        stages=stages,
        mismatch=[
            JourneyMismatchCellOut(stage=key[0], role=key[1], counts=_counts(one)) for key, one in _ordered(cells)
        ],
        mismatch_comments=_mismatch_words(session, filters),
    )


def _signals(stage: str, heard: StageHeard) -> StageSignals:
    """Hand a stage to `cx`: where loops are kept, what is to be acted on is what opened one; history opens none."""
    kept = heard.loops > 0
    return StageSignals(
        stage,
        heard.by_source,
        heard.derived,
        heard.accounts,
        flagged=heard.loops if kept else heard.flagged,
        acted=heard.touched if kept else None,
    )


def _stage(
    one: StageCoverage,
    heard: StageHeard,
    words: Mapping[int, CommentRow],
    scored: Sequence[ScoreRow],
    agents: list[JourneyAgentOut],
    mismatch: Counts,
) -> JourneyStageOut:
    return JourneyStageOut(
        stage=one.row.stage,
        state=one.state,
        signal=one.row.signal,
        owner=one.row.owner,
        owners=list(one.owners),
        action=one.row.action,
        missing=list(one.missing),
        n=one.n,
        by_source=dict(sorted(heard.by_source.items())),
        derived=heard.derived,
        accounts=one.accounts,
        reach=None if one.reach is None else ValueOut.model_validate(one.reach),
        flagged=heard.flagged,
        loops=heard.loops,
        touched=heard.touched,
        acted=None if one.acted is None else ValueOut.model_validate(one.acted),
        reading=one.reading,
        scores=[_score(row) for row in scored if row.group["stage"] == one.row.stage],
        agents=agents,
        comments_total=heard.comments,
        comments=[CommentOut.model_validate(words[pk]) for pk in heard.pks if pk in words],
        mismatch=_counts(mismatch),
    )


def _agents(session: Session, filters: Slice) -> dict[str, list[JourneyAgentOut]]:
    """Give the CSAT of the vendor's people by stage, most answers first; answers that name nobody stay out."""
    rows = [row for row in scores(session, filters, group_by=("stage", "agent")) if row.type == "csat"]
    named = sorted((row for row in rows if row.group["agent"] != UNKNOWN), key=lambda row: -row.score.n)
    names = agent_names(session, {row.group["agent"] for row in named})
    found: dict[str, list[JourneyAgentOut]] = {}
    for row in named:
        agent = row.group["agent"]
        one = JourneyAgentOut(**_score(row).model_dump(), agent_id=agent, name=names.get(agent))
        found.setdefault(row.group["stage"], []).append(one)
    return found


def _score(row: ScoreRow) -> JourneyScoreOut:
    return JourneyScoreOut(
        type=row.type,
        scale_min=row.scale_min,
        scale_max=row.scale_max,
        high_is_good=row.high_is_good,
        score=ScoreOut(**asdict(row.score), accounts=row.accounts, flagged=row.flagged),
    )


def _mismatch(session: Session, filters: Slice, dimensions: tuple[str, ...]) -> dict[tuple[str, ...], Counts]:
    """Count the comments of customers on the mismatch, by dimensions."""
    rows = theme_counts(session, filters, group_by=dimensions, theme_keys=(MISMATCH,), with_revenue=False)
    return {tuple(row.group[name] for name in dimensions): row.counts for row in rows if row.counts.comments}


def _ordered(cells: Mapping[tuple[str, ...], Counts]) -> list[tuple[tuple[str, ...], Counts]]:
    """Order cells along the journey, most comments first within a stage."""
    places = {stage: place for place, stage in enumerate(STAGES)}
    return sorted(cells.items(), key=lambda one: (places.get(one[0][0], len(places)), -one[1].comments, one[0]))


def _counts(counts: Counts) -> JourneyMismatchOut:
    return JourneyMismatchOut.model_validate(counts)


def _mismatch_words(session: Session, filters: Slice) -> list[CommentOut]:
    pks = complaints(session, filters, MISMATCH, limit=MISMATCH_COMMENTS)
    return [CommentOut.model_validate(row) for row in read_comments(session, filters, pks)]


def _reading(covered: Sequence[StageCoverage]) -> str:
    gaps = [spoken(one.row.stage) for one in covered if one.state == GAP]
    theatre = [spoken(one.row.stage) for one in covered if one.state == THEATRE]
    parts = [f"{len(covered) - len(gaps) - len(theatre)} of {counted(len(covered), 'stage')} covered"]
    if gaps:
        parts.append(f"no signal at {listed(gaps)}")
    if theatre:
        parts.append(f"a signal that nobody owns or acts on at {listed(theatre)}")
    return sentence("; ".join(parts))
