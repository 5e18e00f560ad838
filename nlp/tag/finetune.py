"""Fine-tune the sentence encoder: all themes at once, and the polarity of each stated theme. Needs torch."""

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nlp.config import TagConfig
from nlp.embed.packaged import checked_folder, packaged_weights
from nlp.embed.runtime import load_tokenizer
from nlp.embed.types import Vectors
from nlp.tag.encoder import Delta, round_delta
from nlp.tag.lexical import Linear
from nlp.tag.targets import Targets
from nlp.tag.types import POLARITIES

if TYPE_CHECKING:
    import torch

# The unit vector is scaled to this length before the heads, so that their usual rates fit: half of sqrt(384).
VECTOR_SCALE = 9.8
# Log-odds of a theme before anything is learned: one in twenty.
PRIOR_LOGIT = -3.0
WARM_UP = 0.1
WEIGHT_DECAY = 0.01
DROPOUT = 0.1
# Lengths are blurred by this factor before batches are cut, so that batches differ between passes.
LENGTH_BLUR = (0.8, 1.25)
MASK_TOKEN, EDGE_TOKENS = 103, 2


@dataclass(frozen=True, slots=True)
class Tuned:
    """What fine-tuning learned.

    Attributes:
        delta: Difference of the encoder's weights.
        themes: Unit vector to the themes' log-odds.
        polarity: Unit vector to (themes x polarities) log-odds, themes outer.
        empty: Unit vector to the log-odds of empty talk, one column.
    """

    delta: Delta
    themes: Linear
    polarity: Linear
    empty: Linear


@dataclass(frozen=True, slots=True)
class _Item:
    """One training text: token ids and what it should give."""

    ids: Sequence[int]
    themes: NDArray[np.float32]
    polarity: NDArray[np.int64]
    empty: float
    weight: float


def finetune(
    texts: Sequence[str],
    targets: Targets,
    *,
    held: NDArray[np.int64],
    config: TagConfig,
    seed: int,
    report: Callable[[str], None] = lambda line: None,
) -> tuple[Tuned, Tuned]:
    """Train encoder and heads; the same texts, settings and seed give the same result on the same machine.

    One training serves both ends: the held-out texts are judged by what was learned without them, and join in for
    the last passes, at the low rates of the schedule's end. Takes about 100 s per 5,000 short texts and pass on one
    core.

    Args:
        texts: All examples.
        targets: What they should give.
        held: Rows that the first passes do not see; may be empty.
        config: Settings.
        seed: Of heads, order and dropout.
        report: Told about each pass.

    Returns:
        What was learned without the held-out rows, and at the end.
    """
    with _seeded(seed, threads=config.threads):
        network = build_network(targets.themes.shape[1], frozen_layers=config.frozen_layers)
        tokenizer = load_tokenizer(checked_folder(), max_tokens=config.max_tokens)
        items = [
            _Item(
                encoding.ids,
                targets.themes[row],
                targets.polarity[row],
                float(targets.empty[row]),
                float(targets.weights[row]),
            )
            for row, encoding in enumerate(tokenizer.encode_batch_fast(list(texts)))
        ]
        seen = [items[int(row)] for row in np.setdiff1d(np.arange(len(items)), held)]
        joint = min(config.joint_epochs, config.epochs - 1) if len(held) else 0
        passes = [seen] * (config.epochs - joint) + [items] * joint
        return _run_epochs(
            network, passes, first=config.epochs - joint, config=config, rng=np.random.default_rng(seed), report=report
        )


def build_network(themes: int, *, frozen_layers: int) -> "torch.nn.ModuleDict":
    """Return the packaged encoder with heads for themes and polarity; its word table is never trained."""
    from torch import nn
    from transformers import AutoModel

    encoder = AutoModel.from_pretrained(str(checked_folder()), attn_implementation="sdpa")
    for module in (encoder.embeddings, *encoder.encoder.layer[:frozen_layers]):
        module.requires_grad_(False)
    width, sides = encoder.config.hidden_size, len(POLARITIES)
    heads = {
        "themes": nn.Linear(width, themes),
        "sides": nn.Linear(width, sides),
        "theme_sides": nn.Linear(width, themes * sides),
        "empty": nn.Linear(width, 1),
    }
    nn.init.constant_(heads["themes"].bias, PRIOR_LOGIT)
    nn.init.zeros_(heads["theme_sides"].weight)
    nn.init.zeros_(heads["theme_sides"].bias)
    return nn.ModuleDict({"encoder": encoder, **heads})


@contextmanager
def _seeded(seed: int, *, threads: int) -> Iterator[None]:
    """Seed torch inside, and put its random state and thread count back afterwards."""
    import torch

    before = torch.get_num_threads()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        if threads:
            torch.set_num_threads(threads)
        try:
            yield
        finally:
            torch.set_num_threads(before)


def _run_epochs(
    network: "torch.nn.ModuleDict",
    passes: Sequence[Sequence[_Item]],
    *,
    first: int,
    config: TagConfig,
    rng: np.random.Generator,
    report: Callable[[str], None],
) -> tuple[Tuned, Tuned]:
    """Train pass by pass; return what was learned after the `first` ones and after all."""
    import torch

    joined = [int(len(items) * config.joined_share) for items in passes]
    steps = sum(math.ceil((len(items) + more) / config.batch_size) for items, more in zip(passes, joined, strict=True))
    optimiser = torch.optim.AdamW(_rates(network, config), weight_decay=WEIGHT_DECAY, fused=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: _rate_share(step, steps=steps))
    trained = [p for p in network.parameters() if p.requires_grad]
    network.train()
    before = None
    for number, (items, more) in enumerate(zip(passes, joined, strict=True), start=1):
        report(f"pass {number} of {len(passes)}, {len(items) + more} texts")
        shown = [*items, *_join_pairs(items, more, max_tokens=config.max_tokens, rng=rng)]
        for batch in _like_length(shown, size=config.batch_size, rng=rng):
            loss = _loss(network, [_mask(item, config.masked_share, rng) for item in batch], config=config)
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(trained, 1.0)
            optimiser.step()
            schedule.step()
        if number == first:
            before = _read(network)
    after = _read(network)
    return before or after, after


def _rates(network: "torch.nn.ModuleDict", config: TagConfig) -> list[dict[str, object]]:
    encoder = [p for p in network["encoder"].parameters() if p.requires_grad]
    heads = [p for name, module in network.items() if name != "encoder" for p in module.parameters()]
    return [{"params": encoder, "lr": config.learning_rate}, {"params": heads, "lr": config.head_rate}]


def _rate_share(step: int, *, steps: int) -> float:
    """Rise over the first tenth, then fall to zero in a line."""
    warm = max(1.0, WARM_UP * steps)
    return min((step + 1) / warm, max(0.0, (steps - step) / (steps - warm)))


def _join_pairs(items: Sequence[_Item], count: int, *, max_tokens: int, rng: np.random.Generator) -> Iterator[_Item]:
    """Yield texts made of two examples one after the other, with the points of both."""
    for _ in range(count):
        left, right = (items[int(number)] for number in rng.choice(len(items), 2, replace=False))
        clash = (left.polarity >= 0) & (right.polarity >= 0) & (left.polarity != right.polarity)
        yield _Item(
            [*left.ids[:-1], *right.ids[1:]][:max_tokens],
            np.maximum(left.themes, right.themes),
            np.where(clash, -1, np.maximum(left.polarity, right.polarity)),
            left.empty * right.empty,
            (left.weight + right.weight) / 2,
        )


def _like_length(items: Sequence[_Item], *, size: int, rng: np.random.Generator) -> Iterator[list[_Item]]:
    lengths = np.array([len(item.ids) for item in items]) * rng.uniform(*LENGTH_BLUR, len(items))
    order = np.argsort(lengths, kind="stable")
    starts = rng.permutation(np.arange(0, len(order), size))
    for start in starts:
        yield [items[int(number)] for number in order[start : start + size]]


def _mask(item: _Item, share: float, rng: np.random.Generator) -> _Item:
    """Hide a share of the words, never the marks at both ends."""
    if not share or len(item.ids) <= EDGE_TOKENS:
        return item
    ids = np.array(item.ids)
    hidden = rng.random(len(ids)) < share
    hidden[[0, -1]] = False
    ids[hidden] = MASK_TOKEN
    return replace(item, ids=ids.tolist())


def forward(network: "torch.nn.ModuleDict", rows: Sequence[Sequence[int]]) -> "torch.Tensor":
    """Return (n, dim) unit vectors of token id rows: mean over the real tokens, as the packaged model pools."""
    import torch

    ids, lengths = _padded(rows)
    mask = torch.from_numpy((np.arange(ids.shape[1])[None, :] < lengths[:, None]).astype(np.float32))
    hidden = network["encoder"](input_ids=torch.from_numpy(ids), attention_mask=mask).last_hidden_state
    mean = (hidden * mask[:, :, None]).sum(1) / mask.sum(1, keepdim=True)
    return torch.nn.functional.normalize(mean)


def _padded(rows: Sequence[Sequence[int]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return (n, longest) token ids, filled up with 0, and the (n,) lengths."""
    lengths = np.array([len(row) for row in rows])
    ids = np.zeros((len(rows), int(lengths.max())), dtype=np.int64)
    for place, row in enumerate(rows):
        ids[place, : len(row)] = row
    return ids, lengths


def _loss(network: "torch.nn.ModuleDict", batch: Sequence[_Item], *, config: TagConfig) -> "torch.Tensor":
    import torch
    from torch.nn import functional

    vectors = functional.dropout(forward(network, [item.ids for item in batch]) * VECTOR_SCALE, DROPOUT)
    weights = torch.tensor([item.weight for item in batch])
    target = torch.from_numpy(np.stack([item.themes for item in batch]))
    known = ~target.isnan()
    themes = functional.binary_cross_entropy_with_logits(
        network["themes"](vectors), target.nan_to_num(), weight=known * weights[:, None], reduction="sum"
    ) / len(batch)
    side = torch.from_numpy(np.stack([item.polarity for item in batch]))
    sides = network["theme_sides"](vectors).view(*side.shape, -1) + network["sides"](vectors)[:, None, :]
    stated = side >= 0
    loss = themes + _empty_loss(network, vectors, torch.tensor([item.empty for item in batch]))
    if not bool(stated.any()):
        return loss
    return loss + config.polarity_weight * functional.cross_entropy(sides[stated], side[stated])


def _empty_loss(network: "torch.nn.ModuleDict", vectors: "torch.Tensor", target: "torch.Tensor") -> "torch.Tensor":
    from torch.nn import functional

    known = (~target.isnan()).float()
    logits = network["empty"](vectors)[:, 0]
    return functional.binary_cross_entropy_with_logits(logits, target.nan_to_num(), weight=known)


def _read(network: "torch.nn.ModuleDict") -> Tuned:
    """Copy what was learned into arrays; the vector scale goes into the heads."""
    tuned = {name: value.detach().numpy() for name, value in network["encoder"].named_parameters()}
    base = packaged_weights()
    heads = {name: dict(network[name].named_parameters()) for name in ("themes", "sides", "theme_sides", "empty")}
    weights = {name: head["weight"].detach().numpy().T * VECTOR_SCALE for name, head in heads.items()}
    biases = {name: head["bias"].detach().numpy() for name, head in heads.items()}
    repeats = weights["themes"].shape[1]
    return Tuned(
        round_delta({name: value for name, value in tuned.items() if name in base}, base),
        themes=Linear(_float32(weights["themes"]), _float32(biases["themes"])),
        polarity=Linear(
            _float32(weights["theme_sides"] + np.tile(weights["sides"], (1, repeats))),
            _float32(biases["theme_sides"] + np.tile(biases["sides"], repeats)),
        ),
        empty=Linear(_float32(weights["empty"]), _float32(biases["empty"])),
    )


def _float32(values: NDArray[np.floating]) -> Vectors:
    return np.ascontiguousarray(values, dtype=np.float32).copy()
