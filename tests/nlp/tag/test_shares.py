"""How common a label is, told from scores."""

import numpy as np
import pytest

from nlp.tag.shares import cut_for_share, estimate_share


@pytest.mark.parametrize("true_share", [0.1, 0.5, 0.85])
def test_a_planted_share_is_found(true_share: float) -> None:
    rng = np.random.default_rng(0)
    truth = np.repeat([1.0, 0.0], [200, 200])
    scores = rng.normal(2 * truth - 1, 1.0)
    has = rng.random(4000) < true_share
    unlabelled = rng.normal(np.where(has, 1.0, -1.0), 1.0)
    found = estimate_share(scores, truth, unlabelled=unlabelled)
    assert found == pytest.approx(true_share, abs=0.06)


def test_scores_that_say_nothing_keep_the_share_of_the_examples() -> None:
    truth = np.repeat([1.0, 0.0], [20, 60])
    found = estimate_share(np.zeros(80), truth, unlabelled=np.zeros(500))
    assert found == pytest.approx(0.25, abs=0.02)


def test_a_cut_only_ever_gives_a_label_to_more_texts() -> None:
    scores = np.linspace(-1, 1, 101).astype(np.float32)
    assert cut_for_share(scores, 0.1) == 0.0
    assert cut_for_share(scores, 0.9) < 0.0
