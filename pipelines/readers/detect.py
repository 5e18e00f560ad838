"""Pick the reader for a file, by its content first and its name second."""

import codecs
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from pipelines.errors import InputFileError
from pipelines.readers import (
    delighted,
    google_forms,
    hubspot,
    intercom,
    jira,
    qualtrics,
    salesforce_case,
    surveymonkey,
    typeform,
    typeform_answers,
    zendesk,
    zendesk_view,
)
from pipelines.readers.delimited import open_delimited
from pipelines.readers.encoding import detect_encoding
from pipelines.readers.excel import open_excel
from pipelines.readers.export import Export
from pipelines.readers.jsonl import open_jsonl
from pipelines.readers.parquet import open_parquet
from pipelines.readers.table import Table

KNOWN = "CSV, TSV, JSON lines, Parquet and Excel (.xlsx, .xls, .ods) are read"
_EXCEL_SUFFIXES = {".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"}
_TEXT_SUFFIXES = {".csv", ".tsv", ".txt", ".tab", ""}
_JSON_SUFFIXES = {".jsonl", ".ndjson", ".json"}
# First bytes of formats that are no text: the zip of .xlsx, the OLE file of .xls, Parquet.
_ZIP, _OLE, _PARQUET = b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"PAR1"
# Exports of products, each known by what no other table holds; the first that knows a file takes it.
_SHEETS: tuple[Callable[[Table], Export | None], ...] = (
    qualtrics.recognise,
    surveymonkey.recognise,
    typeform.recognise,
    jira.recognise,
    salesforce_case.recognise,
    zendesk_view.recognise,
    google_forms.recognise,
)
# A JSON reader gets the file: an array, an object with a list in it, or one object a line.
_OBJECTS: tuple[Callable[[Path], Export | None], ...] = (
    zendesk.recognise,
    intercom.recognise,
    hubspot.recognise,
    delighted.recognise,
    typeform_answers.recognise,
)
SUFFIXES = frozenset(_EXCEL_SUFFIXES | _TEXT_SUFFIXES | _JSON_SUFFIXES | {".parquet"})


def open_table(path: Path) -> Table:
    """Open one file of feedback.

    Raises:
        InputFileError: The file is missing, empty, of an unknown format or can't be read; says what to do.
    """
    with _explained(path):
        return _open(path, _head(path))


def find_export(path: Path) -> Export | None:
    """Recognise an export of a product by its content; None: the generic reader takes the file.

    Raises:
        InputFileError: The file can't be read, or it is an export without any text; says how to get the text.
    """
    with _explained(path):
        head = _head(path)
        if head.startswith(_PARQUET):
            return None
        if _is_json(path, head):
            return next((found for recognise in _OBJECTS if (found := recognise(path))), None)
        table = _open(path, head)
        found = next((found for recognise in _SHEETS if (found := recognise(table))), None)
        return replace(found, header=table.columns) if found else None


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise InputFileError(f"{path} does not exist: check the path") from error
    except (OSError, UnicodeError) as error:
        raise InputFileError(f"{path} can't be read ({error}): check its rights, or save it as UTF-8") from error


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(8192)


def _is_json(path: Path, head: bytes) -> bool:
    if path.suffix.lower() not in _JSON_SUFFIXES | _TEXT_SUFFIXES or head.startswith((_ZIP, _OLE)) or not head:
        return False
    text = head.decode(detect_encoding(path), "replace").lstrip("\ufeff \t\r\n")
    return text.startswith(("{", "[")) and (path.suffix.lower() in _JSON_SUFFIXES or _starts_an_object(path, head))


def _open(path: Path, head: bytes) -> Table:
    suffix = path.suffix.lower()
    if not head:
        raise InputFileError(f"{path.name} is empty: export it again")
    if head.startswith(_PARQUET):
        return open_parquet(path)
    if head.startswith((_ZIP, _OLE)) and suffix not in _JSON_SUFFIXES:
        return open_excel(path)
    if suffix == ".parquet" or suffix in _EXCEL_SUFFIXES or suffix not in SUFFIXES:
        raise InputFileError(f"{path.name} has an unknown format: {KNOWN}")
    if suffix in _JSON_SUFFIXES or _starts_an_object(path, head):
        return open_jsonl(path)
    if _is_binary(path, head):
        raise InputFileError(f"{path.name} is not text, and no Excel or Parquet file: {KNOWN}")
    return open_delimited(path)


def _is_binary(path: Path, head: bytes) -> bool:
    """Say whether the first bytes are neither UTF-8 nor of a text in another encoding: one in twenty is a control."""
    if detect_encoding(path).lower().startswith(("utf-16", "utf_16", "utf-32", "utf_32")):
        return False
    # NULs are dropped later on: some exports hold them.
    controls = sum(byte < 32 and byte not in (0, 9, 10, 12, 13) for byte in head)
    return controls > 0.05 * len(head) and not _is_utf8(head)


def _is_utf8(head: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return True


def _starts_an_object(path: Path, head: bytes) -> bool:
    text = head.decode(detect_encoding(path), "replace").lstrip("\ufeff \t\r\n")
    return text.startswith(('{"', "{ "))
