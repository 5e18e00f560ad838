"""Counts behind themes by any slices: the backlog export."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Request

from api.deps import READS, SliceDep, one_word, period_of, read_choice, read_list, some_words
from api.exports import CSV_ANSWER
from api.kept import data_key, kept_of
from api.listing import PagingDep
from api.schemas.counts import CountPage, CountRowOut
from api.schemas.themes import CountsOut, ThemeInfoOut
from api.tables_counts import counts_table
from data.store.queries.account_names import account_names
from data.store.queries.comment_pages import comment_ids
from data.store.queries.counts import DIMENSIONS, KINDS, GroupTable, count_groups
from data.store.queries.paging import After, Page
from data.store.queries.slices import Slice
from data.store.queries.themes import theme_infos
from data.store.unit_of_work import Session

router = APIRouter(prefix="/v1/themes/counts", tags=["themes"], responses=READS)
_SORTS = ("comments", "negative", "positive", "respondents", "accounts", "open_opportunities", "group")


@router.get(
    "",
    summary="Comments, respondents, accounts, revenue and open opportunities behind themes, by any slices",
    response_model=CountPage,
    responses=CSV_ANSWER,
)
def list_counts(
    request: Request,
    filters: SliceDep,
    paging: PagingDep,
    group_by: Annotated[str, some_words(DIMENSIONS, "Count by these, joined with commas, in any order.")] = "theme",
    kind: Annotated[str, one_word(KINDS, "Never both kinds in one count.")] = "taxonomy",
    theme: Annotated[list[str], Query(description="Only these themes, by key. Several: repeat it.")] = [],  # noqa: B006
    sort: Annotated[str, one_word(_SORTS, "Most first; group: by the groups' values.")] = "comments",
) -> object:
    """Count what stands behind each group; without `theme` among them a comment counts once.

    Respondents, accounts, revenue and opportunities are counted once a group, so that groups must not be added up:
    `total` is counted. With `Accept: text/csv` it is the backlog as a sheet or tracker takes it.
    """
    dimensions = read_list(group_by, "group_by", DIMENSIONS)
    read_choice(kind, "kind", KINDS)
    read_choice(sort, "sort", _SORTS)
    keys = tuple(theme)
    held: list[GroupTable] = []

    def table_of(session: Session) -> GroupTable:
        def make() -> GroupTable:
            return count_groups(
                session, filters, group_by=dimensions, kind=kind, theme_keys=keys, with_spoken=True, with_total=True
            )

        if not held:
            key = data_key(request, "counts", filters, dimensions, kind, keys)
            table = kept_of(request).counted(key, make, size=lambda found: found.nbytes)
            held.append(table if sort == "comments" else table.sorted_by(sort))
        return held[0]

    def fetch(session: Session, after: After | None, limit: int) -> Page[CountRowOut]:
        found = table_of(session)
        start = int(after[0]) if after else 0
        end = min(start + limit, len(found))
        return Page(_rows(session, filters, found, range(start, end)), (end,) if end < len(found) else None)

    return paging.answer(
        fetch,
        listing=f"counts/{kind}/{group_by}/{sort}",
        table=counts_table(dimensions),
        name=f"{kind}-counts",
        kept=True,
        page=lambda items, following, _: CountPage(
            period=period_of(filters),
            kind=kind,
            group_by=list(dimensions),
            groups=len(held[0]),
            total=CountsOut.model_validate(held[0].total),
            items=items,
            next_cursor=following,
        ),
    )


def _rows(session: Session, filters: Slice, found: GroupTable, places: Sequence[int]) -> list[CountRowOut]:
    groups = [found.row(place) for place in places]
    spoken = [found.spoken(place) for place in places]
    ids = comment_ids(session, [one.example_pk for one in spoken if one.example_pk is not None])
    keys = {one.group["theme"] for one in groups if "theme" in one.group}
    infos = theme_infos(session, keys, filters=filters)
    names = account_names(session, {one.group["account"] for one in groups if "account" in one.group})
    return [
        CountRowOut(
            group=one.group,
            theme=ThemeInfoOut.model_validate(infos[one.group["theme"]]) if one.group.get("theme") in infos else None,
            account_name=names.get(one.group.get("account", "")),
            counts=CountsOut.model_validate(one.counts),
            first_seen=seen.first,
            last_seen=seen.last,
            example_comment_id=ids.get(seen.example_pk or 0),
        )
        for one, seen in zip(groups, spoken, strict=True)
    ]
