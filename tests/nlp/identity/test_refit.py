"""Issue 3's identity bar on planted themes: +20 % new, -10 % old."""

import numpy as np
import pytest

from nlp.cluster.discover import discover
from nlp.identity.drift import advise
from nlp.identity.identify import identify
from nlp.identity.records import KnownTheme
from nlp.measure.agreement import agreement
from nlp.measure.stability import survival
from tests.nlp.cluster.blobs import blobs


@pytest.mark.parametrize("spread", [0.7, 1.2])
def test_keys_survive_a_refit(spread):
    rows, told, keys = blobs(20, 48, spread=spread)
    order = np.random.default_rng(2).permutation(len(keys))
    cut = int(len(keys) / 1.2)
    old, new = order[:cut], np.r_[order[cut // 10 : cut], order[cut:]]
    first = discover(rows[old], [keys[row] for row in old])
    names = identify([], first.labels, [keys[row] for row in old], centroids=first.centroids, salt="s").keys
    before = {keys[row]: names[label] for row, label in zip(old, first.labels, strict=True) if label >= 0}
    known = [
        KnownTheme(name, {key: 1.0 for key, theme in before.items() if theme == name}, first.centroids[number])
        for number, name in enumerate(names)
    ]
    new_keys = [keys[row] for row in new]
    warm = discover(rows[new], new_keys, previous=first.remember([keys[row] for row in old]))
    again = identify(known, warm.labels, new_keys, centroids=warm.centroids, salt="s2").keys
    after = {key: again[label] for key, label in zip(new_keys, warm.labels, strict=True) if label >= 0}
    result = survival(before, after)
    assert result.survived >= 0.8
    assert result.kept >= 0.95
    truth = [str(told[row]) for row in new]
    fresh = discover(rows[new], new_keys)
    assert agreement(warm.labels.tolist(), truth).nmi >= agreement(fresh.labels.tolist(), truth).nmi - 0.01


def test_drift_advises_with_a_reason():
    assert advise(0, 10, 10).refit
    assert not advise(1000, 100, 5).refit
    strange = advise(1000, 100, 30)
    assert strange.refit
    assert "30%" in strange.reason
    assert advise(1000, 300, 10).refit
    assert not advise(1000, 20, 20).refit
