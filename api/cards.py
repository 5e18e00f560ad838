"""Put a score together with the comments under it: no score leaves the API without them."""

from collections.abc import Sequence
from dataclasses import asdict

from api.schemas.comments import CommentOut
from api.schemas.scores import GroupScore, ScoreCard, ScoreOut, ThemeShareOut
from data.store.queries.comment_pages import find_comments, negative_shares, page_of
from data.store.queries.comments import CommentQuery
from data.store.queries.scores import ScoreRow, scores
from data.store.queries.slices import Slice
from data.store.unit_of_work import Session

# Themes named on a card.
CARD_THEMES = 5


def score_cards(
    session: Session,
    filters: Slice,
    *,
    types: Sequence[str] = (),
    group_by: Sequence[str] = (),
    comments: int = 3,
    compare: bool = True,
) -> list[ScoreCard]:
    """Build a card per survey type and scale with an answer in the window.

    Without comments (0) the comments under a score are not counted either; without `compare` there is no `before`.
    """
    before = filters.before() if compare else None
    earlier = {_scale(row): row for row in scores(session, before)} if before is not None else {}
    groups: dict[tuple[str, float, float, bool], list[ScoreRow]] = {}
    if group_by:
        for row in scores(session, filters, group_by=group_by):
            groups.setdefault(_scale(row), []).append(row)
    rows = [row for row in scores(session, filters) if not types or row.type in types]
    return [
        _card(session, filters, row, earlier.get(_scale(row)), groups.get(_scale(row), []), comments) for row in rows
    ]


def _scale(row: ScoreRow) -> tuple[str, float, float, bool]:
    return (row.type, row.scale_min, row.scale_max, row.high_is_good)


def flagged_query(scale: tuple[str, float, float, bool]) -> CommentQuery:
    """Ask for the comments of detractors and flagged answers of one survey type and scale."""
    return CommentQuery(bands=(-1,), scale=scale)


def _card(
    session: Session, filters: Slice, row: ScoreRow, before: ScoreRow | None, groups: list[ScoreRow], comments: int
) -> ScoreCard:
    query = flagged_query(_scale(row))
    found = find_comments(session, filters, query) if comments else None
    shown = page_of(session, filters, found, limit=comments).rows if found else []
    themes = negative_shares(session, found, limit=CARD_THEMES) if found else []
    return ScoreCard(
        type=row.type,
        scale_min=row.scale_min,
        scale_max=row.scale_max,
        high_is_good=row.high_is_good,
        score=_score(row),
        before=_score(before) if before is not None else None,
        groups=[GroupScore(group=one.group, score=_score(one)) for one in groups],
        comments_total=len(found) if found is not None else None,
        comments=[CommentOut.model_validate(one) for one in shown],
        wrote=len(find_comments(session, filters, CommentQuery(scale=_scale(row)))) if comments else None,
        themes=[ThemeShareOut.model_validate(one) for one in themes],
    )


def _score(row: ScoreRow) -> ScoreOut:
    return ScoreOut(**asdict(row.score), accounts=row.accounts, flagged=row.flagged)
