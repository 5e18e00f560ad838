"""Data: bring files, mend what was set aside, run the analysis, keep the taxonomy and the keys."""

from api.schemas.quarantine import QuarantinePage
from api.schemas.runs import RunOut, RunPage
from api.schemas.slices import MeOut
from dashboard import format as fmt
from dashboard import frame, look, navigate
from dashboard.filters import Filters
from dashboard.pieces import data_common as common
from dashboard.pieces import data_import, data_keys, data_quarantine, data_runs, data_taxonomy
from dashboard.pieces import data_words as words

NOTHING = "<b>Nothing is here yet.</b> Upload a file, or look at the sample first."


def render(_filters: Filters) -> None:
    """Draw the part that the address names, under one sentence about the whole."""
    asked = navigate.own_params()
    part = asked.get("part", "")
    part = part if part in words.PARTS else "import"
    me = common.fresh("/v1/me", MeOut)
    runs = common.fresh("/v1/runs", RunPage, limit=1).items
    waiting = _waiting(me)
    look.block(f'<h1 class="lead">{sentence(me, runs[0] if runs else None, waiting)}</h1>')
    _parts(part, waiting)
    common.show_said()
    if part == "import":
        data_import.draw(me, asked.get("import"))
    elif part == "quarantine":
        data_quarantine.draw(me, asked)
    elif part == "runs":
        data_runs.draw(me, asked.get("run"))
    elif part == "taxonomy":
        data_taxonomy.draw(me, asked.get("edit"))
    else:
        data_keys.draw(me)


def _waiting(me: MeOut) -> int | None:
    """Count the rows that wait in the quarantine; None for who may not see them."""
    if not common.may(me, "analyst", "admin"):
        return None
    return common.fresh("/v1/quarantine", QuarantinePage, limit=1).total


def sentence(me: MeOut, run: RunOut | None, waiting: int | None) -> str:
    """Say how new the data is, when it was analysed, and what waits."""
    if not me.has_data:
        return NOTHING
    said = [f"The newest record is of <b>{fmt.day(me.as_of)}</b>{_run(run)}."]
    if waiting:
        said.append(f"<b>{fmt.counted(waiting, 'row')} {'waits' if waiting == 1 else 'wait'} in the quarantine.</b>")
    return " ".join(said)


def _run(run: RunOut | None) -> str:
    if run is None:
        return "; <b>nothing was analysed yet</b>: start a run"
    if run.state == "running":
        return "; <b>a run is at work</b>"
    if run.finished_at is None or run.state != "done":
        return f"; <b>the last run {'failed' if run.state == 'failed' else 'was interrupted'}</b>: Runs says why"
    return f"; the last run ended on {fmt.day(run.finished_at)}"


def _parts(current: str, waiting: int | None) -> None:
    """Draw the page's own navigation; the quarantine says how many wait."""
    items = ""
    for part, name in words.PARTS.items():
        label = f"{name} ({fmt.count(waiting)})" if part == "quarantine" and waiting else name
        here = ' aria-current="page"' if part == current else ""
        items += f"<li{here}>{common.part_link(label, part)}</li>"
    look.block(f'<nav class="parts" aria-label="Parts of this page"><ul>{items}</ul></nav>')


frame.show(render)
