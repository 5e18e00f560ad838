"""Put a diagnosis together for a reader: every figure with n and interval, every statement with its ids."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from api.deps import period_of
from api.loops import loop_out
from api.schemas.comments import CommentOut
from api.schemas.diagnosis import (
    AccountHeadOut,
    ChangeOut,
    CommitteeOut,
    ContradictionOut,
    DeciderLeftOut,
    DiagnosisOut,
    DiagnosisScoresOut,
    DiagnosisThemeOut,
    DirectionOut,
    EarlyRiskOut,
    FusionOut,
    GroupFigureOut,
    HeadlineOut,
    HeardOut,
    LegOut,
    MismatchAtAccountOut,
    PerceptionOut,
    PromiseOut,
    RenewalFlagOut,
    RenewalRiskOut,
    RisksOut,
    RoleFigureOut,
    RoleHeardOut,
    StatementOut,
    StepOut,
    UseOut,
    WeightsOut,
)
from api.schemas.figures import FigureOut
from api.schemas.mismatch import MismatchMentionOut
from api.schemas.themes import ThemeInfoOut
from cx.account_scores import AccountScore
from cx.account_themes import ThemeUse, Uses
from cx.answers import last_of_each
from cx.changes import people_changes, score_changes, theme_changes
from cx.facts import split_ids
from cx.fusion import Direction
from cx.scores import Score
from cx.standing import FLAGGED
from data.store.queries.diagnosis import MOST_DISCOVERED, VERBATIMS, Diagnosis
from data.store.queries.matches import LEAST_SIMILARITY, MismatchMention
from data.store.queries.themes import ThemeInfo

# Ids of each kind shown beside one statement or figure.
MOST_IDS = 50
# Commitments named beside one mention.
NEAREST = 3
# Asked for once: pydantic looks a class's fields up each time.
_HEAD = tuple(AccountHeadOut.model_fields)
_COUNTED = tuple(name for name in UseOut.model_fields if name not in ("share", "review_notes"))


def diagnosis_out(found: Diagnosis, *, clock: datetime) -> DiagnosisOut:
    """Show a diagnosis; `clock` is the time that loops run by."""
    said = {key: CommentOut.model_validate(row) for key, row in found.words.items()}
    return DiagnosisOut(
        account=_head(found),
        period=period_of(found.now),
        period_before=period_of(found.before),
        headline=HeadlineOut(text=found.headline.text, **_kept(found.headline.comment_ids, found.headline.other_ids)),
        statements=[_statement(one) for one in found.statements],
        steps=[StepOut(**{**asdict(one), **_kept(one.comment_ids, one.other_ids)}) for one in found.steps],
        scores=_scores(found),
        themes=[_theme(found, use, said) for use in found.themes],
        discovered=[_theme(found, use, said) for use in found.discovered[:MOST_DISCOVERED]],
        mismatch=_mismatch(found),
        fusion=_fusion(found),
        risks=_risks(found),
        contradictions=[
            ContradictionOut(**asdict(one), comment=said.get(one.comment_id)) for one in found.contradictions
        ],
        loops=[loop_out(view, clock) for view in found.loops],
        changes=_changes(found),
        deciders_left=_deciders(found),
        coverage=_coverage(found),
    )


def _head(found: Diagnosis) -> AccountHeadOut:
    row = {name: getattr(found.account, name) for name in _HEAD if hasattr(found.account, name)}
    return AccountHeadOut(**row, success_manager=found.manager, last_heard=found.last_heard)


def _figure(score: Score | None) -> FigureOut | None:
    return None if score is None else _sure(score)


@lru_cache(maxsize=8192)
def _sure(score: Score) -> FigureOut:
    """Show a score. The same few shares of people come back in every theme."""
    return FigureOut.model_validate(score)


def _kept(comment_ids: Iterable[str], other_ids: Iterable[str]) -> dict[str, list[str]]:
    return {"comment_ids": list(comment_ids)[:MOST_IDS], "other_ids": list(other_ids)[:MOST_IDS]}


def _refs(found: Diagnosis, ids: Iterable[str]) -> dict[str, list[str]]:
    return _kept(*split_ids(found.facts, ids))


def _statement(one: Any) -> StatementOut:  # noqa: ANN401 - cx.statements.Statement
    return StatementOut(
        kind=one.kind,
        text=one.text,
        numbers=dict(one.numbers),
        stage=one.stage,
        good=one.good,
        **_kept(one.comment_ids, one.other_ids),
    )


def _scores(found: Diagnosis) -> DiagnosisScoresOut:
    return DiagnosisScoresOut(
        nps=_committee(found),
        by_stage=[_group(found, one, stage=one.group) for one in found.by_stage],
        by_agent=[
            _group(found, one, agent_id=one.group, agent_name=found.agents.get(one.group)) for one in found.by_agent
        ],
    )


def _committee(found: Diagnosis) -> CommitteeOut:
    now, before = found.standing.committee, found.standing_before.committee
    last = last_of_each(one for one in found.facts.answers if one.scale.type == "nps")
    roles = [
        RoleFigureOut(
            role=one.role,
            weight=one.weight,
            nps=_sure(one.score),
            mean=_sure(one.mean),
            **_refs(found, (a.answer_id for a in sorted(last, key=lambda a: a.score) if a.role == one.role)),
        )
        for one in now.roles
    ]
    return CommitteeOut(
        n=now.n,
        accounts=now.accounts,
        account_level=_figure(now.account_level),
        user_level=_figure(now.user_level),
        gap=_figure(now.gap),
        weighted_mean=_figure(now.weighted_mean),
        plain_mean=_figure(now.plain_mean),
        roles=roles,
        missing=list(now.missing),
        unweighted=now.unweighted,
        weight_answered=now.weight_answered,
        weights=WeightsOut(name=now.weights.name, by_role=dict(now.weights.by_role)),
        interval_note=now.interval_note,
        reading=now.reading,
        account_level_before=_figure(before.account_level),
        user_level_before=_figure(before.user_level),
    )


def _group(found: Diagnosis, one: AccountScore, **group: str | None) -> GroupFigureOut:
    return GroupFigureOut(
        type=one.scale.type,
        scale_min=one.scale.low,
        scale_max=one.scale.high,
        high_is_good=one.scale.high_is_good,
        score=_sure(one.score),
        flagged=one.flagged,
        before=_figure(one.before),
        **group,
        **_refs(found, (answer.answer_id for answer in one.answers)),
    )


def _use(one: Uses) -> UseOut:
    return UseOut(**{name: getattr(one, name) for name in _COUNTED}, share=_figure(one.share), review_notes=one.notes)


def _theme(found: Diagnosis, use: ThemeUse, said: Mapping[str, CommentOut]) -> DiagnosisThemeOut:
    now = use.now
    shown = [*now.comment_ids[:VERBATIMS], *now.note_ids[:VERBATIMS]]
    return DiagnosisThemeOut(
        info=_info(found.infos[use.theme]),
        now=_use(now),
        before=_use(use.before),
        roles=dict(now.roles),
        stages=dict(now.stages),
        first_said=use.first_said,
        last_said=now.last_said or use.before.last_said,
        change=use.change,
        p=use.p,
        q=use.q,
        comment_ids=list(now.comment_ids[:MOST_IDS]),
        note_ids=list(now.note_ids[:MOST_IDS]),
        verbatims=[said[key] for key in shown if key in said],
    )


@lru_cache(maxsize=4096)
def _info(info: ThemeInfo) -> ThemeInfoOut:
    """Show a theme. The same ones come back at every account."""
    return ThemeInfoOut.model_validate(info)


def _mismatch(found: Diagnosis) -> MismatchAtAccountOut:
    facts = found.mismatch
    return MismatchAtAccountOut(
        people=facts.people,
        comments=facts.comments,
        in_window=facts.in_window,
        roles=list(facts.roles),
        stages=list(facts.stages),
        first_said=facts.first_said,
        last_said=facts.last_said,
        review_note_ids=list(facts.note_ids),
        mentions=[_mention(one) for one in found.mentions],
        commitments=[
            PromiseOut(
                commitment_id=one.commitment_id,
                text=one.text,
                made_by=one.made_by_name or one.made_by,
                made_on=one.made_on,
                handed_over_on=one.handed_over_on,
            )
            for one in found.commitments
        ],
        least_similarity=LEAST_SIMILARITY,
        **_refs(found, facts.ids),
    )


def _mention(one: MismatchMention) -> MismatchMentionOut:
    return MismatchMentionOut.model_validate(replace(one, likenesses=one.likenesses[:NEAREST]))


def _direction(found: Diagnosis, one: Direction) -> DirectionOut:
    return DirectionOut(
        of=one.of,
        state=one.state,
        leaning=one.leaning,
        change=_figure(one.change),
        line=one.line,
        reading=_capital(one.reading),
        **_refs(found, one.evidence),
    )


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _fusion(found: Diagnosis) -> FusionOut:
    one = found.fusion
    return FusionOut(
        key=one.key,
        reading=one.reading,
        action=_capital(one.action),
        score=_direction(found, one.score),
        usage=_direction(found, one.usage),
    )


def _risks(found: Diagnosis) -> RisksOut:
    standing, perception, health = found.standing, found.perception, found.health
    risk, flag = standing.risk, standing.flag
    return RisksOut(
        renewal=RenewalRiskOut(
            state=risk.state,
            reading=risk.reading,
            legs=[
                LegOut(name=leg.name, holds=leg.holds, sure=leg.sure, direction=_direction(found, leg.direction))
                for leg in risk.legs
            ],
            **_refs(found, risk.evidence),
        ),
        flag=RenewalFlagOut(
            state=flag.state,
            days_left=flag.days_left,
            line=flag.line,
            reading=flag.reading,
            **_refs(found, standing.evidence if flag.state == FLAGGED else ()),
        ),
        onboarding=[
            EarlyRiskOut(
                holds=one.holds,
                mean=_figure(one.mean),
                flagged=_figure(one.flagged),
                line=one.line,
                reading=one.reading,
                **_refs(found, one.evidence),
            )
            for one in found.early
        ],
        perception=PerceptionOut(
            state=perception.state,
            sure=perception.sure,
            status=None if health is None else health.status,
            scored_on=None if health is None else health.scored_on,
            reading=perception.reading,
            **_refs(found, perception.evidence),
        ),
    )


def _changes(found: Diagnosis) -> list[ChangeOut]:
    facts, names = found.facts, found.facts.names
    changes = [
        *score_changes(found.standing.committee, found.standing_before.committee, found.by_stage, facts.answers),
        *theme_changes(found.themes, names),
        *theme_changes(found.discovered, names),
        *people_changes(found.left, facts.since),
    ]
    return [
        ChangeOut(
            what=one.what,
            name=one.name,
            change=one.change,
            text=one.text,
            theme_key=one.theme,
            now=_figure(one.now),
            before=_figure(one.before),
            **_refs(found, one.ids),
        )
        for one in changes
    ]


def _deciders(found: Diagnosis) -> list[DeciderLeftOut]:
    return [
        DeciderLeftOut(
            role=one.role,
            name=one.who,
            left_on=one.left_on,
            successor=one.heir,
            since=one.heir_since,
            scores_since=list(one.heir_scores),
            **_refs(found, one.ids),
        )
        for one in found.left
    ]


def _coverage(found: Diagnosis) -> HeardOut:
    one = found.coverage
    return HeardOut(
        contacts=one.contacts,
        answered=_figure(one.answered),
        roles=[
            RoleHeardOut(role=role.role, contacts=role.contacts, never=role.never, answered=_figure(role.answered))
            for role in one.roles
        ],
        never_roles=list(one.never_roles),
        unknown_roles=list(one.unknown_roles),
        reading=one.reading,
    )
