"""The shipped tagger: what a user sees on the first day."""

from pathlib import Path

import pytest

import data
from nlp.embed.load import load_embedder
from nlp.tag.model import TaggerModel, loudest
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

# No rule of the text stage knows these; written for this test too.
EMPTY = """
Warm greetings from the bakery|my deputy fills in such things|Could you try my landline tomorrow?|
please look into what I sent on Thursday|nothing of note to pass along|I went through this with Ulla last week|
cheerio then|Wishing you a splendid autumn|Back in the office on the 9th|no thoughts today, sorry|
Stefan Aubert, Head of Logistics|the same as I put last spring|sent while boarding a plane|
Glad you asked, but I have nothing for you.|just pressing the button to get past this page
"""
REAL = """
Too slow|Price|Love it|pricey|login broken|great support|crashes weekly|clunky menus|poor docs|SSO please|
wrong invoice|never again|renewing|no API|lovely trainer|Excel again|still waiting|overpriced|buggy|
steep learning curve|sync fails|stable|reports missing|nobody answers|oversold|CSM vanished|QBR pointless|
helpful people|our sponsor left|GDPR gaps|unintuitive|downtime|fast|ok but slow|thanks for nothing
"""


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


def test_empty_talk_is_told_from_short_points(tagger: TaggerModel) -> None:
    empty, real = (lines.replace("\n", "").split("|") for lines in (EMPTY, REAL))
    found = tagger.tag([*empty, *real], [*empty, *real], load_embedder().embed([*empty, *real]))
    called = tagger.find_empty([*empty, *real], loudest(found))
    assert not [text for text, is_empty in zip(real, called[len(empty) :], strict=True) if is_empty]
    assert called[: len(empty)].mean() >= 0.6


def test_shipped_files_stay_small() -> None:
    assert sum(file.stat().st_size for file in FOLDER.iterdir()) < 30e6
