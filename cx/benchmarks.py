"""Benchmarks that users hold their retention against, and where a value stands beside them."""

from dataclasses import dataclass

from cx.scores import Score

# DOMAIN gives the figures and names no survey. Published medians differ: surveys of private B2B SaaS vendors of 2024
# and 2025 told on the web lie between 101 and 106 % NRR and at 88 to 90 % GRR.
DOMAIN_SOURCE = "as users quote them for B2B software; no survey is named, and published medians differ by some points"


@dataclass(frozen=True)
class Benchmark:
    """A published figure: median and top quartile in percent, over how many months, and who says so."""

    name: str
    median: float
    top_quartile: float
    months: int
    source: str


NRR = Benchmark("NRR", 106.0, 120.0, 12, DOMAIN_SOURCE)
GRR = Benchmark("GRR", 90.0, 95.0, 12, DOMAIN_SOURCE)


@dataclass(frozen=True)
class Standing:
    """Where a value stands: under_median, median (up to the top quartile) or top_quartile; and whether that is sure.

    `sure`: the whole interval lies on that side; None without an interval.
    """

    benchmark: Benchmark
    place: str
    sure: bool | None
    words: str


def standing(score: Score, benchmark: Benchmark) -> Standing:
    """Put a value beside its benchmark. Answers: is our retention good for a firm like ours (CX leader)?"""
    place = _place(score.value, benchmark)
    sure = None
    if score.low is not None and score.high is not None:
        sure = _place(score.low, benchmark) == _place(score.high, benchmark)
    where = {
        "under_median": f"under the median of {benchmark.median:g} %",
        "median": f"between the median of {benchmark.median:g} % and the top quartile of {benchmark.top_quartile:g} %",
        "top_quartile": f"in the top quartile, {benchmark.top_quartile:g} % and more",
    }[place]
    doubt = {True: "", False: " (not sure: the interval reaches across)", None: " (how sure is not told)"}[sure]
    return Standing(benchmark, place, sure, where + doubt)


def _place(value: float, benchmark: Benchmark) -> str:
    if value >= benchmark.top_quartile:
        return "top_quartile"
    return "median" if value >= benchmark.median else "under_median"
