"""Personal data with a form: mail, phone, card, IBAN, IP, URL with tokens, national ids, addresses, secrets.

Each finder first looks for a character that its kind needs, so that most comments cost nothing. Presidio with its
defaults was tried beside it on `tests/nlp/text/labelled.py` (its LOCATION, DATE_TIME and NRP not counted, hence no
addresses): 6.4 s to import and 16 ms a comment on a busy core, 21 of 27 other spans with a form, precision .69 over
all kinds; and it asks the network for the list of public suffixes. That set is by the author of these rules.
"""

import ipaddress
import re
from collections.abc import Iterator, Sequence

import phonenumbers

from nlp.text.address_chains import find_chains
from nlp.text.addresses import find_addresses
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
    rf"//[^/\s]*@|{_KEY}(?>[^\s=&]*?(?:token|key|sig|session|sess|sid|auth|pass|pwd|secret|code|ticket|jwt|hash|"
    rf"nonce|mail|"
    rf"user|login|phone|name|invite|magic|otp|saml|expires))[^\s=&]*=\S|{_KEY}[^\s=&]+=(?=[^\s&]*\d)[^\s&]{{6,}}|"
    rf"{_KEY}[^\s=&]+="
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
    r"\b(?:ip|ips|address|host|server|gateway|dns|proxy|vpn|router|firewall|ping|whitelist|allowlist|logins?|"
    r"logged in|requests?|"
    r"connections?|blocked|machine|client at|nat|(?<!graded )(?<!dated )from|subnet)\b[^.;]{0,20}$",
    re.IGNORECASE,
)
_CODE_BEFORE = re.compile(
    r"\b(?:err|error|code|fehler|erreur|lot|batch|item|section|rule|clause)\b[\s:#(\"'-]*$", re.IGNORECASE
)
# "Winston 6.1.0.2", "app 11.4.0.8": a name and its release.
_NAMED_BEFORE = re.compile(r"(?:\b[A-Z]\w+|\b(?:app|before|since|after|on)) $")
_VERSION_AFTER = re.compile(
    r"\s(?:of (?:the |your |our )?(?:agent|sdk|client|app|connector|plugin|driver|firmware|api|library|package)|"
    r"as (?:the |its |a )?(?:firmware|version|release|build)|(?:release|build|version|upgrade|update|patch|"
    r"hotfix)\b)",
    re.IGNORECASE,
)
# "chrome 128.0.6613.84": four numbers of a version, of which one is no byte.
_DOTTED = re.compile(r"^\d+\.\d+\.\d+\.\d+$")
_CARD = re.compile(r"(?<![\w-])(?:\d[ -]?){12,18}\d(?![\w-])")
_CARD_WORD = re.compile(
    r"\b(?:card|cards|karte|carte|tarjeta|kaart|cart[ãa]o|carta|kort|kortet|karta|kart\w*)\b", re.IGNORECASE
)
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
    r"my number|direct line|handy|telefon\w*|mobil|rufnummer|durchwahl|anrufen|téléphone|portable|appele\w*|"
    r"num[eé]ro|fon|"
    r"joignable|teléfono|celular|cel|móvil|movil|ll[aá]m\w*|marc(?:ar|ad|a|ue)|telefone|telem[oó]vel|lig(?:ar|ue|"
    r"uem)|telefono|cellulare|"
    r"chiam\w+|gsm|bel|bellen|belt|tlf|telefoon\w*|mobiel|puh|puhelin\w*|soit\w+|ring(?:e|a|er|t)|kom(?:órka|"
    r"órkowy|\.)|dzwoni\w*|zadzwo\w*|"
    r"ph|did|ddi|dir|direct|cp|tlp|telp|handynummer|nummer|truque\w*|h[ií]v[jh]\w*|sun[aă]\w*|nazov\w*|zovi\w*|"
    r"zavola\w*|soon|"
    r"звон\w*|позвон\w*|дзвон\w*|тел|телефон\w*|τηλ\w*|κιν\w*|καλέσ\w*|número|numero|nr tel|αριθμό\w*|hubungi|"
    r"ara\w{0,4}|telefonu\w*|"
    r"gọi|sđt|nomor|no hp|phoned|rang|called|dialled|dialed|reached|reachable|shed line|desk line|line is|"
    r"his number|her number|"
    r"their number|the number|cell:|number for|switchboard|reception|phone number|contact number|whats ?app|wechat|"
    r"telefon\w*|vol(?:at|ejte)|mob|hp|wa|viber|signal|telegram|voicemail|contact (?:me|him|her|us) (?:on|at))\b",
    re.IGNORECASE,
)
# A letter that stands for a telephone in signatures: "M: 655 501 733", "☎ 22 345 678"; also in scripts without blanks.
_PHONE_SIGN = re.compile(
    r"(?:(?:^|[\s|·•,/])[tmpfcdoh][.:] ?|☎ ?|📞 ?|📱 ?|(?:電話|携帯|电话|手机|전화|핸드폰|連絡先)\S{0,3} ?[::]? ?)$",
    re.IGNORECASE,
)
# Numbers of other countries that are grouped as hardly anything else: Brazil, Spain, Denmark, India, Australia.
_GROUPED_ABROAD = re.compile(
    r"^(?:\(\d{2}\) ?9?\d{4}[- ]\d{4}|\d{2} 9\d{4}-\d{4}|[679]\d\d \d\d \d\d \d\d|[2-9]\d \d\d \d\d \d\d|"
    r"[6-9]\d{4} \d{5}|"
    r"1[38]00 \d{3} \d{3}|1-8(?:00|33|44|55|66|77|88)-\d{3}-\d{4})$"
)
_NOT_PHONE_BEFORE = re.compile(
    r"(?:ticket|case|order|invoice|inv|po|ref|reference|id|sku|serial|build|version|account|acct|contract|"
    r"customer|rechnung|"
    r"error|code|bug|rows?|records?|issue|nr|no|number|#|batch|lot|job|claim|booking|tracking|policy|meter|"
    r"chart)[\s.:#-]*$",
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
        found += (*find_addresses(text), *find_chains(text)) if addresses else ()
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
        if all(int(part) <= 255 for part in parts) and not (version or _numbers_a_release(parts, before)):
            yield Span(match.start(), match.end(), "IP")


def _numbers_a_release(parts: Sequence[str], before: str) -> bool:
    """Say whether four small numbers are a version or a code: nothing before them speaks of an address."""
    first, most = int(parts[0]), max(map(int, parts))
    if _ADDRESS_BEFORE.search(before):
        return False
    return (first < 10 and (most < 100 or bool(_CODE_BEFORE.search(before)))) or (
        most < 100 and first != 10 and bool(_NAMED_BEFORE.search(before))
    )


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
    """Yield numbers of 13 to 19 digits that pass Luhn's check and start like a card (ISO/IEC 7812: 2 to 6).

    National cards (Uzcard 8600, Humo 9860) start otherwise: they need the word beside them.
    """
    for match in _CARD.finditer(text):
        number = re.sub(r"\D", "", match.group())
        cued = bool(_CARD_WORD.search(text[max(0, match.start() - 40) : match.start()]))
        if (number[0] in "23456" or cued) and luhn(number) and len(set(number)) > 1:
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
    last = -9
    for start, end in _numbers(text):
        before = text[max(0, start - 40) : start]
        beside = start - last <= 5 and not re.search(r"[\n.]", text[last:start])
        asked = beside or _stands_alone(text, start, end)
        free = not any(span.start < end and start < span.end for span in taken)
        if free and _is_phone(text[start:end], before=before, regions=regions, asked=asked):
            last = end
            yield Span(start, end, "PHONE")


def _numbers(text: str) -> Iterator[tuple[int, int]]:
    """Yield what may be phone numbers; "0121-2555 148 / 98975 55016" are two."""
    for match in _PHONE.finditer(text):
        left, slash, _right = match.group().partition(" / ")
        if not slash or sum(map(str.isdigit, left)) < 7:
            yield match.span()
            continue
        yield match.start(), match.start() + len(left)
        other = _PHONE.match(text, match.start() + len(left) + len(slash))
        if other:
            yield other.span()


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Say whether a number has a line of a signature for itself, below or above a mail address."""
    bare = text[max(0, start - 1) : start] in {"", "\n"} and text[end : end + 1] in {"", "\n"}
    return bare and "@" in text[max(0, start - 80) : end + 80] and bool(re.search(r"\d[ -]\d", text[start:end]))


def _is_phone(number: str, *, before: str, regions: tuple[str, ...], asked: bool) -> bool:
    number = _EXTENSION.sub("", number)
    digits = re.sub(r"\D", "", number)
    if _IN_PAIRS.match(number):
        return True
    if not 7 <= len(digits) <= 17 or _DATE.match(number) or _DOTTED.match(number):
        return False
    if number.startswith(("+", "00")):
        return _possible(number if number.startswith("+") else "+" + number[2:], None)
    asked = asked or bool(_PHONE_WORD.search(before) or _PHONE_SIGN.search(before))
    if _LOCAL.match(number):
        return asked
    if _GROUPED_THOUSANDS.match(number) and not number.startswith("0") and not asked and not _NANP.match(number):
        return False
    if _NOT_PHONE_BEFORE.search(before) and not asked:
        return False
    if _NANP.match(number) or _GROUPED_ABROAD.match(number):
        return True
    written_apart = bool(re.search(r"\d[ ()./-]+\d", number))
    if asked:
        return any(_possible(number, region) for region in regions)
    if not written_apart or not number.lstrip("(").startswith("0"):
        return False
    # In three groups and with the trunk's 0 in front, numbers of other countries look so, and hardly anything else.
    in_groups = 9 <= len(digits) <= 11 and len(re.findall(r"\d+", number)) >= 3
    return in_groups or any(_valid(number, region) for region in regions)


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
