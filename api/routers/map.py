"""The map: comments as points, themes as regions."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Query

from api.access import StoreDep
from api.deps import READS, SliceDep, one_word, period_of, read_choice
from api.errors import ParameterError
from api.schemas.map import MapOut, PointsOut, RegionOut
from data.store.queries.comments import POLARITIES
from data.store.queries.counts import KINDS
from data.store.queries.places import MapQuery, map_points
from data.store.queries.themes import theme_info

router = APIRouter(prefix="/v1/map", tags=["comments"], responses=READS)
# Points at once, and at most: 50,000 are 3 MB, and 5 MB more with 100 characters of each.
DEFAULT_POINTS, MAX_POINTS, MAX_CHARS = 5_000, 50_000, 200


@router.get("", summary="Comments as points in the plane, with the regions of the themes")
def get_map(
    store: StoreDep,
    filters: SliceDep,
    kind: Annotated[str, one_word(KINDS, "Themes that points are of.")] = "discovered",
    theme: Annotated[str | None, Query(description="Only points of this theme (its key), and of those below.")] = None,
    polarity: Annotated[str | None, one_word(tuple(POLARITIES), "Only points of this polarity on their theme.")] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_POINTS, description="Points shown; of more a fair sample.")] = (
        DEFAULT_POINTS
    ),
    chars: Annotated[
        int, Query(ge=0, le=MAX_CHARS, description="Characters of each comment to come with its point; 0: none.")
    ] = 0,
) -> MapOut:
    """Give points in columns; of a comment with several themes the one that it speaks worst of."""
    read_choice(kind, "kind", KINDS)
    query = MapQuery(
        kind=kind,
        theme_key=theme,
        polarity=None if polarity is None else read_choice(polarity, "polarity", tuple(POLARITIES)),
        limit=limit,
        chars=chars,
    )
    with store.read() as session:
        if theme is not None and theme_info(session, theme, filters=filters).kind != kind:
            raise ParameterError(f"theme {theme[:40]!r} is not of kind {kind}: ask for kind={_other(kind)}")
        found = map_points(session, filters, query=query)
    return MapOut(
        period=period_of(filters),
        kind=kind,
        total=found.total,
        shown=len(found.x),
        points=PointsOut(
            comment_id=found.comment_ids,
            x=found.x,
            y=found.y,
            theme=found.theme,
            polarity=found.polarity,
            score_band=found.score_band,
            text=found.text,
        ),
        regions=[RegionOut(**asdict(region)) for region in found.regions],
    )


def _other(kind: str) -> str:
    return next(one for one in KINDS if one != kind)
