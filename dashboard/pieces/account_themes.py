"""What an account speaks of: the latest first, each count with the comments behind it."""

from collections.abc import Sequence

from api.schemas.accounts import AccountThemeOut
from dashboard import format as fmt
from dashboard import links, strings
from dashboard.filters import Filters
from dashboard.look import text
from dashboard.pieces.account_evidence import comments_html, folded_html

# Rows shown before the rest is folded away.
SHOWN = 8
NONE = "No comment in this period speaks of a theme."


def themes_html(themes: Sequence[AccountThemeOut], account_id: str, filters: Filters) -> str:
    """Write the themes of an account; the rest on demand."""
    if not themes:
        return f'<p class="note">{NONE}</p>'
    rest = themes[SHOWN:]
    more = folded_html(fmt.counted(len(rest), "more theme"), _table(rest, account_id, filters)) if rest else ""
    return _table(themes[:SHOWN], account_id, filters) + more


def _table(themes: Sequence[AccountThemeOut], account_id: str, filters: Filters) -> str:
    rows = "".join(_row(one, account_id, filters) for one in themes)
    return (
        '<div class="scroll"><table class="stacked themes"><thead><tr><th scope="col">Theme</th>'
        '<th scope="col">Negative</th><th scope="col">of all</th><th scope="col" class="left">Said by</th>'
        '<th scope="col">Last said</th><th scope="col" class="left">In their words</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _row(one: AccountThemeOut, account_id: str, filters: Filters) -> str:
    counts, info = one.counts, one.info
    behind = {"theme": info.key, "account": account_id, "voice": "customer"}
    negative = '<span class="zero">0</span>'
    if counts.negative:
        title = f"Read the negative comments on {info.name}"
        number = links.comments_link(fmt.count(counts.negative), filters, title=title, polarity="negative", **behind)
        negative = f'<span class="negative">− {number}</span>'
    title = f"Read all comments on {info.name}"
    every = '<span class="zero">0</span>'
    if counts.comments:
        every = links.comments_link(fmt.count(counts.comments), filters, title=title, **behind)
    notes = f'<br><span class="note">+{fmt.counted(counts.review_notes, "review note")}</span>'
    last = fmt.day(one.last_said_at) if one.last_said_at else "–"
    words = comments_html(one.verbatims, label=_opening(one)) if one.verbatims else ""
    return (
        f"<tr><td>{links.theme_link(info.key, info.name)}{notes if counts.review_notes else ''}</td>"
        f'<td data-label="Negative ">{negative}</td><td data-label="of all ">{every}</td>'
        f'<td class="left" data-label="Said by ">{text(_roles(one.roles))}</td><td data-label="Last said ">{last}</td>'
        f'<td class="left">{words}</td></tr>'
    )


def _opening(one: AccountThemeOut) -> str:
    shown, count = len(one.verbatims), one.counts.comments
    if not count:
        return "Read the review note" if shown == 1 else f"Read the {shown} review notes"
    return "Read it" if shown == count == 1 else f"Read {shown} of {count}" if shown < count else f"Read the {shown}"


def _roles(roles: dict[str, int]) -> str:
    ordered = sorted(roles.items(), key=lambda pair: -pair[1])
    return ", ".join(f"{fmt.label(role, strings.ROLES).lower()}\u00a0{fmt.count(n)}" for role, n in ordered)


def discovered_html(themes: Sequence[AccountThemeOut], account_id: str, filters: Filters) -> str:
    """Write the themes found in the words, counted apart."""
    spoken = [one for one in themes if one.counts.comments]
    if not spoken:
        return ""
    parts = []
    for one in spoken[:SHOWN]:
        title = f"Read the comments on {one.info.name}"
        number = links.comments_link(
            fmt.count(one.counts.comments),
            filters,
            title=title,
            theme=one.info.key,
            account=account_id,
            voice="customer",
        )
        parts.append(f"{links.theme_link(one.info.key, one.info.name)} ({number})")
    return f'<p class="note also">Also found in the words, counted apart: {", ".join(parts)}.</p>'
