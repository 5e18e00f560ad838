"""How to read a report: what a number rests on, and what the words mean."""

from collections.abc import Sequence

from dashboard import format as fmt
from dashboard.look import text
from dashboard.report.document import section_html

TITLE = "How to read this"
_SHARED = (
    (
        "n and the interval",
        "n is the number of answers. Were everything asked again, the score would lie within the 95\u00a0% interval in "
        "19 of 20 cases. Answers of one account are not independent, so the interval is widened by how alike they are.",
    ),
    ("Few answers", f"Under {fmt.FEW} answers a value is muted and says little: read the words instead."),
    (
        "NPS",
        "Percent of promoters (9 and 10) minus percent of detractors (0 to 6), from −100 to +100.",
    ),
    ("CSAT", "Answers in the top two boxes, of all; as a share in percent above n = 100."),
    ("CES", "The mean in the survey's own range and direction. Unlike scales are never put together."),
)
COMPANY = (
    *_SHARED,
    (
        "No clear change",
        "The difference to the period of equal length before is within what chance allows (Newcombe's interval, 95 %).",
    ),
    (
        "What costs and carries",
        "Leave-out: the score without the answers that mention a theme, minus the score. Split: each answer's points "
        "are shared among the themes that it mentions. Intervals draw accounts again. Both say what goes together, not "
        "what causes what.",
    ),
    (
        "Emerging",
        "Groups found in the comments themselves that the taxonomy has no word for. On the rise: said at more accounts "
        "in the last five weeks than its own past explains, with one error rate for all themes and looks together.",
    ),
    (
        "At risk",
        "NPS falls and weekly users fall and tickets rise in the same 90 days; any one alone is noise. Renewal "
        "flagged: within 90 days of the renewal, and under the line or at risk.",
    ),
)
ACCOUNT = (
    *_SHARED,
    (
        "Two NPS reads",
        "User level: every respondent counts one. Account level: each answered role's own NPS, weighed by its say in "
        "the renewal, 100 × Σ w (p − d) / Σ w; the weights stand beside it. A role without an answer is named.",
    ),
    (
        "Beside the commitments",
        "How near a customer's words come to a recorded commitment (cosine of their meanings). It says where to look, "
        "not who is right.",
    ),
    (
        "More and fewer",
        "Within the account's themes, people now against people before (Fisher's exact test, one in ten of what is "
        "named may be chance).",
    ),
)


def reading_html(facts: Sequence[tuple[str, str]]) -> str:
    """Write the section."""
    rows = "".join(f"<dt>{text(name)}</dt><dd>{text(words)}</dd>" for name, words in facts)
    return section_html(TITLE, f'<dl class="legend">{rows}</dl>')
