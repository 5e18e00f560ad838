"""Batches of rows of one length."""

from hypothesis import given
from hypothesis import strategies as st

from nlp.embed.batches import length_batches


@given(st.lists(st.integers(1, 60), max_size=50), st.integers(1, 200))
def test_batches_cover_all_within_budget(lengths: list[int], budget: int) -> None:
    batches = [list(batch) for batch in length_batches(lengths, budget=budget)]
    assert sorted(i for batch in batches for i in batch) == list(range(len(lengths)))
    for batch in batches:
        assert len({lengths[i] for i in batch}) == 1
        assert len(batch) == 1 or len(batch) * lengths[batch[0]] <= budget
