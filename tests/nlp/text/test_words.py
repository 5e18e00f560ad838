"""Only what the customer wrote in a message counts."""

import pytest

from nlp.text.clean import clean
from nlp.text.words import customer_words

BODY = "the export still fails since Tuesday.\nCan you fix it?"
TAILS = {
    "gmail": "\n\nOn Mon, 4 Mar 2024 at 10:12, Tom <tom@vendor.example> wrote:\n> Tried again?\n> Tom",
    "wrapped": "\n\nOn Mon, 4 Mar 2024 at 10:12, Tom Becker\n<tom@vendor.example>\nwrote:\n\nHave you tried?",
    "outlook": "\n\n________________________________\nFrom: Tom <t@vendor.example>\nSent: Monday, March 4, 2024\n"
    "To: Jo Doe\nSubject: RE: export\n\nHave you tried?",
    "outlook_de": "\n\nVon: Tom Becker <tom@vendor.example>\nGesendet: Montag, 4. März\nAn: Jo\nBetreff: Export\n\nJa.",
    "outlook_fr": "\n\nDe : Tom Becker\nEnvoyé : lundi 4 mars\nÀ : Jo\nObjet : RE: export\n\nMerci de vérifier.",
    "original": "\n\n-----Original Message-----\nFrom: Tom\nHave you tried?",
    "german": "\n\nAm 04.03.2024 um 10:12 schrieb Tom Becker <tom@vendor.example>:\n> Bitte prüfen.",
    "french": "\n\nLe lun. 4 mars 2024 à 10:12, Tom Becker <tom@vendor.example> a écrit :\n> Merci de vérifier.",
    "spanish": "\n\nEl lun, 4 mar 2024 a las 10:12, Tom Becker escribió:\n> Hola",
    "sign_off": "\n\nBest regards,\nJo Doe\nHead of Operations\nHarbour Foods Ltd\n+44 20 7946 0018",
    "sign_off_de": "\n\nMit freundlichen Grüßen\nJo Doe\nLeitung Einkauf",
    "dashes": "\n\n--\nJo Doe | Harbour Foods",
    "phone": "\n\nSent from my iPhone",
    "contact_block": "\n\nJo Doe\nHead of Operations\nT: +44 20 7946 0018\nwww.harbourfoods.example",
    "disclaimer": "\n\nThis e-mail and any attachments are confidential.\nIf you received it in error, delete it.",
    "disclaimer_de": "\n\nDiese E-Mail enthält vertrauliche Informationen.",
    "zendesk": "\n\n##- Please type your reply above this line -##\nYour ticket was updated.",
}


@pytest.mark.parametrize("tail", TAILS.values(), ids=TAILS.keys())
def test_strips_what_others_wrote(tail):
    assert customer_words(clean("Hi Tom,\n\n" + BODY + tail)).text == BODY


def test_keeps_answer_below_quote():
    text = "On Mon, 4 Mar 2024, Tom wrote:\n> Did it work?\nNo, it failed again.\n> And the log?\nAttached."
    assert customer_words(text).text == "No, it failed again.\nAttached."


@pytest.mark.parametrize(
    "text",
    [
        "Thanks, but the export still fails. From what I see it is worse.",
        "> 50 % of our users cannot log in",
        "On the first page Anna wrote: nothing works",
        "Thanks\nThe export still fails and nobody looks at it.",
        "- slow search\n- wrong totals\n-- see the report",
        "From: field is missing in the mail template",
        "We get an automatic reply every time and then nobody answers.",
        "Why is it that this is an automated message again?",
        "Best\nThe best thing is the search. It finds everything.",
    ],
)
def test_keeps_the_customers_own_lines(text):
    assert customer_words(text).text == text


@pytest.mark.parametrize(
    "text",
    [
        "This is an automated reply. I am away.",
        "Automatic reply: export\nI am out of the office until 14 August with limited access to e-mail.",
        "Ich bin derzeit nicht im Büro und ab Montag zurück.",
        "Je suis absent du bureau jusqu'au 3 mai.",
        "Your request (#1234) has been received and is being reviewed.",
    ],
)
def test_machines_say_nothing(text):
    words = customer_words(text)
    assert words.text == ""
    assert words.removed == ("automatic",)
