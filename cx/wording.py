"""How readings write numbers, counts and roles, so that API, dashboard and command line say the same."""

from collections.abc import Iterable

from cx.scores import Score

MINUS = "−"


def signed(value: float, decimals: int = 0) -> str:
    """Write a number with its sign: +12, −34, 0."""
    rounded = round(value, decimals)
    sign = "+" if rounded > 0 else MINUS if rounded < 0 else ""
    return f"{sign}{abs(rounded):.{decimals}f}"


def counted(n: int, one: str, many: str | None = None) -> str:
    """Write a count with its noun: 1 answer, 1,200 answers."""
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def spoken(key: str) -> str:
    """Write a role's or stage's key in words: end_user is "end user"."""
    return key.replace("_", " ")


def listed(words: Iterable[str], *, last: str = "and") -> str:
    """Join words: "a", "a and b", "a, b and c"; "" for none."""
    found = list(words)
    if len(found) < 2:
        return "".join(found)
    return f"{', '.join(found[:-1])} {last} {found[-1]}"


def interval(score: Score, *, decimals: int = 0, unit: str = "") -> str:
    """Write the 95 % interval: "−34 to +12", or "no interval" where there is none."""
    if score.low is None or score.high is None:
        return "no interval"
    return f"{signed(score.low, decimals)}{unit} to {signed(score.high, decimals)}{unit}"


def sentence(words: str) -> str:
    """Begin with a capital and end with a full stop."""
    return words[:1].upper() + words[1:] + ("" if words.endswith((".", "?")) else ".")
