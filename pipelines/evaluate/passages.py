"""The passages of a labelled file with their vectors: prepared and embedded side by side, known ones from the cache."""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from nlp.cluster.records import Discovery
from nlp.config import TextConfig
from nlp.embed.types import Embedder, Vectors
from nlp.text.canonical import canonical, text_key
from nlp.text.people import Pseudonyms
from nlp.types import IntArray
from pipelines.evaluate.cache import EvaluationCache, code_mark, text_code
from pipelines.evaluate.lastrun import Known, LastRun
from pipelines.evaluate.reader import Reading, read_texts

Prepare = Callable[[list[str], dict[str, Pseudonyms]], list[Reading]]

# Texts prepared before their passages go to the encoder: enough for whole batches of one length.
CHUNK = 2048


@dataclass(frozen=True)
class Passages:
    """Every passage of the file, row by row.

    Attributes:
        rows: (n,) the row that each is of.
        keys: (n,) the key of its wording.
        words: (n,) how many words it has.
        vectors: (n, dim).
        texts: (n,) its words; empty where they come from an earlier run, which keeps none.
        covered: Whether the language is one that is split; else each row is one passage.
    """

    rows: list[int]
    keys: list[str]
    words: list[int]
    vectors: Vectors
    texts: list[str]
    covered: bool


@dataclass
class Encoding:
    """Vectors of wordings, computed in the background while further texts are prepared.

    The encoder lets go of the interpreter lock, so it has the second core; when all texts are prepared it has both.
    """

    embedder: Embedder
    cache: EvaluationCache | None
    pool: ThreadPoolExecutor
    mark: str = ""
    vectors: dict[str, Vectors] = field(default_factory=dict)
    waiting: list[tuple[list[str], Future[Vectors]]] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)
    waited_s: float = 0.0

    def load(self) -> None:
        """Begin to load the model before there is a text."""
        self.pool.submit(self.embedder.embed, ["."])

    def ask(self, wordings: Sequence[str]) -> None:
        """Begin with the wordings that have no vector yet."""
        new = [wording for wording in dict.fromkeys(wordings) if wording not in self.asked]
        self.asked.update(new)
        known = self._known(new)
        missing = [wording for wording in new if wording not in known]
        self.vectors.update(known)
        if missing:
            self.waiting.append((missing, self.pool.submit(self.embedder.embed, missing)))

    def all(self, wordings: Sequence[str]) -> Vectors:
        """Give the (n, dim) vectors of wordings that were asked for; waits for the rest."""
        started = time.perf_counter()
        for missing, future in self.waiting:
            found = future.result()
            self.vectors.update(zip(missing, found, strict=True))
            if self.cache is not None:
                bodies = {text_code(wording): row.tobytes() for wording, row in zip(missing, found, strict=True)}
                self.cache.put("vector", self.mark, bodies)
        self.waiting.clear()
        self.waited_s += time.perf_counter() - started
        rows = np.empty((len(wordings), self.embedder.dim), dtype=np.float32)
        for at, wording in enumerate(wordings):
            rows[at] = self.vectors[wording]
        return rows

    def _known(self, wordings: Sequence[str]) -> dict[str, Vectors]:
        if self.cache is None:
            return {}
        codes = {text_code(wording): wording for wording in wordings}
        kept = self.cache.get("vector", self.mark, codes)
        return {codes[code]: np.frombuffer(body, dtype=np.float32) for code, body in kept.items()}


@contextmanager
def encoding(embedder: Embedder, cache: EvaluationCache | None) -> Iterator[Encoding]:
    """Open the background encoder."""
    mark = "" if cache is None else code_mark("nlp/embed", extra=[embedder.key])
    with ThreadPoolExecutor(1) as pool:
        yield Encoding(embedder, cache, pool, mark)


def read_passages(
    texts: Sequence[str], encoder: Encoding, *, config: TextConfig, cache: EvaluationCache | None
) -> Passages:
    """Prepare texts chunk by chunk; the encoder is asked for each chunk's wordings at once.

    A file of another language is measured all the same, each row as one passage.
    """
    numbers = {"": Pseudonyms()}
    prepare = partial(read_texts, config=config)
    readings: list[Reading] = []
    for start in range(0, len(texts), CHUNK):
        found = readings_of(texts[start : start + CHUNK], numbers, prepare=prepare, config=config, cache=cache)
        readings += found
        encoder.ask([canonical(text) for reading in found for text in reading.passages])
    return _laid_out(readings, encoder)


def readings_of(
    texts: Sequence[str],
    numbers: dict[str, Pseudonyms],
    *,
    prepare: Prepare,
    config: TextConfig,
    cache: EvaluationCache | None,
) -> list[Reading]:
    """Return a reading a text: the cache's where it has one, else a new one, which it then keeps."""
    mark = "" if cache is None else code_mark("nlp/text", extra=[config.fingerprint()])
    codes = [text_code(text) for text in texts]
    kept = {} if cache is None else cache.get("text", mark, codes)
    known = {code: _unpacked(body) for code, body in kept.items()}
    missing = {code: text for code, text in zip(codes, texts, strict=True) if code not in known}
    if missing:
        fresh = dict(zip(missing, prepare(list(missing.values()), numbers), strict=True))
        known.update(fresh)
        if cache is not None:
            cache.put("text", mark, {code: _packed(reading) for code, reading in fresh.items()})
    return [known[code] for code in codes]


def _packed(reading: Reading) -> bytes:
    return json.dumps([reading.redacted, *reading.passages], ensure_ascii=False).encode("utf-8", "surrogatepass")


def _unpacked(body: bytes) -> Reading:
    redacted, *passages = json.loads(body)
    return Reading(redacted, tuple(passages))


def _laid_out(readings: Sequence[Reading], encoder: Encoding) -> Passages:
    covered = any(reading.passages for reading in readings)
    rows, texts = [], []
    for row, reading in enumerate(readings):
        own = list(reading.passages) if covered else [reading.redacted] * bool(reading.redacted)
        rows += [row] * len(own)
        texts += own
    wordings = [canonical(text) for text in texts]
    encoder.ask(wordings)
    keys = [text_key(text) for text in texts]
    return Passages(rows, keys, [len(text.split()) for text in texts], encoder.all(wordings), texts, covered)


def grown_passages(
    texts: Sequence[str],
    last: LastRun,
    encoder: Encoding,
    *,
    prepare: Prepare,
    config: TextConfig,
    cache: EvaluationCache | None,
) -> Passages:
    """Return the passages of a file that an earlier run knew but for a few texts; only those are prepared."""
    codes = [text_code(text) for text in texts]
    missing = {code: text for code, text in zip(codes, texts, strict=True) if code not in last.texts}
    fresh = readings_of(list(missing.values()), {"": Pseudonyms()}, prepare=prepare, config=config, cache=cache)
    passages = [text for reading in fresh for text in reading.passages]
    wordings = dict(zip(map(text_key, passages), map(canonical, passages), strict=True))
    old = set(last.keys)
    new = {key: wording for key, wording in wordings.items() if key not in old}
    encoder.ask(list(new.values()))
    keys, vectors = [*last.keys, *new], np.concatenate([last.vectors, encoder.all(list(new.values()))])
    place = {key: at for at, key in enumerate(keys)}
    known = dict(last.texts)
    for code, reading in zip(missing, fresh, strict=True):
        known[code] = Known(
            tuple(place[text_key(text)] for text in reading.passages),
            tuple(len(text.split()) for text in reading.passages),
        )
    rows = [row for row, code in enumerate(codes) for _ in known[code].wordings]
    at = [wording for code in codes for wording in known[code].wordings]
    words = [count for code in codes for count in known[code].words]
    return Passages(rows, [keys[one] for one in at], words, vectors[at], [], covered=True)


def remember(texts: Sequence[str], passages: Passages, found: Discovery) -> LastRun | None:
    """Return what the next run over the file begins with; None where there is nothing to begin with."""
    near = found.neighbourhood
    if near is None or not passages.covered:
        return None
    place: dict[str, int] = {}
    at = [place.setdefault(key, len(place)) for key in passages.keys]
    first: IntArray = np.unique(np.array(at, dtype=np.int64), return_index=True)[1]
    own: list[list[int]] = [[] for _ in texts]
    for passage, row in enumerate(passages.rows):
        own[row].append(passage)
    known = {
        text_code(text): Known(tuple(at[one] for one in mine), tuple(passages.words[one] for one in mine))
        for text, mine in zip(texts, own, strict=True)
    }
    return LastRun(known, tuple(place), passages.vectors[first], found.remember(passages.keys), near)
