"""Empty talk: texts that make no point at all, with the reason. A vague opinion ("love it") is no empty talk."""

import re
import unicodedata
from itertools import pairwise

from nlp.text.placeholder import PLACEHOLDER

# Units of which a text that says nothing is made; any row of them is empty ("ok, thanks", "no, nothing to add").
_UNIT_FORMS = r"""
n ?/? ?a|n\. ?a\.?|not applicable|does ?n[o']?t apply|nil|null|nan|none|none (?:at (?:this|the) (?:time|moment)|
at present|so far|for now|really|here)|no|nope|nah|yes|yep|yeah|yup|sure|ok|okay|okey|okie|k|kk|okidoki|alright|
fine by me|all good(?: here| for now| so far| on (?:my|our) (?:end|side))?|hm+|hmm+|uh+|um+|meh+ ok|
(?:many )?thanks?(?: you)?(?: (?:so much|very much|a lot|a bunch|again|anyway|for (?:asking|your (?:time|email|mail|
message|reply|response)|reaching out|the (?:survey|mail|email|message|update|reply|opportunity|reminder)|
checking(?: in)?)|(?:to )?(?:all|everyone|everybody|team|guys|folks)|in advance))*|thankyou|many thanks|thx+|tnx|ty|
tysm|tia|cheers|much appreciated|appreciated|appreciate it|(?:there(?: is|'s)? |i(?: have|'ve)(?: got)? |we(?: have|
've)(?: got)? )?(?:nothing|not? (?:much|a lot)|no ?thing)(?: (?:really|much|else|more|further|special|specific|
particular|in particular|new|at all|comes to mind|springs to mind|(?:that )?i can think of|to (?:add|say|report|
comment|mention|note|share|declare|see here)|here|at this (?:time|point|stage)|at the moment|at present|right now|
for now|so far|this (?:time|quarter|month)|today|yet|worth (?:mentioning|noting)|from (?:my|our|this) (?:side|end|
desk)|from (?:me|us)))*|(?:i |we )?(?:have |having |
had |got )?(?:no|zero|0) (?:further |other |additional |more |specific |particular |real )?(?:comments?|remarks?|
feedback|input|opinion|suggestions?|answer|notes?|reply|response|idea|ideas|clue|thoughts|view|preference|
questions?|changes?|updates?|news|response|anything|reason|data|issues? to report)(?: (?:to (?:add|share|give|make|
offer|report|provide)|either way|
at this (?:time|point|stage)|at the moment|at present|right now|for now|so far|yet|from (?:me|my side|our side|us|
my end)|here|today|this (?:time|quarter|month)|really|on this(?: one)?|as of now))*|(?:i |we )?(?:do ?n[o']?t|
dont) (?:really )?know(?: (?:yet|really|sorry|tbh|right now|at the moment|what to (?:say|write|put)(?: here)?))*|
(?:i |we )?(?:(?:do ?n[o']?t|dont|wouldn'?t|didn'?t|can'?t|cannot) (?:really )?(?:have (?:any|one|an opinion|
a comment|much to (?:say|add)|anything(?: to (?:add|say|report))?|(?:any )?(?:further |other )?(?:comments?|
feedback|suggestions?)(?: (?:at this time|right now|yet))?)|remember|recall|care|comment|say (?:yet|really|much)|
think of (?:any ?thing|any)|want to (?:say|comment|answer)|use it (?:enough )?to (?:say|comment)))(?: (?:yet|really|
sorry|tbh|right now|at this time|at the moment|on (?:this|that)))*|idk|dunno|idc|no ?idea|not sure(?: (?:yet|really|
tbh|what to (?:say|write|put)(?: here)?))?|unsure|hard to say|too (?:early|soon) to (?:say|tell|judge|comment)|
time will tell|prefer not to (?:say|answer)|rather not say|will (?:do|(?:write|reply|respond|answer|comment|
send|fill)(?: (?:it|this|that|more|you))*(?: in)? later|come back (?:to (?:this|you))?(?: later)?|get back to you)|
later|tbd|tba|tbc|
to be (?:decided|discussed|determined|confirmed)|pending|(?:please |pls )?(?:see|refer to|as (?:per|in|stated|
mentioned|written|said)?|same as|ditto|cf) ?(?:the |my |our )?(?:above|before|previous(?:ly)?(?: (?:answers?|
comments?|responses?|surveys?|ones?|feedback|reply))?|prior(?: (?:answers?|comments?|feedback))?|last (?:time|
quarter|survey|answer|comment|year|month|one)|earlier(?: (?:answers?|comments?|mail|email|feedback))?|attach(?:ed|
ment)s?(?: file)?|below|(?:previous )?(?:comments?|answers?)(?: above| below)?|ticket|e?-?mail|first (?:answer|
question)|question (?:one|two|\d+)|q ?\d+)|as above|see above|same(?: (?:here|again|answer|as (?:always|usual|
ever)))?|ditto|idem|likewise|(?:i |we )?(?:have )?already (?:answered|said|told (?:you|them)|replied|
commented)(?: (?:this|that|it|above|before|in (?:the )?(?:last|previous) (?:survey|question)))?|(?:this is |just |
only )*(?:a |an )?(?:test(?:ing|s)?|test (?:message|comment|response|survey|entry|ticket|submission|
only))(?: ?(?:please |pls )?(?:ignore|disregard)| ?\d+| one two(?: three)?| test| message| only)*|(?:please |
pls )?(?:ignore|disregard)(?: (?:this|me|that))?|lorem ipsum.*|foo(?: ?bar)?|bla+h?(?: bla+h?)*|blah+|
yada(?: yada)*|lol+|lmao|rofl|haha+|hehe+|hihi+|ha ha(?: ha)*|xoxo|(?:left |intentionally )*(?:blank|empty)|
skip(?:ped)?|pass|next|x|xx+|y|hi+(?: (?:there|all|team|everyone|guys))?|hello+(?: (?:there|all|team|world|sir|
madam|dear))*|
hey+(?: (?:there|all|team))?|dear (?:team|all|sir|madam|sirs?(?: or madam)?)|good (?:morning|afternoon|evening|day)|
bye+|goodbye|see (?:you|ya)|(?:kind|best|warm) ?(?:est)? regards?|regards|br|kr|all the best|best wishes|sincerely|
happy (?:holidays|new year|friday|easter)|merry christmas|have a (?:nice|good|great|lovely) (?:day|one|week|weekend|
evening)|you(?:'re| are) welcome|welcome|no problem|np|no worries|sounds good|got it|noted|understood|received|done|
will do|copy that|fyi|no,? (?:thank you|thanks|that(?: is|'s) (?:all|it)|all good)|that(?: is|'s|s)? (?:all|
it)(?: (?:folks|for now|from me))?|nothing more|end|eof|sent from my \w+(?: \w+)?|get outlook for \w+|anything|
something|what(?:ever)?|why(?: do you ask)?|who knows|ask me later|ask (?:my|the) (?:boss|manager|colleagues?)|
not (?:me|mine)|(?:i am |i'm )?not the right person|wrong person|keine?(?: (?:angaben??|ahnung|kommentare?|
anmerkung(?:en)?|meinung|weiteren (?:anmerkungen|kommentare)|ergänzung(?:en)?|antwort|rückmeldung|vorschläge))?|
nichts(?: (?:hinzuzufügen|weiter|weiteres|zu sagen|zu ergänzen|besonderes|dazu))?|nein|ja|danke(?: ?sch[öo]n)?|
vielen dank|besten dank|herzlichen dank|(?:viele |beste |liebe |freundliche )gr[üu](?:ß|ss)e|mfg|lg|vg|siehe oben|
s\. ?o\.?|wie oben|weiß nicht|weiss nicht|keine ahnung|entfällt|k\. ?a\.?|hallo|guten tag|passt(?: so| schon)?|
alles klar|alles gut|nix|rien(?: (?:à|a) (?:signaler|ajouter|dire|d[ée]clarer))?|ras|r\. ?a\. ?s\.?|néant|neant|non|
oui|aucun(?:e)?(?: (?:commentaire|remarque|avis|idée|suggestion|observation))?s?|pas de (?:commentaires?|remarques?|
avis)|sans (?:commentaires?|avis|objet|opinion)|merci(?: (?:beaucoup|bien|d'avance|à tous|a tous))?|je ne sais pas|
sais pas|voir (?:ci-dessus|plus haut)|idem|bonjour|cordialement|nada(?: (?:que (?:añadir|agregar|decir|comentar|
reportar)|más|mas|por (?:el momento|ahora)))?|ningun[oa]?|ningún comentario|ninguna? (?:sugerencia|observaci[oó]n|
comentario)|sin (?:comentarios?|opini[oó]n|novedad(?:es)?|observaciones|sugerencias)|no s[ée]|
no tengo (?:comentarios|nada que (?:decir|añadir|agregar))|no (?:aplica|procede)|s[íi]|gracias|muchas gracias|
ver arriba|igual que (?:antes|arriba)|lo mismo|hola|saludos|niente(?: da (?:aggiungere|dire|segnalare))?|
nessun(?: commento|o|a)?|grazie(?: mille)?|geen(?: (?:commentaar|opmerkingen|mening|idee))?|
niets(?: toe te voegen)?|n\.?v\.?t\.?|bedankt|dank ?u(?: wel)?|dankjewel|nee|(?:não |nao )?(?:tenho )?nada(?: (?:a|
para) (?:acrescentar|declarar|dizer))?|sem (?:comentários?|comentarios?|opinião)|nenhum(?:a)?|obrigad[oa]|não sei|
nao sei|brak(?: uwag| komentarza)?|nie(?: wiem)?|inget(?: särskilt| att tillägga)?|nej|tack|ingenting?|intet|
ingen (?:kommentar(?:er)?|kommentarer)|特になし|なし|没有|无|нет|ничего|спасибо
"""
_FILLER = frozenset(
    "cool and the for so well just please pls sorry to too all team guys everyone folks from me us now then again "
    "anyway tbh really".split()
)
# Made of units, and yet a point: "thanks for nothing", "no reply yet".
_COMPLAINT = re.compile(r"for nothing|\bno (?:reply|response|answer|news|updates?) (?:yet|so far)\b")
_SEPARATOR = re.compile(r"[\s,.;:!?…()\[\]*\"'“”/&+~_–—-]+")


def _alternatives(forms: str) -> tuple[re.Pattern[str], ...]:
    """Compile each form on its own, so that the longest can win: the bar outside brackets divides them."""
    depth, form, found = 0, "", []
    for char in forms.replace("\n", "") + "|":
        depth += (char == "(") - (char == ")")
        if char == "|" and depth == 0:
            found.append(re.compile(f"(?:{form})(?!\\w|'\\w)"))
            form = ""
        else:
            form += char
    return tuple(found)


_UNITS = _alternatives(_UNIT_FORMS)
_ANY_UNIT = re.compile("|".join(unit.pattern for unit in _UNITS))
# Rows of a QWERTY, QWERTZ and AZERTY keyboard, to see a hand that slides over the keys.
_ROWS = (
    "qwertyuiop",
    "asdfghjklöä",
    "zxcvbnm",
    "qwertzuiopü",
    "yxcvbnm",
    "azertyuiop",
    "qsdfghjklm",
    "wxcvbn",
    "1234567890",
)
_NEIGHBOURS = frozenset(pair for row in _ROWS for left, right in pairwise(row) for pair in (left + right, right + left))
_VOWELS = frozenset("aeiouyäöüéèêàáíóúâîôûåøæ")
# Words that slide over the keys or lack vowels, and yet are words.
_WORDS = frozenset(
    "were weer tree free three see saw sad was dad add fed red are sea fast west rest test great sass lass lads "
    "gas power poor type port "
    "pop poll oil loop ponies https html sync async ctrl src sql rhythm strengths lengths months crm erp ssl "
    "smtp sftp pdfs csv xml "
    "rfp sdk dns vpn tbh nvm mgmt mgr pls plz dept cmd rss tts rpm grr argh brr pfft tsk ugh yuk weds reds "
    "deeds sees refer were we're"
    .split()
)  # fmt: skip
_EMOTION = re.compile("[\u2600-\u27bf\U0001f000-\U0001faff\u2b50\u2764]|[:;=]-?[)(DPpOo|/\\\\3*\\]\\[]+|\\b[xX]D\\b|<3")


def empty_reason(text: str) -> str | None:
    """Return why a cleaned text makes no point (`blank`, `emoji`, `number`, `redacted`, `filler`, `noise`), or None."""
    bare = unicodedata.normalize("NFKC", text).strip()
    without = PLACEHOLDER.sub(" ", bare)
    letters = [char for char in without if char.isalpha()]
    if not bare or not (letters or any(char.isdigit() for char in without)):
        return _reason_without_words(bare, without)
    if _EMOTION.sub("", without).strip() == "":
        return "emoji"
    if len(without) > _MAX_EMPTY_CHARS:
        return None
    if not letters:
        return "number"
    if _is_filler(_EMOTION.sub(" ", without)):
        return "filler"
    return "noise" if _is_noise(without) else None


# Longer texts are not tried: a row of empty units this long was not seen, and trying costs time.
_MAX_EMPTY_CHARS = 140


def _reason_without_words(bare: str, without: str) -> str:
    if _EMOTION.search(without) or any(unicodedata.category(char) == "So" for char in without):
        return "emoji"
    return "redacted" if PLACEHOLDER.search(bare) else "blank"


def is_complaint(text: str) -> bool:
    """Say whether a text has one of the phrases that are made of empty words and are a complaint all the same."""
    return _COMPLAINT.search(text.lower()) is not None


def _is_filler(text: str) -> bool:
    """Say whether units and small words make up the whole text; at least one unit must be there."""
    text = text.lower().replace("’", "'")
    if is_complaint(text):
        return False
    place, units = 0, 0
    while place < len(text):
        gap = _SEPARATOR.match(text, place)
        if gap:
            place = gap.end()
            continue
        end = _unit_end(text, place)
        if end > place:
            units += 1
        else:
            word = re.compile(r"\w+").match(text, place)
            if not word or word.group() not in _FILLER:
                return False
            end = word.end()
        place = end
    return units > 0


def _unit_end(text: str, place: int) -> int:
    """Return the end of the longest unit that starts here and ends with a word."""
    if not _ANY_UNIT.match(text, place):
        return place
    return max((match.end() for unit in _UNITS if (match := unit.match(text, place))), default=place)


def _is_noise(text: str) -> bool:
    """Say whether every word was typed by a hand that slid or hit anywhere."""
    words = re.findall(r"[^\W\d_]+|\d+", text)
    return (
        0 < len(words) <= 6
        and all(word.isdigit() or _is_noise_word(word) for word in words)
        and not all(word.isdigit() for word in words)
    )


def _is_noise_word(word: str) -> bool:
    small = word.lower()
    if small in _WORDS or len(small) < 3 or (word.isupper() and len(word) <= 5):
        return False
    if (len(set(small)) <= 2 and len(small) >= 4) or len(set(small)) == 1:
        return True
    slides = sum(pair in _NEIGHBOURS for pair in map("".join, pairwise(small)))
    if len(small) >= 4 and slides >= 0.7 * (len(small) - 1):
        return True
    vowels = sum(char in _VOWELS for char in small)
    return (len(small) >= 3 and vowels == 0 and small.isascii()) or (
        len(small) >= 6 and vowels / len(small) < 0.17 and small.isascii()
    )
