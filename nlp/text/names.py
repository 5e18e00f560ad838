"""Names of people whom no list knows: lexicons of first names, words that go with people, and spaCy's guess."""

import re
from collections.abc import Collection, Sequence

from nlp.text.first_names import first_names, grammar_words, rare_words, surnames
from nlp.text.folding import fold, is_plain
from nlp.text.lexicon import DOUBTFUL_NAMES, FIRST_NAMES, PLACES, PRODUCTS
from nlp.text.name_cues import (
    COLLEAGUES,
    OCCUPATIONS,
    ROLES,
    TITLES,
    acts_alone,
    comes_from,
    goes_on,
    has_cue,
    is_asked,
    is_introduced,
    is_labelled,
    is_listed_beside,
    is_titled,
    signs,
)
from nlp.text.people import reads_as_name
from nlp.text.records import Reading, Span, Token, Vocabulary
from nlp.text.surnames import CAPITALISED, LAZY_WORDS, TITLES_BEHIND, count_surnames


def wants_names(tokens: Sequence[Token], plain: Vocabulary) -> bool:
    """Say whether a text may name somebody whom the lexicon does not settle, so that the NER pass is worth its time."""
    return any(_is_stranger(token, plain) or _is_doubtful(token) for token in tokens)


def find_names(text: str, reading: Reading, *, plain: Vocabulary, known: Sequence[Span] = ()) -> list[Span]:
    """Return the spans of names of people that the text itself gives away; the key is the folded name.

    `known` are contacts found before: who stands beside one ("Åsa and Gunnhild") is a person too.
    """
    ends = {span.end for span in known}
    tokens = reading.tokens
    covered = {token.start for token in tokens for span in reading.people if span.start <= token.start < span.end}
    found: list[Span] = []
    # In a language that the tags are not made for, words without a capital are names only where nothing has one.
    cased = reading.foreign and not text.islower()
    place = 0
    while place < len(tokens):
        width = 0
        wanted = not cased or tokens[place].text[:1].isupper()
        if wanted or is_titled(tokens, place, plain=plain):
            width = _name_width(tokens, place, covered=covered, plain=plain, text=text)
        if not width and wanted and _is_beside(tokens, place, ends, plain=plain):
            width = 1 + count_surnames(tokens, place + 1, plain=plain)
        if width:
            ends.add(tokens[place + width - 1].end)
            start, end = tokens[place].start, tokens[place + width - 1].end
            if place and _is_family_name(tokens[place - 1], tokens[place]):
                start = tokens[place - 1].start
            found.append(Span(start, end, "PERSON", f"name:{fold(text[start:end])}"))
        place += max(width, 1)
    return found + _initialled(text, plain=plain)


def _is_family_name(token: Token, after: Token) -> bool:
    """Take "Wu" before "Jianhong" and "Bae" before "Do-yun": East Asian family names come first."""
    beside = after.start - token.end == 1 and token.text.istitle() and after.text[0].isupper()
    return beside and fold(token.text) in _FAMILY_FIRST


_FAMILY_FIRST = frozenset(
    "ahn bae baek bak bang byun cai cao cha chan chang chao chen cheng cheung chiang chin cho choe choi chou "
    "chow chu chua "
    "chun chung dang deng ding dinh doan dong du duan duong eom fan fang fong fu gao gil goh gong gu guo han hao "
    "heo ho hoang hong hou hsieh hsu hu hua huang huynh hwang jang jeon jeong ji jia jiang jin jo ju jung "
    "kang kim kong "
    "ku kuo kwak kwok kwon lai lam lau lee leong leung li liang liao lim lin ling liu lo lu luo luong luu ly ma mai "
    "mao meng min mo moon mu nam ng ngo nguyen nie noh ong park peng pham phan qi qian qin qiu ren ryu seo "
    "seok shao shen "
    "shi shim shin sim su sung tan tang tao teo tian tong tran trinh tsai tu truong vo vu wan wang wei wen "
    "wong woo wu xi xia xiao xie xiong xu xue yan yang yao ye yeh yeo yi yim yin yoo yoon yu yuan yun zeng "
    "zhai zhang zhao "
    "zheng zhong zhou zhu zou".split()
)


_INITIAL = re.compile(r"(?<![\w.])([^\W\d_])\. ?(?:[^\W\d_]\. ?){0,2}([^\W\d_]{3,}(?:-[^\W\d_]{2,})*)(?![\w.@])")


def _initialled(text: str, *, plain: Vocabulary) -> list[Span]:
    """Take an initial with a surname: "G. Blom", "k. osei-bonsu"; in lower case only surnames of the list."""
    found = []
    for match in _INITIAL.finditer(text):
        letter, name = match.groups()
        parts = [fold(part) for part in name.split("-")]
        if (
            any(is_plain(part, plain) or part in grammar_words() for part in parts)
            or letter.isupper() != name[0].isupper()
        ):
            continue
        if name[0].isupper() or any(part in surnames() for part in parts):
            found.append(Span(match.start(), match.end(), "PERSON", f"name:{fold(match.group())}"))
    return found


def _name_width(tokens: Sequence[Token], place: int, *, covered: Collection[int], plain: Vocabulary, text: str) -> int:
    """Return how many tokens from `place` are one person's name; 0 when it is none."""
    token = tokens[place]
    folded = fold(token.text)
    if not CAPITALISED.match(token.text) or token.tag == "POS" or folded in TITLES_BEHIND:
        return 0
    if place and (_closes(tokens[place - 1]) or tokens[place - 1].text in _OF_PLACES):
        return 0
    if signs(tokens, place, plain=plain):
        return 1
    if _parts(folded) & FIRST_NAMES or _is_listed(tokens, place, folded, text=text, plain=plain):
        return 1 + count_surnames(tokens, place + 1, plain=plain) if _in_case(token, text) or len(folded) >= 4 else 0
    if pair := _full_name(tokens, place, plain=plain):
        return pair
    if _is_syllables(tokens, place):
        return 3 + count_surnames(tokens, place + 3, plain=plain)
    if is_titled(tokens, place, plain=plain) or is_asked(tokens, place, plain=plain):
        return 1 + count_surnames(tokens, place + 1, plain=plain)
    return _cased_width(tokens, place, covered=covered, plain=plain, text=text)


def _full_name(tokens: Sequence[Token], place: int, *, plain: Vocabulary) -> int:
    """Take a first name or a stranger before a surname of the list: "Torvald Ask", "chase okoro", "May Abernathy".

    Returns how many tokens that is; 0 where the two do not make a name.
    """
    token, after = tokens[place], tokens[place + 1] if place + 1 < len(tokens) else None
    if after is None or after.start - token.end != 1 or not after.text.isalpha() or len(after.text) < 3:
        return 0
    cased = token.text.istitle() and after.text.istitle()
    if not cased and not (token.text.islower() and after.text.islower()):
        return 0
    first, last = fold(token.text), fold(after.text)
    if last not in surnames() and not (cased and after.tag.startswith("NNP") and _is_stranger(after, plain)):
        return 0
    if last in _NO_SURNAMES or first in _NO_FIRST_NAMES or (not cased and first in grammar_words()):
        return 0
    named = first in DOUBTFUL_NAMES or (first in first_names() and not is_plain(first, plain))
    if cased and not named:
        named = _is_stranger(token, plain) and _does(tokens, place + 2)
    if not cased:
        sure = first not in _MODALS or (place > 0 and tokens[place - 1].text.lower() in ROLES)
        named = named and len(last) > 3 and sure and after.lemma not in plain and after.tag not in {"VBD", "VBZ"}
    return 2 + count_surnames(tokens, place + 2, plain=plain) if named else 0


def _does(tokens: Sequence[Token], place: int) -> bool:
    """Say whether a clause goes on as behind a person's full name: "can send", "swears", "pretends"."""
    return place < len(tokens) and (tokens[place].tag == "MD" or acts_alone(tokens, place - 1))


# In letters these open with a capital and stand before a name.
_NO_FIRST_NAMES = PRODUCTS | PLACES | frozenset("hallo hello dear liebe lieber mein meine hi sehr frau herr".split())
_NO_SURNAMES = PRODUCTS | PLACES | LAZY_WORDS | TITLES
_MODALS = frozenset("will may can still grant mark page bill chase".split())


def _cased_width(tokens: Sequence[Token], place: int, *, covered: Collection[int], plain: Vocabulary, text: str) -> int:
    """Decide on a word that no list settles: by its capital and what stands around it."""
    token = tokens[place]
    folded = fold(token.text)
    if place and tokens[place - 1].text.lower() in COLLEAGUES and folded in DOUBTFUL_NAMES and goes_on(tokens, place):
        return 1
    if not token.text[0].isupper() or (text.isupper() and len(text) > 12):
        return 0
    if folded in first_names() and _is_told(tokens, place) and folded not in PRODUCTS | PLACES:
        return 1 + count_surnames(tokens, place + 1, plain=plain)
    if folded in DOUBTFUL_NAMES:
        return _doubtful_width(tokens, place, covered=covered, plain=plain, text=text)
    if _is_stranger(token, plain) and _is_person(tokens, place, covered=covered, plain=plain):
        return 1 + count_surnames(tokens, place + 1, plain=plain)
    return 0


# "Santa Cruz", "San Marcos", "Port Elizabeth".
_OF_PLACES = frozenset("San Santa Santo Saint St St. São Sao Fort Port Mount Lake New Los Las El".split())


def _is_beside(tokens: Sequence[Token], place: int, ends: Collection[int], *, plain: Vocabulary) -> bool:
    """Say whether a stranger stands behind a name and "and": two of a kind."""
    token = tokens[place]
    if place < 2 or tokens[place - 1].text.lower() not in {"and", "&", "und", "et", "y", "en"}:
        return False
    folded = fold(token.text)
    strange = len(folded) > 2 and token.text.isalpha() and not token.text.isupper() and folded not in grammar_words()
    unknown = not is_plain(folded, plain) and token.lemma not in plain and folded not in LAZY_WORDS | ROLES
    return tokens[place - 2].end in ends and strange and unknown and token.tag not in {"VBD", "VBZ", "MD", "RB", "IN"}


def _doubtful_width(
    tokens: Sequence[Token], place: int, *, covered: Collection[int], plain: Vocabulary, text: str
) -> int:
    """Take "Grace Okafor" by its surname and "Grace was patient" by what people are; not "Grace period"."""
    width = count_surnames(tokens, place + 1, plain=plain, strict=True)
    sure = tokens[place].start in covered or is_labelled(tokens, place)
    if width and fold(tokens[place].text) not in PLACES | PRODUCTS and sure:
        return 1 + width
    cued = has_cue(tokens, place) and tokens[place].start in covered
    if _is_told(tokens, place) and fold(tokens[place].text) not in PLACES | PRODUCTS:
        return 1
    if comes_from(tokens, place) and fold(tokens[place].text) not in PRODUCTS:
        return 1
    if cued and reads_as_name(tokens, place, text):
        return 1
    return 0


def _is_told(tokens: Sequence[Token], place: int) -> bool:
    """Say whether what a person is stands beside a word: "conductor Blessing", "our secretary is Grace"."""
    before = tokens[place - 1] if place else None
    after = tokens[place + 1] if place + 1 < len(tokens) else None
    named = (
        before is not None and before.text in OCCUPATIONS and (after is None or not after.tag.startswith(("NN", "CD")))
    )
    return named or is_introduced(tokens, place)


def _is_person(tokens: Sequence[Token], place: int, *, covered: Collection[int], plain: Vocabulary) -> bool:
    """Decide on a capitalised word that no list knows: a role before it, or spaCy's guess with one more sign."""
    before = tokens[place - 1].text.lower() if place else ""
    if before in ROLES or before in OCCUPATIONS or is_introduced(tokens, place) or is_labelled(tokens, place):
        return True
    if acts_alone(tokens, place):
        return True
    folded = fold(tokens[place].text)
    if folded in surnames() and is_listed_beside(tokens, place):
        return True
    if tokens[place].start not in covered:
        return False
    return bool(count_surnames(tokens, place + 1, plain=plain)) or has_cue(tokens, place)


# Words of other languages that the lists of names hold; comments that nobody's language guess gets right do, too.
_OTHER_WORDS = frozenset(
    "acil alte anda bello blanco campo carta casa cielo dane dato enero favor hata hora luz mar matin mesa mundo nada "
    "noche nuevo orden pago pasa paz rojo semana sera sol todo tur verde vida".split()
)


def _is_listed(tokens: Sequence[Token], place: int, folded: str, *, text: str, plain: Vocabulary) -> bool:
    """Say whether a word is a first name of the long list, and no plain word, product or acronym."""
    token = tokens[place]
    if folded not in first_names() or is_plain(folded, plain) or (token.text.islower() and folded in _OTHER_WORDS):
        return False
    if folded in rare_words():
        return _rarely_else(tokens, place, text=text)
    if token.lemma in plain:
        return False
    if token.text.isupper():
        return text.isupper() and len(folded) > 3
    return token.text[0].isupper() or len(folded) >= 4


def _rarely_else(tokens: Sequence[Token], place: int, *, text: str) -> bool:
    """Take a name that the dictionary holds too: with a capital and no noun beside it, or where a person stands."""
    token = tokens[place]
    before, after = tokens[place - 1] if place else None, tokens[place + 1] if place + 1 < len(tokens) else None
    if token.text[0].isupper():
        alone = after is None or after.tag not in {"NN", "NNS", "HYPH", "CD"}
        return alone and not text.isupper() and (before is None or before.tag not in {"NNP", "NNPS", "HYPH"})
    acts = after is not None and after.tag in {"VBD", "VBZ", "MD", "POS"}
    met = before is not None and before.text.lower() in {"ask", "asked", "tell", "told", "with", "from", "for", "cc"}
    return len(token.text) > 3 and (acts or (met and (after is None or after.tag not in {"NN", "NNS", "HYPH"})))


# Syllables that Korean given names are made of, in the usual romanisations.
_SYLLABLES = frozenset(
    "ae bin bo bong bum byung chae chan chang cheol choon chul da dae do dong eun ga gi geun gu gyu ha hae han hee "
    "heon hi ho hong hoon hun hwa hwan hye hyeon hyuk hyun ik in jae jeong ji jin jong joo joon ju jun jung kang ki "
    "kook kwang kyo kyu kyung mi min moon mun myung na nam ok ra rae ran ri rim rin ryul sang se seo seok seol seon "
    "seong seung shin si sik so sol soo sook su suk sun sung tae uk won woo wook yeon yeong yi yong yoo yoon young "
    "yu yul yun".split()
)


def _is_syllables(tokens: Sequence[Token], place: int) -> bool:
    """Take "Hae-won": two syllables of Korean names with a hyphen, not "do-in" or "in-so"."""
    if place + 2 >= len(tokens) or tokens[place + 1].text != "-":
        return False
    parts = tokens[place], tokens[place + 2]
    joined = parts[0].end == tokens[place + 1].start and tokens[place + 1].end == parts[1].start
    return joined and all(fold(one.text) in _SYLLABLES for one in parts) and len(parts[0].text + parts[1].text) >= 5


def _is_stranger(token: Token, plain: Vocabulary) -> bool:
    """Say whether the word looks like a name that nobody knows: one capital, a proper noun, no plain word."""
    text = token.text
    return (
        token.tag in {"NNP", "NNPS", "JJ", "NN", "FW"}
        and len(text) > 2
        and text[0].isupper()
        and text[1:].islower()
        and CAPITALISED.match(text) is not None
        and not is_plain(fold(text), plain)
        and (token.lemma not in plain or fold(text) in rare_words())
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
