"""How common a label is among texts without labels, told from their scores alone."""

import numpy as np
from numpy.typing import NDArray

from nlp.embed.types import Vectors

ROUNDS, CLOSE_ENOUGH = 100, 1e-5
# Slope below which scores say nothing; a negative one would turn the label round.
LEAST_SLOPE = 0.05
# How far a cut goes from even odds to the one that gives the estimated share. All the way, or also downwards, rare
# labels vanish: their share is often estimated as nought. .5 to .9 are alike on app_reviews and mams (.7644 micro F1).
SHARE_STEP = 0.7
# A cut never gives a label to fewer or more texts than this.
LEAST_SHARE = 0.002


def estimate_share(scores: Vectors, truth: NDArray[np.float32], *, unlabelled: Vectors) -> float:
    """Return the share of a label among `unlabelled`.

    Args:
        scores: (n,) of examples that were held out.
        truth: (n,) 1 where an example has the label; both kinds occur.
        unlabelled: (m,) scores by the same opinions.

    Source: Saerens, Latinne and Decaestecker, "Adjusting the outputs of a classifier to new a priori probabilities",
    Neural Computation 14, 2002. Assumes that texts with the label look alike here and there.
    """
    from sklearn.linear_model import LogisticRegression

    curve = LogisticRegression(max_iter=200).fit(scores[:, None], truth)
    slope = max(float(curve.coef_[0, 0]), LEAST_SLOPE)
    odds = np.exp(np.clip(slope * unlabelled.astype(np.float64) + float(curve.intercept_[0]), -50, 50))
    drawn = float(truth.mean())
    share = drawn
    for _ in range(ROUNDS):
        moved = odds * (share / drawn) / ((1 - share) / (1 - drawn))
        before, share = share, float((moved / (1 + moved)).mean())
        share = min(max(share, LEAST_SHARE), 1 - LEAST_SHARE)
        if abs(share - before) < CLOSE_ENOUGH:
            break
    return share


def cut_for_share(unlabelled: Vectors, share: float) -> float:
    """Return the score from which a label is given: 0, or lower where that gives it to too few of `unlabelled`."""
    above = float((unlabelled > 0).mean())
    if share <= above:
        return 0.0
    wanted = above + SHARE_STEP * (share - above)
    return float(np.quantile(unlabelled, 1 - min(max(wanted, LEAST_SHARE), 1 - LEAST_SHARE)))


def surplus(scores: Vectors, most: float) -> float:
    """Return what to raise all cuts by so that texts get at most so many labels on average; 0 where they do.

    Args:
        scores: (n, labels) above the cuts; a text gets the labels from 0 on, and its best one in any case.
        most: Labels a text.
    """
    others = np.sort(scores, axis=1)[:, :-1]
    given = np.sort(others[others >= 0])[::-1]
    allowed = int(max(most - 1, 0.0) * len(scores))
    return 0.0 if len(given) <= allowed else float(np.nextafter(given[allowed], np.float32(np.inf)))
