"""Presidio's analyzer with its defaults, over the same spaCy model: what a team would get without our rules."""

from collections.abc import Sequence
from typing import Any

from nlp.measure.spans import Found
from nlp.text.spacy_pass import MODEL
from pipelines.errors import ModelMissingError

# Kinds of its own that the labelled sets have no counterpart for; places count where they cover an address, and are
# never held against it.
NOT_LABELLED = frozenset({"DATE_TIME", "NRP", "LOCATION"})


def find_with_presidio(rows: Sequence[dict[str, Any]]) -> list[list[Found]]:
    """Find with every recogniser that it loads by itself for English.

    Raises:
        ModelMissingError: It is not installed.
    """
    try:
        from presidio_analyzer import AnalyzerEngine
        from presidio_analyzer.nlp_engine import NlpEngineProvider
    except ImportError as error:
        raise ModelMissingError("presidio-analyzer is not installed: pip install sottovoce[names]") from error
    settings = {"nlp_engine_name": "spacy", "models": [{"lang_code": "en", "model_name": MODEL}]}
    analyzer = AnalyzerEngine(nlp_engine=NlpEngineProvider(nlp_configuration=settings).create_engine())
    return [_found(row, analyzer.analyze(row["text"], language="en")) for row in rows]


def _found(row: dict[str, Any], results: Sequence[Any]) -> list[Found]:
    address = [(span["start"], span["end"]) for span in row["spans"] if span["kind"] == "ADDRESS"]
    return [
        Found(one.start, one.end, one.entity_type)
        for one in results
        if one.entity_type not in NOT_LABELLED
        or (one.entity_type == "LOCATION" and any(one.start < end and start < one.end for start, end in address))
    ]
