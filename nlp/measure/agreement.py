"""How well discovered themes agree with labels that people gave."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from nlp.errors import MeasureError
from nlp.measure.matching import best_match
from nlp.measure.partitions import adjusted_information, adjusted_rand, cross, normalised_information
from nlp.types import RealArray

# A theme that holds more of the rows than this says nothing, and counts for nothing in the F1 measures (issue 2).
SHARE_MOST = 0.4
NO_THEME = "\x00none"

Theme = str | int


@dataclass(frozen=True, slots=True)
class Agreement:
    """Agreement of one level of themes with labels.

    Attributes:
        nmi: Normalised mutual information (arithmetic mean), 0..1.
        ami: Adjusted mutual information, <= 1.
        ari: Adjusted Rand index, <= 1.
        best_f1: Mean over labels of the F1 of the label's best theme.
        matched_f1: The same with one theme a label at most (Hungarian).
        unassigned: Share of rows without a theme.
        themes: Number of themes.
        labels: Number of labels.
        rows: Rows measured.
    """

    nmi: float
    ami: float
    ari: float
    best_f1: float
    matched_f1: float
    unassigned: float
    themes: int
    labels: int
    rows: int


def agreement(
    themes: Sequence[Theme | None],
    labels: Sequence[str],
    *,
    label_sets: Sequence[frozenset[str]] | None = None,
    theme_sets: Sequence[frozenset[Theme]] | None = None,
) -> Agreement:
    """Measure one level of themes.

    NMI, AMI and ARI compare each row's main theme with its primary label; rows without a theme are one cluster.
    The F1 measures compare sets of rows: with `label_sets` a row belongs to several labels, with `theme_sets` to
    several themes (its main theme alone when left out).

    Args:
        themes: (n,) main theme of each row, None = unassigned.
        labels: (n,) primary label.
        label_sets: (n,) all labels of each row.
        theme_sets: (n,) all themes of each row.

    Raises:
        MeasureError: No rows, or unlike lengths.
    """
    if len(themes) != len(labels) or not len(labels):
        raise MeasureError(
            f"{len(themes)} themes and {len(labels)} labels; hand in one of each a row, at least one row"
        )
    flat = [NO_THEME if theme is None else str(theme) for theme in themes]
    told = label_sets or [frozenset({label}) for label in labels]
    held = theme_sets or [frozenset() if theme is None else frozenset({theme}) for theme in themes]
    scores = f1_table(held, told)
    table = cross(labels, flat)
    return Agreement(
        nmi=normalised_information(table),
        ami=adjusted_information(table),
        ari=adjusted_rand(table),
        best_f1=best_f1(scores),
        matched_f1=matched_f1(scores),
        unassigned=sum(theme is None for theme in themes) / len(themes),
        themes=len({theme for theme in themes if theme is not None}),
        labels=len(set().union(*told)),
        rows=len(labels),
    )


def f1_table(
    themes: Sequence[frozenset[Theme]], labels: Sequence[frozenset[str]], *, share_most: float = SHARE_MOST
) -> RealArray:
    """Return (labels, themes) F1 of every label with every theme as sets of rows, labels and themes sorted.

    A theme that holds more than `share_most` of the rows gets 0 everywhere.
    """
    of_label, of_theme = _members(labels), _members(themes)
    both = np.asarray((of_label.T @ of_theme).todense(), dtype=np.float64)
    label_rows, theme_rows = (np.asarray(one.sum(axis=0), dtype=np.float64).ravel() for one in (of_label, of_theme))
    table = 2 * both / np.maximum(label_rows[:, None] + theme_rows[None, :], 1.0)
    return np.asarray(np.where(theme_rows[None, :] <= share_most * len(labels), table, 0.0))


def best_f1(table: RealArray) -> float:
    """Return the mean over labels of the best theme's F1; 0 without themes."""
    return float(table.max(axis=1).mean()) if table.size else 0.0


def matched_f1(table: RealArray) -> float:
    """Return the mean over labels of the F1 under the best one-to-one match; unmatched labels count 0."""
    if not table.size:
        return 0.0
    rows, columns = best_match(table)
    return float(table[rows, columns].sum() / len(table))


def _members(values: Sequence[frozenset[str]] | Sequence[frozenset[Theme]]) -> sp.csr_matrix:
    """Return (rows, values) 1 where a row holds a value; values sorted."""
    pairs = [(row, str(value)) for row, held in enumerate(values) for value in held]
    column = {value: at for at, value in enumerate(sorted({value for _, value in pairs}))}
    places = ([row for row, _ in pairs], [column[value] for _, value in pairs])
    return sp.csr_matrix((np.ones(len(pairs)), places), shape=(len(values), len(column)))
