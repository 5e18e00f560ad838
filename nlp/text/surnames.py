"""How far a name goes on behind its first word: surnames, particles, hyphens and initials."""

import re
from collections.abc import Sequence

from nlp.text.first_names import grammar_words
from nlp.text.folding import fold, is_plain
from nlp.text.lexicon import DOUBTFUL_NAMES, PLACES, PRODUCTS
from nlp.text.records import Token, Vocabulary

_PARTICLES = frozenset("de del della der den di da dos du el al bin ibn la le ter van von".split())

CAPITALISED = re.compile(r"^[^\W\d_](?:[^\W\d_]|['’.-](?=[^\W\d_]))+$")


def count_surnames(tokens: Sequence[Token], place: int, *, plain: Vocabulary, strict: bool = False) -> int:
    """Return how many tokens from `place` go on with a name: "-Marie", "van der Berg", "O. Adeyemi", "Lopez"."""
    width = 0
    if _is_hyphened(tokens, place):
        width = 2
    if not strict and place and tokens[place - 1].text.islower() and not _is_second(tokens, place - 1):
        return width + _lower_surname(tokens, place + width, plain=plain)
    while place + width < len(tokens) and width < 5:
        token = tokens[place + width]
        particle = fold(token.text) in _PARTICLES and place + width + 1 < len(tokens)
        if particle and fold(tokens[place + width + 1].text) in _PARTICLES and place + width + 2 < len(tokens):
            width += 3 if tokens[place + width + 2].text[0].isupper() else 0
            break
        if particle and tokens[place + width + 1].text[0].isupper():
            width += 2
        elif _is_surname(token, plain, strict=strict) or (
            re.fullmatch(r"[A-Z]\.?", token.text) and token.text not in {"I", "A"}
        ):
            width += 1
            if _is_hyphened(tokens, place + width):
                width += 2
        else:
            break
    return width


def _is_second(tokens: Sequence[Token], place: int) -> bool:
    """Say whether a word is the second half of one with a capital: "Eun-kyung"."""
    return place > 1 and tokens[place - 1].text == "-" and tokens[place - 2].text[0].isupper()


def _lower_surname(tokens: Sequence[Token], place: int, *, plain: Vocabulary) -> int:
    """Take "leticia moncada" and "gerrit van dijk": words without capitals that mean nothing else."""
    width = 0
    while place + width + 1 < len(tokens) and width < 3 and fold(tokens[place + width].text) in _PARTICLES:
        width += 1
    if place + width >= len(tokens):
        return 0
    token = tokens[place + width]
    folded = fold(token.text)
    if len(folded) < 4 or not token.text.islower() or not token.text.isalpha() or token.tag in {"IN", "RB", "MD", "CC"}:
        return 0
    if is_plain(folded, plain) or token.lemma in plain or folded in grammar_words() or folded in LAZY_WORDS:
        return 0
    return 0 if folded in TITLES_BEHIND else width + 1


# What follows a first name as a title: "Yusuf Bey", "Aslam bhai".
TITLES_BEHIND = frozenset(
    "bey hanim abi abla bhai san sama sensei ji garu saheb sahib aka opa khanum agha effendi".split()
)
# Shortened and run-together words that dictionaries leave out.
LAZY_WORDS = frozenset(
    "aint arent cant couldnt didnt doesnt dont hasnt havent isnt shouldnt thats wasnt wont wouldnt gonna wanna lemme "
    "sooo pls plz thx tbh imho idk btw asap ping emailed signup login logins onboarding dashboard dashboards api apis "
    "everybody nobody somebody anybody everyone noone someone anyone csv sso webhook webhooks "
    "backend frontend timezone dropdown workflow workflows".split()
)


def _is_hyphened(tokens: Sequence[Token], place: int) -> bool:
    if place + 1 >= len(tokens) or tokens[place].text != "-":
        return False
    joined = tokens[place - 1].end == tokens[place].start and tokens[place].end == tokens[place + 1].start
    return joined and tokens[place + 1].text[0].isupper() and tokens[place + 1].text.isalpha()


def _is_surname(token: Token, plain: Vocabulary, *, strict: bool = False) -> bool:
    """A surname is written with a capital and is no product or place; a plain word passes as a proper noun."""
    folded = fold(token.text)
    if (
        not CAPITALISED.match(token.text)
        or not token.text[0].isupper()
        or (token.text.isupper() and len(token.text) < 5)
    ):
        return False
    if (
        folded in PRODUCTS
        or folded in PLACES
        or folded in TITLES_BEHIND
        or (re.search(r"[a-z][A-Z]", token.text) and not folded.startswith(("mc", "mac", "o'", "de")))
    ):
        return False
    if not is_plain(folded, plain):
        return True
    famous = not strict and folded not in plain.verbs_and_more  # WordNet's nouns hold many surnames.
    doubtful = not strict and folded in DOUBTFUL_NAMES
    return token.tag in {"NNP", "NNPS"} and (famous or doubtful or folded in _PLAIN_SURNAMES)


# The commonest English surnames that are plain words (US Census 2010, top 200, from general knowledge).
_PLAIN_SURNAMES = frozenset(
    "adams allen anderson baker barnes bell bennett brooks brown bryant butler campbell carter clark coleman "
    "collins cook cooper cox "
    "cruz davis diaz edwards ellis evans fisher ford foster fox gibson gomez gonzalez graham gray green griffin "
    "hall hamilton harris "
    "harrison hayes henderson henry hill howard hughes hunt jackson james jenkins johnson jones jordan kelly "
    "kennedy king lee lewis "
    "long marshall martin mason mcdonald miller mitchell moore morgan morris murphy murray myers nelson owens "
    "parker patterson perry "
    "phillips porter powell price reed reynolds rice richardson rivera roberts robinson rogers ross russell "
    "sanders scott shaw simmons "
    "simpson smith snyder stevens stewart stone sullivan taylor thomas thompson tucker turner walker wallace "
    "ward warren washington "
    "watson weaver webb wells west white williams wilson wood woods wright young banks chambers bishop walsh "
    "becker weber wolf"
    .split()
)  # fmt: skip
