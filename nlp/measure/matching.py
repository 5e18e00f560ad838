"""The best one-to-one match of rows with columns (Hungarian algorithm by shortest augmenting paths).

Same total as scipy's `linear_sum_assignment` (the tests compare them); the import of scipy.optimize takes longer than a
match of a few hundred themes.
"""

import numpy as np

from nlp.types import IntArray, RealArray


def best_match(worth: RealArray) -> tuple[IntArray, IntArray]:
    """Return the rows and their columns whose worth adds up to most; as many pairs as the shorter side has.

    Args:
        worth: (rows, columns), finite.
    """
    if worth.shape[0] > worth.shape[1]:
        columns, rows = best_match(worth.T)
        order = np.argsort(rows)
        return rows[order], columns[order]
    cost = -worth
    row_of = np.full(worth.shape[1], -1, dtype=np.int64)
    row_price, column_price = np.zeros(worth.shape[0]), np.zeros(worth.shape[1])
    for row in range(len(cost)):
        _augment(row, cost, row_of, row_price, column_price)
    taken = np.flatnonzero(row_of >= 0)
    order = np.argsort(row_of[taken])
    return row_of[taken][order], taken[order].astype(np.int64)


def _augment(row: int, cost: RealArray, row_of: IntArray, row_price: RealArray, column_price: RealArray) -> None:
    """Find the cheapest way to give `row` a column, others moving on where they must. Changes the arrays in place."""
    least = np.full(cost.shape[1], np.inf)
    before = np.full(cost.shape[1], -1, dtype=np.int64)
    seen = np.zeros(cost.shape[1], dtype=bool)
    reached, at, spent, column = [row], row, 0.0, -1
    while True:
        through = spent + cost[at] - row_price[at] - column_price
        nearer = ~seen & (through < least)
        least[nearer], before[nearer] = through[nearer], column
        column = int(np.where(seen, np.inf, least).argmin())
        spent = float(least[column])
        seen[column] = True
        if row_of[column] < 0:
            break
        at = int(row_of[column])
        reached.append(at)
    visited = np.flatnonzero(seen & (least < spent))
    row_price[row] += spent
    row_price[row_of[visited]] += spent - least[visited]
    column_price[visited] -= spent - least[visited]
    while column >= 0:
        previous = int(before[column])
        row_of[column] = row if previous < 0 else row_of[previous]
        column = previous
