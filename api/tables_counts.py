"""How counts and drivers look as CSV: the backlog export, one line a group, a column for each thing."""

from collections.abc import Iterable, Sequence

from api.exports import Table
from api.schemas.counts import CountRowOut
from api.schemas.drivers import DriverOut, EffectOut

_THEME = "key,name,kind,parent_key,state,emerging,definition,owner,action".split(",")
_COUNTS = "comments,respondents,accounts,negative,positive,neutral,review_notes".split(",")
_MONEY = "revenue,currency,revenue_by_currency,open_opportunities,open_amount_by_currency".split(",")
_SEEN = ("first_seen", "last_seen", "example_comment_id")
_DRIVER = "type,scale_min,scale_max,high_is_good,key,name,n,accounts".split(",")
_ENDS = ("leave_out", "part", "lost")


def counts_table(dimensions: Sequence[str]) -> Table[CountRowOut]:
    """A line a group: the theme in columns of its own, the other dimensions, counts, money, when, and a comment."""
    others = [name for name in dimensions if name != "theme"]
    by_theme = "theme" in dimensions
    named = ("account_name",) if "account" in dimensions else ()

    def rows(one: CountRowOut) -> Iterable[Sequence[object]]:
        theme = [getattr(one.theme, name, None) for name in _THEME] if by_theme else []
        counts = [getattr(one.counts, name) for name in _COUNTS]
        return [
            [
                *theme,
                *(one.group[name] for name in others),
                *(getattr(one, name) for name in named),
                *counts,
                *_money(one),
                *(getattr(one, name) for name in _SEEN),
            ]
        ]

    header = [*(_THEME if by_theme else ()), *(f"by_{name}" for name in others), *named, *_COUNTS, *_MONEY, *_SEEN]
    return Table(header, rows)


def _money(one: CountRowOut) -> list[object]:
    """Revenue as a number to sum where it is in one currency, and always in words."""
    found = sorted(one.counts.revenue.items())
    single = (found[0][1], found[0][0]) if len(found) == 1 else (None, None)
    opened = sorted(one.counts.open_amount.items())
    return [*single, _by_currency(found), one.counts.open_opportunities, _by_currency(opened)]


def _by_currency(amounts: Iterable[tuple[str, float]]) -> str:
    return "; ".join(f"{name or '?'} {amount:.2f}" for name, amount in amounts)


def drivers_table() -> Table[DriverOut]:
    """A line a theme and scale, intervals in columns of their own."""

    def rows(one: DriverOut) -> Iterable[Sequence[object]]:
        score = [one.score.value, one.score.low, one.score.high]
        of_slice = [one.slice_score.value, one.slice_score.n, one.slice_score.low, one.slice_score.high]
        effects = [value for name in _ENDS for value in _ends(getattr(one, name))]
        rest = [one.p, one.q, one.stands_out, one.family, one.reading, "; ".join(one.comment_ids)]
        return [[*(getattr(one, name) for name in _DRIVER), *score, *of_slice, *effects, *rest]]

    header = [
        *_DRIVER,
        *("score", "score_low", "score_high"),
        *("slice_score", "slice_n", "slice_low", "slice_high"),
        *(f"{name}{end}" for name in _ENDS for end in ("", "_low", "_high")),
        *("p", "q", "stands_out", "family", "reading", "comment_ids"),
    ]
    return Table(header, rows)


def _ends(effect: EffectOut | None) -> list[float | None]:
    return [None, None, None] if effect is None else [effect.value, effect.low, effect.high]
