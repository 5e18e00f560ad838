"""Durable keys: planted births, deaths, splits and merges, shuffled input, refits."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.errors import IdentityError
from nlp.identity.identify import identify
from nlp.identity.keys import birth_key
from nlp.identity.records import KnownTheme

DIM = 8


def _run(themes: dict[int, range]):
    labels, keys = [], []
    for theme, rows in themes.items():
        labels += [theme] * len(rows)
        keys += [f"p{row}" for row in rows]
    count = max((theme for theme in themes), default=-1) + 1
    return np.array(labels, dtype=np.int64), keys, np.eye(DIM, dtype=np.float32)[:count]


def _first(themes: dict[int, range]):
    labels, keys, centroids = _run(themes)
    found = identify([], labels, keys, centroids=centroids, salt="s")
    return [
        KnownTheme(found.keys[theme], {f"p{row}": 1.0 for row in rows}, centroids[theme])
        for theme, rows in themes.items()
    ]


def _again(known, themes, **more):
    labels, keys, centroids = _run(themes)
    return identify(known, labels, keys, centroids=more.get("centroids", centroids), salt=more.get("salt", "s2"))


def _kinds(found):
    return sorted(event.kind for event in found.lineage)


def test_renumbered_themes_keep_their_keys():
    known = _first({0: range(40), 1: range(40, 70), 2: range(70, 90)})
    found = _again(known, {2: range(40), 0: range(40, 70), 1: range(70, 90)})
    assert found.keys == (known[1].key, known[2].key, known[0].key)
    assert _kinds(found) == ["kept"] * 3


def test_birth_and_death_are_recorded():
    known = _first({0: range(40), 1: range(40, 70)})
    moved = np.eye(DIM, dtype=np.float32)[[0, 5]]
    found = _again(known, {0: range(40), 1: range(100, 130)}, centroids=moved)
    assert _kinds(found) == ["born", "gone", "kept"]
    assert found.keys[0] == known[0].key
    assert found.keys[1] not in {theme.key for theme in known}
    assert next(event.from_keys for event in found.lineage if event.kind == "gone") == (known[1].key,)


def test_split_keeps_the_larger_part():
    known = _first({0: range(100), 1: range(100, 150)})
    found = _again(known, {0: range(60), 1: range(60, 100), 2: range(100, 150)})
    assert found.keys[0] == known[0].key
    split = next(event for event in found.lineage if event.kind == "split")
    assert split.from_keys == (known[0].key,)
    assert split.to_keys == (found.keys[0], found.keys[1])
    assert split.share == pytest.approx(1.0)
    assert _kinds(found) == ["kept", "kept", "split"]


def test_merge_keeps_the_larger_source():
    known = _first({0: range(60), 1: range(60, 90), 2: range(90, 120)})
    found = _again(known, {0: range(90), 1: range(90, 120)})
    assert found.keys == (known[0].key, known[2].key)
    merged = next(event for event in found.lineage if event.kind == "merged")
    assert merged.from_keys == (known[0].key, known[1].key)
    assert merged.to_keys == (known[0].key,)
    assert "gone" not in _kinds(found)


def test_deleted_passages_do_not_cost_the_key():
    known = _first({0: range(100), 1: range(100, 160)})
    found = _again(known, {0: range(70, 100), 1: range(100, 160)})
    assert found.keys == (known[0].key, known[1].key)
    assert found.lineage[0].share == pytest.approx(1.0)


def test_centres_decide_where_no_passage_is_shared():
    known = _first({0: range(30), 1: range(30, 60)})
    found = _again(known, {0: range(200, 230), 1: range(230, 260)})
    assert found.keys == (known[0].key, known[1].key)
    turned = np.eye(DIM, dtype=np.float32)[[4, 5]]
    strangers = _again(known, {0: range(200, 230), 1: range(230, 260)}, centroids=turned)
    assert _kinds(strangers) == ["born", "born", "gone", "gone"]


def test_gone_theme_does_not_lend_its_key():
    known = _first({0: range(30)})
    assert birth_key([f"p{row}" for row in range(30)], salt="s", taken={known[0].key}) != known[0].key


@settings(max_examples=25, deadline=None)
@given(st.permutations(list(range(60))), st.permutations([0, 1, 2]))
def test_order_and_numbers_change_nothing(order, numbers):
    labels, keys, centroids = _run({0: range(30), 1: range(30, 50), 2: range(50, 60)})
    plain = identify([], labels, keys, centroids=centroids, salt="s")
    told = np.array([numbers[int(labels[row])] for row in order])
    other = identify([], told, [keys[row] for row in order], centroids=centroids, salt="s")
    assert [other.keys[numbers[theme]] for theme in range(3)] == list(plain.keys)


def test_respondents_weigh():
    many = {f"p{row}": 20.0 for row in range(10)}
    few = {f"p{row}": 1.0 for row in range(10, 40)}
    known = [KnownTheme("t-heavy", {**many, **few})]
    labels, keys, centroids = _run({0: range(10, 40), 1: range(10)})
    assert identify(known, labels, keys, centroids=centroids, salt="s").keys[1] == "t-heavy"


def test_bad_input_is_refused():
    with pytest.raises(IdentityError, match="2 labels but 1 keys"):
        identify([], np.array([0, 0]), ["a"], centroids=np.eye(1, dtype=np.float32), salt="s")
    twice = [KnownTheme("t-a", {"p": 1.0}), KnownTheme("t-a", {"q": 1.0})]
    with pytest.raises(IdentityError, match="share keys"):
        identify(twice, np.array([0]), ["p"], centroids=np.eye(1, dtype=np.float32), salt="s")
