"""The table of themes: a tree that opens, counts that open the comments, polarity, months, and the effect on NPS."""

from collections.abc import Mapping, Sequence

from api.schemas.drivers import DriverOut
from api.schemas.themes import CountsOut, ThemeOut
from dashboard import format as fmt
from dashboard.links import comments_link, theme_link
from dashboard.look import text
from dashboard.pieces.tables import bars_html, month_range
from dashboard.pieces.theme_tree import Row

MONTHS_SHOWN = 12
POLARITIES = {"negative": "−", "neutral": "○", "positive": "+"}
EMERGING = "emerging"
# What opens, on a phone, the figures that have columns of their own on a wider screen.
SECOND = "Revenue, months and NPS, too"
HEADS = ("Comments", "Polarity", "Accounts", "Revenue", "By month", "NPS without it")


def table_html(rows: Sequence[Row], caption: str, *, opened: bool = False) -> str:
    """Write the table. A theme above others opens to show them; `opened` has them open (a search found them)."""
    every = [one for row in rows for one in (row, *row.children)]
    spoken = [month for one in every for month in one.months]
    months = month_range(min(spoken), max(spoken))[-MONTHS_SHOWN:] if spoken else []
    reach = max((_reach(one.impact) for one in every), default=0.0)
    heads = "".join(f'<th scope="col">{name}</th>' for name in HEADS)
    bodies = "".join(_body(row, months, reach, opened) for row in rows)
    return (
        f'<details class="second"><summary>{SECOND}</summary></details>'
        f'<div class="scroll"><table class="themes tree" aria-label="{text(caption)}"><thead><tr>'
        f'<th scope="col">Theme</th>{heads}</tr></thead>{bodies}</table></div>'
    )


def _body(row: Row, months: Sequence[str], reach: float, opened: bool) -> str:
    head = _row(row, months, reach, _opener(row, opened))
    return f"<tbody>{head}{''.join(_row(one, months, reach, '', css='below') for one in row.children)}</tbody>"


def _opener(row: Row, opened: bool) -> str:
    if not row.children:
        return ""
    said = f"Themes below {text(row.theme.info.name)}"
    many = fmt.counted(len(row.children), "theme below", "themes below")
    new = sum(one.emerging for one in row.children)
    many += f", {fmt.count(new)} {EMERGING}" if new else ""
    return f'<details{" open" if opened else ""}><summary aria-label="{said}">{many}</summary></details>'


def _row(row: Row, months: Sequence[str], reach: float, opener: str, *, css: str = "") -> str:
    theme, counts = row.theme, row.theme.counts
    return (
        f'<tr{f""" class="{css}" """ if css else ""}><th scope="row">{_name(row)}{opener}</th>'
        f'<td class="n">{count_link(theme, counts.comments)}</td><td class="said">{split_html(theme)}</td>'
        f'<td class="whose" data-label="Accounts">{fmt.count(counts.accounts)}</td>'
        f'<td class="second" data-label="Revenue">{revenue_html(counts.revenue)}</td>'
        f'<td class="second months" data-label="By month">{bars_html(row.months, months)}</td>'
        f'<td class="second" data-label="NPS without it">{_impact(row.impact, reach)}</td></tr>'
    )


def _name(row: Row) -> str:
    info = row.theme.info
    marked = f' <span class="chip attention">{EMERGING}</span>' if row.emerging else ""
    above = f'<span class="note"> in {text(row.above)}</span>' if row.above else ""
    notes = row.theme.counts.review_notes
    aside = f'<span class="note aside">+{fmt.counted(notes, "review note")}</span>' if notes else ""
    return f"{theme_link(info.key, info.name)}{marked}{above}{aside}"


def count_link(theme: ThemeOut, comments: int, polarity: str = "") -> str:
    """Write a count of customers' comments as the way to them; zero is no link."""
    sign = f"{POLARITIES[polarity]} " if polarity else ""
    label = f"{sign}{fmt.count(comments)}"
    if comments == 0:
        return f'<span class="zero">{label}</span>'
    many = "comment" if comments == 1 else "comments"
    title = f"Read {fmt.count(comments)} {polarity} {many} on {theme.info.name}".replace("  ", " ")
    return comments_link(label, title=title, theme=theme.info.key, polarity=polarity, voice="customer")


def split_html(theme: ThemeOut) -> str:
    """Write the polarities as a bar with the numbers that it is drawn from; each opens its comments."""
    said = {name: getattr(theme.counts, name) for name in POLARITIES}
    whole = sum(said.values())
    if whole == 0:
        return '<span class="note">none</span>'
    parts = "".join(
        f'<i class="{name}" style="width: {100 * value / whole:.1f}%"></i>' for name, value in said.items() if value
    )
    numbers = "".join(
        f'<span class="{name if value else "zero"}">{count_link(theme, value, name)}</span>'
        for name, value in said.items()
    )
    return f'<span class="split" aria-hidden="true">{parts}</span><span class="signs">{numbers}</span>'


def revenue_html(by_currency: Mapping[str, float]) -> str:
    """Write revenue, the largest currency first and the others below it; unlike currencies are never added up."""
    first, *others = fmt.revenue(by_currency).split(", ") if by_currency else [""]
    if not first:
        return '<span class="note">not known</span>'
    rest = f'<br><span class="note">{text(", ".join(others))}</span>' if others else ""
    return f"{text(first)}{rest}"


def _reach(driver: DriverOut | None) -> float:
    if driver is None or driver.leave_out is None:
        return 0.0
    effect = driver.leave_out
    return max(abs(one) for one in (effect.value, effect.low, effect.high) if one is not None)


def _impact(driver: DriverOut | None, reach: float) -> str:
    if driver is None or driver.leave_out is None:
        return '<span class="note">no answers</span>'
    effect = driver.leave_out
    few = driver.n < fmt.FEW
    css = "few" if few or effect.low is None else ""
    value = f'<span class="effect {css}">{signed_one(effect.value)}</span>'
    if driver.stands_out:
        value = f'<b title="More than chance does">{value}</b>'
    if effect.low is None or effect.high is None:
        return f'{value}<br><span class="note">n {fmt.count(driver.n)}, too few accounts</span>'
    ends = f"{signed_one(effect.low)} to {signed_one(effect.high)}"
    note = f'<span class="note">{ends}, n {fmt.count(driver.n)}</span>'
    return f"{whisker_html(effect.value, effect.low, effect.high, reach)} {value}<br>{note}"


def whisker_html(value: float, low: float, high: float, reach: float) -> str:
    """Draw a value with its interval on a line with zero in the middle; the numbers stand beside it."""

    def place(number: float) -> float:
        return 50 + 50 * number / reach if reach else 50.0

    left, width = place(low), place(high) - place(low)
    return (
        '<span class="whisker" aria-hidden="true">'
        f'<i style="left: {left:.1f}%; width: {width:.1f}%"></i><b style="left: {place(value):.1f}%"></b></span>'
    )


def signed_one(value: float) -> str:
    """Write a number with sign and one decimal: +4.5, −0.3, 0.0."""
    rounded = round(value, 1)
    sign = "+" if rounded > 0 else fmt.MINUS if rounded < 0 else ""
    return f"{sign}{abs(rounded):.1f}"


def total_words(total: CountsOut | None) -> str:
    """Say how many comments speak of any of the themes: counted once each, not summed."""
    if total is None:
        return ""
    return (
        f"{fmt.counted(total.comments, 'comment')} of {fmt.counted(total.accounts, 'account')} "
        f"{'speaks' if total.comments == 1 else 'speak'} of them, each counted once; a comment may speak of several."
    )
