"""Words that are a known name but for one slip of the pen."""

from collections.abc import Iterator, Mapping

# Shorter names are too near to others: "Mira", "Mara".
LEAST_SLIP = 5


def near_forms(index: Mapping[str, frozenset[str]]) -> dict[str, str]:
    """Map each long form, and it without one letter, to the form: what a word with a slip is met in."""
    near: dict[str, str] = {}
    for form in sorted(index):
        if len(form) >= LEAST_SLIP and form.isalpha():
            for place in range(1, len(form)):
                near.setdefault(form[:place] + form[place + 1 :], form)
    return near | {form: form for form in index if len(form) >= LEAST_SLIP}


def slips(word: str, near: Mapping[str, str]) -> Iterator[str]:
    """Give the forms that a word is but for one letter too few, too many or another, or two that changed places."""
    for place in range(len(word)):
        form = near.get(word[:place] + word[place + 1 :]) if place else near.get(word)
        if form and form[0] == word[0] and _is_slip(word, form):
            yield form


def _is_slip(word: str, form: str) -> bool:
    if len(word) != len(form):
        return True
    unlike = [place for place, (one, other) in enumerate(zip(word, form, strict=True)) if one != other]
    if len(unlike) == 2:
        first, last = unlike
        return last == first + 1 and word[first] == form[last] and word[last] == form[first]
    # Another letter is another name in short ones.
    return len(unlike) == 1 and len(word) >= LEAST_SLIP + 2
