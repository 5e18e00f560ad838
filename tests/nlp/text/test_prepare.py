"""The stage as a whole: redacted, split, the same in any batch, and never a name in what goes on."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from nlp.config import TextConfig
from nlp.errors import TextInputError
from nlp.text.people import Pseudonyms
from nlp.text.prepare import look_ahead, prepare_texts
from tests.nlp.text.labelled import GAZETTEER, labelled

TEXTS = [
    *[text for text, _marks in labelled()][::4],
    "n/a",
    "",
    "Der Support antwortet viel zu langsam und niemand hilft",
    "<p>The export fails &amp; nobody answers.</p>",
    "👍",
    "The export fails every Monday, but support is great and Sarah fixed it.",
]
PEOPLE = {"": GAZETTEER}


def test_batch_equals_one_by_one():
    together = prepare_texts(TEXTS, people=PEOPLE, config=TextConfig(spacy_batch=64))
    book: dict[str, Pseudonyms] = {}
    alone = [prepare_texts([text], people=PEOPLE, pseudonyms=book)[0] for text in TEXTS]
    assert together == alone


def test_offsets_and_redaction_hold_to_the_end():
    for text, marks in labelled():
        prepared = prepare_texts([text], people=PEOPLE)[0]
        for passage in prepared.passages:
            assert prepared.redacted[passage.start : passage.end] == passage.text
        for start, end, _kind in marks:
            assert text[start:end] not in prepared.redacted


def test_message_loses_quote_and_signature():
    body = "Export fails.\n\nRegards,\nSarah Miller\n\nOn Mon, 4 Mar 2024, Tom wrote:\n> Did it work?"
    message, survey = prepare_texts([body, body], kinds=["message", "survey"], people=PEOPLE)
    assert message.redacted == "Export fails."
    assert message.removed == ("quote", "signature")
    assert "Did it work?" in survey.redacted


def test_says_what_is_not_analysed():
    empty, foreign, absent = prepare_texts(
        [
            "no comment",
            "Der Support antwortet viel zu langsam und niemand hilft",
            "Automatic reply: I am out of the office",
        ]
    )
    assert (empty.empty_reason, empty.passages) == ("filler", ())
    assert (foreign.language, foreign.covered, foreign.passages) == ("de", False, ())
    assert (absent.empty_reason, absent.passages) == ("automatic", ())


def test_accounts_have_their_own_numbers():
    book = {"a": Pseudonyms(b"a"), "b": Pseudonyms(b"b")}
    texts = ["Sarah left", "Grace Okafor left", "Sarah came back"]
    prepared = prepare_texts(texts, accounts=["a", "b", "b"], people=PEOPLE, pseudonyms=book)
    assert [one.redacted for one in prepared] == ["<PERSON_1> left", "<PERSON_1> left", "<PERSON_2> came back"]
    again = prepare_texts(["grace okafor again"], accounts=["b"], people=PEOPLE, pseudonyms=book)
    assert again[0].redacted == "<PERSON_1> again"


def test_same_words_share_a_key_and_time_is_told():
    seconds: dict[str, float] = {}
    left, right = prepare_texts(["Too slow!", "too  slow"], seconds=seconds)
    assert left.content_key == right.content_key
    assert set(seconds) == {"clean", "language", "empty_talk", "spacy", "redact", "passages", "dedupe"}


def test_texts_that_helpers_looked_at_come_out_the_same():
    accounts = [f"a{at % 3}" for at in range(len(TEXTS))]
    with ThreadPoolExecutor(2) as pool:
        ahead = look_ahead(
            TEXTS, pool, kinds=["survey"] * len(TEXTS), accounts=accounts, people=PEOPLE, config=TextConfig()
        )
        together = prepare_texts(TEXTS, accounts=accounts, people=PEOPLE, ahead=ahead)
    assert together == prepare_texts(TEXTS, accounts=accounts, people=PEOPLE)


def test_columns_must_fit():
    with pytest.raises(TextInputError, match="2 texts need as many kinds"):
        prepare_texts(["a", "b"], kinds=["survey"])


def test_phone_alone_is_redacted_before_it_is_empty():
    prepared = prepare_texts(["+44 7700 900123"])[0]
    assert (prepared.redacted, prepared.empty_reason) == ("<PHONE>", "redacted")
