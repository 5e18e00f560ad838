"""Runs of the analysis: start one, follow it stage by stage, look back on those so far."""

from collections.abc import Sequence

import streamlit as st

from api.schemas.jobs import JobOut, StageDoneOut
from api.schemas.runs import RunOut, RunPage
from api.schemas.slices import MeOut
from dashboard import format as fmt
from dashboard import frame, loading
from dashboard.client import ClientError
from dashboard.look import text
from dashboard.pieces import data_common as common
from dashboard.pieces import data_jobs as jobs
from dashboard.pieces import data_words as words

START_TITLE = "Start a run"
START_NOTE = (
    "A run analyses what is new: it tags comments, finds themes, sums up the scores. One starts by itself after every "
    "import; start one here after you changed the taxonomy."
)
REFIT = "Find the discovered themes again"
REFIT_HELP = "Takes longer. Themes that are still there keep their names, links and history."
RUNS_TITLE = "Runs so far"
NO_RUNS = "No run yet: the first one follows the first import."
DONE = "The run is done."


def draw(me: MeOut, chosen: str | None) -> None:
    """Draw the part: what is at work, a new run, runs so far and the stages of one."""
    found, page = common.read_pages("/v1/runs", RunPage, {}, key="runs")
    if not _at_work(found):
        _start(me)
    _so_far(found, page)
    if found:
        _stages(_chosen(found, chosen))


def _at_work(found: Sequence[RunOut]) -> bool:
    """Draw the job or the run that is at work, if one is."""
    if jobs.follow("run", done=DONE):
        return True
    if found and found[0].state == "running":
        watch_run(found[0].run_id)
        return True
    return False


@st.fragment(run_every=jobs.POLL_S)
def watch_run(run_id: int) -> None:
    """Show how far a run has come that nobody asked for here, until it ends."""
    try:
        run = common.fresh(f"/v1/runs/{run_id}", RunOut)
    except ClientError as error:
        common.problem(str(error))
        return
    if run.state != "running":
        loading.forget()
        st.rerun(scope="app")
    jobs.draw_run(run)


def _start(me: MeOut) -> None:
    frame.section(START_TITLE, START_NOTE)
    if not common.may(me, "analyst", "admin"):
        common.note(words.RUNS_WHO)
        return
    with st.form("run", border=False):
        refit = st.checkbox(REFIT, help=REFIT_HELP, key="run_refit")
        wanted = st.form_submit_button("Start a run", type="primary", key="run_go")
    if wanted:
        body = {"refit": refit}
        job = common.attempt(lambda: common.send("POST", "/v1/runs", JobOut, body=body))
        if job is not None:
            jobs.asked_for(job)


def _so_far(found: Sequence[RunOut], page: RunPage) -> None:
    frame.section(RUNS_TITLE, html=runs_html(found) if found else f'<p class="note">{NO_RUNS}</p>')
    if found:
        with st.container(horizontal=True):
            common.more_button(page, key="runs")
            common.csv_button("/v1/runs", {}, name="runs")


def runs_html(runs: Sequence[RunOut]) -> str:
    """Write runs: when, how they ended, how long they took, what they read; each leads to its stages."""
    rows = "".join(_run_row(run) for run in runs)
    return (
        '<div class="scroll"><table class="data datastack"><thead><tr><th scope="col">Run</th>'
        '<th scope="col" class="left">State</th><th scope="col">Started</th><th scope="col">Took</th>'
        '<th scope="col">Comments read</th><th scope="col">New themes</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _run_row(run: RunOut) -> str:
    name = common.part_link(f"Run {run.run_id}", "runs", run=run.run_id)
    state = text(words.RUN_STATES.get(run.state, run.state))
    css = ' class="negative"' if run.state in ("failed", "interrupted") else ""
    error = f'<br><span class="note">{text(run.error)}</span>' if run.error else ""
    return (
        f'<tr><td>{name}</td><td class="left"><span{css}>{state}</span>{error}</td>'
        f"<td>{fmt.day(run.started_at)}, {run.started_at:%H:%M}\u00a0UTC</td>"
        f'<td data-label="Took">{words.seconds_words(run.seconds)}</td>'
        f'<td data-label="Comments read:">{_rows_in(run, "prepare")}</td>'
        f'<td data-label="New themes:">{_born(run)}</td></tr>'
    )


def _stage(run: RunOut, name: str) -> StageDoneOut | None:
    return next((one for one in run.stages if one.stage == name), None)


def _rows_in(run: RunOut, name: str) -> str:
    stage = _stage(run, name)
    return fmt.count(stage.rows_in) if stage is not None and stage.rows_in is not None else ""


def _born(run: RunOut) -> str:
    stage = _stage(run, "discover")
    born = stage.counts.get("born") if stage is not None else None
    return fmt.count(born) if isinstance(born, int) else ""


def _chosen(found: Sequence[RunOut], chosen: str | None) -> RunOut:
    """Give the run that the address names, also one that is further down the list; else the newest."""
    if chosen is None or not chosen.isdecimal():
        return found[0]
    listed = next((run for run in found if str(run.run_id) == chosen), None)
    return listed if listed is not None else common.fresh(f"/v1/runs/{int(chosen)}", RunOut)


def _stages(run: RunOut) -> None:
    if run.stages:
        frame.section(f"Run {run.run_id}, stage by stage", html=stages_html(run.stages))


def stages_html(stages: Sequence[StageDoneOut]) -> str:
    """Write a run's stages with rows in and out, seconds, and what each counted."""
    rows = "".join(
        f"<tr><td>{text(words.stage_name(one.stage))}</td><td>{_count(one.rows_in)}</td><td>{_count(one.rows_out)}</td>"
        f'<td>{words.seconds_words(one.seconds)}</td><td class="left">{text(counted_words(one.counts))}</td></tr>'
        for one in stages
    )
    return (
        '<div class="scroll"><table class="data"><thead><tr><th scope="col">Stage</th><th scope="col">Rows in</th>'
        '<th scope="col">Rows out</th><th scope="col">Took</th><th scope="col" class="left">Counted</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _count(value: int | None) -> str:
    return "" if value is None else fmt.count(value)


def counted_words(counts: dict[str, object]) -> str:
    """Say what a stage counted: 36 empty, 26 not covered."""
    numbers = [(name, value) for name, value in counts.items() if isinstance(value, int) and value is not True]
    return ", ".join(f"{fmt.count(value)} {name.replace('_', ' ')}" for name, value in numbers if value)
