"""The shipped tagger: what a user sees on the first day."""

from pathlib import Path

import pytest

import data
from nlp.embed.load import load_embedder
from nlp.tag.model import TaggerModel
from nlp.tag.storage import load_tagger

FOLDER = Path(data.__file__).parent / "taxonomy" / "model"

# Written for this test; none of them is a training example.
SAID = {
    "The planning board from the demo turned out to be a list, the board is not built yet.": "sales_delivery_mismatch",
    "Nobody at our depots opens it any more, they went back to Excel.": "adoption_engagement",
    "Invoice came with the wrong PO number for the third month.": "billing_contract",
    "The CSV export stops after five thousand rows.": "reporting_export",
    "Our director who brought you in has left the company.": "stakeholder_change",
    "Please add a dark mode.": "missing_capability",
    "Searching takes half a minute on a good day.": "speed_performance",
}


@pytest.fixture(scope="module")
def tagger() -> TaggerModel:
    return load_tagger(FOLDER)


def test_plain_points_are_found(tagger: TaggerModel) -> None:
    texts = list(SAID)
    found = tagger.tag(texts, texts, load_embedder().embed(texts))
    missed = {text: tags for text, tags in zip(texts, found, strict=True) if SAID[text] not in {t.key for t in tags}}
    assert not missed


def test_empty_talk_gets_no_theme(tagger: TaggerModel) -> None:
    texts = ["n/a", "thanks", "ok", "-", "asdf", "no comment"]
    assert tagger.tag(texts, texts, load_embedder().embed(texts)) == [[]] * len(texts)


def test_shipped_files_stay_small() -> None:
    assert sum(file.stat().st_size for file in FOLDER.iterdir()) < 30e6
