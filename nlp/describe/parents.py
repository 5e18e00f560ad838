"""Names of parents: the wider term that speaks for all their themes, or their two largest themes."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from nlp.describe.candidates import Candidate
from nlp.describe.names import alike, identity, is_taken, joined
from nlp.describe.words import stem
from nlp.types import IntArray

# Worth (nats) from which a term speaks for a parent's themes better than two of their names do, and the share of the
# best term's worth that another must have where the best one is a theme's name already.
WIDER_FROM, NEXT_BEST = 0.25, 0.6


def parent_names(
    names: Sequence[str],
    parent_of: IntArray,
    sizes: IntArray,
    ranked: Sequence[Sequence[Candidate]] = (),
    *,
    wider_from: float = WIDER_FROM,
) -> tuple[str, ...]:
    """Name each parent by the wider term that speaks for all its themes, else after its two largest.

    A parent of one theme has that theme's name; no other parent has a theme's name.

    Args:
        names: Name of each theme, all different.
        parent_of: (themes,) parent of each theme.
        sizes: (themes,) passages of each theme.
        ranked: Candidates of each parent, best first.
        wider_from: Least worth of a wider term.
    """
    taken = [identity(name) for name in names]
    named: list[str] = []
    for parent in range(int(parent_of.max(initial=-1)) + 1):
        own = sorted(np.flatnonzero(parent_of == parent).tolist(), key=lambda theme: (-int(sizes[theme]), names[theme]))
        wider = [one for one in ranked[parent] if one.worth >= wider_from] if len(own) > 1 and ranked else []
        tries = [one.name for one in wider if one.worth >= NEXT_BEST * wider[0].worth]
        free = [one for one in tries if not is_taken(one, taken)]
        if not free and wider and wider[0].name in names:
            free = [one for one in [_plural(wider[0].name)] if one not in {*names, *named}]
        joint = [_of_two([names[theme] for theme in own], at) for at in range(1, max(len(own), 2))]
        rest = [one.name for one in wider if not is_taken(one.name, taken)]
        name = next(iter([*free, *rest]), None)
        named.append(name or next((one for one in joint if not is_taken(one, taken)), joint[-1]))
        taken.append(identity(named[-1]))
    return tuple(named)


def _plural(name: str) -> str:
    """Return "Virtual cards" of "Virtual card": the parent of the theme that has the name."""
    if name.endswith("s") or not name[-1].islower():
        return name
    if name.endswith(("x", "ch", "sh")):
        return name + "es"
    return name[:-1] + "ies" if name.endswith("y") and name[-2:-1] not in "aeiou" else name + "s"


def _of_two(names: Sequence[str], at: int) -> str:
    """Return the first name and the one at a place after it as one; words that both have are said once."""
    if len(names) < 2:
        return names[0] if names else "Further comments"
    first, second = _part(names[0]), _part(names[at])
    if identity(first) & identity(second):
        return _merged(first, second)
    return joined(first, second)


def _part(name: str) -> str:
    """Return the own phrase of a name under a heading, the leading half of one that is already two joined."""
    own = name.split(": ")[-1].split(" and ")[0]
    return own[:1].upper() + own[1:]


def _merged(first: str, second: str) -> str:
    """Return "Late and wrong invoices" of "Late invoice" and "Wrong invoices", else both names."""
    one, other = first.split(), second.split()
    if len(one) == len(other) == 2 and stem(one[1]) == stem(other[1]):
        return f"{one[0]} and {other[0][:1].lower()}{other[0][1:]} {Counter([one[1], other[1]]).most_common(1)[0][0]}"
    rest = [word for word in other if not alike([stem(word)], [stem(mine) for mine in one])]
    return joined(first, " ".join(rest)) if rest else first
