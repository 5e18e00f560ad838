"""Personal data with a form: mail, phone, card, IBAN, IP, URL with tokens, national ids, addresses, secrets.

Each finder first looks for a character that its kind needs, so that most comments cost nothing. Presidio with its
defaults was tried beside it on `tests/nlp/text/labelled.py` (its LOCATION, DATE_TIME and NRP not counted, hence no
addresses): 6.4 s to import and 16 ms a comment on a busy core, 21 of 27 other spans with a form, precision .69 over
all kinds; and it asks the network for the list of public suffixes. That set is by the author of these rules.
"""

import ipaddress
import re
from collections.abc import Iterator

import phonenumbers

from nlp.text.national import find_national_ids, luhn
from nlp.text.records import Span

_EMAIL = re.compile(r"(?<![\w.+%-])[\w.+%'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_SPOKEN_EMAIL = re.compile(
    r"(?<!\w)[\w.+-]{1,64}\s?(?:\(at\)|\[at\]|\{at\}|\sat\s)\s?[\w-]{1,63}"
    r"(?:\s?(?:\(dot\)|\[dot\]|\{dot\}|\sdot\s)\s?[\w-]{2,63}|\.(?:com|org|net|io|co|de|fr|uk|es|eu)\b){1,3}",
    re.IGNORECASE,
)
_URL = re.compile(r"(?:\b[a-z][a-z0-9+.-]{1,9}://|\bwww\.)[^\s<>\"'`]+", re.IGNORECASE)
# What makes an address personal: a user, a query, a fragment with a value, or a path piece made to be unguessable.
# Where the name of a parameter begins: every run between "=" and "&" is looked at once, or long addresses take minutes.
_KEY = r"(?:&|(?<![^=&])[^\s=&?#;]*[?#;])"
_URL_SECRET = re.compile(
    rf"//[^/\s]*@|{_KEY}(?>[^\s=&]*?(?:token|key|sig|session|sess|sid|auth|pass|pwd|secret|code|ticket|jwt|hash|nonce|mail|"
    rf"user|login|phone|name|invite|magic|otp|saml|expires))[^\s=&]*=\S|{_KEY}[^\s=&]+=(?=[^\s&]*\d)[^\s&]{{6,}}|{_KEY}[^\s=&]+="
    r"[^\s&]*(?:@|%40)|/(?=[\w.~-]*\d)(?=[\w.~-]*[A-Za-z])[\w.~-]{16,}|/[0-9a-f-]{20,}",
    re.IGNORECASE,
)
_IPV4 = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?:/\d{1,2})?(?!\w|\.\d)")
_IPV6 = re.compile(r"(?<![\w:.])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?:%\w+)?(?![\w:])", re.IGNORECASE)
_MAC = re.compile(r"(?<![\w:-])(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}(?![\w:-])", re.IGNORECASE)
_VERSION_BEFORE = re.compile(
    r"(?:\bv|\b(?:vers(?:ion|ie|ión|ione|ão|io)s?|wersj\w+|release|build|firmware|client|sdk|agent|numbered|updated?|"
    r"upgraded?)\b[^\n;!?]{0,40})$",
    re.IGNORECASE,
)
_ADDRESS_BEFORE = re.compile(
    r"\b(?:ip|ips|address|host|server|(?<!graded )(?<!dated )from|subnet)\b[^.;]{0,20}$", re.IGNORECASE
)
_VERSION_AFTER = re.compile(
    r"\s(?:of (?:the |your |our )?(?:agent|sdk|client|app|connector|plugin|driver|firmware|api|library|package)|"
    r"as (?:the |its |a )?(?:firmware|version|release|build)|(?:release|build|version|upgrade|update|patch|hotfix)\b)",
    re.IGNORECASE,
)
# "chrome 128.0.6613.84": four numbers of a version, of which one is no byte.
_DOTTED = re.compile(r"^\d+\.\d+\.\d+\.\d+$")
_CARD = re.compile(r"(?<![\w-])(?:\d[ -]?){12,18}\d(?![\w-])")
_IBAN = re.compile(r"\b[a-z]{2}\d{2}(?:[ -]?[a-z0-9]){11,30}", re.IGNORECASE)
# Lengths of the SWIFT IBAN registry, for the countries that have one.
_IBAN_LENGTHS = {
    country: int(length)
    for country, length in (
        pair.split(":")
        for pair in (
            "AD:24 AE:23 AL:28 AT:20 AZ:28 BA:20 BE:16 BG:22 BH:22 BR:29 BY:28 CH:21 CR:22 CY:28 CZ:24 DE:22 "
            "DK:18 DO:28 "
            "EE:20 EG:29 ES:24 FI:18 FO:18 FR:27 GB:22 GE:22 GI:23 GL:18 GR:27 GT:28 HR:21 HU:28 IE:22 IL:23 "
            "IQ:23 IS:26 "
            "IT:27 JO:30 KW:30 KZ:20 LB:28 LI:21 LT:20 LU:20 LV:21 MC:27 MD:24 ME:22 MK:19 MR:27 MT:31 MU:30 "
            "NL:18 NO:15 "
            "PK:24 PL:28 PS:29 PT:25 QA:29 RO:24 RS:22 SA:24 SE:24 SI:19 SK:24 SM:27 TN:24 TR:26 UA:29 VA:22 XK:20"
        ).split()
    )
}
_EXTENSION_FORM = r"\s?(?:x|;?ext=|extn?\.?|extension|durchwahl|poste)\s?\d{1,6}"
_PHONE = re.compile(
    r"(?<![\w#€$£.,/-])(?:\+|\(|00)?\(?\d[\d ()./\-\u2010-\u2015]{5,22}\d"
    rf"(?:{_EXTENSION_FORM})?(?!\w|[.,/-]\d)",
    re.IGNORECASE,
)
_EXTENSION = re.compile(rf"{_EXTENSION_FORM}$", re.IGNORECASE)
_PHONE_WORD = re.compile(
    r"\b(?:call|calls|phone|tel|telephone|mobile|cell|reach|ring|dial|whatsapp|fax|sms|text (?:me|us|him|her|them)|"
    r"hotline|landline|number is|"
    r"my number|direct line|handy|telefon\w*|mobil|rufnummer|durchwahl|anrufen|téléphone|portable|appele\w*|num[eé]ro|"
    r"joignable|teléfono|"
    r"móvil|llám\w*|contact me (?:on|at))\b",
    re.IGNORECASE,
)
_NOT_PHONE_BEFORE = re.compile(
    r"(?:ticket|case|order|invoice|inv|po|ref|reference|id|sku|serial|build|version|account|acct|contract|"
    r"customer|rechnung|"
    r"error|code|bug|rows?|records?|issue|nr|no|number|#)[\s.:#-]*$",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"^(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}|(?:19|20)\d\d\s?[-–/]\s?(?:19|20)\d\d)"
)
_GROUPED_THOUSANDS = re.compile(r"^\d{1,3}(?:[ .]\d{3})+$")
_NANP = re.compile(r"^\(?[2-9]\d{2}\)?[ .-]{1,2}\d{3}[ .-]\d{4}$")
_LOCAL = re.compile(r"^\d{3}[ -]\d{4}$")
# As numbers are written in France: 01.23.45.67.89.
_IN_PAIRS = re.compile(r"^0[1-9](?:[ .]\d\d){4}$")
_SECRET = re.compile(
    r"\b(?:sk|pk|rk)_(?:live|test)_\w{8,}|\b(?:ghp|gho|ghs|glpat|xox[abprs])[_-][\w-]{10,}|\bAKIA[0-9A-Z]{16}\b|"
    r"\beyJ[\w-]{8,}\.[\w-]{4,}\.[\w-]*|\bBearer\s+[\w.~+/-]{16,}=*|"
    # "My password is wrong" is a complaint; a secret has a digit or a sign in it.
    r"(?:(?<=password is )|(?<=password: )|(?<=passwort: )|(?<=api key: )|(?<=api key is ))(?=\S*[\d@#$%^&*_])\S{4,}",
    re.IGNORECASE,
)


def find_structured(
    text: str, *, regions: tuple[str, ...] = ("US", "GB", "DE", "FR"), addresses: bool = True
) -> list[Span]:
    """Return the spans of personal data with a form, sorted; they may overlap."""
    found: list[Span] = []
    if "@" in text or " at " in text or "(at)" in text.lower() or "[at]" in text.lower():
        found += _emails(text)
    if "://" in text or "www." in text.lower():
        found += _urls(text)
    found += (Span(match.start(), match.end(), "SECRET") for match in _SECRET.finditer(text))
    digits = sum(map(str.isdigit, text))
    if ":" in text:
        found += _ipv6(text)
    if digits >= 4:
        found += _ipv4(text)
    if digits:
        found += _addresses(text) if addresses else ()
    if digits >= 5:
        found += find_national_ids(text)
    if digits >= 7:
        found += (*_ibans(text), *_cards(text))
        found += _phones(text, regions=regions, taken=found)
    return sorted(found, key=lambda span: (span.start, -span.end))


def _emails(text: str) -> Iterator[Span]:
    for form in (_EMAIL, _SPOKEN_EMAIL):
        for match in form.finditer(text):
            yield Span(match.start(), match.end(), "EMAIL")


def _urls(text: str) -> Iterator[Span]:
    for match in _URL.finditer(text):
        address = match.group().rstrip(".,;:!?)]}")
        if _URL_SECRET.search(address):
            yield Span(match.start(), match.start() + len(address), "URL")


def _ipv4(text: str) -> Iterator[Span]:
    for match in _IPV4.finditer(text):
        parts = match.group().split("/")[0].split(".")
        before = text[max(0, match.start() - 60) : match.start()]
        version = bool(_VERSION_BEFORE.search(before)) and not _ADDRESS_BEFORE.search(before)
        version = version or bool(_VERSION_AFTER.match(text, match.end()))
        if all(int(part) <= 255 for part in parts) and not version:
            yield Span(match.start(), match.end(), "IP")


def _ipv6(text: str) -> Iterator[Span]:
    for form in (_IPV6, _MAC):
        for match in form.finditer(text):
            if form is _MAC or (_is_ipv6(match.group()) and any(char.isalnum() for char in match.group())):
                yield Span(match.start(), match.end(), "IP")


def _is_ipv6(text: str) -> bool:
    try:
        ipaddress.IPv6Address(text.split("%")[0])
    except ValueError:
        return False
    return True


def _cards(text: str) -> Iterator[Span]:
    """Yield numbers of 13 to 19 digits that start like a card (ISO/IEC 7812: 2 to 6) and pass Luhn's check."""
    for match in _CARD.finditer(text):
        number = re.sub(r"\D", "", match.group())
        if number[0] in "23456" and luhn(number) and len(set(number)) > 1:
            yield Span(match.start(), match.end(), "CARD")


def _ibans(text: str) -> Iterator[Span]:
    for match in _IBAN.finditer(text):
        end = _iban_end(match.group())
        if end:
            yield Span(match.start(), match.start() + end, "IBAN")


def _iban_end(text: str) -> int:
    """Return the length of the IBAN that the text starts with, blanks included; 0 when its check fails."""
    wanted = _IBAN_LENGTHS.get(text[:2].upper(), 0)
    letters = 0
    for end, char in enumerate(text, start=1):
        letters += char.isalnum()
        if letters == wanted:
            bare = re.sub(r"[ -]", "", text[:end]).upper()
            # ISO 13616: first four characters behind the rest, letters as 10..35, modulo 97 gives 1.
            return end if int("".join(str(int(char, 36)) for char in bare[4:] + bare[:4])) % 97 == 1 else 0
    return 0


def _phones(text: str, *, regions: tuple[str, ...], taken: list[Span]) -> Iterator[Span]:
    for match in _PHONE.finditer(text):
        start, number = match.start(), match.group()
        before = text[max(0, start - 40) : start]
        if not any(span.start < match.end() and start < span.end for span in taken) and _is_phone(
            number, before=before, regions=regions
        ):
            yield Span(start, match.end(), "PHONE")


def _is_phone(number: str, *, before: str, regions: tuple[str, ...]) -> bool:
    number = _EXTENSION.sub("", number)
    digits = re.sub(r"\D", "", number)
    if _IN_PAIRS.match(number):
        return True
    if not 7 <= len(digits) <= 17 or _DATE.match(number) or _DOTTED.match(number):
        return False
    if number.startswith(("+", "00")):
        return _possible(number if number.startswith("+") else "+" + number[2:], None)
    asked = bool(_PHONE_WORD.search(before))
    if _LOCAL.match(number):
        return asked
    if _GROUPED_THOUSANDS.match(number) and not number.startswith("0") and not asked and not _NANP.match(number):
        return False
    if _NOT_PHONE_BEFORE.search(before) and not asked:
        return False
    if _NANP.match(number):
        return True
    written_apart = bool(re.search(r"\d[ ()./-]+\d", number))
    if asked:
        return any(_possible(number, region) for region in regions)
    return written_apart and number.lstrip("(").startswith("0") and any(_valid(number, region) for region in regions)


def _possible(number: str, region: str | None) -> bool:
    parsed = _parsed(number, region)
    return parsed is not None and phonenumbers.is_possible_number(parsed)


def _valid(number: str, region: str) -> bool:
    """Valid, or a number of the ranges that regulators keep for fiction (Ofcom: 07700 900xxx)."""
    parsed = _parsed(number, region)
    return parsed is not None and (
        phonenumbers.is_valid_number(parsed) or (region == "GB" and re.sub(r"\D", "", number).startswith("07700900"))
    )


def _parsed(number: str, region: str | None) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return None


_UK_POST = r"[A-Z]{1,2}\d[\dA-Z]? ?\d[A-Z]{2}|[A-Z]\d[\dW] ?[A-Z0-9]{4}"
_CITY = (
    r"(?:,? (?:Suite|Ste|Floor|Fl|Apt|Unit|#)\.? ?[\w-]{1,8})?(?:, ?[A-Z][A-Za-z'.-]{2,}(?: [A-Z][a-z'.-]{2,}){0,2})?"
    rf"(?:,? [A-Z]{{2}} \d{{5}}(?:-\d{{4}})?|,? (?:{_UK_POST})|,? \d{{5}}(?: [A-Z][\w-]+)?)?"
)
_FLAT = r"(?:(?:Flat|Apt|Apartment|Unit|Suite|Room|Plot|Floor|House|Door|Shop|Block|Studio)\.? ?#?[\w-]{1,6}, ?)"
_CAP = r"[A-ZÀ-ÖØ-ÞŁŚŻŹĆ]"
# Words that stand within the names of streets and towns.
_LINK = (
    r"(?:de|del|della|delle|dei|degli|di|da|do|dos|das|la|le|les|los|las|du|des|der|den|dem|van|von|op|aan|y|e|św\.)"
)
_POST = r"(?:[A-Z]{1,2}-)?(?:\d{4} ?[A-Z]{2}|\d{5}(?:-\d{3})?|\d{4}-\d{3}|\d{2}-\d{3}|\d{3} \d{2}|\d{4})"
_TOWN = rf"{_CAP}[\w'’.-]+(?: (?:{_LINK} )?{_CAP}[\w'’.-]+){{0,2}}"
_ADDRESSES = (
    # A name and a word that only streets bear.
    re.compile(
        r"\b\d{1,5}[A-Za-z]?,? (?:[NSEW]\.? )?(?:[A-Z0-9][\w'.-]* ){1,4}(?:Street|Avenue|Ave|Road|Rd|Boulevard|"
        r"Blvd|Lane|Ln|Parkway|"
        r"Pkwy|Highway|Hwy|Crescent|Terrace|Broadway|St)\b\.?" + _CITY
    ),
    # Way, Drive and the like are also plain words, so a town or a post code must follow.
    re.compile(
        r"\b\d{2,5}[A-Za-z]? (?:[A-Z][\w'.-]* ){1,3}(?:Way|Drive|Dr|Court|Ct|Place|Pl|Square|Sq|Close|Row|"
        r"Gardens|Mews)\b\.?"
        r"(?=,? [A-Z])" + _CITY
    ),
    re.compile(
        r"\b\d{1,5} (?!(?:hours?|days?|weeks?|months?|years?|times?|steps?|miles?|blocks?|way|of|the|on|per) )"
        r"(?:(?!(?:the|a|of|down|on|in|to|for|per|at) )[a-z'-]+ ){1,2}(?:street|avenue|boulevard|road|lane)\b"
    ),
    re.compile(
        r"\b[A-ZÄÖÜ][\wäöüß.-]*(?:straße|strasse|str\.|gasse|allee|platz|weg|damm|ufer)\s\d{1,4}\s?[a-z]?\b"
        r"(?:,? \d{4,5} [A-ZÄÖÜ][\wäöüß-]+)?"
    ),
    re.compile(
        r"\b\d{1,4}(?: ?(?:bis|ter))?,? (?:rue|avenue|boulevard|place|chemin|allée|quai|impasse) (?:de la |de l'|"
        r"du |des |de |d')?"
        r"[A-ZÉÈ][\w'é èêàç-]{2,30}?(?=[,.;\n]|$)(?:, ?\d{5} [A-Z][\w-]+)?",
        re.IGNORECASE,
    ),
    re.compile(
        r"\b(?:Calle|C/|Avenida|Avda\.?|Paseo|Via|Viale|Piazza|Rua) (?:de la |del |de |di |da )?[A-ZÁÉÍÓÚ][\wáéíóúñ]+"
        r"(?: [A-Z][\wáéíóúñ]+)?,? (?:n[ºo°]\.? ?)?\d{1,4}\b(?:, ?\d{5} [A-Z][\w-]+)?"
    ),
    re.compile(r"\bP\.? ?O\.? Box \d{1,6}\b", re.IGNORECASE),
    # A street, a number, a post code and a town, in whatever language: "Am Speicher 9a, 26548 Norderney".
    re.compile(
        rf"(?<![\w.])(?:{_CAP}[\w'’.-]*|ul\.|al\.|os\.|pl\.|C/)(?: (?:{_LINK} ){{0,2}}{_CAP}?[\w'’.-]+){{0,4}},? "
        rf"(?:n[ºo°]\.? ?)?\d{{1,4}}(?:[ /-]?(?:[A-Za-z]|\d{{1,3}}|I{{1,3}}|IV))?(?:, ?[^,\n;]{{1,14}})?,? ?"
        rf"\b{_POST},? {_TOWN}"
    ),
    # ... and with the number first, before a British or Irish post code, with whatever stands between.
    re.compile(rf"{_FLAT}?\b\d{{1,4}}[A-Za-z]? (?:{_CAP}[\w'’.-]*[ ,]+){{1,6}}(?:{_CAP}[\w'’.-]*,? )?(?:{_UK_POST})\b"),
    # Flats, plots and the like, in parts with commas, up to an Indian or other six-digit code.
    re.compile(rf"\b{_FLAT}(?:[\w'’./ -]{{2,40}}, ?){{1,4}}{_CAP}[\w'’-]+[ ,-]+\d{{3}} ?\d{{3}}\b"),
    # Streets whose names end as streets do in Dutch and the Nordic languages.
    re.compile(
        rf"\b{_CAP}[\w'’-]*(?:gracht|straat|laan|kade|plein|singel|dijk|gatan|gata|gade|vägen|vegen|veien|vej|katu|tie)"
        rf" \d{{1,4}}(?: ?-?[A-Za-z]{{1,3}})?\b(?:, ?{_POST} {_TOWN})?"
    ),
    re.compile(
        rf"\b(?:Via|Viale|Piazza|Corso|Rua|Avenida|Travessa|Calle|Plaza|Paseo|ul\.|ulica|Aleja) (?:{_LINK} ){{0,2}}"
        rf"{_CAP}[\w'’.-]+(?: (?:{_LINK} ){{0,2}}{_CAP}[\w'’.-]+){{0,2}},? (?:n[ºo°]\.? ?)?\d{{1,4}}\b"
    ),
)

# With a post code behind it, a street is told in any case and language by the word that only streets bear.
_PARTS = r"(?:, ?[^,\n;:!?]{1,28}){0,3}?,? ?"
_ANY_POST = (
    r"\b(?:[A-Z]{2} \d{5}(?:-\d{4})?|[A-Z]{1,2}\d[\dA-Z]? ?\d[A-Z]{2}|[A-Z]\d[A-Z] ?\d[A-Z]\d|\d{3} ?\d{3}|"
    r"(?:[A-Z]{2,3} )?\d{4}|\d{5})\b"
)
_TOWN_BEHIND = (
    r"(?: (?:(?:la|le|los|las|el|san|sankt|bad|den|saint|são|new) )?[^\W\d_][\w'’.-]*"
    r"(?: (?:la|le|de|di|do|da|del|am|an der|in) ?[^\W\d_][\w'’-]+)?(?: ?- ?[A-Z]{2}\b)?)?"
)
_STREETS_BEFORE = (
    r"via|viale|piazza|corso|vicolo|strada|rue|avenue|av\.?|avda\.?|avenida|boulevard|bd\.?|chemin|allée|quai|impasse|"
    r"place|route|cours|calle|c/|camino|paseo|plaza|carretera|ctra\.?|ronda|rua|travessa|praça|estrada|alameda|"
    r"rodovia|ul\.|ulica|aleja|al\.|os\.|plac|pl\.|am|an der|auf der|im|zum|zur"
)
_STREETS_BEHIND = (
    r"street|st|avenue|ave|road|rd|boulevard|blvd|lane|ln|parkway|pkwy|highway|hwy|crescent|terrace|drive|dr|court|"
    r"ct|close|way|place|pl|square|sq|row|gardens|mews|quay|park|hill|wharf|trail|pike|loop|marg|nagar"
)
_NAME_WORD = r"[^\W\d_][\w'’.-]*"
_POSTED = (
    re.compile(
        rf"\b(?:{_STREETS_BEFORE}) {_NAME_WORD}(?: {_NAME_WORD}){{0,4}} ?,? ?(?:n[ºo°]?\.? ?)?"
        rf"(?:\d{{1,5}}(?: ?[/-]? ?\w{{1,3}})?|s/n){_PARTS}(?:[A-Z]{{1,2}}-)?\b"
        rf"(?:\d{{5}}-\d{{3}}|\d{{5}}|\d{{4}}-\d{{3}}|\d{{2}}-\d{{3}}|\d{{4}}(?: ?[A-Z]{{2}})?)\b,?{_TOWN_BEHIND}",
        re.IGNORECASE,
    ),
    re.compile(
        rf"(?:{_FLAT})?\b\d{{1,5}}[a-z]?(?:[-/]\d{{1,4}})?,? (?:[^\W\d_][\w'’.-]* ){{1,4}}(?:{_STREETS_BEHIND})\b"
        rf"\.?{_PARTS}{_ANY_POST}",
        re.IGNORECASE,
    ),
    re.compile(
        r"\b(?:door|flat|plot|house|shop|h|d)\.? ?(?:no\.?|number|#) ?[\w/-]{1,14}(?:, ?[^,\n;:!?]{2,40}){1,5}?[ ,-]+"
        r"\d{3} ?\d{3}\b",
        re.IGNORECASE,
    ),
    # A word that ends as streets do, a number, and maybe post code and town, without capitals.
    re.compile(
        r"\b[^\W\d_]{2,}(?:straße|strasse|str\.|gasse|allee|platz|gracht|straat|laan|kade|plein|singel|gatan|vägen|veien|"
        r"katu) \d{1,4} ?[a-z]?\b(?:,? (?:[a-z]{1,2}-)?\d{4,5}(?: ?[a-z]{2}\b)? [^\W\d_][\w-]+)?",
        re.IGNORECASE,
    ),
)


def _addresses(text: str) -> Iterator[Span]:
    for form in (*_ADDRESSES, *_POSTED):
        for match in form.finditer(text):
            yield Span(match.start(), match.end(), "ADDRESS")
