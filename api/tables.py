"""How each list looks as a file: one line an item, or an item's group, in columns that stay."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from api.exports import Table
from api.schemas.accounts import AccountOut, AccountThemeOut
from api.schemas.comments import CommentOut
from api.schemas.keys import KeyOut
from api.schemas.scores import ScoreCard, ScoreOut
from api.schemas.themes import CountsOut, ThemeOut
from api.tables_standing import STANDING_COLUMNS, standing_cells

_ACCOUNT = (
    "account_id,name,domain,industry,segment,tier,motion,arr,currency,contract_start,first_value_date,renewal_date,"
    "is_stub,answers,flagged,comments"
).split(",")
_COMMENT = (
    "comment_id,said_at,source,account_id,account_name,contact_id,contact_name,role,stage,stage_derived,score,"
    "score_band,scale_min,scale_max,sentiment,text,language,ticket_id,feature,vendor_voice,anonymous"
).split(",")
_COUNTS = "comments,respondents,accounts,negative,positive,neutral,review_notes".split(",")
# Revenue as a number to sum where it is in one currency, and always in words.
_MONEY = ("revenue", "currency", "revenue_by_currency")
_INFO = "key,name,kind,parent_key,state,emerging,owner,action".split(",")
_SCALE = "type,scale_min,scale_max,high_is_good".split(",")
_SCORE = "value,n,accounts,low,high,flagged".split(",")
_KEY = "key_id,name,role,created_at,last_used_at,revoked_at".split(",")


def _plain(item: object, names: Iterable[str]) -> list[Any]:
    return [getattr(item, name) for name in names]


def _several(values: Iterable[str]) -> str:
    return "; ".join(values)


def _one_row(header: Sequence[str], row: Callable[[Any], Sequence[object]]) -> Table[Any]:
    return Table(header, lambda item: [row(item)])


def plain_table(names: Sequence[str], types: Mapping[str, str] = MappingProxyType({})) -> Table[Any]:
    """A line an item, of fields of its own; `types` as in `Table`."""
    return Table(names, lambda one: [_plain(one, names)], types)


def accounts_table() -> Table[AccountOut]:
    """A line an account; latest scores and hurting themes in a cell each."""

    def row(one: AccountOut) -> list[object]:
        scores = _several(f"{s.type} {s.score:g} ({s.role}, {s.answered_at:%Y-%m-%d})" for s in one.latest_scores)
        hurting = _several(f"{t.name} ({t.negative})" for t in one.top_negative)
        return [*_plain(one, _ACCOUNT), scores, hurting, *standing_cells(one.standing)]

    return _one_row([*_ACCOUNT, "latest_scores", "top_negative", *STANDING_COLUMNS], row)


def comments_table() -> Table[CommentOut]:
    """A line a comment, its themes with their polarities in one cell."""

    def row(one: CommentOut) -> list[object]:
        return [*_plain(one, _COMMENT), _several(f"{tag.key} ({tag.polarity})" for tag in one.themes)]

    return _one_row([*_COMMENT, "themes"], row)


def themes_table(dimensions: Sequence[str] = ()) -> Table[ThemeOut]:
    """A line a theme or, where groups are asked for, a line a group of a theme."""

    def rows(one: ThemeOut) -> Iterable[Sequence[object]]:
        if not dimensions:
            return [[*_plain(one.info, _INFO), *_counts(one.counts)]]
        return [
            [*_plain(one.info, _INFO), *(group.group[name] for name in dimensions), *_counts(group.counts)]
            for group in one.groups
        ]

    return Table([*_INFO, *(f"by_{name}" for name in dimensions), *_COUNTS, *_MONEY], rows)


def account_themes_table() -> Table[AccountThemeOut]:
    """A line a theme of one account."""

    def row(one: AccountThemeOut) -> list[object]:
        spread = [_several(f"{name} {n}" for name, n in counts.items()) for counts in (one.roles, one.stages)]
        return [*_plain(one.info, _INFO), *_plain(one.counts, _COUNTS), *spread, one.last_said_at]

    return _one_row([*_INFO, *_COUNTS, "roles", "stages", "last_said_at"], row)


def scores_table(dimensions: Sequence[str] = ()) -> Table[ScoreCard]:
    """A line a survey type and scale with the window before or, where groups are asked for, a line a group."""

    def rows(card: ScoreCard) -> Iterable[Sequence[object]]:
        if not dimensions:
            before = (card.before.value, card.before.n) if card.before is not None else (None, None)
            return [[*_plain(card, _SCALE), *_score(card.score), *before]]
        return [
            [*_plain(card, _SCALE), *(group.group[name] for name in dimensions), *_score(group.score)]
            for group in card.groups
        ]

    last = [f"by_{name}" for name in dimensions] + _SCORE if dimensions else [*_SCORE, "value_before", "n_before"]
    return Table([*_SCALE, *last], rows)


def keys_table() -> Table[KeyOut]:
    """A line a key, never its secret."""

    def row(one: KeyOut) -> list[object]:
        return [*_plain(one, _KEY), "all" if one.accounts is None else _several(one.accounts)]

    return _one_row([*_KEY, "sees_accounts"], row)


def _score(score: ScoreOut) -> list[Any]:
    return _plain(score, _SCORE)


def _counts(counts: CountsOut) -> list[object]:
    found = sorted(counts.revenue.items())
    one = (found[0][1], found[0][0]) if len(found) == 1 else (None, None)
    return [*_plain(counts, _COUNTS), *one, _several(f"{name or '?'} {amount:.2f}" for name, amount in found)]
