"""What answers add up to by account and theme: all that `cx.impact` needs, as one SQL statement can sum it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cx.errors import CxError

# An answer without an account is a cluster of its own and never counted as an account; its key begins so.
NO_ACCOUNT = "\x1f"
# Sums in SQL are floats: shares of thirds and sevenths miss a whole number by so much at most.
ROUNDING = 1e-6

Floats = NDArray[np.float64]


class AccountSums(NamedTuple):
    """One account's answers in the slice, in points: NPS +1, 0, -1; CSAT 1 or 0; CES the score itself."""

    account: str
    n: int
    total: float
    squares: float


class ThemeSums(NamedTuple):
    """One account's answers that mention one theme, or none (`theme` None: also answers without a comment).

    With k the number of themes that an answer mentions: `shared_n` sums 1 / k, `shared_total` sums points / k; for
    answers that mention none both are as if k = 1.
    """

    account: str
    theme: str | None
    n: int
    total: float
    squares: float
    shared_n: float
    shared_total: float


@dataclass(frozen=True)
class ThemeTable:
    """Sums by account (accounts,) and by account and theme (accounts, themes); the last theme is None.

    `real`: False for an answer without an account. `sums`: n, total, squares; `by_theme`: n, total, squares, shared_n,
    shared_total.
    """

    themes: tuple[str | None, ...]
    sums: Floats
    by_theme: Floats
    real: NDArray[np.bool_]


def theme_table(accounts: Sequence[AccountSums], cells: Sequence[ThemeSums]) -> ThemeTable:
    """Lay out the sums; accounts come in the order of what they said, so that their names change nothing.

    Raises:
        CxError: The sums contradict each other.
    """
    rows = {one.account: place for place, one in enumerate(accounts)}
    themes = (*sorted({cell.theme for cell in cells if cell.theme is not None}), None)
    columns = {theme: place for place, theme in enumerate(themes)}
    strange = {cell.account for cell in cells} - rows.keys()
    if strange or len(rows) < len(accounts):
        what = f"theme sums for {len(strange)} accounts without totals" if strange else "an account with two totals"
        raise CxError(f"{what}: group answers and mentions by the same account key")
    sums = np.array([one[1:] for one in accounts], dtype=float).reshape(-1, 3).T
    by_theme = np.zeros((5, len(rows), len(themes)))
    if cells:
        places = [rows[cell.account] for cell in cells], [columns[cell.theme] for cell in cells]
        by_theme[(slice(None), *places)] = np.array([cell[2:] for cell in cells], dtype=float).T
    real = np.array([not one.account.startswith(NO_ACCOUNT) for one in accounts], dtype=bool)
    return table_of_sums(themes, sums, by_theme, real=real)


def table_of_sums(
    themes: Sequence[str | None], sums: Floats, by_theme: Floats, *, real: NDArray[np.bool_]
) -> ThemeTable:
    """Lay out sums that are arrays already, see `ThemeTable`: themes by key, None last.

    Raises:
        CxError: The sums contradict each other.
    """
    _check(sums, by_theme)
    order = _order(sums, by_theme)
    return ThemeTable(tuple(themes), sums[:, order], by_theme[:, order], real[order])


def _check(sums: Floats, by_theme: Floats) -> None:
    off = np.abs(by_theme[3:].sum(axis=2) - sums[:2]) > ROUNDING * (1 + np.abs(sums[:2]))
    if off.any():
        raise CxError(
            f"the shared sums of {int(off.any(axis=0).sum())} accounts don't add up to their totals: "
            "give every theme of one level and theme None, each answer shared by 1 / its number of themes"
        )
    if (by_theme[0] > sums[0][:, None]).any():
        raise CxError("a theme has more answers than its account: count each answer once a theme")


def _order(sums: Floats, by_theme: Floats) -> NDArray[np.intp]:
    marks = np.sqrt(np.arange(2, 2 + by_theme[:, 0].size)).reshape(len(by_theme), -1)
    return np.lexsort((np.einsum("kat,kt->a", by_theme, marks).round(6), *sums))
