"""A small taxonomy of three themes with hand-written examples, for tests that train."""

from nlp.config import TagConfig
from nlp.tag.types import Definition, Example, Label

DEFINITIONS = [
    Definition("speed", "Speed", "pages load slowly or quickly"),
    Definition("billing", "Billing", "invoices and payment"),
    Definition("support", "Support", "agents who answer and solve"),
]
KEYS = [definition.key for definition in DEFINITIONS]
QUICK = TagConfig(epochs=0, folds=3, folds_run=3)
LEXICON = "2: great quick helpful\n-2: slow wrong rude late\n"

_LINES = [
    ("the page is slow to load", [("speed", "negative")]),
    ("search page so slow today", [("speed", "negative")]),
    ("slow page again, we wait", [("speed", "negative")]),
    ("every page loads slow", [("speed", "negative")]),
    ("great, the page is quick now", [("speed", "positive")]),
    ("page load is quick, great", [("speed", "positive")]),
    ("the invoice was wrong", [("billing", "negative")]),
    ("wrong invoice for the third time", [("billing", "negative")]),
    ("invoice late and wrong", [("billing", "negative")]),
    ("our invoice had a wrong sum", [("billing", "negative")]),
    ("great invoice, all in order", [("billing", "positive")]),
    ("invoice correct, great", [("billing", "positive")]),
    ("the agent was rude", [("support", "negative")]),
    ("rude agent, no answer", [("support", "negative")]),
    ("agent closed it, rude", [("support", "negative")]),
    ("helpful agent, great", [("support", "positive")]),
    ("a helpful agent solved it", [("support", "positive")]),
    ("agent so helpful and great", [("support", "positive")]),
    ("page slow and invoice wrong", [("speed", "negative"), ("billing", "negative")]),
    ("helpful agent but page slow", [("support", "positive"), ("speed", "negative")]),
    ("thanks", []),
    ("n/a", []),
    ("see you on monday", []),
    ("ok", []),
]

EXAMPLES = [
    Example(text, tuple(Label(key, side) for key, side in labels), kind="" if labels else "empty")  # type: ignore[arg-type]
    for text, labels in _LINES
]
