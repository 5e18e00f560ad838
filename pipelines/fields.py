"""The fields of each kind: their type, and the names that exports give them. See `data/README.md` for the layout."""

from dataclasses import dataclass

KINDS = (
    "accounts",
    "staff",
    "contacts",
    "surveys",
    "tickets",
    "responses",
    "in_app",
    "review_notes",
    "usage",
    "revenue",
    "health",
    "opportunities",
    "handoffs",
)
# Kinds that hold a text to analyse, with the field that holds it, and the one that says when.
TEXT_FIELD = {"responses": "comment", "tickets": "body", "in_app": "comment", "review_notes": "text"}
TIME_FIELD = {"responses": "responded_at", "tickets": "opened_at", "in_app": "commented_at", "review_notes": "noted_at"}
ID_FIELD = {
    "accounts": "account_id",
    "staff": "staff_id",
    "contacts": "contact_id",
    "surveys": "survey_id",
    "tickets": "ticket_id",
    "responses": "response_id",
    "in_app": "comment_id",
    "review_notes": "note_id",
    "revenue": "event_id",
    "opportunities": "opportunity_id",
}
SCORE_NAMES = ("score", "rating", "stars", "grade", "satisfaction", "effort", "likelihood", "how likely", "value")
SURVEY_WORDS = {
    "nps": "nps",
    "net promoter": "nps",
    "recommend": "nps",
    "csat": "csat",
    "satisf": "csat",
    "ces": "ces",
    "customer effort": "ces",
}


@dataclass(frozen=True)
class Field:
    """One field: how its cells are read, and what columns are called that hold it.

    `telling` is how much a column of that name says about the kind of the file (an account name says little).
    """

    name: str
    type: str
    names: tuple[str, ...] = ()
    telling: int = 1
    personal: bool = False


def _f(name: str, type_: str, names: str = "", *, telling: int = 1, personal: bool = False) -> Field:
    return Field(name, type_, tuple(part.strip() for part in names.split(",") if part.strip()), telling, personal)


_ACCOUNT = (
    _f("account_id", "id", "company id, customer id, organization id, organisation id, org id, client id, tenant id"),
    _f(
        "account_name",
        "words",
        "account, company, company name, customer, customer name, client, client name, organization, organisation, "
        "organization name, org, tenant",
    ),
)
_PERSON = (
    _f(
        "contact_id",
        "id",
        "respondent id, user id, requester id, person id, recipient id, customer user id, respondent",
        personal=True,
    ),
    _f(
        "email",
        "email",
        "e mail, email address, mail, recipient email, respondent email, requester email, contact email, user email",
        personal=True,
    ),
    _f(
        "contact_name",
        "words",
        "contact, respondent name, requester, full name, person name, user name, name, recipient name",
        personal=True,
    ),
)
_TEXTS = (
    "text, comment, comments, feedback, verbatim, verbatims, review, remark, remarks, message, open text, open end, "
    "free text, answer, response text, response, reason, review text, content, opinion, suggestion, body, utterance"
)
_ROLE = _f("role", "role", "persona, buying role, contact role, respondent role")
_STAGE = _f("stage", "stage", "journey stage, lifecycle stage")
_WHEN = (
    "date, timestamp, time, created at, created, submitted at, completed at, recorded date, end date, date created, "
    "submission date, submit date utc, at, datetime, day, date time"
)

FIELDS: dict[str, tuple[Field, ...]] = {
    "accounts": (
        _f("account_id", "id", "id, company id, customer id, organization id, org id, client id", telling=2),
        _f("name", "words", "account name, company, company name, customer, customer name, account, client"),
        _f("domain", "domain", "website, web site, email domain, company domain", telling=2),
        _f("parent_account_id", "id", "parent, parent account, parent id, parent account id", telling=2),
        _f("industry", "words", "sector, vertical", telling=2),
        _f("segment", "key", "customer segment, size segment", telling=2),
        _f("tier", "words", "plan, plan tier, account tier", telling=2),
        _f("motion", "key", "pricing motion, sales motion", telling=3),
        _f("arr", "number", "annual recurring revenue, annual revenue, acv", telling=3),
        _f("currency", "currency", "currency code"),
        _f("contract_start", "date", "start date, customer since, contract start date", telling=3),
        _f("first_value_date", "date", "first value, go live, go live date", telling=3),
        _f("renewal_date", "date", "renewal, contract end, contract end date, renews on", telling=3),
    ),
    "staff": (
        _f("staff_id", "id", "id, employee id, agent id", telling=2),
        _f("name", "words", "full name, employee name, agent name", personal=True),
        _f("email", "email", "e mail, email address, work email", personal=True),
        _f("function", "key", "department, team, job function", telling=3),
        _ACCOUNT[0],
        _ACCOUNT[1],
        _f("valid_from", "date", "from", telling=2),
        _f("valid_to", "date", "to", telling=2),
    ),
    "contacts": (
        _f("contact_id", "id", "id, person id, user id, respondent id", telling=2, personal=True),
        *_ACCOUNT,
        _f("name", "words", "full name, contact name, person, contact", personal=True),
        _f("email", "email", "e mail, email address, mail, contact email", personal=True),
        _f("title", "words", "job title, position", telling=3),
        _f("role", "role", "persona, buying role, contact role", telling=3),
        _f("role_from", "date", "role since", telling=3),
        _f("role_to", "date", "role until", telling=3),
        _f("left_on", "date", "left, left company on", telling=3),
    ),
    "surveys": (
        _f("survey_id", "id", "id, survey"),
        _f("name", "words", "survey name, title"),
        _f("type", "key", "survey type", telling=2),
        _f("scale_min", "number", "min, minimum", telling=4),
        _f("scale_max", "number", "max, maximum", telling=4),
        _f("high_is_good", "boolean", "", telling=4),
        _f("flag_line", "number", "flag at", telling=4),
        _STAGE,
        _f("anonymous", "boolean", "is anonymous", telling=3),
    ),
    "responses": (
        _f("response_id", "id", "id, record id, submission id, answer id", telling=2),
        _f("survey_id", "id", "survey, survey name, survey key", telling=3),
        *_ACCOUNT,
        *_PERSON,
        _f("ticket_id", "id", "ticket, case id, case number"),
        _f("agent_id", "id", "agent, assignee id"),
        _f("responded_at", "time", "response date, responded, answered at, response time, " + _WHEN, telling=2),
        _f("score", "score", ", ".join(SCORE_NAMES), telling=3),
        _f("comment", "text", _TEXTS, personal=True),
        _ROLE,
        _STAGE,
    ),
    "tickets": (
        _f("ticket_id", "id", "ticket, ticket number, case id, case number, id, issue key", telling=3),
        *_ACCOUNT,
        *_PERSON,
        _f("subject", "words", "summary, title", telling=2, personal=True),
        _f("agent_id", "id", "assignee id, agent, assignee, owner id"),
        _f("opened_at", "time", "opened, " + _WHEN, telling=2),
        _f("solved_at", "time", "solved, resolved, closed at, resolved at, closed", telling=3),
        _f("status", "key", "state"),
        _f("priority", "key", "urgency", telling=2),
        _f("messages", "messages", "", telling=5),
        _f("message_id", "id", "message, comment id", telling=4),
        _f("author_side", "side", "author type, author role, sender type, from", telling=4),
        _f("public", "boolean", "is public"),
        _f("author_id", "id", "author, sender id"),
        _f("sent_at", "time", "sent, message date", telling=3),
        _f("body", "text", "description, message body, " + _TEXTS, telling=1, personal=True),
    ),
    "in_app": (
        _f("comment_id", "id", "id, feedback id, review id", telling=2),
        *_ACCOUNT,
        *_PERSON,
        _f("feature", "words", "page, screen, module, area", telling=2),
        _f("commented_at", "time", "commented, review date, " + _WHEN, telling=2),
        _f("comment", "text", _TEXTS, personal=True),
        _ROLE,
        _STAGE,
    ),
    "review_notes": (
        _f("note_id", "id", "id", telling=4),
        *_ACCOUNT,
        *_PERSON,
        _f("author_id", "id", "author, written by, csm", telling=3),
        _f("meeting", "words", "meeting type, call", telling=4),
        _f("noted_at", "time", "meeting date, " + _WHEN, telling=2),
        _f("text", "text", "note, notes, " + _TEXTS, personal=True),
        _ROLE,
        _STAGE,
    ),
    "usage": (
        *_ACCOUNT,
        _f("week_start", "date", "week, week of, week beginning", telling=4),
        _f("active_users", "integer", "wau, weekly active users, users active", telling=4),
        _f("licensed_users", "integer", "seats, licenses, licences, licensed seats", telling=3),
        _f("key_actions", "integer", "actions, events", telling=2),
    ),
    "revenue": (
        _f("event_id", "id", "id", telling=3),
        *_ACCOUNT,
        _f("occurred_on", "date", "date, effective date, event date", telling=2),
        _f("kind", "key", "type, event type, movement", telling=3),
        _f("amount", "number", "arr change, change, delta, arr delta", telling=2),
        _f("currency", "currency", "currency code"),
    ),
    "health": (
        *_ACCOUNT,
        _f("scored_on", "date", "date, scored at, as of", telling=3),
        _f("status", "key", "health, health status, rag", telling=2),
        _f("score", "number", "health score", telling=2),
    ),
    "opportunities": (
        _f("opportunity_id", "id", "id, deal id", telling=4),
        *_ACCOUNT,
        _f("name", "words", "opportunity name, deal name, deal"),
        _f("kind", "key", "type, deal type"),
        _f("stage", "words", "deal stage, sales stage"),
        _f("amount", "number", "deal amount", telling=2),
        _f("currency", "currency", "currency code"),
        _f("opened_on", "date", "created date, opened", telling=2),
        _f("expected_close", "date", "close date, expected close date", telling=4),
        _f("closed_on", "date", "closed, closed date", telling=2),
        _f("outcome", "key", "won or lost", telling=3),
    ),
    "handoffs": (
        *_ACCOUNT,
        _f("handed_over_on", "date", "handoff date, handover date", telling=4),
        _f("from_staff_id", "id", "from", telling=3),
        _f("to_staff_id", "id", "to", telling=3),
        _f("goals", "list", "", telling=3),
        _f("decision_criteria", "list", "", telling=4),
        _f("commitments", "commitments", "promises", telling=4),
    ),
}
FIELD: dict[str, dict[str, Field]] = {kind: {field.name: field for field in fields} for kind, fields in FIELDS.items()}
# Without one column of each group a file is not of that kind.
NEEDED: dict[str, tuple[tuple[str, ...], ...]] = {
    "accounts": (("name",),),
    "staff": (("name",), ("function",)),
    "contacts": (("contact_id", "email"),),
    "surveys": (("survey_id",), ("type",)),
    "tickets": (("messages", "body"),),
    "responses": (("comment", "score"),),
    "in_app": (("comment",),),
    "review_notes": (("text",),),
    "usage": (("account_id", "account_name"), ("week_start",), ("active_users",)),
    "revenue": (("account_id", "account_name"), ("occurred_on",), ("kind",), ("amount",)),
    "health": (("account_id", "account_name"), ("scored_on",), ("status", "score")),
    "opportunities": (("account_id", "account_name"), ("opportunity_id", "expected_close")),
    "handoffs": (("account_id", "account_name"), ("handed_over_on",)),
}
# What `--map` may call a field of any kind by.
SHORT_NAMES = {"text": TEXT_FIELD, "comment": TEXT_FIELD, "body": TEXT_FIELD, "date": TIME_FIELD, "id": ID_FIELD}
