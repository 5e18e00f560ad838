"""What is known of a theme: its definition, its history, what it does to the scores, and whose accounts say it."""

import re
from collections.abc import Mapping, Sequence

from api.schemas.counts import CountPage, CountRowOut
from api.schemas.drivers import DriverOut, EffectOut
from api.schemas.themes import LineageOut, NearThemeOut, ThemeDetail
from dashboard import format as fmt
from dashboard import strings
from dashboard.links import account_link, comments_link, theme_link
from dashboard.look import text
from dashboard.pieces.theme_table import count_link, revenue_html, signed_one, whisker_html

_NOT = " Not: "
_KEY = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)+")
COVERS, COVERS_NOT = "Covers", "Not"
NO_DEFINITION = "Found in the comments: the words below are what it means. Nobody has defined it yet."
NO_NPS = "No NPS answer in this slice mentions it, so there is nothing to say of NPS."
MOVES = {
    "rising": ("▲", "Rising"),
    "falling": ("▼", "Falling"),
    "steady": ("", "Steady"),
    "too few to tell": ("", "Too few to tell"),
}


def sentence(theme: ThemeDetail) -> str:
    """Say what the theme is in numbers: how much, how bad, from whom, and whether it moves."""
    name, counts = f"<b>{text(theme.info.name)}</b>", theme.counts
    if theme.info.state == "merged":
        return f"{name} was merged into another theme: its comments are counted there."
    if counts.comments == 0:
        return f"{name}: no comment in this slice speaks of it."
    money = text(fmt.revenue(counts.revenue))
    said = (
        f"{name}: {count_link(theme, counts.comments)} {'comment' if counts.comments == 1 else 'comments'} of "
        f"{fmt.counted(counts.accounts, 'account')}{f' with {money} ARR' if money else ''}, "
        f"<b>{fmt.share(counts.negative, counts.comments)} negative</b>."
    )
    mark, word = MOVES.get(theme.change.state, ("", "")) if theme.change is not None else ("", "")
    return f"{said} {mark} {word}.".replace("  ", " ") if mark else said


def definition_html(theme: ThemeDetail, names: Mapping[str, str]) -> str:
    """Write what the theme covers and what it does not, its owner, and what to do when it comes up."""
    info = theme.info
    covers, _, covers_not = (info.definition or "").partition(_NOT)
    parts = [
        (COVERS, covers),
        (COVERS_NOT, covers_not),
        ("Owner", info.owner or ""),
        ("When it comes up", info.action or ""),
    ]
    rows = "".join(f"<dt>{name}</dt><dd>{_plain(value, names)}</dd>" for name, value in parts if value)
    near = [
        ("Stands under", _links([theme.parent] if theme.parent else [])),
        ("Themes below", _links(theme.children)),
        ("Nearest in the taxonomy", _links([theme.nearest] if theme.nearest else [])),
    ]
    rows += "".join(f"<dt>{name}</dt><dd>{html}</dd>" for name, html in near if html)
    nothing = f'<p class="note">{NO_DEFINITION}</p>' if not info.definition else ""
    return f'{nothing}<dl class="theme-facts">{rows}</dl>'


def _plain(words: str, names: Mapping[str, str]) -> str:
    """Write a definition with the names of the themes that it points to, never their keys."""
    found = _KEY.sub(lambda key: names.get(key.group(), key.group().replace("_", " ")), words)
    return text(found[:1].upper() + found[1:])


def _links(near: Sequence[NearThemeOut]) -> str:
    def one(theme: NearThemeOut) -> str:
        far = "" if theme.similarity is None else f' <span class="note">(similarity {theme.similarity:.2f} of 1)</span>'
        return f"{theme_link(theme.key, theme.name)}{far}"

    return ", ".join(one(theme) for theme in near)


def lineage_html(steps: Sequence[LineageOut], key: str) -> str:
    """Write a theme's history as a line: born, merged, split. Refits that kept it are counted, not listed."""
    kept = sum(1 for step in steps if step.event == "kept")
    told = [_step(step, key) for step in steps if step.event != "kept"]
    if kept:
        told.append(f"Kept through {fmt.counted(kept, 'refit')}")
    if not told:
        return ""
    return f'<ol class="lineage" aria-label="History">{"".join(f"<li>{one}</li>" for one in told)}</ol>'


def _step(step: LineageOut, key: str) -> str:
    when = f' <span class="note">{fmt.day(step.happened_at)}</span>'
    come = theme_link(step.from_key, step.from_name or "a theme") if step.from_key and step.from_key != key else ""
    gone = theme_link(step.to_key, step.to_name or "a theme") if step.to_key and step.to_key != key else ""
    said = {
        "born": "Born",
        "gone": "Not found any more",
        "revived": "Found again",
        "merged": f"Took in {come}" if come else f"Merged into {gone or 'another theme'}",
        "split": f"Split off {come}" if come else f"{gone or 'A theme'} split off",
    }
    return said.get(step.event, text(step.event.capitalize())) + when


def impact_html(theme: ThemeDetail) -> str:
    """Write what the theme does to each score, both ways: left out, and as its share; or why there is nothing."""
    by_type = [one for kind in strings.SCORE_NAMES for one in theme.drivers if one.type == kind]
    none = "" if any(one.type == "nps" for one in by_type) else f'<p class="note">{NO_NPS}</p>'
    return none + "".join(_driver(one) for one in by_type)


def _driver(one: DriverOut) -> str:
    name = strings.SCORE_NAMES.get(one.type, one.type)
    left = one.leave_out
    whisker = ""
    if left is not None and left.low is not None and left.high is not None:
        reach = max(abs(left.low), abs(left.high), abs(left.value))
        whisker = whisker_html(left.value, left.low, left.high, reach)
    out = signed_one(left.value) if left is not None else ""
    # A share without an interval says no more than that there are few.
    share = f"<p>{_share_words(one)}</p>" if one.part.low is not None else ""
    return (
        f'<div class="impact"><p><b>{name}</b>{f" without it {out} {whisker}" if out else ""}</p>'
        f"<p>{reading_html(one.reading)}</p>{share}</div>"
    )


def reading_html(words: str) -> str:
    """Write a reading of the API; a percent sign never stands on a line of its own."""
    return text(words.replace(" %", "\u00a0%"))


def _share_words(one: DriverOut) -> str:
    name = strings.SCORE_NAMES.get(one.type, one.type)
    return (
        f"As a share: {signed_one(one.part.value)} of {name}’s {one.slice_score.value:.1f} are its own"
        f"{_ends(one.part)}, and {one.lost.value:.1f} of what {name} lacks to its best{_ends(one.lost)}; an answer "
        "with several themes is shared among them."
    ).replace("-", fmt.MINUS)


def _ends(effect: EffectOut) -> str:
    if effect.low is None or effect.high is None:
        return " (too few accounts for an interval)"
    return f" ({signed_one(effect.low)} to {signed_one(effect.high)})"


def accounts_html(page: CountPage, key: str) -> str:
    """Write the accounts that say it, most comments first, and what they are worth together."""
    rows = "".join(_account(one, key) for one in page.items)
    total = page.total
    left = page.groups - len(page.items)
    more = f" The {fmt.count(len(page.items))} with most comments:" if left > 0 else ""
    deals = (
        f", {fmt.counted(total.open_opportunities, 'open opportunity', 'open opportunities')}"
        if total.open_opportunities
        else ""
    )
    money = text(fmt.revenue(total.revenue)) or "revenue not known"
    return (
        f"<p>{fmt.counted(total.accounts, 'account')}, {money}{deals}.{more}</p>"
        '<div class="scroll"><table class="whose"><thead><tr><th scope="col">Account</th><th scope="col">Comments</th>'
        f'<th scope="col">Negative</th><th scope="col">ARR</th></tr></thead><tbody>{rows}</tbody></table></div>'
    )


def _account(one: CountRowOut, key: str) -> str:
    account = one.group["account"]
    name = one.account_name or "Account not known"
    who = account_link(account, name) if one.account_name else text(name)
    counts = one.counts

    def way(value: int, polarity: str = "") -> str:
        if value == 0:
            return '<span class="zero">0</span>'
        many = f"{polarity} {'comment' if value == 1 else 'comments'}".strip()
        title = f"Read {fmt.count(value)} {many} of {name}"
        label = f"− {fmt.count(value)}" if polarity else fmt.count(value)
        return comments_link(label, title=title, theme=key, account=account, polarity=polarity, voice="customer")

    return (
        f'<tr><th scope="row">{who}</th><td>{way(counts.comments)}</td>'
        f'<td class="negative">{way(counts.negative, "negative")}</td><td>{revenue_html(counts.revenue)}</td></tr>'
    )
