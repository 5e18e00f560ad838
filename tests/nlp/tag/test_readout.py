"""The readout: a theme's polarity is taken from the words that the theme looks at."""

import numpy as np

from nlp.config import TagConfig
from nlp.embed.packaged import DIM, checked_folder
from nlp.embed.runtime import load_tokenizer
from nlp.tag.encoder import tuned_embedder
from nlp.tag.finetune import build_network, forward, read_network
from nlp.tag.types import POLARITIES

TEXTS = ["too slow", "quick on the phone, slow on the screen", "I waited nine days and the answer was wrong."]
THEMES = 2


def test_the_runtime_says_what_training_said() -> None:
    import torch

    torch.manual_seed(0)
    network = build_network(THEMES, frozen_layers=0).eval()
    torch.nn.init.normal_(network["say"].weight, std=0.05)
    tokens = [row.ids for row in load_tokenizer(checked_folder(), max_tokens=128).encode_batch_fast(TEXTS)]
    with torch.no_grad():
        vectors, lines = forward(network, tokens)
        wanted = network["theme_sides"](vectors) + lines + network["sides"](vectors).repeat(1, THEMES)
    learned = read_network(network)
    encoder = tuned_embedder(learned.delta, config=TagConfig(precision="fp32"))
    found = encoder.embed(TEXTS)
    assert found.shape == (len(TEXTS), encoder.dim) == (len(TEXTS), DIM + THEMES * len(POLARITIES))
    # The readout ships in 8 bits: a line of log-odds moves by a few thousandths.
    np.testing.assert_allclose(learned.polarity(found), wanted.numpy(), atol=0.02)
    np.testing.assert_allclose(np.linalg.norm(found[:, :DIM], axis=1), 1.0, rtol=1e-5)
