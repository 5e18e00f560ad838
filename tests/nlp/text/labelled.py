"""Comments with their personal data marked `[KIND:words]`, written by hand for the redactor's tests.

Kinds: EMAIL, PHONE, CARD, IBAN, IP, URL, NATIONAL_ID, ADDRESS; KNOWN is a person of the gazetteer below, PERSON
somebody whom no list knows.
All people, numbers and companies are made up (numbers from the ranges kept for fiction and tests).
"""

import re

from nlp.text.people import Gazetteer, Person

CONTACTS = (
    Person("c1", "Sarah Miller", "sarah.miller@harbourfoods.example"),
    Person("c2", "Will Page"),
    Person("c3", "Grace Okafor"),
    Person("c4", "Jürgen Groß"),
    Person("c5", "May Chen"),
    Person("c6", "Robert Cook"),
    Person("c7", "Priyanka Subramaniam"),
    Person("c8", "Mark Delacroix"),
)
STAFF = (Person("s1", "Tom Becker"), Person("s2", "Hannah Oduya"))
GAZETTEER = Gazetteer(CONTACTS, staff=STAFF, keep=("Flowdesk", "Grace Software", "Sterling Pages"))

MARKED = """
[KNOWN:Sarah Miller] says the export is still broken
please ask [KNOWN:sarah], she set up the roles
[KNOWN:Sarah]'s login was locked for two days
talk to [KNOWN:miller, sarah] before the renewal
[KNOWN:SARAH MILLER] ASKED FOR A REFUND TWICE
[KNOWN:Will] was told that SSO is included
We asked [KNOWN:Will Page] to test it
[KNOWN:Grace Okafor] left in March and nobody knows the setup
only [KNOWN:okafor] can approve invoices here
I think [KNOWN:Grace] is frustrated with the report builder
[KNOWN:juergen] never got his licence
[KNOWN:Jürgen Groß] cannot see the sandbox
ask [KNOWN:Groß] about the audit
[KNOWN:May Chen] pays for 40 seats, we use 12
[KNOWN:Bob Cook] and [KNOWN:R. Cook] are two users for one person
[KNOWN:Priyanka] had to redo the import
[KNOWN:priyanka subramaniam] spent a week on the migration
[KNOWN:Mark Delacroix] will not sign again
according to [KNOWN:delacroix] the sync was promised in the demo
[KNOWN:Robert]'s dashboard shows last year
thanks to [PERSON:Katarzyna Wójcik] for the training
Our CSM [PERSON:Oyelaran] never replied
I spoke with [PERSON:Dmitri Volkov] and he fixed it in ten minutes
Mr. [PERSON:Khan] from billing was rude
our admin [PERSON:Jennifer] quit, so no one manages permissions
ask [PERSON:dominika], she knows the workaround
[PERSON:Tomasz] in your support team is brilliant
since [PERSON:Anne-Marie Lefèvre] moved to another company we lost our champion
The trainer, [PERSON:Giulia Bianchi], rushed through the API part
[PERSON:Carlos] promised a call back on Friday, nothing came
Hi [PERSON:Stephanie], the sandbox is down again
my boss [PERSON:Henrik] wants to cancel
Please pass this on to [PERSON:Michael O'Brien]
Ms [PERSON:Adeyemi] explained the invoice patiently
[PERSON:Lucas van den Berg] is our new sponsor
kudos to [PERSON:Aisha] and [PERSON:Matteo] for the fast fix
our account manager [PERSON:Chidi Eze] is great, pricing is not
the engineer called [PERSON:Ravi] closed the ticket unsolved
[PERSON:Emma] was extremely helpful during go-live
we never heard from [PERSON:Nathalie Dubois] after signing
Consultant [PERSON:Bjorn Halvorsen] mixed up our two tenants
[PERSON:Kwame] left us hanging in the middle of the migration
new champion is [PERSON:Yuki Tanaka] from operations
[PERSON:Olga Petrova] told us the feature exists, it does not
mail me at [EMAIL:jo.doe@acme-corp.co.uk] please
[EMAIL:support+eu@mail.example.org] bounces
reach me: [EMAIL:jo (at) acme (dot) com]
[EMAIL:Ana.Lopez_99@uni.example.edu] cannot log in, reset does nothing
call [PHONE:415-555-0132] after 5
my number is [PHONE:07700 900123]
[PHONE:+49 30 901820] rings forever
ring me on [PHONE:555-0142], not the office
Desk: [PHONE:(020) 7946 0018]
whatsapp [PHONE:+1 (212) 555-0187] is fine
fax [PHONE:0049 89 636 48018] since you asked
my card [CARD:4111 1111 1111 1111] was charged twice
amex [CARD:378282246310005] declined at checkout
[CARD:5555-5555-5555-4444] is the old card, please remove
IBAN [IBAN:DE89 3704 0044 0532 0130 00] for the refund
pay to [IBAN:GB82WEST12345698765432] as agreed
[IBAN:FR14 2004 1010 0505 0001 3M02 606] is not accepted by the form
our server [IP:10.20.12.5] is blocked by your firewall
calls from [IP:2001:db8::ff00:42:8329] time out
[IP:192.168.4.77] shows up in the audit log, not ours
the link [URL:https://app.flowdesk.example/reset?token=9f8a7b6c] is expired
[URL:https://jo:secret@files.example.com/export] should not be in a mail
sso fails at [URL:https://idp.example.com/saml/acs?SAMLResponse=PHNhbWw]
ssn [NATIONAL_ID:123-45-6789] is visible in the export
NI number [NATIONAL_ID:AB 12 34 56 C] printed on the report
DNI [NATIONAL_ID:12345678Z] is rejected by the form
the payslip shows [NATIONAL_ID:RSSMRA85T10A562S] in full
our office moved to [ADDRESS:221 Baker Street, London NW1 6XE]
ship the tokens to [ADDRESS:1600 Harbour Parkway, Springfield, IL 62704]
Rechnung bitte an [ADDRESS:Musterstraße 12, 10115 Berlin]
the invoice still says [ADDRESS:12 rue de la Paix, 75002 Paris]
Mark as done does not work
the grace period is too short, Grace period should be 30 days
may we export in May? May 12 was bad
Will this be fixed? We will see.
Page 4 is blank and the page title is wrong
we cook our own reports in Excel
Tom Becker and Hannah helped us a lot
Tom's answers are always quick
Flowdesk is slow and Grace Software is cheaper
Salesforce and Jira sync broken, Okta login fails
Slack is great, Teams was helpful, Zoom was down
HubSpot left us hanging, Marketo did not
the Monday board integration is bad
Power BI and Tableau show different totals
Bill payment page times out, bill of materials too
ticket 4482910 is open since 2024-03-12
version 10.2.1.0 broke it, 1.2.3.4 was fine
we lost 1 200 000 rows and 12,500.00 EUR
invoice INV-2024-00123 for order 1234 5678 9012
24/7 support would be worth 100-200 per month
it took 2 years down the road
see https://www.flowdesk.example/docs for the steps
error 0x80070005 and 504 gateway timeout
3 Way Match fails, Sync Drive too
Sterling Pages is our tenant name
Frank feedback: pricing is not transparent
Hope this helps, hope for a fix in August
Our Berlin, Austin and Sydney offices see different data
The Amazon connector and the Azure one stop at 10:30:45
Art of the possible was shown in the demo, not delivered
Rich text fields lose formatting
Q3 Board pack, Asana import, Gantt view: all broken
Jasper reports are ugly, Jenkins plugin fails
Great onboarding, Stellar support, Awesome docs
Customer Success was silent, Sales overpromised
German and French translations are poor
Kanban view please, Scrum board exists
"""

_MARK = re.compile(r"\[([A-Z_]+):([^\]]+)\]")


def labelled() -> list[tuple[str, list[tuple[int, int, str]]]]:
    """Return each comment without marks, with its spans `(start, end, kind)`."""
    return [_parse(line) for line in MARKED.strip().split("\n")]


def _parse(line: str) -> tuple[str, list[tuple[int, int, str]]]:
    spans, text, end = [], "", 0
    for match in _MARK.finditer(line):
        text += line[end : match.start()]
        spans.append((len(text), len(text) + len(match.group(2)), match.group(1)))
        text += match.group(2)
        end = match.end()
    return text + line[end:], spans
