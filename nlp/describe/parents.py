"""Names of parents: what their largest themes have in common, or the two largest."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from nlp.describe.names import alike, identity, joined
from nlp.describe.words import stem
from nlp.types import IntArray


def parent_names(names: Sequence[str], parent_of: IntArray, sizes: IntArray) -> tuple[str, ...]:
    """Name each parent after its two largest themes; a parent of one theme has that theme's name.

    Args:
        names: Name of each theme, all different.
        parent_of: (themes,) parent of each theme.
        sizes: (themes,) passages of each theme.
    """
    taken: set[frozenset[str]] = set()
    named = []
    for parent in range(int(parent_of.max(initial=-1)) + 1):
        own = sorted(np.flatnonzero(parent_of == parent).tolist(), key=lambda theme: (-int(sizes[theme]), names[theme]))
        tries = [_of_two([names[theme] for theme in own], at) for at in range(1, max(len(own), 2))]
        name = next((one for one in tries if identity(one) not in taken), tries[0])
        taken.add(identity(name))
        named.append(name)
    return tuple(named)


def _of_two(names: Sequence[str], at: int) -> str:
    """Return the first name and the one at a place after it as one; words that both have are said once."""
    if len(names) < 2:
        return names[0] if names else "Further comments"
    first, second = _part(names[0]), _part(names[at])
    if identity(first) & identity(second):
        return _merged(first, second)
    return joined(first, second)


def _part(name: str) -> str:
    """Return the leading half of a name that is already two joined."""
    return name.split(" and ")[0]


def _merged(first: str, second: str) -> str:
    """Return "Late and wrong invoices" of "Late invoice" and "Wrong invoices", else both names."""
    one, other = first.split(), second.split()
    if len(one) == len(other) == 2 and stem(one[1]) == stem(other[1]):
        return f"{one[0]} and {other[0][:1].lower()}{other[0][1:]} {Counter([one[1], other[1]]).most_common(1)[0][0]}"
    rest = [word for word in other if not alike([stem(word)], [stem(mine) for mine in one])]
    return joined(first, " ".join(rest)) if rest else first
