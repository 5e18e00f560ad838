"""Hand-tagged passages: `word|POS`, lemma after a second bar where it differs."""

from nlp.describe.words import Token

SHORT = {"N": "NOUN", "V": "VERB", "J": "ADJ", "D": "DET", "A": "AUX", "R": "PRON", "P": "ADP", "X": "PART"}
SHORT |= {"E": "PROPN", ".": "PUNCT", "C": "CCONJ", "B": "ADV"}


def tag(line: str) -> tuple[Token, ...]:
    """Return tokens of `the|D card|N has|A not|X arrived|V|arrive`."""
    tokens = []
    for part in line.split():
        text, pos, *lemma = part.split("|")
        tokens.append(Token(text, lemma[0] if lemma else text.lower(), SHORT[pos]))
    return tuple(tokens)
