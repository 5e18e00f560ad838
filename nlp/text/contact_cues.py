"""Where a plain word that is a contact's name is meant as one: titles, signatures, speakers, "it was Drew"."""

import re

from nlp.text.deeds import OBJECTS, TIMES
from nlp.text.lexicon import DOUBTFUL_NAMES
from nlp.text.records import Token, Word

# Characters that are looked at on each side.
_BEFORE, _AFTER = 40, 24
_TITLE = re.compile(
    r"(?<!\w)(?:mr|mrs|ms|miss|mx|dr|prof|sir|ma'am|herr|frau|mme|señora?|sr|sra|don|doña|pak|bu|ibu|bapak|bpk|mas|"
    r"mbak|encik|puan|"
    r"kuya|ate|tito|tita|shri|smt|pan|pani|captain|capt|uncle|auntie|brother|sister|chị|anh|em|khun|cik|signora?|"
    r"monsieur|madame|"
    r"colleague|coworker|teammate|boss|manager|buddy|mate|named|called|nurse|chef|driver)\.? $",
    re.IGNORECASE,
)
_INTRO = re.compile(
    r"(?:\b(?:it['’]?s|this is|i['’]?m|i am|my name is|name['’]?s|speak(?:ing)? to|spoke to|soy|ich bin|sono)) $",
    re.IGNORECASE,
)
_HERE = re.compile(r" (?:here|from|at|over at|in (?:our|the)|again|speaking)\b", re.IGNORECASE)
_PERSON_BEHIND = re.compile(
    r",? (?:the (?:person|human|man|woman|guy|lady|colleague)|who|whose|himself|herself)\b", re.IGNORECASE
)
_CLOSING = re.compile(
    r"(?<!\w)(?:thanks?(?: you)?|thx|ty|ta|cheers|regards|best|rgds|br|sincerely|yours|love|merci|cordialement|"
    r"danke|gruß|grüße|lg|vg|mfg|"
    r"gracias|saludos|grazie|saluti|obrigad[oa]|abraços?|groet(?:en|jes)?|gr|mvh|hilsen|hälsningar|pozdrawiam|"
    r"pozdrav|cofion)[,.!]?\s{1,3}[-–—]?\s?$",
    re.IGNORECASE,
)
_DASH = re.compile(r"(?:(?:^|\s)[-–—~/]\s?|\n\s?x?\s?)$")
_AT_END = re.compile(r"[.!]?\s*$")
_LINE_END = re.compile(r"[.,!]?[ \t]*(?:\n|$)")
_LINE_START = re.compile(r"\n[ \t>]*[-–—]?[ \t]?$")
_CLOCK = re.compile(r"(?:^|\n)[> ]*\[?\d{1,2}[:.]\d\d(?:[:.]\d\d)?(?: ?[ap]m)?\]?[ ,–-]*$", re.IGNORECASE)
_SPEAKS = re.compile(r" ?(?:\([^)\n]{1,20}\))? ?(?:\[?\d{1,2}[:.]\d\d\]?)?: ?\S")
_OPENS = re.compile(r"(?:^|\n)[> ]*$")
_TOWARDS = re.compile(
    r"\b(?:was|is|for|to|from|by|with|ask|asked|tell|told|cc|ping|pinged|than|about|emailed|email|contact|called|"
    r"meet|met|know|gave|give|"
    r"add|added|adding|remove|removed|invite|invited|assign|deactivate|remind|notify|notified|unlock|per|"
    r"thank|thanked|let|copy|loop in|dear|hi|hey|hello) $",
    re.IGNORECASE,
)
_CLAUSE_END = re.compile(
    r"[?!.,;)](?:\s|$)|\s*$| (?:and|or|but|who|if|when|at|from|again|directly|please|pls|to|about|is|was|has)\b"
)
_COPIED = re.compile(r"(?<!\w)(?:cc['’]?(?:d|ed|ing)?|attn|c/o|fao)[:.]? $", re.IGNORECASE)
_CLAUSE_START = re.compile(
    r"(?:^|[.,;:!?\n(] ?|\b(?:and|but|because|that|so|if|when|as|while|since|says?|said) )$", re.IGNORECASE
)
_FROM = re.compile(r" (?:from (?!the (?:start|beginning)|you\b|now\b|day\b)[a-z]|here\b)", re.IGNORECASE)
_OWNS = re.compile(
    r" (?:needs?|has|lost|had|got|gets|wants?|forgot)(?: an?| the| his| her| their| no| to)? (?:new )?(?:access|"
    r"log ?in|password|"
    r"permissions?|licen[cs]e|seat|invite|account|key|link|laptop|phone|leave|reset)\b",
    re.IGNORECASE,
)
_IS_ROLE = re.compile(
    r"(?: is| was|['’]s)?(?: still| now| also| not)? (?:the|our|my|your|a|an) (?:[\w-]{2,15} )?(?:admin|"
    r"administrator|manager|owner|buyer|"
    r"contact|lead|head|boss|user|colleague|director|approver|accountant|clerk|engineer|supervisor|assistant|"
    r"trainer|developer|coordinator|"
    r"bookkeeper|controller|planner|analyst)\b",
    re.IGNORECASE,
)
_OF = re.compile(
    r"\b(?:is|was|with|from|to|for|of|in|on|at|reset|change|use|using|see|into|by|under|via|not|and|all|remove|"
    r"delete) $",
    re.IGNORECASE,
)
_I_AM = re.compile(r"\b(?:i am|i['’]?m|im|my name is|name['’]?s) $", re.IGNORECASE)
# In small letters these are feelings and qualities behind a preposition or a verb.
_FEELINGS = frozenset(
    "hope grace faith joy charity art patience mercy honor justice prudence constance felicity love bliss victory "
    "liberty trinity "
    "destiny harmony melody serenity".split()
)
_QUALITIES = _FEELINGS | frozenset(
    "young long rich frank sunny rusty happy stark major junior prime wise white black brown gray green gold silver "
    "bright good "
    "short small strong sharp sweet free will wood woods field fields ford ray rays cash case mark precious "
    "little".split()
)
SIGNED = re.compile(r"(?:(?:^|\s)[-–—/]\s?|\n)(?P<letters>[A-Z]\.? ?[A-Z]\.?(?: ?[A-Z]\.?)?|[a-z]{2,3})\s*$")


def is_shown(word: Word, text: str) -> bool:
    """Say whether the signs right around a word show that it names somebody."""
    before, after = text[max(0, word.start - _BEFORE) : word.start], text[word.end : word.end + _AFTER]
    if _PERSON_BEHIND.match(after) and word.folded not in OBJECTS:
        return bool(re.match(r",? the", after)) or word.folded not in TIMES
    if _TITLE.search(before):
        return word.folded not in OBJECTS or word.text[0].isupper()
    if _COPIED.search(before) or (word.folded not in OBJECTS | TIMES and _is_at_work(word, before, after)):
        return True
    if _INTRO.search(before) and _HERE.match(after):
        return word.folded not in OBJECTS | TIMES
    rest = text[word.end :] if word.end + _AFTER >= len(text) else after + "x"
    if (_CLOSING.search(before) or _DASH.search(before)) and _AT_END.match(rest):
        return True
    if word.text[0].isupper() and re.search(r"[\w)][.!?] $", before) and _AT_END.match(rest):
        return True
    if _LINE_START.search(before) and _LINE_END.match(after) and word.text[0].isupper():
        return True
    if not _SPEAKS.match(after):
        return False
    return bool(_CLOCK.search(before)) or (bool(_OPENS.search(before)) and word.folded not in OBJECTS | TIMES)


def _is_at_work(word: Word, before: str, after: str) -> bool:
    """Say whether a word has a place, a desk or an account: "faith from finance", "joy's login", "sky is our admin"."""
    opens = _CLAUSE_START.search(before) is not None
    if opens and (_FROM.match(after) or _OWNS.match(after)):
        return True
    if _IS_ROLE.match(after) or (_OF.search(before) and re.match(r"['’]s [a-z]", after)):
        return True
    return (
        bool(_I_AM.search(before)) and word.folded not in _QUALITIES - _FEELINGS and bool(re.match(r"[,.!] ?", after))
    )


def is_told_of(word: Word, token: Token, text: str) -> bool:
    """Say whether a word stands where a person does and a clause ends behind it: "i thought it was drew"."""
    if word.folded in OBJECTS | TIMES | _QUALITIES or token.tag in {"RB", "IN", "DT", "PRP", "CD", "CC"}:
        return False
    if token.tag.startswith(("JJ", "NN")) and word.folded not in DOUBTFUL_NAMES:
        return False
    before, after = text[max(0, word.start - _BEFORE) : word.start], text[word.end : word.end + _AFTER]
    return bool(_TOWARDS.search(before)) and _CLAUSE_END.match(after) is not None
