"""Texts that nobody has to read come out as if they had been read."""

import random
import subprocess
import sys

from nlp.text.prepare import prepare_texts
from nlp.text.records import PreparedText

OPENINGS = ["I", "We", "My card", "The export", "Our admin Priya", "Will", "Apple Pay", "Dr Kumar", "priya", "It's"]
MIDDLES = [
    "is still waiting for the refund",
    "can't see why the page is slow and nobody answers",
    "was told the price but the invoice says more",
    "only works on Monday",
    "told Hollis so",
    "hasn't arrived, so we wait",
    "needs 2 approvals at the end of the month",
    "password is hunter22",
    "costs $9 more than 4111 1111 1111 1111",
    "keeps asking me to verify my identity",
]
ENDS = ["", ".", "?", "!!", " etc. Thanks", " for nothing", " in Berlin", "...", " - Grace", " yet", ": help"]


def outcome(text: PreparedText) -> tuple[object, ...]:
    passages = [(passage.start, passage.end, passage.text) for passage in text.passages]
    return text.redacted, text.redactions, text.empty_reason, passages, text.content_key


def test_unread_texts_come_out_the_same() -> None:
    rng = random.Random(5)
    texts = [rng.choice(OPENINGS) + " " + rng.choice(MIDDLES) + rng.choice(ENDS) for _ in range(400)]
    texts += ["Thanks", "yet", "and it broke", "card", "ok fine", "WHY IS THIS SO SLOW", "what ? now", "L'export 12"]
    read, spared = prepare_texts(texts), prepare_texts(texts, tokens=False)
    assert [outcome(one) for one in spared] == [outcome(one) for one in read]
    unread = [one for one in spared if any(not passage.tokens for passage in one.passages)]
    assert len(unread) > 0.05 * len(texts)


def test_reading_needs_no_torch_and_leaves_it_importable() -> None:
    code = (
        "import sys; from nlp.text.prepare import prepare_texts; prepare_texts(['Priya left, so we wait.']);"
        "print('torch' in sys.modules); import spacy.cli; print(spacy.cli.app is not None);"
        "import importlib.util; print(importlib.util.find_spec('torch') is not None)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True", "True"]
