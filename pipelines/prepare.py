"""Stage 1: originals in; the customer's words, redacted, split into passages, out."""

import hashlib
from collections.abc import Mapping, Sequence

from nlp.text.prepare import KnownNames, Preparer
from nlp.text.version import REDACTOR_VERSION

from data.store.repositories import preparation as repository
from data.store.repositories.embeddings import drop_orphans
from data.store.repositories.preparation import PassageRow, PreparedRow, RawComment
from nlp.config import RedactConfig, TextConfig
from nlp.text.records import Passage, PreparedText
from pipelines.settings import Settings
from pipelines.stage import Bench, StageReport, stage

# How a comment's kind is read: survey answers as they are, messages with quotes and signatures, notes as notes.
TEXT_KINDS = {"response": "survey", "in_app": "survey", "ticket_message": "message", "review_note": "note"}
# 96 bits of the settings and 64 of the known names: enough to tell them apart, short enough for an index.
MARK_DIGITS, NAMES_DIGITS = 24, 16


def text_config(settings: Settings) -> TextConfig:
    """Give the settings of the language stage."""
    keep = tuple(sorted({name.strip() for name in settings.vendor_names.split(",") if name.strip()}))
    return TextConfig(redact=RedactConfig(keep=keep))


def run(bench: Bench) -> StageReport:
    """Prepare every comment that is new, changed, or whose account's known names changed."""
    config = text_config(bench.settings)
    with bench.store.read() as session:
        names, staff = repository.names_by_account(session), repository.staff_names(session)
    marks, default_mark = _marks(config, names, staff)
    with bench.store.write() as session:
        repository.mark_outdated(session, marks, default_mark)
        total = repository.count_unprepared(session)
    with stage(bench, "prepare", total) as report:
        if total:
            preparer = Preparer(config, staff=staff)
            while batch := _next(bench):
                done = _prepare(bench, preparer, batch, names)
                _store(bench, done, marks, default_mark, report)
            with bench.store.write() as session:
                repository.drop_orphan_texts(session)
                drop_orphans(session)
    return report


def _marks(config: TextConfig, names: Mapping[str, list[str]], staff: Sequence[str]) -> tuple[dict[str, str], str]:
    base = hashlib.sha256(f"{config.fingerprint()}|{REDACTOR_VERSION}|{'|'.join(staff)}".encode()).hexdigest()
    head = base[:MARK_DIGITS]

    def mark(known: Sequence[str]) -> str:
        return f"{head}:{hashlib.sha256('|'.join(known).encode()).hexdigest()[:NAMES_DIGITS]}"

    return {account: mark(known) for account, known in names.items()}, mark(())


def _next(bench: Bench) -> list[RawComment]:
    with bench.store.read() as session:
        return repository.unprepared(session, bench.settings.batch_rows)


def _prepare(
    bench: Bench, preparer: Preparer, batch: Sequence[RawComment], names: Mapping[str, list[str]]
) -> list[PreparedRow]:
    """Compute only: nothing is stored here but new pseudonym numbers, which must outlive a kill before the texts."""
    with bench.store.read() as session:
        numbers = repository.pseudonyms(session, {raw.account_key for raw in batch})
    known = [
        KnownNames(raw.account_key, tuple(names.get(raw.account_key, ())), numbers.setdefault(raw.account_key, {}))
        for raw in batch
    ]
    texts = preparer.prepare(
        [bench.vault.decrypt(raw.body_encrypted) for raw in batch],
        kinds=[TEXT_KINDS[raw.kind] for raw in batch],
        known=known,
        name_hash=bench.vault.hash,
    )
    with bench.store.write() as session:
        repository.add_pseudonyms(session, numbers)
    return [_row(raw, text) for raw, text in zip(batch, texts, strict=True)]


def _row(raw: RawComment, text: PreparedText) -> PreparedRow:
    return PreparedRow(
        pk=raw.pk,
        account_key=raw.account_key,
        text=text.redacted,
        language=text.language,
        language_confidence=text.language_confidence,
        redactions=text.redactions,
        empty_reason=text.empty_reason,
        analysed=bool(text.passages),
        content_key=text.content_key,
        passages=[_passage(p) for p in text.passages],
    )


def _passage(passage: Passage) -> PassageRow:
    return PassageRow(passage.start, passage.end, passage.text_key, passage.text, passage.words)


def _store(
    bench: Bench, rows: list[PreparedRow], marks: Mapping[str, str], default_mark: str, report: StageReport
) -> None:
    with bench.store.write() as session:
        repository.store_prepared(
            session, rows, marks=marks, default_mark=default_mark, keep_originals=bench.settings.keep_originals
        )
    report.rows_in += len(rows)
    report.rows_out += sum(len(row.passages) for row in rows)
    counts = report.counts
    counts["passages"] = report.rows_out
    counts["empty talk"] = counts.get("empty talk", 0) + sum(row.empty_reason is not None for row in rows)
    other = sum(not row.analysed and row.empty_reason is None for row in rows)
    counts["not covered"] = counts.get("not covered", 0) + other
    counts["redactions"] = counts.get("redactions", 0) + sum(sum(row.redactions.values()) for row in rows)
    bench.progress.advance(len(rows))
