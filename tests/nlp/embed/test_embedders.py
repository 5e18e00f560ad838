"""The embedders: unit rows, stable under their neighbours, alike between runtimes."""

import numpy as np
import pytest

from nlp.config import EmbedConfig
from nlp.embed.load import load_embedder
from nlp.embed.runtime import OnnxEmbedder
from nlp.embed.sentence import SentenceEmbedder
from nlp.embed.types import Embedder, Vectors
from nlp.errors import EmbedError
from tests.hashing import HashingEmbedder

TEXTS = [
    "Export fails every Monday.",
    "ok",
    "We were told single sign-on was included; now it is an add-on at 9k a year and nobody remembers saying so.",
    "",
    "the screen freezes " * 200,
    "Größe und Preis passen nicht – 我们 😀",
]


def cosines(left: Vectors, right: Vectors) -> Vectors:
    return (left * right).sum(axis=1)


@pytest.fixture(scope="module", params=["fp32", "int8", "hashing"])
def embedder(request: pytest.FixtureRequest) -> Embedder:
    if request.param == "hashing":
        return HashingEmbedder()
    return OnnxEmbedder(EmbedConfig(precision=request.param))


def test_rows_are_unit_and_ordered(embedder: Embedder) -> None:
    rows = embedder.embed(TEXTS)
    assert rows.shape == (len(TEXTS), embedder.dim)
    assert rows.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1.0, atol=1e-5)
    np.testing.assert_allclose(cosines(embedder.embed(TEXTS[::-1])[::-1], rows), 1.0, atol=1e-6)


def test_neighbours_do_not_move_a_vector(embedder: Embedder) -> None:
    together = embedder.embed(TEXTS)
    alone = np.vstack([embedder.embed([text]) for text in TEXTS])
    assert cosines(together, alone).min() >= 1 - 1e-6


def test_no_texts_give_no_rows(embedder: Embedder) -> None:
    assert embedder.embed([]).shape == (0, embedder.dim)


def test_runtimes_agree_and_share_a_key() -> None:
    onnx, torch = OnnxEmbedder(EmbedConfig(precision="fp32")), SentenceEmbedder()
    assert onnx.key == torch.key
    assert cosines(onnx.embed(TEXTS), torch.embed(TEXTS)).min() >= 1 - 1e-6


def test_int8_stays_near_fp32_under_its_own_key() -> None:
    exact, rounded = OnnxEmbedder(EmbedConfig(precision="fp32")), OnnxEmbedder()
    assert exact.key != rounded.key
    assert cosines(exact.embed(TEXTS), rounded.embed(TEXTS)).min() >= 0.985


def test_meaning_beats_wording() -> None:
    rows = OnnxEmbedder().embed(["The page takes ages to load", "It is terribly slow", "The invoice was wrong"])
    assert rows[0] @ rows[1] > rows[0] @ rows[2]


def test_factory_picks_backend_and_refuses_contradiction() -> None:
    assert isinstance(load_embedder(), OnnxEmbedder)
    assert isinstance(load_embedder(EmbedConfig(backend="torch")), SentenceEmbedder)
    with pytest.raises(EmbedError, match="set precision to 'fp32'"):
        load_embedder(EmbedConfig(backend="torch", precision="int8"))
