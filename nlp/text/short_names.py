"""Short forms that people make of first names: "Thandi", "Cal", "Maddie", "Ulli"."""

from functools import lru_cache

_VOWELS = frozenset("aeiouy")
_ENDINGS = ("", "y", "ie", "i", "ey", "s", "a", "o")
# A name of four letters is short already.
_LEAST_LONG = 5


@lru_cache(maxsize=65_536)
def short_forms(name: str) -> frozenset[str]:
    """Return what a folded first name may be shortened to, by rule: its start up to a consonant, with an ending.

    Used for known people only: many of these forms nobody bears.
    """
    if len(name) < _LEAST_LONG or not name.isalpha():
        return frozenset()
    forms = {name[:cut] for cut in range(4, len(name))}
    for cut in (2, 3, 4, 5):
        stem = name[:cut]
        if stem[-1] in _VOWELS or cut >= len(name):
            continue
        forms |= {stem + ending for ending in _ENDINGS if len(stem + ending) >= 3}
        forms |= {stem + stem[-1] + ending for ending in ("y", "ie", "i", "o", "a")}
    return frozenset(form for form in forms - {name} if len(form) >= 3)


@lru_cache(maxsize=65_536)
def endings_of(name: str) -> frozenset[str]:
    """Return the ends that a long folded first name may be called by: "seun" of Oluwaseun, "tasia" of Anastasia."""
    return (
        frozenset(name[cut:] for cut in range(2, len(name) - 3) if name[cut] not in _VOWELS)
        if len(name) > 6
        else frozenset()
    )
