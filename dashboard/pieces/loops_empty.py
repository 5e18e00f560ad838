"""No loop: why there is none, what opens one, what then happens to it, and where to go instead."""

from datetime import datetime

from dashboard import format as fmt
from dashboard import links
from dashboard.pieces import behind
from dashboard.pieces.empty import empty_html

TITLE = "No loop in this slice"
WHY = (
    "A loop opens when a flagged answer comes in: a detractor, a CSAT or an onboarding CES past its line, not older "
    "than {days} days. History that was imported opens none."
)
OLD = "The newest record here is of {day}, {age} ago: import newer answers, and those that are low open loops."
WIDEN = "Widen the filters above to see earlier ones."
# Days to which a flagged answer opens a loop. Source: cx.loops, DOMAIN "Closing the loop".
FRESH_DAYS = 7
NEXT = "What happens to a loop"
STEPS = (
    ("Low answer", "the next run opens a loop"),
    ("Owner told", "within 5 minutes"),
    ("First touch", "within 24 h"),
    ("Closed", "within 48 h, with what came of it"),
    ("Checked", "7 days later: did it hold?"),
)
READ, IMPORT = "Read the low answers", "Import newer answers"


def nothing_html(as_of: datetime, now: datetime) -> str:
    """Write the state of a slice without loops.

    Args:
        as_of: The newest record.
        now: When the clocks were read.
    """
    age = (now - as_of).days
    said = OLD.format(day=fmt.day(as_of), age=fmt.counted(age, "day")) if age > FRESH_DAYS else WIDEN
    ways = links.link(READ, links.href(links.SEARCH, score_band=behind.LOW), css="button main")
    ways += " " + links.link(IMPORT, links.href(links.DATA), css="button")
    steps = "".join(
        f'<li><span class="mark" aria-hidden="true">{place}</span><b>{name}</b><span class="note">{when}</span></li>'
        for place, (name, when) in enumerate(STEPS, 1)
    )
    return (
        f"{empty_html(TITLE, f'{WHY.format(days=FRESH_DAYS)} {said}', ways=ways)}"
        f'<h3 class="under bare">{NEXT}</h3><ol class="strip loop-way">{steps}</ol>'
    )
