"""The index of meanings on disk: finds what is near, takes news in, and a killed writer leaves the old one."""

from pathlib import Path

import numpy as np
import pytest

from data.store.sketches import POINTER, Reader, Sketches, new_sketches, open_sketches

DIM = 384


def planted(count: int, seed: int, groups: int = 40):
    """Unit rows around planted centres, as near to each other as passages of one theme are."""
    centres = np.random.default_rng(0).normal(size=(groups, DIM))
    rng = np.random.default_rng(seed)
    rows = centres[rng.integers(0, groups, size=count)] + rng.normal(size=(count, DIM)) * 0.8
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def keys(count: int, start: int = 0) -> list[str]:
    return [f"{place:064x}" for place in range(start, start + count)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    new_sketches("model", DIM).changed(new=[(keys(500), planted(500, 1))]).save(tmp_path)
    return tmp_path


def opened(folder: Path) -> Sketches:
    found = open_sketches(folder)
    assert found is not None
    return found


def test_finds_nine_of_the_true_ten():
    rows = planted(4000, 2)
    index = new_sketches("recall", DIM).changed(new=[(list(map(str, range(len(rows)))), rows)])
    shares = []
    for query in planted(40, 3):
        cosines = rows @ query
        near = [int(key) for key in index.nearest(query, 200)]
        # Equal cosines are equally good: counted by the line, not by the row.
        shares.append(min(int((cosines[near] >= np.sort(cosines)[-10]).sum()), 10) / 10)
    assert np.mean(shares) >= 0.9


@pytest.mark.parametrize("dim", [64, 100, 256, 384])
def test_nearest_are_those_with_the_fewest_unequal_bits(dim: int):
    rows = np.random.default_rng(dim).normal(size=(300, dim)).astype(np.float32)
    index = new_sketches("model", dim).changed(new=[(keys(100), rows[:100]), (keys(200, start=100), rows[100:])])
    asked = rows[7] + 0.1
    unequal = ((rows > 0) != (asked > 0)).sum(axis=1)
    expected = [keys(1, start=int(place))[0] for place in np.argsort(unequal, kind="stable")[:25]]
    assert index.nearest(asked, 25) == expected
    assert len(index.nearest(asked, 1000)) == 300
    assert new_sketches("model", dim).nearest(asked, 5) == []


def test_search_among_some_rows(folder: Path):
    index, vectors = opened(folder), planted(500, 1)
    again = index.changed(gone=[0], new=[(keys(1), vectors[:1])])
    some = again.rows_of(np.array([*keys(30, start=7), "nowhere"], dtype="S64"))
    assert [place for place in some.tolist() if place < 0] == [-1]
    near = again.nearest(vectors[9], 5, among=np.sort(some[:-1]))
    assert near[0] == keys(1, start=9)[0]
    assert set(near) <= set(keys(30, start=7))
    assert again.rows_of(np.array(keys(1), dtype="S64")).tolist() == [499]
    assert again.nearest(vectors[9], 5, among=some[:0]) == []


def test_news_come_in_and_what_is_gone_goes(folder: Path):
    vectors, more = planted(500, 1), planted(20, 5)
    index = opened(folder)
    held = index.keys()
    gone = [held[key] for key in keys(10)]
    index.changed(gone=gone, new=[(keys(20, start=500), more)]).save(folder)
    again = opened(folder)
    assert set(again.keys()) == {*keys(490, start=10), *keys(20, start=500)}
    assert again.nearest(more[3], 5)[0] == keys(1, start=503)[0]
    assert keys(5)[4] not in again.nearest(vectors[4], 510)
    again.changed(gone=list(again.keys().values())).save(folder)
    assert opened(folder).keys() == {}


def test_reader_opens_what_was_written_last(folder: Path):
    reader = Reader(folder)
    first = reader.get()
    assert first is not None
    assert reader.get() is first
    opened(folder).changed(new=[(keys(1, start=900), planted(1, 9))]).save(folder)
    assert reader.get() is not first
    # Whoever still reads the old one is not disturbed.
    assert len(first.nearest(planted(1, 9)[0], 10)) == 10
    assert Reader(folder / "nowhere").get() is None


def test_killed_writer_leaves_the_old_index(folder: Path, monkeypatch: pytest.MonkeyPatch):
    before = opened(folder)

    def killed(*_args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", killed)
    with pytest.raises(KeyboardInterrupt):
        before.changed(new=[(keys(5, start=500), planted(5, 6))]).save(folder)
    monkeypatch.undo()
    left = opened(folder)
    assert left.held == before.held
    assert len(left.keys()) == 500
    left.save(folder)
    # What the killed one left behind is swept.
    assert len(list(folder.iterdir())) == 3


@pytest.mark.parametrize("name", ["*.keys", "*.bits", POINTER])
def test_broken_file_counts_as_none(folder: Path, name: str):
    file = next(folder.glob(name))
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2 + 3])
    assert open_sketches(folder) is None
