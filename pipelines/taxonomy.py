"""The shipped taxonomy: its themes, its examples, and the tagger trained from them."""

import hashlib
import json
import os
import shutil
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from data.errors import ShippedFileError
from data.store.repositories.mentions import tag_corrections
from data.store.repositories.themes import ThemeRow
from nlp.embed.types import Embedder
from nlp.errors import NlpError
from nlp.sums import check_noted, note_sums
from nlp.text.canonical import canonical
from nlp.types import FloatArray
from pipelines.configs import open_embedder
from pipelines.settings import DATA, Settings

if TYPE_CHECKING:
    from nlp.sentiment.model import SentimentModel
    from nlp.tag.model import TaggerModel
    from nlp.tag.types import Correction
    from pipelines.stage import Bench

TAXONOMY = DATA / "taxonomy"
MODEL = TAXONOMY / "model"
# The largest magnitude settles after some thousand texts: every third example, as long as the encoder reads.
REACH_EVERY, REACH_TOKENS = 3, 256


@dataclass(frozen=True)
class TaxonomyTheme:
    """One theme of the taxonomy as `themes.toml` has it."""

    key: str
    label: str
    covers: str
    not_covers: str
    owner: str
    action: str

    def as_row(self) -> ThemeRow:
        """Give it as the store keeps it."""
        definition = self.covers + (f" Not: {self.not_covers}" if self.not_covers else "")
        return ThemeRow(
            theme_key=self.key,
            kind="taxonomy",
            name=self.label,
            definition=definition,
            owner=self.owner,
            action=self.action,
        )


@lru_cache(maxsize=1)
def load_taxonomy(folder: Path = TAXONOMY) -> tuple[TaxonomyTheme, ...]:
    """Read the themes in their order.

    Raises:
        ShippedFileError: `themes.toml` is missing or broken.
    """
    file = folder / "themes.toml"
    try:
        rows = tomllib.loads(file.read_text(encoding="utf-8"))["themes"]
        return tuple(TaxonomyTheme(**{**row, "not_covers": row.get("not_covers", "")}) for row in rows)
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise ShippedFileError(f"can't read {file} ({error}): restore it from the repository") from error


def read_examples(folder: Path = TAXONOMY) -> Iterator[dict[str, Any]]:
    """Give the hand-written examples, file by file in name order.

    Raises:
        ShippedFileError: A line is not an example; names file and line.
    """
    known = {theme.key for theme in load_taxonomy(folder)}
    for file in sorted((folder / "examples").glob("*.jsonl")):
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
            try:
                example = json.loads(line)
                unknown = {theme["key"] for theme in example["themes"]} - known
            except (json.JSONDecodeError, KeyError, TypeError) as error:
                raise ShippedFileError(f"{file}, line {number}: not an example ({error})") from error
            if unknown:
                raise ShippedFileError(f"{file}, line {number}: theme {sorted(unknown)} is not in themes.toml")
            yield example


@lru_cache(maxsize=1)
def open_tagger(settings: Settings) -> "TaggerModel":
    """Load the tagger, once a process: the one that learned from corrections if there is one, else the shipped one.

    Raises:
        ShippedFileError: The shipped model is missing or was made by another version.
    """
    from nlp.tag.storage import load_tagger

    try:
        return load_tagger(_model_folder(settings), plain_encoder=open_embedder(settings))
    except NlpError as error:
        raise ShippedFileError(f"{error}") from error


@lru_cache(maxsize=1)
def open_sentiment(settings: Settings) -> "SentimentModel":
    """Load the sentiment model, once a process.

    Raises:
        ShippedFileError: It is missing, or was made for another embedder than the one in force.
    """
    from nlp.sentiment.model import load_sentiment

    try:
        model = load_sentiment(_model_folder(settings))
    except NlpError as error:
        raise ShippedFileError(f"{error}") from error
    if model.encoder != open_embedder(settings).key:
        raise ShippedFileError(
            f"the tagger was trained for {model.encoder}, the embedder is {open_embedder(settings).key}: "
            "run `sottovoce taxonomy train` to train one for it"
        )
    return model


def sentiment_key(model: "SentimentModel") -> str:
    """Name a sentiment model by what it holds."""
    digest = hashlib.sha256(model.weights.tobytes() + repr((model.bias, model.lexicon_text)).encode())
    return f"sentiment-{digest.hexdigest()[:12]}"


def own_model(settings: Settings) -> Path:
    """Give the folder of a model trained for this installation."""
    return settings.home / "models" / "tagger"


def corrections_of(bench: "Bench") -> list["Correction"]:
    """Give what people decided about tags, as the training takes it."""
    from nlp.tag.examples import checked_polarity
    from nlp.tag.types import Correction

    verdicts = {"tag": "accepted", "polarity": "accepted", "untag": "rejected"}
    trained = {theme.key for theme in load_taxonomy()}
    with bench.store.read() as session:
        rows = tag_corrections(session)
    return [
        Correction(
            row["text"],
            row["theme_key"],
            checked_polarity(row["payload"].get("polarity", "neutral")),
            "accepted" if verdicts[row["action"]] == "accepted" else "rejected",
        )
        for row in rows
        if row["theme_key"] in trained and row["text"]
    ]


def _model_folder(settings: Settings) -> Path:
    """Give the folder of the models trained here (for another embedder, or with corrections), else of those shipped."""
    own = own_model(settings)
    return own if own.is_dir() else MODEL


def train(
    settings: Settings,
    *,
    corrections: Sequence["Correction"] = (),
    folder: Path = MODEL,
    epochs: int | None = None,
    say: Callable[[str], None] = lambda line: None,
) -> dict[str, object]:
    """Train tagger, sentiment and prototypes from the shipped examples, and write them whole to a folder.

    Returns the tagger's card: seed, counts and out-of-fold figures.
    """
    from nlp.config import TagConfig
    from nlp.sentiment.model import save_sentiment, train_sentiment
    from nlp.tag.examples import parse_definitions, parse_examples
    from nlp.tag.storage import save_tagger
    from nlp.tag.train import train as train_tagger

    embedder = open_embedder(settings)
    definitions = parse_definitions((TAXONOMY / "themes.toml").read_text(encoding="utf-8"))
    keys = [definition.key for definition in definitions]
    examples = [
        example
        for file in sorted((TAXONOMY / "examples").glob("*.jsonl"))
        for example in parse_examples(file.read_text(encoding="utf-8").splitlines(), keys=keys, source=file.name)
    ]
    lexicon = (TAXONOMY / "sentiment.txt").read_text(encoding="utf-8")
    tagger = train_tagger(
        examples,
        definitions,
        embedder,
        config=TagConfig() if epochs is None else TagConfig(epochs=epochs),
        corrections=corrections,
        rules_toml=(TAXONOMY / "rules.toml").read_text(encoding="utf-8"),
        lexicon_text=lexicon,
        report=say,
    )
    signs = {"negative": -1.0, "neutral": 0.0, "positive": 1.0}
    balance = [sum(signs[label.polarity] for label in example.labels) for example in examples]
    sentiment = train_sentiment([example.text for example in examples], balance, embedder, lexicon_text=lexicon)
    scratch = folder.with_name(f"{folder.name}.{os.getpid()}")
    save_tagger(tagger, scratch)
    save_sentiment(sentiment, scratch)
    _save_array(scratch / _prototype_name(embedder), _prototype_rows(embedder, keys))
    note_sums(scratch, (_prototype_name(embedder),))
    if folder.exists():
        shutil.rmtree(folder)
    scratch.rename(folder)
    return dict(tagger.card)


def prototypes(settings: Settings) -> tuple[list[str], FloatArray]:
    """Give the middle of each taxonomy theme's examples: keys and (24, dim) unit rows of the embedder in force.

    They are kept beside the other models; those of the packaged embedder ship.
    """
    embedder = open_embedder(settings)
    name = _prototype_name(embedder)
    keys = [theme.key for theme in load_taxonomy()]
    if (MODEL / name).is_file():
        return keys, np.load(_checked(MODEL / name), allow_pickle=False)
    if (settings.home / "models" / name).is_file():
        return keys, np.load(settings.home / "models" / name, allow_pickle=False)
    rows = _prototype_rows(embedder, keys)
    _save_array(settings.home / "models" / name, rows)
    return keys, rows


def _checked(path: Path) -> Path:
    try:
        check_noted(
            path.parent, (path.name,), mend="restore it from the repository, or train again: sottovoce taxonomy train"
        )
    except NlpError as error:
        raise ShippedFileError(f"{error}") from error
    return path


def _prototype_name(embedder: Embedder) -> str:
    return f"prototypes-{hashlib.sha256(f'{embedder.key}|{_examples_mark()}'.encode()).hexdigest()[:16]}.npy"


def _prototype_rows(embedder: Embedder, keys: Sequence[str]) -> FloatArray:
    single = [e for e in read_examples() if len(e["themes"]) == 1]
    vectors = embedder.embed([canonical(e["text"]) for e in single])
    of = np.array([keys.index(e["themes"][0]["key"]) for e in single])
    middle = np.stack([vectors[of == at].mean(axis=0) for at in range(len(keys))])
    return (middle / np.linalg.norm(middle, axis=1, keepdims=True)).astype(np.float32)


def _examples_mark() -> str:
    """Say which examples there are, without reading more than their bytes."""
    digest = hashlib.sha256()
    for file in sorted((TAXONOMY / "examples").glob("*.jsonl")):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _save_array(path: Path, rows: FloatArray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(f"{path.name}.{os.getpid()}.npy")
    np.save(scratch, rows)
    scratch.replace(path)


def write_reach(out: Path) -> dict[str, int]:
    """Measure how far the packaged encoder's channels reach on the shipped examples, and write it.

    Vectors made with another file are other vectors: who replaces the shipped one names it in the embedder's key.
    """
    from safetensors.numpy import save_file

    from nlp.embed.packaged import checked_folder, packaged_weights
    from nlp.embed.reach import measure_reach
    from nlp.embed.runtime import load_tokenizer, read_shape

    texts = list(dict.fromkeys(canonical(str(row["text"])) for row in read_examples()))[::REACH_EVERY]
    folder = checked_folder()
    tokens = [one.ids for one in load_tokenizer(folder, max_tokens=REACH_TOKENS).encode_batch_fast(texts)]
    save_file(measure_reach(packaged_weights(), read_shape(folder), tokens), out)
    return {"texts": len(texts), "bytes": out.stat().st_size}
