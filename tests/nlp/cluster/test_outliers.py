"""What is too small to be a theme is dissolved, with the reason."""

import numpy as np

from nlp.cluster.outliers import tidy


def test_conversation_is_no_theme():
    rows = np.eye(3, dtype=np.float32)[np.repeat([0, 1, 2], [12, 12, 6])]
    labels = np.repeat([0, 1, 2], [12, 12, 6])
    comments = np.r_[np.arange(12), np.arange(12) // 6, np.arange(6)]
    told = tidy(
        rows,
        labels,
        np.ones(30),
        np.ones(30),
        min_size=5,
        floor_spreads=2.5,
        lone_spreads=7.0,
        min_support=0.5,
        max_unassigned=1.0,
        comments=comments,
    )
    assert told.labels[:12].tolist() == [0] * 12
    assert told.labels[24:].tolist() == [1] * 6
    assert {told.reasons[row] for row in range(12, 24)} == {"theme_too_small"}
