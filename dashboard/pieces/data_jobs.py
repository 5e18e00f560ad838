"""Work in the background as the page follows it: what it is at, how far, and what came of it."""

from datetime import UTC, datetime

import streamlit as st

from api.schemas.jobs import JobOut, JobPage
from api.schemas.runs import RunOut, RunPage
from dashboard import format as fmt
from dashboard import loading, look
from dashboard.client import ClientError
from dashboard.look import text
from dashboard.pieces import data_common as common
from dashboard.pieces import data_words as words

# Seconds between two looks at a job: as often as a person looks up.
POLL_S = 1.5
# A job that waits longer probably has no worker; a worker looks up within a second when it is woken.
WAITS_LONG_S = 20.0
ENDED = ("done", "failed")


def is_open(job: JobOut | None) -> bool:
    """Whether a job waits or is at work."""
    return job is not None and job.state not in ENDED


def follow(kind: str, *, done: str) -> bool:
    """Show the newest job of a kind while it is at work; once it ended, say what came of it to who asked for it here.

    Args:
        kind: Of `JobOut.kind`.
        done: What is said before the counts of its rows; HTML of ours.

    Returns:
        Whether one is at work.
    """
    found = common.fresh("/v1/jobs", JobPage, kind=kind, limit=1).items
    if not found:
        return False
    if is_open(found[0]):
        watch(found[0].job_id)
        return True
    if st.session_state.pop(_asked(kind), "") == found[0].job_id:
        ended(found[0], done)
    return False


def asked_for(job: JobOut) -> None:
    """Note that this session asked for a job, and draw the page anew, which follows it."""
    st.session_state[_asked(job.kind)] = job.job_id
    st.rerun()


def was_asked(kind: str) -> bool:
    """Whether this session waits to hear of a job of a kind."""
    return _asked(kind) in st.session_state


def _asked(kind: str) -> str:
    return f"data_asked_{kind}"


def ended(job: JobOut, done: str) -> None:
    """Say how a job ended."""
    if job.state == "failed":
        common.problem(job.problem or words.FAILED)
        return
    counted = text(words.outcome_words(job.counts))
    rows = f" {counted[:1].upper()}{counted[1:]}." if counted else ""
    look.block(f'<p class="done" role="status">✓ {done}{rows}</p>')


@st.fragment(run_every=POLL_S)
def watch(job_id: str) -> None:
    """Show how far a job has come, alone, until it ends; then the page is drawn anew."""
    try:
        job = common.fresh(f"/v1/jobs/{job_id}", JobOut)
        run = _run_at_work() if job.step == "analysing" else None
    except ClientError as error:
        common.problem(str(error))
        return
    if job.state in ENDED:
        loading.forget()
        st.rerun(scope="app")
    draw(job, run)


def _run_at_work() -> RunOut | None:
    found = common.fresh("/v1/runs", RunPage, limit=1).items
    return found[0] if found and found[0].state == "running" else None


def draw(job: JobOut, run: RunOut | None) -> None:
    """Draw a job at work: its step, and how far its run has come."""
    if job.state == "waiting":
        waits = (datetime.now(UTC) - job.created_at).total_seconds()
        bar(words.JOB_WAITS, None)
        if waits > WAITS_LONG_S:
            look.block(f'<p class="note attention" role="status">{text(words.NO_WORKER)}</p>')
    elif run is not None:
        draw_run(run)
    else:
        bar(words.STEPS.get(job.step or "", words.STEPS["importing"]), None)


def draw_run(run: RunOut) -> None:
    """Draw a run at work: its stage of so many, and the rows of it that are done."""
    told = run.progress
    if told is None:
        bar(words.STEPS["analysing"], None)
        return
    name, known = words.stage_name(told.stage), list(words.STAGES)
    place = known.index(told.stage) if told.stage in known else 0
    said = f"{words.STEPS['analysing']}: {name.lower()} (stage {place + 1} of {len(known)})"
    part = None
    if told.rows_done is not None and told.rows_total:
        said += f", {fmt.count(told.rows_done)} of {fmt.counted(told.rows_total, 'row')}"
        part = told.rows_done / told.rows_total
    bar(said, (place + min(part or 0.0, 1.0)) / len(known))


def bar(said: str, share: float | None) -> None:
    """Draw a bar with its words; without a share it says only what goes on."""
    if share is None:
        look.block(f'<p class="working" role="status"><i aria-hidden="true"></i>{text(said)} …</p>')
    else:
        st.progress(share, text=said)
