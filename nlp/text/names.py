"""Names of people whom no list knows: a lexicon of first names, words that go with people, and spaCy's guess."""

import re
from collections.abc import Collection, Sequence

from nlp.text.lexicon import DOUBTFUL_NAMES, FIRST_NAMES, PLACES, PRODUCTS
from nlp.text.people import fold, is_plain, reads_as_name
from nlp.text.records import Reading, Span, Token, Vocabulary

TITLES = frozenset(
    "mr mr. mrs mrs. ms ms. miss mx dr dr. prof prof. herr frau herrn mme mme. mlle sr. sra. señor señora".split()
)
# Nouns right before a name: "our CSM Tunde", "colleague Xiu", "named Aryeh".
_ROLES = frozenset(
    "agent consultant colleague coworker boss manager csm am ae rep representative engineer trainer specialist "
    "developer director "
    "champion named called architect admin assistant guy lady vp cfo cto ceo coo cio intern successor "
    "predecessor kollege kollegin"
    .split()
)  # fmt: skip
# What people do; a product does some of it too, so spaCy must agree.
_DEEDS = frozenset(
    "help explain promise say tell leave resign retire answer reply assure walk join call apologise apologize "
    "listen follow take "
    "show train know understand ignore forget respond care mention confirm escalate go fix resolve do"
    .split()
)  # fmt: skip
_QUALITIES = frozenset(
    "helpful patient rude kind friendly amazing knowledgeable responsive polite awesome great fantastic "
    "brilliant wonderful lovely "
    "dismissive condescending proactive attentive professional unhelpful superb excellent terrific"
    .split()
)  # fmt: skip
_WITH = frozenset(
    "with by from to thanks ask asked met told thank cc ping contacted emailed hi hello hey dear kudos and".split()
)
_PARTICLES = frozenset("de del della der den di da dos du el al bin ibn la le ter van von".split())
_CAPITALISED = re.compile(r"^[^\W\d_](?:[^\W\d_]|['’.-](?=[^\W\d_]))+$")


def wants_names(tokens: Sequence[Token], plain: Vocabulary) -> bool:
    """Say whether a text may name somebody whom the lexicon does not settle, so that the NER pass is worth its time."""
    return any(_is_stranger(token, plain) or _is_doubtful(token) for token in tokens)


def find_names(text: str, reading: Reading, *, plain: Vocabulary) -> list[Span]:
    """Return the spans of names of people that the text itself gives away; the key is the folded name."""
    tokens = reading.tokens
    covered = {token.start for token in tokens for span in reading.people if span.start <= token.start < span.end}
    found: list[Span] = []
    place = 0
    while place < len(tokens):
        width = _name_width(tokens, place, covered=covered, plain=plain, text=text)
        if width:
            start, end = tokens[place].start, tokens[place + width - 1].end
            found.append(Span(start, end, "PERSON", f"name:{fold(text[start:end])}"))
        place += max(width, 1)
    return found


def _name_width(tokens: Sequence[Token], place: int, *, covered: Collection[int], plain: Vocabulary, text: str) -> int:
    """Return how many tokens from `place` are one person's name; 0 when it is none."""
    token = tokens[place]
    folded = fold(token.text)
    if not _CAPITALISED.match(token.text) or (token.tag == "POS"):
        return 0
    if _parts(folded) & FIRST_NAMES and not (place and _closes(tokens[place - 1])):
        return 1 + _surnames(tokens, place + 1, plain=plain) if _in_case(token, text) or len(folded) >= 4 else 0
    if not token.text[0].isupper() or (text.isupper() and len(text) > 12):
        return 0
    titled = place > 0 and tokens[place - 1].text.lower() in TITLES
    if titled:
        return 1 + _surnames(tokens, place + 1, plain=plain)
    if folded in DOUBTFUL_NAMES:
        return _doubtful_width(tokens, place, covered=covered, plain=plain, text=text)
    if _is_stranger(token, plain) and _is_person(tokens, place, covered=covered, plain=plain):
        return 1 + _surnames(tokens, place + 1, plain=plain)
    return 0


def _doubtful_width(
    tokens: Sequence[Token], place: int, *, covered: Collection[int], plain: Vocabulary, text: str
) -> int:
    """Take "Grace Okafor" by its surname and "Grace was patient" by what people are; not "Grace period"."""
    surnames = _surnames(tokens, place + 1, plain=plain, strict=True)
    if surnames and fold(tokens[place].text) not in PLACES | PRODUCTS and (tokens[place].start in covered):
        return 1 + surnames
    cued = _has_cue(tokens, place) and tokens[place].start in covered
    if _is_introduced(tokens, place) and fold(tokens[place].text) not in PLACES | PRODUCTS:
        return 1
    if cued and reads_as_name(tokens, place, text):
        return 1
    return 0


def _is_person(tokens: Sequence[Token], place: int, *, covered: Collection[int], plain: Vocabulary) -> bool:
    """Decide on a capitalised word that no list knows: a role before it, or spaCy's guess with one more sign."""
    before = tokens[place - 1].text.lower() if place else ""
    if before in _ROLES or _is_introduced(tokens, place):
        return True
    if tokens[place].start not in covered:
        return False
    return bool(_surnames(tokens, place + 1, plain=plain)) or _has_cue(tokens, place)


def _is_introduced(tokens: Sequence[Token], place: int) -> bool:
    """Say whether the text says what the person is: "Colm, our success manager", "our CSM is Hollis", "Reto who"."""
    after = [token.text.lower() for token in tokens[place + 1 : place + 6]]
    if after[:1] == ["who"] or after[:2] == [",", "who"]:
        return True
    if after[:1] == [","] and after[1:2] and after[1] in {"our", "your", "my", "the", "their", "his", "her", "a"}:
        return any(word in _ROLES for word in after[2:])
    before = [token.text.lower() for token in tokens[max(0, place - 4) : place]]
    return before[-1:] in (["is"], ["was"]) and any(word in _ROLES for word in before)


def _has_cue(tokens: Sequence[Token], place: int) -> bool:
    before = tokens[place - 1].text.lower() if place else ""
    if before in _ROLES or before in TITLES:
        return True
    after = [token.lemma for token in tokens[place + 1 : place + 5]]
    if not after:
        return before in _WITH
    if after[0] in _DEEDS and tokens[place + 1].tag in {"VBD", "VBZ"}:
        return True
    if after[0] == "be" and any(word in _QUALITIES for word in after[1:]):
        return True
    if after[0] in {"from", "in", "at", "on"} and any(
        word in {"team", "support", "sale", "sales", "success", "your"} for word in after
    ):
        return True
    return before in _WITH and after[0] in {"be", "who", "for", ",", ".", "!", "about", "again", "and"}


def _surnames(tokens: Sequence[Token], place: int, *, plain: Vocabulary, strict: bool = False) -> int:
    """Return how many tokens from `place` go on with a name: "-Marie", "van der Berg", "O. Adeyemi", "Lopez"."""
    width = 0
    if _is_hyphened(tokens, place):
        width = 2
    while place + width < len(tokens) and width < 4:
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
        else:
            break
    return width


def _is_hyphened(tokens: Sequence[Token], place: int) -> bool:
    if place + 1 >= len(tokens) or tokens[place].text != "-":
        return False
    joined = tokens[place - 1].end == tokens[place].start and tokens[place].end == tokens[place + 1].start
    return joined and tokens[place + 1].text[0].isupper() and tokens[place + 1].text.isalpha()


def _is_surname(token: Token, plain: Vocabulary, *, strict: bool = False) -> bool:
    """A surname is written with a capital and is no product or place; a plain word passes as a proper noun."""
    folded = fold(token.text)
    if (
        not _CAPITALISED.match(token.text)
        or not token.text[0].isupper()
        or (token.text.isupper() and len(token.text) < 5)
    ):
        return False
    if (
        folded in PRODUCTS
        or folded in PLACES
        or (re.search(r"[a-z][A-Z]", token.text) and not folded.startswith(("mc", "mac", "o'", "de")))
    ):
        return False
    if not is_plain(folded, plain):
        return True
    famous = not strict and folded not in plain.verbs_and_more  # WordNet's nouns hold many surnames.
    return token.tag in {"NNP", "NNPS"} and (famous or folded in _PLAIN_SURNAMES)


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


def _is_stranger(token: Token, plain: Vocabulary) -> bool:
    """Say whether the word looks like a name that nobody knows: one capital, a proper noun, no plain word."""
    text = token.text
    return (
        token.tag in {"NNP", "NNPS", "JJ", "NN", "FW"}
        and len(text) > 2
        and text[0].isupper()
        and text[1:].islower()
        and _CAPITALISED.match(text) is not None
        and not is_plain(fold(text), plain)
        and token.lemma not in plain
    )


def _is_doubtful(token: Token) -> bool:
    return token.text[:1].isupper() and token.tag.startswith("NNP") and fold(token.text) in DOUBTFUL_NAMES


def _in_case(token: Token, text: str) -> bool:
    return token.text[0].isupper() or not any(char.isupper() for char in text)


def _parts(folded: str) -> set[str]:
    """A double name is two: "anne-marie"."""
    return {folded, *folded.split("-")} if "-" in folded else {folded}


def _closes(token: Token) -> bool:
    """`<` and `#` before a word: a placeholder or a tag, never a name."""
    return token.text in {"<", "#"}
