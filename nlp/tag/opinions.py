"""The opinions that are combined: tuned encoder, plain embedding, wording, prototypes, rules. Fit and apply."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlp.embed.types import Vectors
from nlp.tag import lexical
from nlp.tag.emptiness import fit_wording, voices, wording_features
from nlp.tag.lexical import Linear, Sparse
from nlp.tag.rules import Rule, rule_hits
from nlp.tag.targets import Targets
from nlp.tag.types import POLARITIES

# Order of the first axis everywhere.
OPINIONS = ("tuned", "embedding", "wording", "prototype", "rule")
# Inverse regularisation (C). For embeddings 1 and 4 came out alike in 5-fold cross-validation (.470, .463), 16 worse.
EMBEDDING_STRENGTH, WORDING_STRENGTH, SIDE_STRENGTH = 2.0, 4.0, 4.0
# Definitions count as this many examples in a prototype.
DEFINITION_WEIGHT = 5.0
# Column of the lexicon features that has the weight of bad words.
BAD = 2
# Cosines are spread to the size of log-odds.
PROTOTYPE_SCALE = 10.0


@dataclass(frozen=True, slots=True)
class Inputs:
    """What the opinions are formed on, row by row.

    Attributes:
        texts: The words.
        embeddings: (n, dim) of the plain encoder.
        tuned: (n, dim) of the tuned encoder.
        counts: Hashed words.
        valences: (n, 6) lexicon features.
    """

    texts: Sequence[str]
    embeddings: Vectors
    tuned: Vectors
    counts: Sparse
    valences: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Opinions:
    """Everything that is learned beside the encoder and the stack.

    Attributes:
        idf: Rarity of the hashed words.
        tuned: Tuned vector to theme log-odds.
        embedding: Plain vector to theme log-odds.
        wording: Weighed words to theme log-odds.
        prototypes: (themes, dim) unit rows in the plain space.
        tuned_sides: Tuned vector to (themes x polarities) log-odds.
        sides: Words, plain vector and lexicon to the polarity's log-odds, whatever the theme.
        tuned_empty: Tuned vector to the log-odds of empty talk.
        empty: Words and shape to the log-odds of empty talk.
    """

    idf: NDArray[np.float32]
    tuned: Linear
    embedding: Linear
    wording: Linear
    prototypes: Vectors
    tuned_sides: Linear
    sides: Linear
    tuned_empty: Linear
    empty: Linear


def fit_prototypes(embeddings: Vectors, targets: Targets, definitions: Vectors) -> Vectors:
    """Return one unit vector a theme: its definition and the mean of its examples."""
    stated = np.nan_to_num(targets.themes) * targets.weights[:, None]
    sums = stated.T @ embeddings + DEFINITION_WEIGHT * definitions
    return (sums / np.linalg.norm(sums, axis=1, keepdims=True)).astype(np.float32)


def side_features(inputs: Inputs, weighed: Sparse) -> Sparse:
    """Return words, plain vectors and lexicon features side by side."""
    from scipy import sparse

    dense = np.hstack([inputs.embeddings, inputs.valences])
    return sparse.hstack([weighed, sparse.csr_matrix(dense)]).tocsr().astype(np.float32)


def fit_opinions(
    inputs: Inputs, targets: Targets, *, tuned: tuple[Linear, Linear, Linear], definitions: Vectors
) -> Opinions:
    """Fit the cheap models; the tuned encoder's heads are handed in as (themes, polarity, empty talk)."""
    idf = lexical.inverse_frequency(inputs.counts)
    weighed = lexical.weigh(inputs.counts, idf)
    rows, columns = np.nonzero(targets.polarity >= 0)
    return Opinions(
        idf=idf,
        tuned=tuned[0],
        embedding=lexical.fit_one_vs_rest(
            inputs.embeddings, targets.themes, strength=EMBEDDING_STRENGTH, weights=targets.weights
        ),
        wording=lexical.fit_one_vs_rest(weighed, targets.themes, strength=WORDING_STRENGTH, weights=targets.weights),
        prototypes=fit_prototypes(inputs.embeddings, targets, definitions),
        tuned_sides=tuned[1],
        sides=lexical.fit_softmax(
            side_features(inputs, weighed)[rows],
            targets.polarity[rows, columns],
            classes=len(POLARITIES),
            strength=SIDE_STRENGTH,
            weights=targets.weights[rows],
        ),
        tuned_empty=tuned[2],
        empty=fit_wording(inputs.texts, weighed, targets.empty, weights=targets.weights),
    )


def theme_opinions(inputs: Inputs, models: Opinions, *, rules: Sequence[Rule], keys: Sequence[str]) -> Vectors:
    """Return (opinions, n, themes) log-odds in the order of `OPINIONS`."""
    weighed = lexical.weigh(inputs.counts, models.idf)
    return np.stack(
        [
            models.tuned(inputs.tuned),
            models.embedding(inputs.embeddings),
            models.wording(weighed),
            PROTOTYPE_SCALE * (inputs.embeddings @ models.prototypes.T),
            rule_hits(inputs.texts, rules, keys=keys),
        ]
    ).astype(np.float32)


def side_opinions(inputs: Inputs, models: Opinions) -> Vectors:
    """Return (2, n, themes, polarities) log-probabilities: of the tuned encoder and of wording with lexicon."""
    weighed = lexical.weigh(inputs.counts, models.idf)
    tuned = models.tuned_sides(inputs.tuned).reshape(len(inputs.texts), -1, len(POLARITIES))
    plain = models.sides(side_features(inputs, weighed))[:, None, :]
    return np.stack([log_softmax(tuned), np.broadcast_to(log_softmax(plain), tuned.shape)]).astype(np.float32)


def empty_voices(inputs: Inputs, models: Opinions, *, loudest: Vectors) -> Vectors:
    """Return (n, 5) voices on empty talk; `loudest` is the confidence of each text's likeliest tag."""
    words = models.empty(wording_features(inputs.texts, lexical.weigh(inputs.counts, models.idf)))
    return voices(
        models.tuned_empty(inputs.tuned)[:, 0],
        words[:, 0],
        models.tuned(inputs.tuned),
        loudest=loudest,
        bad=inputs.valences[:, BAD],
    )


def log_softmax(logits: Vectors) -> Vectors:
    """Return log-probabilities over the last axis."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)), dtype=np.float32)
