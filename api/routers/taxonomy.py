"""The taxonomy: read it whole, change it whole, and see what the next run makes of it."""

import re
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request

from api.access import AdminDep, CallerDep, StoreDep
from api.columns import TRUTH
from api.deps import READS
from api.errors import PreconditionError
from api.exports import CSV_ANSWER, WHOLE, Table
from api.listing import FormDep
from api.schemas.taxonomy import TaxonomyChanged, TaxonomyChangeOut, TaxonomyIn, TaxonomyOut, TaxonomyThemeOut
from data.store.queries.paging import After, Page
from data.store.repositories.audit import record
from data.store.repositories.taxonomy import Entry, read_taxonomy, replace_taxonomy, version_of, waiting_keys
from data.store.unit_of_work import Session

router = APIRouter(prefix="/v1/taxonomy", tags=["taxonomy"], responses=READS)
_COLUMNS = "key,name,definition,owner,responds_with,parent_key,state,shipped,changed".split(",")
FIRST_RUN = "The store has no taxonomy yet: the first run brings the shipped themes. POST /v1/runs starts one."


def taxonomy_table() -> Table[TaxonomyThemeOut]:
    """A line a theme; examples one under the other in a cell."""

    def row(one: TaxonomyThemeOut) -> list[object]:
        return [*(getattr(one, name) for name in _COLUMNS), "\n".join(one.examples)]

    return Table([*_COLUMNS, "examples"], lambda item: [row(item)], {"changed": TRUTH})


@router.get("", summary="The taxonomy in force, in its order", response_model=TaxonomyOut, responses=CSV_ANSWER)
def get_taxonomy(form: FormDep, caller: CallerDep) -> object:
    """Give every theme with definition, owner, action, parent and examples; hidden ones are marked.

    Examples may be customers' words: a key of some accounts does not see them.
    """
    bound = caller.accounts is not None

    def fetch(session: Session, _after: After | None, _limit: int) -> Page[TaxonomyThemeOut]:
        return Page([_theme(one, bound=bound) for one in read_taxonomy(session)], None)

    if form.whole:
        return form.export(fetch, table=taxonomy_table(), name="taxonomy", step=WHOLE)
    with form.store.read() as session:
        return TaxonomyOut(**_shown(session, bound=bound))


@router.put("", summary="Change the taxonomy: the whole list, as it is to be")
def put_taxonomy(
    request: Request,
    store: StoreDep,
    caller: AdminDep,
    wanted: TaxonomyIn,
    if_match: Annotated[str | None, Header(description="`version` of the list that you changed.")] = None,
) -> TaxonomyChanged:
    """Bring the taxonomy to this list. Each difference is a correction of its own, and can be undone as one."""
    now = request.app.state.clock()
    entries = [
        Entry(
            key=one.key,
            name=one.name.strip(),
            definition=one.definition,
            owner=one.owner,
            action=one.responds_with,
            parent_key=one.parent_key,
            examples=tuple(one.examples),
            state=one.state,
        )
        for one in wanted.themes
    ]
    with store.write() as session:
        if not wanted.preview:
            _check_version(if_match, version_of(read_taxonomy(session)))
        made = replace_taxonomy(session, entries, remove=wanted.remove, actor=caller.key_id, now=now)
        changes = [
            TaxonomyChangeOut(
                action=one.correction.action,
                key=one.correction.theme_key or "",
                correction_id=None if wanted.preview else one.correction.id,
            )
            for one in made
        ]
        shown = _shown(session)
        if wanted.preview:
            session.rollback()
        else:
            detail = {"changes": [[one.action, one.key] for one in changes]}
            record(session, actor=caller.key_id, action="change taxonomy", detail=detail, now=now)
    return TaxonomyChanged(**shown, preview=wanted.preview, changes=changes)


def _check_version(held: str | None, now: str) -> None:
    """Refuse to write over what somebody else changed meanwhile.

    Raises:
        PreconditionError: The caller read another version, or does not say which.
    """
    if held is None:
        raise PreconditionError("say which version you changed: `If-Match` with `version` of GET /v1/taxonomy")
    versions = [re.sub(r'^(W/)?"?|"$', "", one.strip()) for one in held.split(",")]
    if now not in versions and "*" not in versions:
        raise PreconditionError(f"the taxonomy is at version {now}, you changed {held[:40]}: read it again and merge")


def _shown(session: Session, *, bound: bool = False) -> dict[str, Any]:
    entries = read_taxonomy(session)
    return {
        "version": version_of(entries),
        "themes": [_theme(one, bound=bound) for one in entries],
        "next_run": _next_run(entries, waiting_keys(session)),
    }


def _theme(one: Entry, *, bound: bool) -> TaxonomyThemeOut:
    return TaxonomyThemeOut(
        key=one.key,
        name=one.name,
        definition=one.definition,
        owner=one.owner,
        responds_with=one.action,
        parent_key=one.parent_key,
        examples=[] if bound else list(one.examples),
        state=one.state,
        shipped=one.shipped,
        changed=one.changed,
    )


def _next_run(entries: Sequence[Entry], waiting: Sequence[str]) -> list[str]:
    if not entries:
        return [FIRST_RUN]
    examples = {one.key: len(one.examples) for one in entries}
    return [
        f"Looks for {key!r} in all comments, from its definition and {examples[key]} examples, with stored vectors; "
        "nothing is embedded again. Below some forty examples expect about four in ten of its comments to be right: "
        "correct those that are not."
        for key in waiting
    ]
