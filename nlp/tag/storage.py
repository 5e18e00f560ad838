"""Keep a trained tagger in two files, arrays and JSON: nothing that runs code when it is read."""

import json
from dataclasses import asdict, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nlp.config import TagConfig
from nlp.embed.types import Embedder
from nlp.errors import ModelMissingError, TagError
from nlp.sums import check_noted, note_sums
from nlp.tag.emptiness import EmptyJudge
from nlp.tag.encoder import Delta
from nlp.tag.lexical import Linear
from nlp.tag.model import TaggerModel
from nlp.tag.opinions import Opinions
from nlp.tag.stack import Stack

ARRAYS, CARD = "model.safetensors", "model.json"
# Raised whenever the layout of the two files changes.
FORMAT = 2
REBUILD = "build it with: sottovoce taxonomy train"
# Kept as half floats: three decimals are enough for weights that are summed into log-odds.
HALF = ("wording.weights", "sides.weights", "embedding.weights", "empty.weights")


def save_tagger(model: TaggerModel, folder: Path) -> None:
    """Write the model to `folder`, made if missing; both files are replaced, and noted in the list beside them."""
    from safetensors.numpy import save_file

    folder.mkdir(parents=True, exist_ok=True)
    arrays = _arrays(model)
    save_file({name: np.ascontiguousarray(value) for name, value in arrays.items()}, folder / ARRAYS)
    # The writer makes the file private; a service under another user has to read it.
    (folder / ARRAYS).chmod(0o644)
    card = {
        "format": FORMAT,
        "keys": list(model.keys),
        "config": asdict(model.config),
        "stack": {"bias": model.stack.bias, "cut": model.stack.cut},
        "empty": {"bias": model.empty_judge.bias, "cut": model.empty_judge.cut},
        "rules_toml": model.rules_toml,
        "lexicon_text": model.lexicon_text,
        "card": dict(model.card),
    }
    (folder / CARD).write_text(json.dumps(card, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
    note_sums(folder, (ARRAYS, CARD))


def _arrays(model: TaggerModel) -> dict[str, NDArray[np.generic]]:
    arrays: dict[str, NDArray[np.generic]] = {
        "stack.weights": model.stack.weights,
        "stack.shifts": model.stack.shifts,
        "side_weights": model.side_weights,
        "empty_judge.weights": model.empty_judge.weights,
    }
    for name, values in model.delta.values.items():
        arrays[f"delta.{name}"] = values
        arrays[f"scale.{name}"] = model.delta.scales[name]
    for part in fields(Opinions):
        value = getattr(model.opinions, part.name)
        if isinstance(value, Linear):
            arrays[f"{part.name}.weights"], arrays[f"{part.name}.bias"] = value.weights, value.bias
        else:
            arrays[part.name] = value
    return {name: value.astype(np.float16) if name in HALF else value for name, value in arrays.items()}


def load_tagger(folder: Path, *, plain_encoder: Embedder | None = None) -> TaggerModel:
    """Read a model that `save_tagger` wrote.

    Args:
        folder: Where it lies.
        plain_encoder: Used for the tuned vectors when the model was trained without fine-tuning.

    Raises:
        ModelMissingError: No model there, or no list of what its files must hold.
        ModelChangedError: A file is not as it was written.
        TagError: Written by a version with another layout.
    """
    from safetensors.numpy import load_file

    if not (folder / ARRAYS).is_file() or not (folder / CARD).is_file():
        raise ModelMissingError(f"{folder} holds no {ARRAYS} and {CARD}; {REBUILD}")
    check_noted(folder, (ARRAYS, CARD), mend=REBUILD)
    card = json.loads((folder / CARD).read_text(encoding="utf-8"))
    if card.get("format") != FORMAT:
        raise TagError(f"{folder / CARD} has format {card.get('format')}, this version reads {FORMAT}; {REBUILD}")
    arrays = load_file(folder / ARRAYS)
    return TaggerModel(
        keys=tuple(card["keys"]),
        config=TagConfig(**card["config"]),
        delta=_read_delta(arrays),
        opinions=_read_opinions(arrays),
        stack=Stack(arrays["stack.weights"], card["stack"]["bias"], arrays["stack.shifts"], card["stack"]["cut"]),
        side_weights=arrays["side_weights"],
        empty_judge=EmptyJudge(arrays["empty_judge.weights"], card["empty"]["bias"], card["empty"]["cut"]),
        rules_toml=card["rules_toml"],
        lexicon_text=card["lexicon_text"],
        card=card["card"],
        plain_encoder=plain_encoder,
    )


def _read_delta(arrays: dict[str, NDArray[np.generic]]) -> Delta:
    names = [name.removeprefix("delta.") for name in arrays if name.startswith("delta.")]
    return Delta(
        {name: arrays[f"delta.{name}"].astype(np.int8) for name in names},
        {name: arrays[f"scale.{name}"].astype(np.float32) for name in names},
    )


def _read_opinions(arrays: dict[str, NDArray[np.generic]]) -> Opinions:
    def linear(name: str) -> Linear:
        return Linear(arrays[f"{name}.weights"].astype(np.float32), arrays[f"{name}.bias"].astype(np.float32))

    return Opinions(
        idf=arrays["idf"].astype(np.float32),
        tuned=linear("tuned"),
        embedding=linear("embedding"),
        wording=linear("wording"),
        prototypes=arrays["prototypes"].astype(np.float32),
        tuned_sides=linear("tuned_sides"),
        sides=linear("sides"),
        tuned_empty=linear("tuned_empty"),
        empty=linear("empty"),
    )
