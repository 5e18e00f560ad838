"""Signs that a word is a person's name: what stands before it and what people do, not what the word is."""

from collections.abc import Sequence

from nlp.text.first_names import first_names, grammar_words, surnames
from nlp.text.folding import fold, is_plain
from nlp.text.lexicon import FIRST_NAMES, PLACES, PRODUCTS
from nlp.text.records import Token, Vocabulary
from nlp.text.surnames import LAZY_WORDS

TITLES = frozenset(
    "mr mr. mrs mrs. ms ms. miss mx dr dr. prof prof. herr frau herrn mme mme. mlle mlle. sr. sra. señor señora don "
    "doña dona ing. dott. avv. pak ibu bapak shri smt captain capt. sgt. signor signora sig. mevrouw meneer dhr. mw. "
    "pani senhor senhora monsieur madame madam sister rev. rev reverend fr. pastor officer inspector sergeant judge "
    "sheikh ustad ustaz encik puan datuk bpk. pak. mas mbak kuya khun fru frk. hr. rouva herra kyria kyrios "
    "domnul doamna "
    "dl. dna. gospodin gospođa slečna paní bey hanım lalla sidi mzee bwana alhaji hajia mallam auntie".split()
)

# Nouns right before a name: "our CSM Tunde", "colleague Xiu", "named Aryeh".
ROLES = frozenset(
    "agent consultant colleague coworker boss manager csm am ae rep representative engineer trainer specialist "
    "developer director "
    "champion named called architect admin assistant guy lady vp cfo cto ceo coo cio intern successor "
    "predecessor kollege kollegin"
    .split()
)  # fmt: skip

# What people are: "driver Sunday", "our adjuster is Vartan", "Hutchins is our counsel". Before these stand things, too
# ("driver Update"), so a word behind them is a name only where it is no plain word.
OCCUPATIONS = frozenset(
    "accountant adjuster adviser advisor agronomist analyst anaesthetist apprentice arborist attorney auditor baker "
    "barista bookkeeper broker builder buyer captain caretaker carpenter cashier cellist cleaner clerk client coach "
    "cobbler colorist commissioner conductor contractor controller cook coordinator counsel courier customs dean "
    "dentist deputy designer dispatcher doctor doorman driver editor electrician estimator farmer fitter "
    "florist foreman "
    "forester forwarder friend gardener geologist guard guide handyman headmaster headteacher helper "
    "housekeeper inspector "
    "installer instructor interpreter janitor jobstudent journalist judge keeper lawyer lecturer lender librarian "
    "machinist mechanic merchant midwife miller miner musician neighbour neighbor notary nurse officer operator "
    "optician organist owner paralegal partner patient pharmacist photographer physio physiotherapist picker pilot "
    "planner plumber porter postman priest principal printer producer professor programmer ranger receptionist "
    "recruiter referee registrar reporter researcher reviewer roofer sailor secretary seller shepherd sister skipper "
    "solicitor steward student supervisor surgeon surveyor tailor teacher teammate technician tenant therapist "
    "trader trainee translator treasurer tutor typist undertaker vet veterinarian vicar volunteer waiter waitress "
    "warden watchman weaver welder wife husband brother daughter son cousin nephew niece uncle aunt mother father mum "
    "mom dad monteur techniker fahrer verkäufer einkäufer buchhalter buchhalterin mitarbeiter mitarbeiterin "
    "compañero compañera chofer conductor técnico técnica jefe jefa collègue chauffeur technicien comptable "
    "mareyeur stagiaire chef boekhouder monteur collega autista tecnico magazziniere motorista vendedor".split()
)

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


# Last words that nobody is called.
_CLOSINGS = frozenset(
    "argh grrr haha hahaha lmao rofl sigh yikes danke merci gracias grazie obrigado obrigada tack saludos gruss grusse "
    "gruesse cordialement mfg bedankt groet groeten dzieki pozdrawiam kiitos tervetuloa saluti salutations ciao".split()
)


_ENDS = frozenset(".!?")


def _is_no_word(folded: str) -> bool:
    return folded not in grammar_words() and folded not in LAZY_WORDS


def signs(tokens: Sequence[Token], place: int, *, plain: Vocabulary) -> bool:
    """Take the last word for who wrote it: "stop it. lotte", also where it is in the dictionary as a name only."""
    folded = fold(tokens[place].text)
    ends = place + 1 == len(tokens) or (place + 2 == len(tokens) and tokens[place + 1].text == ".")
    if not ends or not place or tokens[place - 1].text not in {".", ",", "!", "?"}:
        return False
    strange = not is_plain(folded, plain) and tokens[place].lemma not in plain and folded not in _CLOSINGS
    if strange and tokens[place - 1].text in _ENDS and _is_no_word(folded):
        return tokens[place].text.isalpha() and len(folded) > 3 and len(tokens) > 4 and not tokens[place].text.isupper()
    named = folded in FIRST_NAMES or folded in first_names() or (tokens[place].text.istitle() and folded in surnames())
    return named and folded not in plain.verbs_and_more and folded not in PLACES | PRODUCTS and len(folded) > 3


def is_introduced(tokens: Sequence[Token], place: int) -> bool:
    """Say whether the text says what the person is: "Colm, our success manager", "our CSM is Hollis", "Reto who"."""
    after = [token.text.lower() for token in tokens[place + 1 : place + 6]]
    if after[:1] == ["who"] or after[:2] == [",", "who"]:
        return True
    if (
        after[:1] == [","]
        and after[1:2]
        and after[1] in {"our", "your", "my", "the", "their", "his", "her", "a", "one"}
    ):
        return any(word in ROLES or word in OCCUPATIONS for word in after[2:])
    if after[:1] in (["is"], ["was"]) and after[1:2] and after[1] in {"our", "my", "your", "the", "their", "a"}:
        return any(word in ROLES or word in _LABELS or word in OCCUPATIONS for word in after[2:])
    before = [token.text.lower() for token in tokens[max(0, place - 4) : place]]
    if before[-1:] == ["("] and before[-2:-1] and (before[-2] in ROLES or before[-2] in OCCUPATIONS):
        return True
    return before[-1:] in (["is"], ["was"]) and any(word in ROLES or word in OCCUPATIONS for word in before)


def has_cue(tokens: Sequence[Token], place: int) -> bool:
    """Say whether a word that the model takes for a person is spoken of as one."""
    before = tokens[place - 1].text.lower() if place else ""
    if before in ROLES or before in TITLES:
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


# Before these in lower case stands a number ("120 ms") or a verb ("we miss it") as well.
_LOWER_TITLES = TITLES - set(
    "ms ms. miss mx prof don captain madame madam sister rev rev. fr. pastor officer inspector sergeant judge mas "
    "khun hr. bey sidi".split()
)


_ASKED_FOR = frozenset("ask asked asks asking pregunten pregunte preguntar preguntad".split())


def is_titled(tokens: Sequence[Token], place: int, *, plain: Vocabulary) -> bool:
    """Say whether a title stands before a word: "Frau Pfaff", "herr dr. wiegand"."""
    token, before = tokens[place], tokens[place - 1].text if place else ""
    if before == "." and place > 1 and tokens[place - 2].text.lower() in TITLES:
        before = tokens[place - 2].text
    if token.text[0].isupper():
        return before.lower() in TITLES and not token.text.isupper()
    return before.lower() in _LOWER_TITLES and len(token.text) > 2 and not is_plain(fold(token.text), plain)


def is_asked(tokens: Sequence[Token], place: int, *, plain: Vocabulary) -> bool:
    """Take a stranger behind "ask" or before what only people do for a person, in any case: "ask halyna"."""
    token, before = tokens[place], tokens[place - 1].text.lower() if place else ""
    folded = fold(token.text)
    if len(folded) < 4 or not token.text.islower() or is_plain(folded, plain) or token.lemma in plain:
        return False
    if folded in grammar_words() or folded in LAZY_WORDS or folded in ROLES:
        return False
    after = tokens[place + 1] if place + 1 < len(tokens) else None
    asked = {"ask", "asked", "tell", "told", "asks"}
    by_for = before in {"for", "por"} and place > 1 and tokens[place - 2].text.lower() in _ASKED_FOR
    if by_for or before in asked | {"attn", "cc", "kudos"}:
        return (
            after is None
            or after.text in {",", ".", "!", "?"}
            or after.text.lower() in {"at", "in", "from", "to", "if"}
        )
    return acts_alone(tokens, place)


COLLEAGUES = frozenset("colleague coworker boss teammate kollege kollegin".split())


def goes_on(tokens: Sequence[Token], place: int) -> bool:
    """Say whether a sentence goes on as it does behind a name: "my colleague Rose from finance"."""
    after = tokens[place + 1] if place + 1 < len(tokens) else None
    return after is None or after.text.lower() in {
        "from",
        "in",
        "at",
        "who",
        "was",
        "is",
        "has",
        ",",
        ".",
        "and",
        "says",
    }


# What stands before a name with a colon or none: "Reported by X", "Titular: X", "attn X".
_LABELS = frozenset(
    "attn attention name cardholder holder titular inhaber hire starter counsel junior contact contacto kontakt "
    "patient driver motorista buyer signatory approver requester reporter ansprechpartner colega collègue "
    "collega".split()
)

_DONE_BY = frozenset(
    "approve assign check confirm create enter file handle log open post raise report request review send sign submit "
    "upload write".split()
)

_ALONE = frozenset(
    "swear notice think hate love wonder retire resign complain insist laugh cry remember want count say tell ask type "
    "flag quit spot pretend believe agree prefer joke shrug hope know".split()
)


def is_labelled(tokens: Sequence[Token], place: int) -> bool:
    """Say whether what stands before a word says that a name follows: "Titular: X", "uploaded by X"."""
    before = [token.text.lower() for token in tokens[max(0, place - 2) : place]]
    if before[-1:] == [":"]:
        return before[0] in _LABELS or before[0] in ROLES
    if before[-1:] == ["by"] and place > 1:
        return tokens[place - 2].lemma in _DONE_BY
    return bool(before) and before[-1] in _LABELS - {"contact", "name", "holder", "patient", "driver"}


def acts_alone(tokens: Sequence[Token], place: int) -> bool:
    """Take a stranger for a person by what only people do: "Halyna swears", "Artem noticed"."""
    after = tokens[place + 1] if place + 1 < len(tokens) else None
    if after is None:
        return False
    said = after.text.lower()
    stem = next((said.removesuffix(ending) for ending in ("ed", "d", "s") if said.removesuffix(ending) in _ALONE), "")
    return (after.lemma in _ALONE and after.tag in {"VBD", "VBZ", "VBN"}) or (stem != said and stem in _ALONE)


def comes_from(tokens: Sequence[Token], place: int) -> bool:
    """Say whether a sentence opens with somebody of somewhere: "Florence from the Florence office"."""
    before = tokens[place - 1].text if place else "."
    after = [token.text.lower() for token in tokens[place + 1 : place + 3]]
    return before in {".", "!", "?", ":"} and after[:1] in (["from"], ["at"]) and len(after) > 1


def is_listed_beside(tokens: Sequence[Token], place: int) -> bool:
    """Say whether a word stands in a list or a pair of brackets as people do: "end users (Sato, Kimura)"."""
    before = tokens[place - 1].text if place else ""
    after = tokens[place + 1].text if place + 1 < len(tokens) else "."
    return before in {"(", ",", "and", "by", "from", "mr", "with"} and after in {")", ",", ".", "and"}
