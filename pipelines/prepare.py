"""Stage 1: originals in; the customer's words, redacted, split into passages, out."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace

from data.store.repositories import preparation as repository
from data.store.repositories.embeddings import drop_orphans
from data.store.repositories.preparation import PassageRow, PreparedRow, RawComment
from nlp.config import TextConfig
from nlp.text.canonical import text_key
from nlp.text.people import Gazetteer, Person, Pseudonyms
from nlp.text.prepare import Ahead, look_ahead, prepare_texts, text_helpers
from nlp.text.records import Kind, Passage, PreparedText
from nlp.text.redact import REDACTOR_VERSION
from pipelines.configs import text_config
from pipelines.stage import Bench, StageReport, stage

# How a comment's kind is read: survey answers as they are, messages with quotes and signatures, notes as notes.
TEXT_KINDS: dict[str, Kind] = {
    "response": "survey",
    "in_app": "survey",
    "ticket_message": "message",
    "review_note": "note",
}
# 96 bits of the settings and 64 of the known names: enough to tell them apart, short enough for an index.
MARK_DIGITS, NAMES_DIGITS = 24, 16


@dataclass(frozen=True)
class Known:
    """Whom the files name: gazetteers by account, and the mark that comments prepared with them bear."""

    people: Mapping[str, Gazetteer]
    marks: Mapping[str, str]
    default_mark: str


def run(bench: Bench) -> StageReport:
    """Prepare every comment that is new, changed, or whose account's known names changed."""
    config = text_config(bench.settings)
    known = _known(bench, config)
    with bench.store.write() as session:
        repository.mark_outdated(session, known.marks, known.default_mark)
        total = repository.count_unprepared(session)
    with stage(bench, "prepare", total) as report:
        with text_helpers(total) as pool:
            batch = _next(bench, config, known, pool) if total else None
            while batch:
                # Helpers read the next batch while this one is stored.
                following = _next(bench, config, known, pool, after=batch.raws[-1].pk)
                _store(bench, _prepare(bench, config, batch, known), known, report)
                batch = following or _next(bench, config, known, pool)
        if total:
            with bench.store.write() as session:
                repository.drop_orphan_texts(session)
                drop_orphans(session)
    return report


def marks_in_force(bench: Bench) -> tuple[Mapping[str, str], str]:
    """Give the mark that a prepared comment of each account bears, and that of one without an account."""
    known = _known(bench, text_config(bench.settings))
    return known.marks, known.default_mark


def _known(bench: Bench, config: TextConfig) -> Known:
    with bench.store.read() as session:
        contacts, names = repository.contacts_by_account(session), repository.account_names(session)
        staff = repository.staff(session)
    ours = [Person(one.key, one.name, one.email) for one in staff]
    base = f"{config.fingerprint()}|{REDACTOR_VERSION}|{staff}"
    head = hashlib.sha256(base.encode("utf-8", "replace")).hexdigest()[:MARK_DIGITS]

    def mark(account: str) -> str:
        named = f"{names.get(account, '')}|{contacts.get(account, [])}"
        return f"{head}:{hashlib.sha256(named.encode('utf-8', 'replace')).hexdigest()[:NAMES_DIGITS]}"

    def gazetteer(account: str) -> Gazetteer:
        theirs = [Person(one.key, one.name, one.email) for one in contacts.get(account, [])]
        return Gazetteer(theirs, staff=ours, keep=(*config.redact.keep, names.get(account, "")))

    accounts = {"", *names, *contacts}
    people = _Lazily(gazetteer)
    return Known(people, {account: mark(account) for account in accounts}, mark(""))


class _Lazily(dict[str, Gazetteer]):
    """Gazetteers made when an account's first comment comes by: a run over one account's news makes one."""

    def __init__(self, make: Callable[[str], Gazetteer]) -> None:
        super().__init__()
        self._make = make

    def get(self, key: str, default: Gazetteer | None = None) -> Gazetteer:  # type: ignore[override]
        """Give the account's gazetteer, made on first use."""
        if key not in self:
            self[key] = self._make(key)
        return self[key]


@dataclass(frozen=True)
class _Batch:
    """Comments to prepare, their decrypted texts, and what helpers have begun of them."""

    raws: Sequence[RawComment]
    texts: Sequence[str]
    ahead: Ahead | None

    @property
    def kinds(self) -> list[Kind]:
        return [TEXT_KINDS[raw.kind] for raw in self.raws]

    @property
    def accounts(self) -> list[str]:
        return [raw.account_key for raw in self.raws]


def _next(
    bench: Bench, config: TextConfig, known: Known, pool: Executor | None, *, after: int | None = None
) -> _Batch | None:
    with bench.store.read() as session:
        raws = repository.unprepared(session, bench.settings.batch_rows, after=after)
    if not raws:
        return None
    batch = _Batch(raws, [bench.vault.decrypt(raw.body_encrypted) for raw in raws], None)
    if pool is None:
        return batch
    ahead = look_ahead(
        batch.texts, pool, kinds=batch.kinds, accounts=batch.accounts, people=known.people, config=config
    )
    return replace(batch, ahead=ahead)


def _prepare(bench: Bench, config: TextConfig, batch: _Batch, known: Known) -> list[PreparedRow]:
    """Compute only; of the store it changes nothing but new pseudonym numbers, which must be there before the texts."""
    with bench.store.read() as session:
        numbers = repository.pseudonyms(session, set(batch.accounts))
    secret = pseudonym_secret(bench)
    book = {account: Pseudonyms(secret, numbers.get(account, {})) for account in batch.accounts}
    texts = prepare_texts(
        batch.texts,
        kinds=batch.kinds,
        accounts=batch.accounts,
        people=known.people,
        pseudonyms=book,
        config=config,
        ahead=batch.ahead,
    )
    with bench.store.write() as session:
        repository.add_pseudonyms(session, {account: names.numbers for account, names in book.items()})
    return [_row(raw, text) for raw, text in zip(batch.raws, texts, strict=True)]


def pseudonym_secret(bench: Bench) -> bytes:
    """Give what the hashes of names are keyed with."""
    return bench.vault.hash("pseudonyms").encode()


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
    return PassageRow(passage.start, passage.end, text_key(passage.text), passage.text, passage.words)


def _store(bench: Bench, rows: list[PreparedRow], known: Known, report: StageReport) -> None:
    with bench.store.write() as session:
        repository.store_prepared(
            session,
            rows,
            marks=known.marks,
            default_mark=known.default_mark,
            keep_originals=bench.settings.keep_originals,
        )
    report.rows_in += len(rows)
    report.rows_out += sum(len(row.passages) for row in rows)
    found = {
        "empty": sum(row.empty_reason is not None for row in rows),
        "not covered": sum(not row.analysed and row.empty_reason is None for row in rows),
        "redacted": sum(sum(row.redactions.values()) for row in rows),
    }
    for name, count in found.items():
        report.counts[name] = report.counts.get(name, 0) + count
    bench.progress.advance(len(rows))
