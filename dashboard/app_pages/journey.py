"""Journey: what is heard at each stage, who owns it, where nobody asks; and promises that were not kept."""

from dataclasses import replace
from typing import Any

import streamlit as st

from api.schemas.journey import JourneyOut, JourneyStageOut
from api.schemas.mismatch import MismatchPage
from api.schemas.search import SearchPage
from dashboard import format as fmt
from dashboard import frame, links, loading, look, strings
from dashboard.filters import Filters
from dashboard.pieces import comment
from dashboard.pieces import journey_mismatch as mismatch
from dashboard.pieces import journey_stages as stages
from dashboard.pieces.csv_button import csv_button

STAGES_TITLE = "The customer's way"
STAGES_NOTE = (
    "What is asked at each stage, what came back and who owns it. ● heard · ◐ heard, and nobody acts on it · ○ nobody "
    "is asked. Low: NPS 0 to 6; CSAT and CES at or past their survey's line."
)
MISMATCH_TITLE = "Sales-delivery mismatch"
MISMATCH_NOTE = (
    "Customers who say that what was shown, promised or scoped before signing is not what they got. Every number opens "
    "its comments."
)
WORDS_TITLE = "In their words"
PROMISES_TITLE = "Complaints beside the promises on record"
PROMISES_NOTE = (
    "Each complaint with the commitment of the handoff whose words are nearest; of each account the nearest first. "
    "Near is not proof: it is what to read next to each other."
)
NO_MISMATCH = "Nobody speaks of a broken promise in this period."
NO_PROMISES = "No account complains here, so there is nothing to hold beside the promises."
NO_SIGNAL = "No signal at any stage in this slice."
MORE_ACCOUNTS = "Show more accounts"
EXPORT_STAGES, EXPORT_MISMATCH = "Stages as CSV", "Complaints and promises as CSV"
SHOWN_COMMENTS, SHOWN_UNSCORED, SHOWN_ACCOUNTS, SHOWN_WORDS = 2, 3, 4, 3
# Read of each account; those nearest to a promise are shown.
READ_MENTIONS = 10
# The longest look back that is offered where a period holds no complaint.
LONG = "365d"


def render(filters: Filters) -> None:
    """Draw the page."""
    params = filters.params()
    found = loading.read("/v1/journey", JourneyOut, params, comments=SHOWN_UNSCORED)
    if found.period.as_of.year == 1970:
        frame.no_data()
    frame.head(_headline(found, filters), filters, found.period.as_of)
    frame.section(STAGES_TITLE, STAGES_NOTE, html=stages.strip_html(found, filters))
    shown = stages.shown_stages(found, filters)
    loading.ahead(*(question for one in shown for question in _questions(params, one).values()), _complaints(params))
    lanes = (stages.lane_html(one, filters, _words(params, one), accounts=found.accounts) for one in shown)
    look.block(f'<div class="stages">{"".join(lanes)}</div>')
    _export(EXPORT_STAGES, "/v1/journey", params, "journey")
    _mismatch(found, filters)


def _headline(found: JourneyOut, filters: Filters) -> str:
    """Say how much of the way is heard, where nobody is asked, and where most answers are low."""
    shown = stages.shown_stages(found, filters)
    if not any(one.n for one in shown):
        return NO_SIGNAL
    heard = [one for one in shown if one.state != "gap"]
    gaps = _listed([stages.stage_name(one).lower() for one in shown if one.state == "gap"])
    theatre = _listed([stages.stage_name(one).lower() for one in shown if one.state == "theatre"])
    parts = [f"<b>{len(heard)} of {fmt.counted(len(shown), 'stage')} {'is' if len(heard) == 1 else 'are'} heard</b>"]
    if gaps:
        parts.append(f"; nobody is asked at <b>{gaps}</b>")
    if theatre:
        parts.append(f"; at {theatre} nobody acts on it")
    return "".join(parts) + ". " + _lowest(shown)


def _listed(names: list[str]) -> str:
    return " and ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)


def _lowest(shown: list[JourneyStageOut]) -> str:
    scores = [(one, score) for one in shown for score in one.scores if score.score.n >= fmt.FEW and score.score.flagged]
    if not scores:
        return ""
    stage, score = max(scores, key=lambda pair: pair[1].score.flagged / pair[1].score.n)
    value = fmt.score_value(score.type, score.score.value, score.score.n, score.scale_max)
    name = strings.SCORE_NAMES[score.type]
    low = f"{fmt.share(score.score.flagged, score.score.n)} {name} answers"
    return (
        f"The largest share of low answers is at <b>{stages.stage_name(stage).lower()}: {low}</b> "
        f"({name} {value}, n {fmt.count(score.score.n)} from {fmt.counted(score.score.accounts, 'account')}, "
        f"{fmt.interval(score.type, score.score.low, score.score.high)})."
    )


def _words(params: dict[str, Any], stage: JourneyStageOut) -> dict[str, stages.Words]:
    """Read what those wrote who gave low answers at a stage: the same list that the number opens."""
    found = {}
    for kind, (path, _, asked) in _questions(params, stage).items():
        page = loading.read(path, SearchPage, asked)
        found[kind] = stages.Words(page.total, page.items)
    return found


def _questions(params: dict[str, Any], stage: JourneyStageOut) -> dict[str, loading.Question]:
    """Give the question behind the low answers of each type at a stage."""
    low = {score.type for score in stage.scores if score.score.flagged}
    asked = {**params, "stage": stage.stage, "score_band": "detractor", "limit": SHOWN_COMMENTS}
    return {
        kind: ("/v1/comments", SearchPage, {**asked, "source": kind}) for kind in stages.types_of(stage) if kind in low
    }


def _complaints(params: dict[str, Any]) -> loading.Question:
    asked = {"quiet": False, "mentions": READ_MENTIONS, "limit": SHOWN_ACCOUNTS}
    return "/v1/mismatch", MismatchPage, {**params, **asked}


def _mismatch(found: JourneyOut, filters: Filters) -> None:
    path, _, asked = _complaints(filters.params())
    page = loading.read(path, MismatchPage, asked)
    frame.section(MISMATCH_TITLE, MISMATCH_NOTE)
    if not page.summary.comments:
        look.block(_nothing(filters))
    else:
        left, right = st.columns([3, 2], gap="large")
        with left:
            look.block(
                mismatch.summary_html(page.summary)
                + mismatch.heat_html(found.mismatch, filters)
                + mismatch.why_heat(filters)
            )
        with right:
            quotes = "".join(comment.comment_html(one) for one in found.mismatch_comments[:SHOWN_WORDS])
            look.block(f'<h3 class="under">{WORDS_TITLE}</h3>{quotes}')
    frame.section(PROMISES_TITLE, PROMISES_NOTE)
    _promises(filters)
    _export(EXPORT_MISMATCH, "/v1/mismatch", {**filters.params(), "quiet": False}, "mismatch")


def _nothing(filters: Filters) -> str:
    """Say that nobody complains in the period, and where a longer look finds it."""
    longer = replace(filters, period=LONG)
    found = loading.read("/v1/mismatch", MismatchPage, longer.params(), quiet=False, mentions=0, limit=1).summary
    if not found.comments or filters.period == LONG:
        return f'<p class="note">{NO_MISMATCH}</p>'
    said = f"{fmt.counted(found.comments, 'complaint')} at {fmt.counted(found.accounts, 'account')}"
    more = links.link(f"{said} in the last 12 months", links.href(links.JOURNEY, longer))
    return f"<p>{NO_MISMATCH} There {'is' if found.comments == 1 else 'are'} {more}.</p>"


@st.fragment
def _promises(filters: Filters) -> None:
    shown = int(st.session_state.get("journey_accounts", SHOWN_ACCOUNTS))
    asked = {"quiet": False, "mentions": READ_MENTIONS, "limit": shown}
    page = loading.read("/v1/mismatch", MismatchPage, filters.params(), **asked)
    if not page.items:
        look.block(f'<p class="note">{NO_PROMISES}</p>')
        return
    least = page.least_similarity
    accounts = "".join(mismatch.account_html(one, filters, least=least) for one in page.items)
    look.block(accounts + mismatch.why_near(least))
    if page.next_cursor is not None:
        st.button(MORE_ACCOUNTS, key="more_journey_accounts", on_click=_show, args=(shown * 2,), type="tertiary")


def _show(accounts: int) -> None:
    # A page of the API holds at most a hundred.
    st.session_state["journey_accounts"] = min(accounts, 100)


def _export(label: str, path: str, params: dict[str, Any], name: str) -> None:
    csv_button(label, path, params, name=name, key=f"export_{name}", type="tertiary")


frame.show(render)
