"""The taxonomy: the themes that every run looks for, and the way to change one: typed, looked at, saved."""

from collections.abc import Mapping, Sequence

from api.schemas.slices import MeOut
from api.schemas.taxonomy import TaxonomyOut, TaxonomyThemeOut
from dashboard import format as fmt
from dashboard import frame, look
from dashboard.look import text
from dashboard.pieces import data_common as common
from dashboard.pieces import data_theme_form as form
from dashboard.pieces import data_words as words

TITLE = "Themes of the taxonomy"
NOTE = (
    "Every run looks for these in every comment. Each change is kept as a correction of its own and can be taken back; "
    "what you changed stays when a new version of the product brings other wordings."
)
NEXT_TITLE = "The next run"
ADD = "Add a theme"
TO_RUNS = "Start a run"


def draw(me: MeOut, edit: str | None) -> None:
    """Draw the part: one theme where one is chosen, else the list."""
    found = common.fresh("/v1/taxonomy", TaxonomyOut)
    admin = common.may(me, "admin")
    if edit and admin and found.themes:
        form.draw(found, edit)
        return
    _next_run(found)
    frame.section(TITLE, NOTE)
    if not admin:
        common.note(words.TAXONOMY_WHO)
    elif found.themes:
        look.block(f"<p>{common.part_link(f'+ {ADD}', 'taxonomy', edit=form.NEW)}</p>")
    if found.themes:
        look.block(themes_html(found.themes, editable=admin))
        common.csv_button("/v1/taxonomy", {}, name="taxonomy")


def _next_run(found: TaxonomyOut) -> None:
    if not found.next_run:
        return
    said = form.next_run_html(found.next_run, {one.key: one.name for one in found.themes})
    frame.section(NEXT_TITLE, html=f"{said}<p>{common.part_link(TO_RUNS, 'runs')}</p>")


def themes_html(themes: Sequence[TaxonomyThemeOut], *, editable: bool) -> str:
    """Write the themes as a tree of two levels; the name leads to the form where the reader may change it."""
    names = {one.key: one.name for one in themes}
    rows = "".join(_row(one, depth, names, editable=editable) for one, depth in in_tree(themes))
    return (
        '<div class="scroll"><table class="data taxonomy datastack"><thead><tr><th scope="col">Theme</th>'
        '<th scope="col" class="left">What it covers</th><th scope="col" class="left">Owner</th>'
        f'<th scope="col" class="left">State</th></tr></thead><tbody>{rows}</tbody></table></div>'
    )


def in_tree(themes: Sequence[TaxonomyThemeOut]) -> list[tuple[TaxonomyThemeOut, int]]:
    """Order themes so that each stands under its parent, with its depth; whose parent is not there stands on top."""
    keys = {one.key for one in themes}
    children: dict[str | None, list[TaxonomyThemeOut]] = {}
    for one in themes:
        parent = one.parent_key if one.parent_key in keys and one.parent_key != one.key else None
        children.setdefault(parent, []).append(one)
    found: list[tuple[TaxonomyThemeOut, int]] = []

    def put(parent: str | None, depth: int) -> None:
        for one in children.pop(parent, []):
            found.append((one, depth))
            put(one.key, depth + 1)

    put(None, 0)
    # A circle that somebody made outside has no top.
    return found + [(one, 0) for some in children.values() for one in some]


def _row(one: TaxonomyThemeOut, depth: int, names: Mapping[str, str], *, editable: bool) -> str:
    able = editable and one.state != "merged"
    name = common.part_link(one.name, "taxonomy", edit=one.key) if able else text(one.name)
    css = f' class="under-{min(depth, 2)}"' if depth else ""
    said = words.with_names(one.definition, names).replace(" Not: ", "\nNot: ")
    covers = text(said[:1].upper() + said[1:])
    return (
        f'<tr><td{css}>{name}</td><td class="left"><span class="note">{covers}</span></td>'
        f'<td class="left" data-label="Owner:">{text(one.owner)}</td>'
        f'<td class="left state">{text(state_words(one))}</td></tr>'
    )


def state_words(one: TaxonomyThemeOut) -> str:
    """Say how a theme stands: in use, hidden; whether it ships, was changed, or is the user's own."""
    said = words.THEME_STATES.get(one.state, one.state)
    if not one.shipped:
        return f"{said}, your own ({fmt.counted(len(one.examples), 'example')})"
    return f"{said}, changed" if one.changed else said
