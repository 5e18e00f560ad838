"""What the benches read: recombined comments, thinned files, the sample."""

import csv

import pytest

from pipelines.bench.inputs import distinct_share, recombine, sample_comments, subjects, thin, write_survey
from pipelines.errors import InputFileError

THINGS = ("invoice", "login", "export", "report", "card", "refund", "delay", "price")


@pytest.fixture
def corpora(tmp_path):
    """Two labels of 40 comments of eight words each."""
    with (tmp_path / "talk.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "text", "label", "labels", "score", "meta"])
        for number in range(80):
            label = "money" if number % 2 else "access"
            words = [f"{label}{number}", *(f"{thing}{number}" for thing in THINGS[1:])]
            writer.writerow([number, " ".join(words), label, "", 3, ""])
    return tmp_path


def test_recombined_comments_are_seeded_and_four_fifths_distinct(corpora):
    rows = recombine(corpora, rows=500, seed=1)
    assert len(rows) == 500
    assert distinct_share(rows) == pytest.approx(0.8)
    assert rows == recombine(corpora, rows=500, seed=1)
    assert rows != recombine(corpora, rows=500, seed=2)


def test_recombined_halves_are_of_one_label(corpora):
    for row in recombine(corpora, rows=200, seed=1):
        words = row["text"].split()
        numbers = {int("".join(c for c in word if c.isdigit())) % 2 for word in words}
        assert len(words) == 8
        assert len(numbers) == 1
        assert row["label"] == ("talk:money" if numbers == {1} else "talk:access")


def test_too_many_recombined_comments_are_refused(corpora):
    with pytest.raises(InputFileError, match="ask for fewer rows"):
        recombine(corpora, rows=10_000, seed=1)


def test_subjects_say_which_measures_a_file_serves(corpora):
    (found,) = subjects(corpora)["items"]
    assert (found["labels"], found["ks"], found["scored"], found["aspects"]) == ("label", [8], True, False)
    with pytest.raises(InputFileError, match="corpora"):
        subjects(corpora / "nowhere")


def test_thinned_file_lacks_the_seeded_share(corpora):
    kept = [row["id"] for row in thin(corpora / "talk.csv", share=0.1, seed=3)]
    assert len(kept) == 72
    assert kept == sorted(kept, key=int)
    assert kept == [row["id"] for row in thin(corpora / "talk.csv", share=0.1, seed=3)]


def test_survey_file_has_a_row_a_comment(corpora, tmp_path):
    rows = recombine(corpora, rows=50, seed=1)
    write_survey(rows, tmp_path / "out.csv", seed=1)
    with (tmp_path / "out.csv").open() as file:
        written = list(csv.DictReader(file))
    assert [row["comment"] for row in written] == [row["text"] for row in rows]
    assert len({row["response_id"] for row in written}) == 50


def test_sample_comments_are_all_of_customers_words():
    rows = list(sample_comments())
    assert len({row["id"] for row in rows}) == len(rows) > 500
    assert {row["label"] for row in rows} == {"responses", "in_app", "review_notes", "tickets"}
    assert all(row["text"].strip() for row in rows)
