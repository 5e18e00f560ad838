"""Passages back to comments."""

import numpy as np

from nlp.cluster.rollup import roll_up


def test_main_theme_is_nearest_to_the_whole_comment():
    axes = np.eye(4, dtype=np.float32)
    rows = axes[[0, 1, 0, 0, 2, 3, 2, 3]]
    labels = np.array([0, 1, 0, 0, 2, 3, -1, -1])
    groups = ["a", "a", "b", "b", "c", "c", "d", "d"]
    words = np.array([3, 20, 5, 5, 30, 4, 9, 9])
    by_group = {one.group: one for one in roll_up(rows, labels, groups, lengths=words)}
    assert by_group["a"].main == 1
    assert by_group["a"].themes == (1, 0)
    assert by_group["b"].themes == (0,)
    assert by_group["c"].main == 2
    assert by_group["d"].main is None
    assert by_group["d"].themes == ()
