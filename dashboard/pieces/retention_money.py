"""Revenue kept: NRR and GRR by segment beside their benchmarks, and what the score said quarters before."""

from collections.abc import Sequence

from api.schemas.retention import BenchmarkOut, BenchmarkStandingOut, LinkOut, RetentionRow, ValueOut
from dashboard import format as fmt
from dashboard import strings
from dashboard.look import text
from dashboard.pieces.retention_line import EVERY_SEGMENT
from dashboard.pieces.why import why_html

OUTCOMES = {"churn": "Churn", "nrr": "NRR", "grr": "GRR"}
# Percent: where the tracks begin and end; what lies outside is drawn at the edge.
TRACKS = {"NRR": (40.0, 160.0), "GRR": (20.0, 100.0)}
PLACES = {"under_median": "under the median", "median": "over the median", "top_quartile": "in the top quartile"}
NO_ROWS = "No account had revenue at the start of these quarters."


def newest(rows: Sequence[RetentionRow]) -> list[RetentionRow]:
    """Give the rows of the last twelve months that are told."""
    last = max((row.last for row in rows), default=None)
    return [row for row in rows if row.last == last]


def money_html(rows: Sequence[RetentionRow], quarters: str) -> str:
    """Write NRR and GRR by segment and currency with interval, n, and where they stand beside the benchmarks."""
    now = newest(rows)
    if not now:
        return f'<p class="note">{NO_ROWS}</p>'
    several = len({row.currency for row in now}) > 1
    body = "".join(_money_row(row, several=several) for row in now)
    marks = {one.benchmark.name: one.benchmark for row in now for one in row.standings}
    before = [row for row in rows if row not in now and row.segment is None]
    return (
        '<div class="scroll"><table class="money"><thead><tr><th scope="col">Segment</th>'
        f'<th scope="col">Accounts</th><th scope="col">Left</th>{_head("NRR", marks)}{_head("GRR", marks)}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>{_earlier(before, several=several)}{_why(now, marks, quarters)}"
    )


def _head(name: str, marks: dict[str, BenchmarkOut]) -> str:
    mark = marks.get(name)
    beside = "" if mark is None else f"median {mark.median:g}\u00a0%, top quartile {mark.top_quartile:g}\u00a0%"
    return f'<th scope="col" class="left">{name}<br>{beside}</th>'


def _money_row(row: RetentionRow, *, several: bool) -> str:
    name = EVERY_SEGMENT if row.segment is None else text(fmt.label(row.segment, strings.SEGMENTS))
    money = f', <span class="note">{text(row.currency or "currency not known")}</span>' if several else ""
    standings = {one.benchmark.name: one for one in row.standings}
    css = ' class="few"' if row.accounts < fmt.FEW else ' class="all"' if row.segment is None else ""
    left = fmt.share(row.churned_accounts, row.accounts)
    return (
        f'<tr{css}><th scope="row">{name}{money}</th>'
        f'<td data-label="Accounts">{fmt.count(row.accounts)}</td><td data-label="Left">{left}</td>'
        f"{_kept('NRR', row.nrr, standings.get('NRR'))}{_kept('GRR', row.grr, standings.get('GRR'))}</tr>"
    )


def _kept(name: str, value: ValueOut, standing: BenchmarkStandingOut | None) -> str:
    ends = fmt.interval("csat", value.low, value.high) if value.low is not None else "too few for an interval"
    said = "" if standing is None else f"{PLACES.get(standing.place, '')}{_sure(standing)}"
    return (
        f'<td class="left" data-label="{name}"><span class="kept"><b>{fmt.one_decimal(value.value)}\u00a0%</b>'
        f"{_track(name, value, standing)}</span>"
        f'<span class="note">{ends}{"; " if said else ""}{text(said)}</span></td>'
    )


def _sure(standing: BenchmarkStandingOut) -> str:
    return ", not sure" if standing.sure is False else ""


def _track(name: str, value: ValueOut, standing: BenchmarkStandingOut | None) -> str:
    """Draw the value with its interval on a track, and the benchmarks as marks; plain blocks, as SVG is taken out."""
    low, high = TRACKS[name]

    def place(at: float) -> float:
        return 100 * (min(max(at, low), high) - low) / (high - low)

    parts = []
    if value.low is not None and value.high is not None:
        start, end = place(value.low), place(value.high)
        parts.append(f'<i class="span" style="left: {start:.1f}%; width: {end - start:.1f}%"></i>')
    if standing is not None:
        parts.append(f'<i class="median" style="left: {place(standing.benchmark.median):.1f}%"></i>')
        parts.append(f'<i class="quartile" style="left: {place(standing.benchmark.top_quartile):.1f}%"></i>')
    parts.append(f'<i class="dot" style="left: {place(value.value):.1f}%"></i>')
    return f'<span class="track" aria-hidden="true">{"".join(parts)}</span>'


def _earlier(rows: Sequence[RetentionRow], *, several: bool) -> str:
    if not rows:
        return ""
    lines = "".join(f"<li>{f'{text(row.currency)}: ' if several else ''}{text(row.reading)}</li>" for row in rows)
    return f'<details class="why"><summary>Earlier windows of twelve months</summary><ul>{lines}</ul></details>'


def _why(rows: Sequence[RetentionRow], marks: dict[str, BenchmarkOut], quarters: str) -> str:
    sources = "; ".join(dict.fromkeys(f"{one.name}: {one.source}" for one in marks.values()))
    facts = [
        ("Formula", rows[0].formula),
        ("Window", f"{quarter_name(rows[0].first)} to {quarter_name(rows[0].last)}, of {quarters}"),
        ("Benchmarks", sources),
        ("Tracks", "; ".join(f"{name} {low:g} to {high:g} %" for name, (low, high) in TRACKS.items())),
    ]
    return why_html(facts)


def quarter_name(first: object) -> str:
    """Say a quarter by its first day: Q3 2026."""
    year, month, _ = str(first).split("-")
    return f"Q{(int(month) + 2) // 3} {year}"


def lags_html(links: Sequence[LinkOut], *, segment: str | None = None) -> str:
    """Write the correlations by outcome and lag, each with its interval and n, or what is missing."""
    own = {(one.outcome, one.lag): one for one in links if one.segment == segment}
    lags = sorted({lag for _, lag in own})
    heads = "".join(f'<th scope="col">{_lag(lag)}</th>' for lag in lags)
    rows = "".join(
        f'<tr><th scope="row">{name}</th>{"".join(_link_cell(own.get((key, lag)), _lag(lag)) for lag in lags)}</tr>'
        for key, name in OUTCOMES.items()
    )
    return (
        '<div class="scroll"><table class="lags stack"><thead><tr><th scope="col">NPS against</th>'
        f"{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _lag(lag: int) -> str:
    return "same quarter" if lag == 0 else f"{fmt.counted(lag, 'quarter')} later"


def _link_cell(one: LinkOut | None, lag: str) -> str:
    if one is None:
        return "<td></td>"
    found = one.correlation
    if found is None:
        lacking = f"{fmt.counted(one.accounts, 'account')}, {fmt.count(one.moved)} moved"
        return f'<td class="zero" data-label="{lag}">not enough data<br><span class="note">{lacking}</span></td>'
    clear = found.low is not None and found.high is not None and not found.low <= 0 <= found.high
    value = f"<b>{two(found.value)}</b>" if clear else two(found.value)
    ends = "" if found.low is None or found.high is None else f"{two(found.low)} to {two(found.high)}"
    said = "clear" if clear else "may be chance"
    return (
        f'<td data-label="{lag}">{value}<br><span class="note">{ends}<br>n {fmt.count(one.n)}, '
        f"{fmt.counted(one.accounts, 'account')}<br>{said}</span></td>"
    )


def two(value: float) -> str:
    """Write a correlation: +0.24, −0.10."""
    return f"{value:+.2f}".replace("-", fmt.MINUS)


def why_lags(links: Sequence[LinkOut], quarters: str) -> str:
    """Say how the correlations come about, with each in words."""
    methods = dict.fromkeys(f"{OUTCOMES.get(one.outcome, '')}: {one.method}" for one in links)
    facts = [
        ("Compared", "an account's NPS of a quarter with what became of it so many quarters later"),
        ("Method", "; ".join(methods)),
        ("Moved", "accounts that churned, or whose NRR or GRR is not 100 %"),
        ("Read with care", "of five lags one may look good by chance"),
        ("Window", quarters),
        *(("In words", one.reading) for one in links if one.segment is None and one.correlation is not None),
    ]
    return why_html(facts)
