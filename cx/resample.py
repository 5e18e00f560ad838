"""Resampling of accounts: the unit that is drawn again is the account, never the answer (DOMAIN: the committee)."""

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from cx.scores import t_quantile

# Enough that an interval's ends move by a few hundredths of its width from seed to seed.
RESAMPLES = 1000


# Draws made into numbers at once: a few megabytes for thousands of accounts.
AT_ONCE = 250


def account_weights(accounts: int, resamples: int, *, seed: int) -> NDArray[np.float64]:
    """Draw accounts with replacement: (resamples, accounts), how often each was drawn; rows add up to `accounts`.

    A weighted sum over accounts is then one matrix product: `weights @ sums`.
    Source: Field and Welsh (2007), JRSS B 69(3): the cluster bootstrap.
    """
    return np.concatenate(list(weight_blocks(accounts, resamples, seed=seed)))


def weight_blocks(accounts: int, resamples: int, *, seed: int) -> Iterator[NDArray[np.float64]]:
    """Give the rows of `account_weights` some at a time."""
    drawn = np.random.default_rng(seed).integers(0, accounts, (resamples, accounts))
    for start in range(0, max(resamples, 1), AT_ONCE):
        some = drawn[start : start + AT_ONCE]
        flat = some + accounts * np.arange(len(some))[:, None]
        yield np.bincount(flat.ravel(), minlength=len(some) * accounts).reshape(len(some), accounts).astype(float)


def sign_blocks(accounts: int, draws: int, *, seed: int) -> Iterator[NDArray[np.float32]]:
    """Draw +1 or -1 for each account: (draws, accounts), some draws at a time."""
    signs = np.random.default_rng(seed).integers(0, 2, (draws, accounts), dtype=np.int8)
    for start in range(0, draws, AT_ONCE):
        some = signs[start : start + AT_ONCE].astype(np.float32)
        some *= 2
        some -= 1
        yield some


def percentile_ends(accounts: int) -> tuple[float, float]:
    """Give the percentiles (0..1) that make a 95 % interval of resamples, widened for few accounts.

    Plain percentiles are too narrow for few accounts by the missing n - 1 and by the normal in place of Student's t;
    the lower end is Phi(-t_{.975, n-1} * sqrt(n / (n - 1))).
    Source: Hesterberg (2015), The American Statistician 69(4), section 5.3 (expanded percentile interval).
    """
    reach = t_quantile(accounts - 1) * math.sqrt(accounts / (accounts - 1))
    low = 0.5 * math.erfc(reach / math.sqrt(2))
    return low, 1 - low
