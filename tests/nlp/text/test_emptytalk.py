"""Empty talk is seen as such; real comments of one to three words are not lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.text.emptytalk import empty_reason

EMPTY = """
n/a|N.A.|na|none|None at this time|nothing|nothing to add|Nothing comes to mind|no comment|
No comments at this time.|no feedback|nope|no|yes|ok|OK thanks|ok, thank you!|thanks|Thank you so much|thx|
many thanks team|cheers|see above|as above|same as last time|ditto|see previous comment|
already answered above|I already said this|don't know|idk|not sure|no idea|no opinion|can't think of anything|
I have nothing to add|we have no further comments|nothing really|not much|test|testing 123|
this is a test please ignore|asdf|asdfghjkl|qwerty|qwertz|sdfsdf|xxxx|....|-|?|!!!|👍|🙂🙂|:-)|10|9/10|7|hello|
hi there|Kind regards|bla bla bla|lorem ipsum dolor|hjkl;|dfgdfg dfg|keine|nichts|keine Angaben|
Keine Anmerkungen|danke|siehe oben|k.A.|nein|rien|rien à signaler|RAS|néant|aucune remarque|merci beaucoup|
pas de commentaire|nada|nada que añadir|ninguno|sin comentarios|gracias|no aplica|geen|niente|
will reply later|too early to say|tbd|that's all|all good|No, thank you|no thanks, nothing else|
N/A - see above|lol|haha|skip|sounds good|got it
"""
# Fifty real comments of one to three words, and more.
REAL = """
too slow|great support|SSO broken|pricey|love it|hate it|buggy|slow|expensive|unreliable|meh|good|great|awful|
excellent|easy|confusing|clunky UI|no export|no API|no SSO|no Jira sync|not intuitive|not working|
nothing works|nothing but trouble|no support|no answer yet from support|needs training|poor docs|Price.|
Support!|reporting|more integrations|bugs|crashes|crashes daily|SAP sync|CSV export|XML import fails|
HTML emails|ok but slow|okay product|thanks for nothing|great team|best tool|simple|works|works fine|
it's fine|so-so|decent|could be better|wrong totals|lost data|never again|cancel us|will not renew|renewing|
no complaints|not bad|typo in report|rude agent|fast replies|weird errors|we were promised SSO|
3 days downtime|404 errors|no comment function|test environment missing|nothing we didn't know|
test coverage poor|no thanks to support|hello page is slow|QBR useless|dept codes wrong|fees|reset fails|
were slow|zu teuer|trop cher|muy lento|same bugs again|see above limits too low|
no reply yet|still no answer so far|no idea how to export
"""


def _split(lines):
    return [text for text in lines.replace("\n", "").split("|") if text]


@pytest.mark.parametrize("text", _split(EMPTY))
def test_recognises_empty_talk(text):
    assert empty_reason(text) is not None


@pytest.mark.parametrize("text", _split(REAL))
def test_keeps_real_comments(text):
    assert empty_reason(text) is None


def test_says_why():
    reasons = [empty_reason(text) for text in ("", "👍", "10", "<PERSON_1>", "n/a", "asdfgh")]
    assert reasons == ["blank", "emoji", "number", "redacted", "filler", "noise"]


@given(st.text(max_size=150))
def test_any_text_gets_an_answer(text):
    assert empty_reason(text) in {None, "blank", "emoji", "number", "redacted", "filler", "noise"}
