"""Figures as cells and Markdown tables."""

from collections.abc import Sequence

from pipelines.bench.bars import Bar
from pipelines.bench.figures import Spread

NOTHING = ""
UNMEASURED = "not measured"


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Write a Markdown table."""
    lines = ["| " + " | ".join(columns) + " |", "|" + " --- |" * len(columns)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def figure(value: Spread | None, form: str = ".3f") -> str:
    """Write a median with least and most behind it where runs differ."""
    if value is None:
        return NOTHING
    middle, least, most = (format(one, form) for one in (value.median, value.least, value.most))
    between = " to " if value.least < 0 else "-"
    return middle if least == most else f"{middle} ({least}{between}{most})"


def ratio(over: Spread | None, under: Spread | None, form: str = ".1f") -> str:
    """Write how many times one median is the other."""
    return NOTHING if over is None or under is None or not under.median else f"{over.median / under.median:{form}} x"


def bar_cells(bar: Bar | None) -> list[str]:
    """Write a bar and whether it was met."""
    if bar is None:
        return [NOTHING, NOTHING]
    return [bar.wanted, {True: "yes", False: "**no**", None: UNMEASURED}[bar.met]]
