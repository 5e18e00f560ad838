"""The text stage in one call: whose words, language, redaction, empty talk, passages. Streams in chunks."""

import os
import time
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context

from nlp.config import RedactConfig, TextConfig
from nlp.errors import TextInputError
from nlp.text.clean import clean
from nlp.text.dedupe import content_key
from nlp.text.emptytalk import empty_reason
from nlp.text.language import Guess, detect
from nlp.text.names import wants_names
from nlp.text.passages import split_passages
from nlp.text.people import Gazetteer, Pseudonyms
from nlp.text.records import Kind, Passage, PreparedText, Reading, Span, Token, Vocabulary
from nlp.text.redact import Redacted, find_personal, redact
from nlp.text.simple import is_simple
from nlp.text.spacy_pass import SpacyPass, english_words
from nlp.text.structured import find_structured
from nlp.text.words import Words, customer_words, is_automatic

# Big enough to fill the forward passes, small enough to keep the memory flat.
_CHUNK = 1024
# A second process loads the model again (about 4 s); below this many texts that is not won back.
_MIN_PARALLEL = 8192
# Texts that a helper reads at a time: a batch of a thousand keeps two of them busy.
_HELPER_CHUNK = 256
# More processes than this wait for the one that stores what they find, and each takes 350 MiB.
_HELPERS_MOST = 4
_NOTHING = Reading((), ())


@dataclass(frozen=True, slots=True)
class _Job:
    """A chunk of texts with what a worker needs to find the personal data in them."""

    texts: tuple[str, ...]
    kinds: tuple[Kind, ...]
    accounts: tuple[str, ...]
    people: Mapping[str, Gazetteer]
    config: TextConfig
    tokens: bool


@dataclass(frozen=True, slots=True)
class _Found:
    """What is known of a text before anything is replaced."""

    words: Words
    guess: Guess
    tokens: tuple[Token, ...]
    spans: tuple[Span, ...]
    automatic: bool
    simple: bool


@dataclass(frozen=True, slots=True)
class Ahead:
    """Texts that helpers are looking at already."""

    jobs: tuple[tuple[_Job, "Future[tuple[list[_Found], dict[str, float]]]"], ...]


@contextmanager
def text_helpers(total: int) -> Iterator[Executor | None]:
    """Give processes that read texts ahead, one a core; None where `total` texts or the cores are too few for it."""
    count = min(os.cpu_count() or 1, _HELPERS_MOST)
    if total < _MIN_PARALLEL or count < 2:
        yield None
        return
    # Spawned, not forked: the parent may hold threads of torch or of a database driver.
    with ProcessPoolExecutor(count, mp_context=get_context("spawn")) as pool:
        yield pool


def look_ahead(
    texts: Sequence[str],
    pool: Executor,
    *,
    kinds: Sequence[Kind],
    accounts: Sequence[str],
    people: Mapping[str, Gazetteer],
    config: TextConfig,
) -> Ahead:
    """Let helpers begin with texts that `prepare_texts` will be handed with the same arguments, and this as `ahead`."""
    jobs = _jobs(texts, kinds, accounts, people=people, config=config, tokens=True, size=_HELPER_CHUNK)
    return Ahead(tuple((job, pool.submit(_find, job)) for job in jobs))


def prepare_texts(
    texts: Sequence[str],
    *,
    kinds: Kind | Sequence[Kind] = "survey",
    accounts: Sequence[str] = (),
    people: Mapping[str, Gazetteer] | None = None,
    pseudonyms: MutableMapping[str, Pseudonyms] | None = None,
    config: TextConfig | None = None,
    tokens: bool = True,
    seconds: MutableMapping[str, float] | None = None,
    ahead: Ahead | None = None,
) -> list[PreparedText]:
    """Return one prepared text for each raw text, in order. A result does not depend on its neighbours.

    Args:
        texts: Raw texts as stored, HTML and mail included.
        kinds: `survey` (answers and in-app comments), `message` (a customer's ticket message, from which quotes and
            signatures go) or `note` (the vendor's review note); one for all or one each.
        accounts: Account of each text; empty: all texts belong to account `""`.
        people: Gazetteer by account: contacts to take out, staff and products to leave. An account without one gets
            that of `""`, which may hold the staff of all accounts.
        pseudonyms: Numbers of known pseudonyms by account, extended in place in the order of the texts; save them.
        config: Settings; default `TextConfig()`.
        tokens: Give every passage its tokens. Without, texts that are one passage whatever their words are
            (`nlp.text.simple`) are not read by spaCy, which saves half the time; all else stays the same.
        seconds: Filled with the seconds spent by step (of all processes together).
        ahead: What `look_ahead` began with the same texts; only what needs the pseudonyms is left to do.

    Raises:
        TextInputError: If kinds or accounts are not as many as texts.
        SpacyModelMissingError: If the packaged spaCy model is not installed.
    """
    config = config or TextConfig()
    clock = seconds if seconds is not None else {}
    book = pseudonyms if pseudonyms is not None else {}
    per_text: Sequence[Kind] = [kinds] * len(texts) if isinstance(kinds, str) else kinds
    owners = accounts or [""] * len(texts)
    if not len(texts) == len(per_text) == len(owners):
        message = f"{len(texts)} texts need as many kinds ({len(per_text)}) and accounts ({len(owners)}): pass one each"
        raise TextInputError(message)
    prepared: list[PreparedText] = []
    done: Iterator[tuple[_Job, tuple[list[_Found], dict[str, float]]]]
    if ahead is not None:
        done = ((job, future.result()) for job, future in ahead.jobs)
    else:
        jobs = _jobs(texts, per_text, owners, people={} if people is None else people, config=config, tokens=tokens)
        done = _run(jobs, total=len(texts), config=config)
    for job, (found, spent) in done:
        _add(clock, spent)
        for account, one in zip(job.accounts, found, strict=True):
            prepared.append(_finish(one, book.setdefault(account, Pseudonyms()), config=config, clock=clock))
    return prepared


def find_spans(
    texts: Sequence[str], *, people: Sequence[Gazetteer], config: TextConfig | None = None
) -> list[tuple[Span, ...]]:
    """Return what would be taken out of each text, as offsets into it, for measuring: texts must be clean already.

    Args:
        texts: Texts as `clean` leaves them.
        people: The gazetteer of each.
        config: Settings; default `TextConfig()`.

    Raises:
        TextInputError: If a text would be changed by cleaning, so that offsets would not fit.
    """
    config = config or TextConfig()
    for text in texts:
        if clean(text, max_chars=config.max_chars) != text:
            raise TextInputError("a text holds markup or control characters: clean it before its spans are labelled")
    names = [str(place) for place in range(len(texts))]
    known = dict(zip(names, people, strict=True))
    jobs = _jobs(texts, ["survey"] * len(texts), names, people=known, config=config, tokens=True)
    return [one.spans for job in jobs for one in _find(job)[0]]


def _jobs(
    texts: Sequence[str],
    kinds: Sequence[Kind],
    accounts: Sequence[str],
    *,
    people: Mapping[str, Gazetteer],
    config: TextConfig,
    tokens: bool,
    size: int = _CHUNK,
) -> Iterator[_Job]:
    for start in range(0, len(texts), size):
        part = slice(start, start + size)
        owners = tuple(accounts[part])
        needed = {account: people.get(account) or people.get("", Gazetteer()) for account in set(owners)}
        yield _Job(tuple(texts[part]), tuple(kinds[part]), owners, needed, config, tokens)


def _run(
    jobs: Iterator[_Job], *, total: int, config: TextConfig
) -> Iterator[tuple[_Job, tuple[list[_Found], dict[str, float]]]]:
    if config.workers < 2 or total < _MIN_PARALLEL:
        yield from ((job, _find(job)) for job in jobs)
        return
    # Spawned, not forked: the parent may hold threads of torch or of a database driver.
    with ProcessPoolExecutor(config.workers, mp_context=get_context("spawn")) as pool:
        waiting = []
        for job in jobs:
            waiting.append((job, pool.submit(_find, job)))
            if len(waiting) > 2 * config.workers:
                first, future = waiting.pop(0)
                yield first, future.result()
        yield from ((job, future.result()) for job, future in waiting)


def _find(job: _Job) -> tuple[list[_Found], dict[str, float]]:
    """Find words, language and personal data of a chunk; needs nothing from other chunks."""
    spent: dict[str, float] = {}
    start = time.perf_counter()
    words = [_words(text, kind, job.config) for text, kind in zip(job.texts, job.kinds, strict=True)]
    start = _lap(spent, "clean", start)
    guesses = [detect(each.text, main=job.config.main_language, min_letters=job.config.min_letters) for each in words]
    start = _lap(spent, "language", start)
    empty = {each.text for each in words if not each.text or empty_reason(each.text)}
    start = _lap(spent, "empty_talk", start)
    simple = frozenset() if job.tokens or any(job.people.values()) else _simple(words, empty, job.config)
    readings = _read(words, guesses, empty=empty | simple, config=job.config)
    start = _lap(spent, "spacy", start)
    found = [
        _Found(
            each,
            guess,
            reading.tokens,
            () if each.text in simple else _spans(each.text, reading, job.people[account], job.config),
            automatic,
            each.text in simple,
        )
        for each, guess, reading, account, automatic in zip(
            words, guesses, readings, job.accounts, _automatic(words), strict=True
        )
    ]
    _lap(spent, "redact", start)
    return found, spent


def _words(text: str, kind: Kind, config: TextConfig) -> Words:
    cleaned = clean(text, max_chars=config.max_chars)
    return customer_words(cleaned) if kind == "message" else Words(cleaned)


def _automatic(words: Sequence[Words]) -> Iterator[bool]:
    return ("automatic" in each.removed or is_automatic(each.text) for each in words)


def _simple(words: Sequence[Words], empty: set[str], config: TextConfig) -> frozenset[str]:
    """Give the texts that nobody has to read."""
    plain = _plain(())
    return frozenset(
        each.text
        for each in words
        if each.text not in empty and is_simple(each.text, plain) and not _has_structured(each.text, config.redact)
    )


def _has_structured(text: str, config: RedactConfig) -> bool:
    return bool(find_structured(text, regions=config.default_regions, addresses=config.addresses))


def _read(words: Sequence[Words], guesses: Sequence[Guess], *, empty: set[str], config: TextConfig) -> list[Reading]:
    texts = [each.text for each in words if each.text not in empty]
    foreign = {
        each.text for each, guess in zip(words, guesses, strict=True) if guess.language not in config.covered_languages
    }
    read = dict(zip(texts, _engine(config.spacy_batch).read(texts, nameless=foreign), strict=True))
    return [read.get(each.text, _NOTHING) for each in words]


def _spans(text: str, reading: Reading, gazetteer: Gazetteer, config: TextConfig) -> tuple[Span, ...]:
    return find_personal(text, reading, gazetteer=gazetteer, config=config.redact, plain=_plain(config.redact.keep))


def _finish(
    one: _Found, pseudonyms: Pseudonyms, *, config: TextConfig, clock: MutableMapping[str, float]
) -> PreparedText:
    start = time.perf_counter()
    hidden = redact(one.words.text, one.spans, tokens=one.tokens, pseudonyms=pseudonyms)
    start = _lap(clock, "redact", start)
    reason = "automatic" if one.automatic else empty_reason(hidden.text)
    start = _lap(clock, "empty_talk", start)
    covered = one.guess.language in config.covered_languages
    passages = _passages(hidden, one, config) if covered and not reason else ()
    start = _lap(clock, "passages", start)
    key = content_key(hidden.text)
    _lap(clock, "dedupe", start)
    return PreparedText(
        customer_words=one.words.text,
        redacted=hidden.text,
        language=one.guess.language,
        language_confidence=one.guess.confidence,
        covered=covered,
        redactions=hidden.counts,
        empty_reason=reason,
        passages=passages,
        content_key=key,
        removed=one.words.removed,
    )


def _passages(hidden: Redacted, one: _Found, config: TextConfig) -> tuple[Passage, ...]:
    if one.simple:
        return (Passage(0, len(hidden.text), hidden.text),)
    return tuple(split_passages(hidden.text, hidden.tokens, min_chars=config.min_passage_chars))


@cache
def _engine(batch_size: int) -> SpacyPass:
    plain = english_words()
    return SpacyPass(wants_names=lambda tokens: wants_names(tokens, plain), batch_size=batch_size)


@cache
def _plain(keep: tuple[str, ...]) -> Vocabulary:
    return english_words().with_words(frozenset(word.lower() for phrase in keep for word in phrase.split()))


def _lap(spent: MutableMapping[str, float], step: str, start: float) -> float:
    now = time.perf_counter()
    spent[step] = spent.get(step, 0.0) + now - start
    return now


def _add(total: MutableMapping[str, float], spent: Mapping[str, float]) -> None:
    for step, lap in spent.items():
        total[step] = total.get(step, 0.0) + lap
