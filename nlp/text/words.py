"""The customer's own words in a ticket message: without quoted mail, signature, disclaimer and automatic text.

Line by line and linear in the text. mail-parser-reply (MIT), quotequail (MIT) and email-reply-parser (MIT) were
read first: the first cuts everything behind a line that starts with "Thanks," and matches with nested repeats over
the whole mail, the others know English forms only and no disclaimers or automatic text.
"""

import re
from dataclasses import dataclass

_I = re.IGNORECASE
# "On Mon, 4 Mar 2024 at 10:12, Jo Doe <jo@x.com> wrote:" and its sisters; clients break it over up to three lines.
_WROTE = re.compile(
    r"^[>\s*]*(?:(?:on|am|le|el|il|op|em|den|w dniu)\b.{4,240}?\b(?:wrote|schrieb|a [ée]crit|escribi[óo]|ha scritto|"
    r"schreef|escreveu|skrev|napisał(?:\(a\))?)\b.{0,120}?:|\d.{4,160}(?:wrote|schrieb|schreef|skrev)\s?:)\s*\*?$",
    _I,
)
_WROTE_START = re.compile(r"^[>\s*]*(?:(?:on|am|le|el|il|op|em|den|w dniu)\s|\d)", _I)
_FROM = re.compile(r"^[>\s*]*(?:from|von|de|da|van|fra|från|od)\s?:\s?\*?\s*\S", _I)
_MAIL_FIELD = re.compile(
    r"^[>\s*]*(?:sent|date|to|cc|subject|gesendet|datum|an|betreff|envoy[ée]|objet|à|enviado|fecha|para|asunto|"
    r"inviato|"
    r"data|a|oggetto|verzonden|aan|onderwerp|enviada|assunto|reply-to)\s?:\s?\*?",
    _I,
)
_CUT_LINE = re.compile(
    r"^[>\s]*(?:-{2,}\s*(?:original|forwarded|ursprüngliche|weitergeleitete|message d'origine|mensaje original|"
    r"messaggio originale|oorspronkelijk|mensagem original)[^\n]{0,40}-{2,}|_{20,}|-{20,}|"
    r"begin forwarded message:|anfang der weitergeleiteten nachricht:|début du message (?:transféré|réexpédié)\s?:|"
    r"#+-\s.{0,80}(?:above this line|über diese(?:r)? (?:linie|zeile)|au-dessus de cette ligne).{0,20})\s*$",
    _I,
)
_QUOTED = re.compile(r"^\s*>")
# "> 50 % of our users" is a comparison of the writer, not a quote.
_COMPARISON = re.compile(r"^\s*>\s?=?\s?\d")
_SENT_FROM = re.compile(
    r"^(?:sent (?:from|via|with) (?:my |outlook|yahoo|mail|the|proton|gmail|samsung)|get outlook for|gesendet "
    r"(?:von|mit)|"
    r"von meinem \w+ gesendet|diese nachricht wurde von meinem|envoy[ée] (?:de|depuis|à partir)|enviado desde|"
    r"inviato da|verzonden (?:vanaf|met|via)|enviado (?:do|de) meu|obtener outlook|télécharger outlook|outlook für)"
    r".{0,80}$",
    _I,
)
_SIGN_OFF = re.compile(
    r"^(?:(?:with )?(?:many |best|kind|kindest|warm|warmest|my|thanks and|thanks & )*\s?regards|best|all the best|"
    r"best wishes|(?:many |much )?thanks(?: again| so much| a lot| in advance| very much)?|thank you(?: again| "
    r"so much| in "
    r"advance| very much)?|thx|tia|cheers|sincerely(?: yours)?|yours (?:sincerely|truly|faithfully)|respectfully|"
    r"br|kr|rgds|"
    r"mfg|lg|vg|(?:mit )?(?:freundlichen?|besten?|viele[n]?|liebe[n]?|schöne[n]?|herzliche[n]?) gr(?:ü|ue)(?:ß|"
    r"ss)en?|"
    r"(?:vielen |besten |herzlichen )?dank(?: im voraus)?|danke|gr(?:u|ü|ue)(?:ß|ss)e?|"
    r"(?:bien )?(?:à vous|cordialement|sincèrement)|(?:meilleures|sincères) salutations|merci(?: d'avance| "
    r"beaucoup)?|"
    r"bonne journée|(?:un )?(?:cordial )?saludos?(?: cordiales)?|atentamente|(?:muchas )?gracias|cordiali saluti|"
    r"distinti saluti|grazie|met vriendelijke groet(?:en)?|groet(?:en)?|mvg|atenciosamente|obrigad[oa]|abraços)"
    r"\s?[,.!\-–—]*$",
    _I,
)
_DISCLAIMER = re.compile(
    r"^[*_\s\[]*(?:(?:confidentiality|privacy|legal|privileged|important)[\w\s/&]{0,30}(?:notice|note|statement|"
    r"disclaimer)|"
    r"disclaimer\b|(?:caution|warning|external|achtung|attention)\W{1,4}.{0,40}(?:e-?mail|message|sender|"
    r"nachricht|outside)|"
    r"\[?external\]?\s*$|this (?:e-?mail|message|communication|electronic)\b.{0,80}(?:confidential|intended|"
    r"privileged|"
    r"attachment|originated|legally|property)|the (?:information|contents?)(?: contained)? (?:in|of) this "
    r"(?:e-?mail|message|"
    r"communication|transmission)|if you (?:are not|have received|received) (?:the intended|this (?:e-?mail|"
    r"message))|"
    r"please consider the environment|think before you print|(?:diese|die) (?:e-?mail|nachricht|information).{0,60}"
    r"(?:vertraulich|enthält|bestimmt)|ce (?:message|courriel|mail).{0,60}(?:confidentiel|destin|pièces jointes)|"
    r"este (?:mensaje|correo).{0,60}(?:confidencial|destinatario|adjuntos)|registered (?:in england|office|company)|"
    r"(?:geschäftsführer|sitz der gesellschaft|amtsgericht|handelsregister|ust-?id)\b)",
    _I,
)
_AUTOMATIC = re.compile(
    r"this is an? (?:automated|automatic|auto[- ]?generated|system[- ]generated)\b|\bauto(?:matic)?[- ]?(?:reply|"
    r"response)\b"
    r"|(?:do not|don't) reply to this (?:e-?mail|message)|\bi(?:'m| am)(?: currently)? (?:out of (?:the )?office|"
    r"on (?:annual |"
    r"parental |maternity |sick )?leave|away from (?:the office|my desk))|\bout[- ]of[- ]office\b.{0,60}(?:until|"
    r"return|reply|"
    r"limited|back)|^out of office|with (?:limited|no) access to (?:my )?e-?mail|abwesenheitsnotiz|automatische "
    r"antwort|"
    r"ich bin (?:derzeit |zur ?zeit |vom .{0,40}|bis .{0,40})?(?:nicht im (?:büro|haus)|abwesend|außer haus)|"
    r"r[ée]ponse automatique|je suis (?:actuellement )?(?:absent|en congé)|absent[e]? du bureau|respuesta automática|"
    r"fuera de la oficina|delivery status notification|undeliverable:|mail delivery (?:failed|subsystem)|"
    r"your (?:request|ticket|case) (?:\S{1,20} )?has been (?:received|created|updated|solved|closed|merged)|"
    r"(?:has|have) been (?:automatically|auto-?) ?(?:closed|generated)",
    _I | re.MULTILINE,
)
_GREETING = re.compile(
    r"^(?:hi|hello|hey|dear|good (?:morning|afternoon|evening|day)|greetings|hallo|guten (?:tag|morgen)|moin|servus|"
    r"sehr geehrte[r]?|liebe[rs]?|bonjour|salut|hola|buen(?:os|as) (?:días|tardes)|estimad[oa]s?|ciao|buongiorno|"
    r"beste|dag|"
    r"olá|bom dia)(?:\s+[^\s,.!?:]{1,20}){0,3}\s?[,!:.\-–]*$",
    _I,
)
_CONTACT_LINE = re.compile(
    r"(?:\b(?:t|tel|phone|ph|mobile|mob|cell|m|f|fax|d|direct|office|e|e-?mail|w|web)\s?[.:]\s?\S|\+\d[\d ().-]{6,}|"
    r"\b\d{3}[ .-]\d{3}[ .-]\d{4}\b|\S+@\S+\.\w|(?:https?://|www\.)\S+|\s\|\s)",
    _I,
)
# A signature block is short: name, title, company, two lines of address, phone, mail, site, slogan, social links.
_MAX_SIGNATURE_LINES = 10
_MAX_SIGNATURE_CHARS = 80


@dataclass(frozen=True, slots=True)
class Words:
    """The customer's words and the names of what was cut around them, in order of cutting."""

    text: str
    removed: tuple[str, ...] = ()


def customer_words(text: str) -> Words:
    """Return what the writer of a cleaned message said there; empty for automatic text."""
    if is_automatic(text):
        return Words("", ("automatic",))
    lines = text.split("\n")
    removed: list[str] = []
    for name, step in _STEPS:
        kept = step(lines)
        if kept != lines:
            removed.append(name)
        lines = kept
    return Words("\n".join(lines).strip(), tuple(removed))


def is_automatic(text: str) -> bool:
    """Say whether a machine wrote the message: an automatic reply, a notice of absence, a system's note.

    Only the head counts: people quote such lines further down, and complain about them in long mails.
    """
    head = "\n".join([line for line in text.split("\n") if line.strip() and not _QUOTED.match(line)][:4])[:500]
    match = _AUTOMATIC.search(head)
    return match is not None and not _complains(head, match)


def _complains(head: str, match: re.Match[str]) -> bool:
    """A person who writes about automatic replies has words before it in the same sentence."""
    before = re.split(r"[.!?\n]", head[: match.start()])[-1].split()
    return len(before) >= 3 or (
        bool(re.search(r"\?|\b(?:we|our|why|again|still|never|got|get|only)\b", head, _I)) and len(before) > 0
    )


def _without_quotes(lines: list[str]) -> list[str]:
    """Cut at the first mail header; below a "wrote:" line with `>` marks the answer may go on."""
    kept: list[str] = []
    index = 0
    while index < len(lines):
        if _CUT_LINE.match(lines[index]) and _is_mail_border(lines, index):
            break
        if _is_from_block(lines, index):
            break
        width = _wrote_lines(lines, index)
        if width and not _marked_below(lines, index + width):
            break
        if width:
            index += width
            continue
        if not _QUOTED.match(lines[index]) or _own_comparison(lines, index):
            kept.append(lines[index])
        index += 1
    return _trimmed(kept)


def _own_comparison(lines: list[str], index: int) -> bool:
    beside = lines[max(0, index - 1) : index] + lines[index + 1 : index + 2]
    return bool(_COMPARISON.match(lines[index])) and not any(_QUOTED.match(line) for line in beside)


def _is_mail_border(lines: list[str], index: int) -> bool:
    """A bare rule of dashes or underscores borders a mail only when a header follows it."""
    if re.search(r"\w{4}", lines[index].replace("_", "")):
        return True
    return any(_is_from_block(lines, place) for place in range(index + 1, min(index + 4, len(lines))))


def _is_from_block(lines: list[str], index: int) -> bool:
    if not _FROM.match(lines[index]):
        return False
    fields = [line for line in lines[index + 1 : index + 7] if _MAIL_FIELD.match(line)]
    return len(fields) >= 2


def _wrote_lines(lines: list[str], index: int) -> int:
    """Return how many lines from here make an "On ... wrote:" header; 0 when none does."""
    if not _WROTE_START.match(lines[index]):
        return 0
    joined = ""
    for width, line in enumerate(lines[index : index + 3], start=1):
        joined = f"{joined} {line.strip()}" if joined else line
        if len(joined) > 400:
            return 0
        if _WROTE.match(joined) and re.search(r"\d", joined):
            return width
    return 0


def _marked_below(lines: list[str], index: int) -> bool:
    below = next((line for line in lines[index:] if line.strip()), "")
    return bool(_QUOTED.match(below))


def _without_disclaimers(lines: list[str]) -> list[str]:
    """Drop each paragraph from the line on which a disclaimer starts."""
    kept: list[str] = []
    dropping = False
    for line in lines:
        if not line.strip():
            dropping = False
        elif _DISCLAIMER.match(line.strip()):
            dropping = True
        if not dropping:
            kept.append(line)
    return _trimmed(kept)


def _without_signature(lines: list[str]) -> list[str]:
    """Cut behind a `--` line or a sign-off, and contact lines at the end; never everything."""
    lines = [line for line in lines if not _SENT_FROM.match(line.strip())]
    for index, line in enumerate(lines):
        rest = [below for below in lines[index + 1 :] if below.strip()]
        bare = line.strip()
        ends = bare in {"--", "—", "___", "__"} or (bool(_SIGN_OFF.match(bare)) and _is_signature(rest))
        if ends and len(rest) <= _MAX_SIGNATURE_LINES and any(above.strip() for above in lines[:index]):
            return _trimmed(lines[:index])
    return _without_contact_block(_trimmed(lines))


def _is_signature(rest: list[str]) -> bool:
    return all(
        len(line) <= _MAX_SIGNATURE_CHARS
        and (_CONTACT_LINE.search(line) or not re.search(r"[.!?]$|[.!?] ", line.strip()))
        for line in rest
    )


def _without_contact_block(lines: list[str]) -> list[str]:
    """Cut a last paragraph of short lines that holds a phone, a mail address or a site."""
    start = len(lines)
    while start > 0 and lines[start - 1].strip():
        start -= 1
    block = lines[start:]
    if start == 0 or not 2 <= len(block) <= _MAX_SIGNATURE_LINES or not _is_signature(block):
        return lines
    if not any(_CONTACT_LINE.search(line) for line in block):
        return lines
    return _trimmed(lines[:start])


def _without_greeting(lines: list[str]) -> list[str]:
    if len(lines) > 1 and _GREETING.match(lines[0].strip()):
        return _trimmed(lines[1:])
    return lines


def _trimmed(lines: list[str]) -> list[str]:
    start, end = 0, len(lines)
    while start < end and not lines[start].strip():
        start += 1
    while end > start and not lines[end - 1].strip():
        end -= 1
    return lines[start:end]


_STEPS = (
    ("quote", _without_quotes),
    ("disclaimer", _without_disclaimers),
    ("signature", _without_signature),
    ("greeting", _without_greeting),
)
