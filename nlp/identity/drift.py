"""When themes should be found again: too much fits none of them, or the corpus has grown."""

from dataclasses import dataclass

from nlp.config import IdentityConfig


@dataclass(frozen=True, slots=True)
class DriftAdvice:
    """Whether to refit, and why.

    Attributes:
        refit: A refit is advised.
        reason: One sentence with both values; empty when no refit is advised.
        waiting: Share of new passages that fit no theme.
        growth: New passages over those of the last fit.
    """

    refit: bool
    reason: str
    waiting: float
    growth: float


def advise(fitted: int, new: int, waiting: int, *, config: IdentityConfig | None = None) -> DriftAdvice:
    """Judge what came in since the last fit.

    Args:
        fitted: Passages of the last fit; 0 when there was none.
        new: Passages since.
        waiting: Those of them that fit no theme.
        config: Settings; the defaults when left out.
    """
    settings = config or IdentityConfig()
    share = waiting / new if new else 0.0
    growth = new / fitted if fitted else 0.0
    if fitted == 0 and new:
        return DriftAdvice(True, f"no themes were found yet and {new} passages are there", share, growth)
    if new >= settings.drift_min and share > settings.drift_share:
        text = f"{share:.0%} of {new} new passages fit no theme (line: {settings.drift_share:.0%})"
        return DriftAdvice(True, text, share, growth)
    if growth > settings.drift_growth and new >= settings.drift_min:
        text = f"{new} new passages on {fitted} are {growth:.0%} growth (line: {settings.drift_growth:.0%})"
        return DriftAdvice(True, text, share, growth)
    return DriftAdvice(False, "", share, growth)
