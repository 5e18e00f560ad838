"""What a user would write in ten lines to learn labels: logistic regression over TF-IDF, and over MiniLM vectors."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Matrix = NDArray[np.float32] | sparse.csr_matrix

# Enough for convergence on every file tried; scikit-learn's 100 warns on banking77 and scores the same to .001.
ROUNDS = 1000


def baseline_labels(
    train: Mapping[str, Any], test: Mapping[str, Any], label_sets: Sequence[Sequence[str]]
) -> dict[str, list[list[str]]]:
    """Return each baseline's labels of the test rows.

    One label a row: the likeliest. Several: one classifier a label, given from even odds on, and at least the best.
    `*_lr` weighs both classes of such a classifier alike (`class_weight="balanced"`): as scikit-learn comes, even odds
    are hardly ever reached with one example in eight; that one is `*_lr_unweighted`.

    Args:
        train: `texts` and `vectors` of the examples.
        test: The same of the rows to label.
        label_sets: Labels of each example.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer

    labels = sorted({label for labels_of_one in label_sets for label in labels_of_one})
    truth = np.array([[label in labels_of_one for label in labels] for labels_of_one in label_sets])
    words = TfidfVectorizer().fit(train["texts"])
    rows = {
        "tfidf_lr": (words.transform(train["texts"]), words.transform(test["texts"])),
        "minilm_lr": (train["vectors"], test["vectors"]),
    }
    rules = {"": None} if (truth.sum(axis=1) == 1).all() else {"": "balanced", "_unweighted": None}
    return {
        f"{name}{ending}": _named(_chosen(x, truth, new, weight=weight), labels)
        for name, (x, new) in rows.items()
        for ending, weight in rules.items()
    }


def _chosen(x: Matrix, truth: NDArray[np.bool_], new: Matrix, *, weight: str | None) -> NDArray[np.bool_]:
    from sklearn.linear_model import LogisticRegression

    if (truth.sum(axis=1) == 1).all():
        model = LogisticRegression(max_iter=ROUNDS).fit(x, truth.argmax(axis=1))
        return np.asarray(model.predict(new)[:, None] == np.arange(truth.shape[1]))
    shares = np.zeros((new.shape[0], truth.shape[1]))
    for column, given in enumerate(truth.T):
        if given.all() or not given.any():
            shares[:, column] = given.all()
            continue
        model = LogisticRegression(class_weight=weight, max_iter=ROUNDS).fit(x, given)
        shares[:, column] = model.predict_proba(new)[:, 1]
    chosen = shares >= 0.5
    chosen[np.arange(len(chosen)), shares.argmax(axis=1)] = True
    return chosen


def _named(chosen: NDArray[np.bool_], labels: Sequence[str]) -> list[list[str]]:
    return [[label for label, given in zip(labels, row, strict=True) if given] for row in chosen]
