"""The passages of a labelled file with their vectors: prepared and embedded side by side, known ones from the cache."""

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np

from nlp.config import TextConfig
from nlp.embed.types import Embedder, Vectors
from nlp.text.canonical import canonical
from nlp.text.people import Pseudonyms
from nlp.text.prepare import prepare_texts
from pipelines.evaluate.cache import EvaluationCache, code_mark, text_code

# Texts prepared before their passages go to the encoder: enough for whole batches of one length.
CHUNK = 2048


@dataclass(frozen=True)
class Passages:
    """Every passage of the file: the row it is of, its words, their canonical form."""

    rows: list[int]
    texts: list[str]
    wordings: list[str]


@dataclass(frozen=True)
class Reading:
    """What is kept of one prepared text."""

    redacted: str
    passages: tuple[str, ...]


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
        for missing, future in self.waiting:
            found = future.result()
            self.vectors.update(zip(missing, found, strict=True))
            if self.cache is not None:
                bodies = {text_code(wording): row.tobytes() for wording, row in zip(missing, found, strict=True)}
                self.cache.put("vector", self.mark, bodies)
        self.waiting.clear()
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
    mark = "" if cache is None else code_mark("nlp/text", extra=[config.fingerprint()])
    numbers = {"": Pseudonyms()}
    readings: list[Reading] = []
    for start in range(0, len(texts), CHUNK):
        found = _readings(texts[start : start + CHUNK], numbers, config=config, cache=cache, mark=mark)
        readings += found
        encoder.ask([canonical(text) for reading in found for text in reading.passages])
    passages = _laid_out(readings)
    encoder.ask(passages.wordings)
    return passages


def _readings(
    texts: Sequence[str],
    numbers: dict[str, Pseudonyms],
    *,
    config: TextConfig,
    cache: EvaluationCache | None,
    mark: str,
) -> list[Reading]:
    codes = [text_code(text) for text in texts]
    kept = {} if cache is None else cache.get("text", mark, codes)
    known = {code: _unpacked(body) for code, body in kept.items()}
    missing = {code: text for code, text in zip(codes, texts, strict=True) if code not in known}
    if missing:
        # Nobody reads the words of these passages, so texts that are clear without are not read by spaCy.
        prepared = prepare_texts(
            list(missing.values()), kinds="survey", config=config, tokens=False, pseudonyms=numbers
        )
        fresh = {
            code: Reading(one.redacted, tuple(passage.text for passage in one.passages))
            for code, one in zip(missing, prepared, strict=True)
        }
        known.update(fresh)
        if cache is not None:
            cache.put("text", mark, {code: _packed(reading) for code, reading in fresh.items()})
    return [known[code] for code in codes]


def _packed(reading: Reading) -> bytes:
    return json.dumps([reading.redacted, *reading.passages], ensure_ascii=False).encode("utf-8", "surrogatepass")


def _unpacked(body: bytes) -> Reading:
    redacted, *passages = json.loads(body)
    return Reading(redacted, tuple(passages))


def _laid_out(readings: Sequence[Reading]) -> Passages:
    covered = any(reading.passages for reading in readings)
    rows, texts = [], []
    for row, reading in enumerate(readings):
        own = list(reading.passages) if covered else [reading.redacted] * bool(reading.redacted)
        rows += [row] * len(own)
        texts += own
    return Passages(rows, texts, [canonical(text) for text in texts])
