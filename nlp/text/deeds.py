"""What people do and things do not: by it a plain word that is a contact's name is read as one."""

from collections.abc import Mapping, Sequence

from nlp.text.lexicon import DOUBTFUL_NAMES, PRODUCTS
from nlp.text.records import Token, Word

# What people do and things do not; forms of the same word are no name before them.
HUMAN = frozenset(
    "agree approve ask call check complain confirm decide drive explain find forget forward get hate help join know "
    "leave like love need notice promise quit report request retire say see send set sign swear tell think try use "
    "wait want work write".split()
)
# Names that are things or times far more often: they have, need and get, too.
_THINGS = frozenset(
    "april august autumn bill cash chance chip dawn dot june link mark may miles page pages rate star stone storm "
    "summer tab case cook field king price prince rice rich ring rose sage sky stage will".split()
)
# "mark" and "rose" are people's names often enough where only people act.
_ONLY_THINGS = _THINGS - {"mark", "rose"}
# Plain words that name what comments are about; nothing but a capital or a deed makes them a contact.
OBJECTS = frozenset("bill cash case chance chip field link page pages price rate ring stage star store tab".split())
TIMES = frozenset("april august autumn dawn june may summer sky stone storm".split())
_TOWARDS = frozenset("to with from ask asked tell told thanks cc cheers".split())
_LESS_HUMAN = frozenset("find forget get help join leave need send set see use wait work".split())
_CLAUSE_STARTS = frozenset(
    '. , ! ? ; : - ( ) " and but because that then so if when as though while since says said'.split()
)


def acts(run: Sequence[Word], tokens: Sequence[Token], tags: Mapping[int, int], text: str) -> bool:
    """Say whether plain words do what people do: "drew left", "cheers to jack", "GRACE ASKED", "rose's login"."""
    word = run[-1]
    if word.start not in tags or run[0].start not in tags or (len(run) == 1 and word.folded in PRODUCTS):
        return False
    place, first = tags[word.start], tags[run[0].start]
    after = tokens[place + 1] if place + 1 < len(tokens) else None
    before = tokens[first - 1] if first else None
    lonely = opens_clause(before, text, run[0].start)
    if before is not None and before.text.lower() in _TOWARDS and word.folded in DOUBTFUL_NAMES - _THINGS:
        return after is None or not after.tag.startswith(("NN", "CD", "JJ", "VB"))
    if after is None:
        return False
    if after.text.lower() in {"'s", "’s"}:
        return lonely and word.folded not in _ONLY_THINGS and text[after.end : after.end + 1] == " "
    finite = after.tag in {"VBD", "VBZ", "MD", "VBP", "VBN", "NNS", "NNP", "NNPS", "NN"}
    verb = after.lemma if after.lemma in HUMAN else present(after.text.lower())
    if lonely and finite and verb in HUMAN:
        return not (word.folded in _ONLY_THINGS and verb in _LESS_HUMAN)
    if lonely and word.folded not in _ONLY_THINGS and word.folded in DOUBTFUL_NAMES:
        return after.text.lower() in {"has", "had", "can", "could", "would", "who", "doesn't", "didn't"}
    ours = [token.text.lower() for token in tokens[place + 1 : place + 3]]
    return lonely and ours[:1] in (["on"], ["from"], ["in"]) and ours[1:] in (["our"], ["your"], ["their"], ["my"])


def opens_clause(before: Token | None, text: str, start: int) -> bool:
    """Say whether a clause or a line begins at `start`; `before` is the token that stands before it."""
    return before is None or before.text.lower() in _CLAUSE_STARTS or "\n" in text[before.end : start]


def present(verb: str) -> str:
    """Undo the endings of regular verbs in capitals, which the tagger reads as names: "ASKED", "wants"."""
    for ending, stem in (("ied", "y"), ("ed", ""), ("ed", "e"), ("ies", "y"), ("es", ""), ("s", "")):
        if verb.endswith(ending) and verb.removesuffix(ending) + stem in HUMAN:
            return verb.removesuffix(ending) + stem
    return {"said": "say", "told": "tell", "left": "leave", "wrote": "write", "thought": "think"}.get(verb, verb)
