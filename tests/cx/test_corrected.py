"""Corrections over a passage's themes: their order, what is nearest, and that nothing done leaves nothing behind."""

from hypothesis import given
from hypothesis import strategies as st

from cx.corrected import Decision, Spoken, corrected, folded

KEYS = ("a", "b", "c", "d")
keys, polarities = st.sampled_from(KEYS), st.sampled_from(("negative", "positive", "neutral"))
rows = st.lists(
    st.builds(Spoken, keys, st.just("discovered"), polarities, st.floats(0, 1), st.just("model")), max_size=3
)
decisions = st.lists(
    st.builds(
        Decision,
        st.integers(1, 9),
        st.sampled_from(("tag", "untag", "polarity", "merge", "split")),
        keys,
        st.just("discovered"),
        into=keys,
        polarity=polarities,
        similarity=st.none() | st.floats(0.85, 1),
        pinned=st.booleans(),
    ),
    max_size=6,
    unique_by=lambda one: one.correction_id,
)


def row(key: str, polarity: str = "neutral", confidence: float = 0.5) -> Spoken:
    return Spoken(key, "taxonomy", polarity, confidence, "model")


@given(rows, decisions)
def test_order_of_reading_decides_nothing(said: list[Spoken], made: list[Decision]):
    assert corrected(said, made) == corrected(said, made[::-1])
    assert len({one.theme_key for one in corrected(said, made)}) == len(corrected(said, made))


@given(rows)
def test_without_corrections_the_model_stands(said: list[Spoken]):
    assert {one.theme_key: one for one in said} == {one.theme_key: one for one in corrected(said, [])}


@given(rows, decisions)
def test_every_changed_row_names_its_correction(said: list[Spoken], made: list[Decision]):
    known = set(said)
    ids = {one.correction_id for one in made}
    assert all(one in known or one.correction_id in ids for one in corrected(said, made))


def test_merged_themes_are_one_row_with_the_worse_polarity():
    merge = Decision(1, "merge", "a", "taxonomy", into="b")
    found = corrected([row("a", "negative", 0.4), row("b", "positive", 0.9)], [merge])
    assert [(one.theme_key, one.polarity, one.confidence, one.correction_id) for one in found] == [
        ("b", "negative", 0.9, 1)
    ]
    # A later merge takes along what an earlier one brought; a tag made after it stands.
    chain = [merge, Decision(2, "merge", "b", "taxonomy", into="c"), Decision(3, "untag", "c", "taxonomy")]
    assert [one.theme_key for one in corrected([row("a")], chain[:2])] == ["c"]
    assert corrected([row("a")], chain) == []


def test_own_decision_goes_before_the_nearest_learned_one():
    near = Decision(5, "untag", "a", "taxonomy", similarity=0.9)
    nearer = Decision(4, "polarity", "a", "taxonomy", polarity="positive", similarity=0.95)
    assert [one.polarity for one in corrected([row("a")], [near, nearer])] == ["positive"]
    own = Decision(1, "tag", "a", "taxonomy", polarity="negative")
    found = corrected([row("a")], [near, nearer, own])
    assert [(one.polarity, one.said_by, one.confidence) for one in found] == [("negative", "person", 1.0)]


def test_pinned_passage_stays_wherever_a_fit_puts_it():
    pin = Decision(1, "split", "a", "discovered", into="s", polarity="negative", pinned=True)
    moved = Spoken("z", "discovered", "neutral", 0.7, "model")
    assert [one.theme_key for one in corrected([moved], [pin])] == ["s"]
    assert [(one.theme_key, one.polarity) for one in corrected([], [pin])] == [("s", "negative")]
    near = Decision(1, "split", "a", "discovered", into="s", similarity=0.9)
    assert corrected([moved], [near]) == [moved]


def test_changes_of_a_theme_fold_in_order():
    base = {"name": "Plain", "named_by": "model", "state": "active", "owner": "Product", "parent_key": "p"}
    changes = [("rename", {"name": "One"}), ("define", {"owner": "Sales"}), ("rename", {"name": "Two"}), ("hide", {})]
    theme = folded(base, changes)
    assert (theme["name"], theme["named_by"], theme["owner"], theme["state"]) == ("Two", "person", "Sales", "hidden")
    assert folded(base, changes[:1])["owner"] == "Product"
    assert folded({**base, "state": "gone"}, [("hold", {})])["state"] == "active"
    assert folded(base, [("merge", {}), ("hide", {})])["state"] == "merged"
    assert folded(base, [("hide", {}), ("unhide", {})])["state"] == "active"
