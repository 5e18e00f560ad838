"""Build the ONNX graph of a BERT sentence encoder from its weights, node by node, without torch.

The graph uses ONNX runtime's fused transformer operators directly, so no export and no graph optimiser is needed.
It knows arrays only: where the weights come from is `packaged.py`'s business.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nlp.errors import EmbedError

if TYPE_CHECKING:
    from onnx import NodeProto, TensorProto

Attribute = int | float | list[int]
Reach = NDArray[np.float32]

# Largest magnitude of a signed 8-bit value, symmetric.
INT8_MAX = 127.0
# Channels that the 8-bit graph multiplies in fp32; 1, 2, 4 and 8 gave errors of .0017, .0015, .0015 and .0015.
EXACT = 2
FUSED_DOMAIN = "com.microsoft"
# Opset 17 is the first with LayerNormalization; runtime 1.31 reads it.
OPSET = 17


@dataclass(frozen=True, slots=True)
class BertShape:
    """The numbers of a BERT encoder that its weights don't tell.

    Attributes:
        layers: Number of transformer layers.
        heads: Attention heads per layer.
        epsilon: Added to the variance in layer normalisation.
    """

    layers: int = 6
    heads: int = 12
    epsilon: float = 1e-12


class _GraphWriter:
    """Collect nodes and weights; every method returns the name of its output."""

    def __init__(
        self, weights: Mapping[str, NDArray[np.float32]], shape: BertShape, reach: Mapping[str, Reach] | None
    ) -> None:
        from onnx import helper, numpy_helper

        # The stub types every keyword as str, so the node maker is kept as an open callable.
        self._make_node: Callable[..., NodeProto] = helper.make_node
        self._from_array = numpy_helper.from_array
        self._weights, self._shape, self._reach = dict(weights), shape, reach or {}
        self.nodes: list[NodeProto] = []
        self.initializers: list[TensorProto] = []
        self._known: set[str] = set()

    def constant(self, name: str, value: NDArray[Any]) -> str:
        if name not in self._known:
            self._known.add(name)
            self.initializers.append(self._from_array(np.ascontiguousarray(value), name))
        return name

    def weight(self, name: str) -> str:
        return self.constant(name, self._weights[name])

    def node(self, op: str, inputs: list[str], out: str, *, domain: str = "", **attributes: Attribute) -> str:
        self.nodes.append(self._make_node(op, inputs, [out], name=out, domain=domain, **attributes))
        return out

    def fused(self, op: str, inputs: list[str], out: str, **attributes: Attribute) -> str:
        return self.node(op, inputs, out, domain=FUSED_DOMAIN, **attributes)

    def linear(self, x: str, names: list[str], outs: list[str]) -> list[str]:
        """Multiply `x` by each transposed weight and add its bias."""
        if not self._reach:
            return [self._fp32_linear(x, name, out) for name, out in zip(names, outs, strict=True)]
        flat = self.constant(f"{x}.flat", (1 / self._reach[x]).astype(np.float32))
        rounded = self._rounded(self.node("Mul", [x, flat], f"{x}.flattened"), f"{x}.q")
        return [self._int8_linear(rounded, self._reach[x], name, out) for name, out in zip(names, outs, strict=True)]

    def careful_linear(self, x: str, name: str, out: str) -> str:
        """Multiply like `linear`, the `EXACT` channels that weigh most in fp32.

        One channel of 1,536 reaches 75 times as far as the next, and its column's scale rounds the others away: this
        takes the error of a vector (1 - cosine) from .0028 to .0010 for 2 % of the time.
        """
        if not self._reach:
            return self._fp32_linear(x, name, out)
        weight = self._weights[name + ".weight"]
        most = np.sort(np.argsort(-self._reach[x] * np.abs(weight).max(axis=0))[:EXACT])
        rest = weight.copy()
        rest[:, most] = 0.0
        self._weights[name + ".weight"] = rest
        [product] = self.linear(x, [name], [f"{out}.rest"])
        few = self.node("Gather", [x, self.constant(f"{x}.most", most)], f"{x}.few", axis=-1)
        exact = self.node("MatMul", [few, self.constant(f"{name}.few", weight[:, most].T)], f"{out}.few")
        return self.node("Add", [product, exact], out)

    def _fp32_linear(self, x: str, name: str, out: str) -> str:
        product = self.node("MatMul", [x, self.constant(name + ".T", self._weights[name + ".weight"].T)], f"{out}.bare")
        return self.node("Add", [product, self.weight(name + ".bias")], out)

    def _rounded(self, x: str, out: str) -> str:
        """Round values within -1..1 to 8 bits; the scale is fixed, so no other row can move a value."""
        return self.node("QuantizeLinear", [x, *self._int8_scale()], out)

    def _int8_scale(self) -> list[str]:
        step = self.constant("int8_step", np.array(1 / INT8_MAX, dtype=np.float32))
        return [step, self.constant("int8_zero", np.array(128, dtype=np.uint8))]

    def _int8_linear(self, rounded: str, reach: Reach, name: str, out: str, *, share: Reach | None = None) -> str:
        """Multiply in 8 bits what `linear` flattened by `reach`; the output may be divided by `share` on the way."""
        share = np.ones(1, dtype=np.float32) if share is None else share
        values, scales = quantise_columns(self._weights[name + ".weight"].T * reach[:, None] / share)
        bias = self.constant(name + ".bias.q", self._weights[name + ".bias"] / share)
        step, zero = self._int8_scale()
        inputs = [rounded, self.constant(name + ".q", values), step, self.constant(name + ".scale", scales), zero]
        return self.fused("MatMulIntegerToFloat", [*inputs, "", bias], out)

    def add_norm(self, x: str, skip: str, prefix: str, out: str) -> str:
        """Normalise x + skip. The runtime's one operator for both is scalar code: ten times slower than these two."""
        return self.norm(self.node("Add", [x, skip], f"{out}.total"), prefix, out)

    def norm(self, x: str, prefix: str, out: str) -> str:
        factors = [self.weight(prefix + ".weight"), self.weight(prefix + ".bias")]
        return self.node("LayerNormalization", [x, *factors], out, epsilon=self._shape.epsilon)

    def embeddings(self, ids: str) -> str:
        shape = self.node("Shape", [ids], "ids_shape")
        length = self.node("Slice", [shape, *self._slice(1, 2)], "seq_length")
        word = self.node("Gather", [self.weight("embeddings.word_embeddings.weight"), ids], "word")
        # One segment only, so its row can be added to the positions beforehand.
        table = (
            self._weights["embeddings.position_embeddings.weight"]
            + self._weights["embeddings.token_type_embeddings.weight"][0]
        )
        ends = [self.constant("zero", np.array([0])), length, self.constant("zero", np.array([0]))]
        position = self.node("Slice", [self.constant("positions", table), *ends], "position")
        total = self.node("Add", [word, position], "embedded")
        return self.norm(total, "embeddings.LayerNorm", "layer_in")

    def _slice(self, start: int, end: int) -> list[str]:
        return [self.constant(f"int_{start}", np.array([start])), self.constant(f"int_{end}", np.array([end]))]

    def attention(self, x: str, prefix: str, out: str) -> str:
        names = [f"{prefix}attention.self.{part}" for part in ("query", "key", "value")]
        if not self._reach:
            bias = self.constant(f"{out}.bias", np.concatenate([self._weights[n + ".bias"] for n in names]))
            joined = np.concatenate([self._weights[n + ".weight"].T for n in names], axis=1)
            inputs = [x, self.constant(f"{out}.weight", joined), bias]
            return self.fused("Attention", inputs, out, num_heads=self._shape.heads)
        parts = self.linear(x, names[:2], [f"{out}.query", f"{out}.key"])
        # What comes out is a mean of values, so it is flattened by flattening the values: one node less.
        value = self._int8_linear(f"{x}.q", self._reach[x], names[2], f"{out}.value", share=self._reach[out])
        return self.fused("MultiHeadAttention", [*parts, value], out, num_heads=self._shape.heads)

    def attention_dense(self, attended: str, name: str, out: str) -> str:
        if not self._reach:
            return self._fp32_linear(attended, name, out)
        return self._int8_linear(self._rounded(attended, f"{attended}.q"), self._reach[attended], name, out)

    def layer(self, x: str, number: int) -> str:
        prefix, out = f"encoder.layer.{number}.", f"layer{number}"
        attended = self.attention(x, prefix, f"{out}.attention")
        dense = self.attention_dense(attended, prefix + "attention.output.dense", f"{out}.dense")
        middle = self.add_norm(dense, x, prefix + "attention.output.LayerNorm", f"{out}.middle")
        wide = self.careful_linear(middle, prefix + "intermediate.dense", f"{out}.wide")
        active = self.fused("Gelu", [wide], f"{out}.gelu")
        narrow = self.careful_linear(active, prefix + "output.dense", f"{out}.narrow")
        return self.add_norm(narrow, middle, prefix + "output.LayerNorm", f"{out}.out")

    def pooled(self, x: str, out: str) -> str:
        """Mean over the tokens, then unit length."""
        mean = self.node("ReduceMean", [x], f"{out}_mean", axes=[1], keepdims=0)
        return self.node("LpNormalization", [mean], out, axis=1, p=2)


def quantise_columns(weight: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Round a (k, n) weight to 8 bits with one scale per column; returns the values and the n scales."""
    scales = np.maximum(np.abs(weight).max(axis=0), 1e-12) / INT8_MAX
    return np.rint(weight / scales).astype(np.int8), scales.astype(np.float32)


def build_encoder(
    weights: Mapping[str, NDArray[np.float32]],
    shape: BertShape,
    *,
    reach: Mapping[str, Reach] | None = None,
    keep: Sequence[str] = (),
) -> bytes:
    """Build a model from token ids to unit sentence vectors.

    Input of the model: `ids` (batch, seq) int64, all of them real tokens: texts of one length make a batch. Without
    padding there is no mask, which saves a third of the attention. Output: `vectors` (batch, dim).

    Args:
        weights: fp32 weights by their names in the checkpoint.
        shape: The numbers that they don't tell.
        reach: Largest magnitude that each channel of a layer's inputs takes, by the node's name (`nlp.embed.reach`):
            the model then computes in 8 bits. Left out: fp32.
        keep: Names of nodes that the model also gives back, (batch, seq, width).

    Raises:
        EmbedError: A weight that the shape needs is missing.
    """
    from onnx import TensorProto, helper

    writer = _GraphWriter(weights, shape, reach)
    try:
        hidden = writer.embeddings("ids")
        for number in range(shape.layers):
            hidden = writer.layer(hidden, number)
        writer.pooled(hidden, "vectors")
    except KeyError as error:
        raise EmbedError(
            f"weight {error} is not in the model; is it a BERT encoder of {shape.layers} layers?"
        ) from error
    inputs = [helper.make_tensor_value_info("ids", TensorProto.INT64, ["batch", "seq"])]
    outputs = [helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["batch", "dim"])]
    outputs += [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", "seq", "width"]) for name in keep]
    graph = helper.make_graph(writer.nodes, "encoder", inputs, outputs, writer.initializers)
    opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(FUSED_DOMAIN, 1)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=9)
    return bytes(model.SerializeToString())
