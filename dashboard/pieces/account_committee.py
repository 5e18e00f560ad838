"""The committee: both NPS reads and their gap, and one lane a role with each person's latest score and words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from api.schemas.diagnosis import CommitteeOut, RoleFigureOut
from api.schemas.figures import FigureOut
from api.schemas.timeline import GivenScoreOut, PersonOut
from dashboard import format as fmt
from dashboard import strings
from dashboard.look import text
from dashboard.pieces.account_evidence import Words, folded_html
from dashboard.pieces.account_figures import known, score_chip, value_html
from dashboard.pieces.comment import quote_html
from dashboard.pieces.tables import ROLE_COLUMNS

# People shown in a lane before the rest is folded away.
LANE = 6
NO_READ = "not known: nobody answered"
NOBODY = "Nobody in this role answered."
NO_CONTACT = "No contact is known in this role."


@dataclass(frozen=True)
class Member:
    """A person with what they answered: the newest answer of each survey type in the period, and the last before it."""

    name: str
    role: str
    now: list[GivenScoreOut] = field(default_factory=list)
    earlier: GivenScoreOut | None = None
    ever: bool = False
    gone: str = ""


def members(people: Sequence[PersonOut], scores: Sequence[GivenScoreOut], *, since: datetime | None) -> list[Member]:
    """Give the people of an account: contacts, and those whose answers name nobody.

    Somebody who left and did not answer in the period is not asked for any more.
    """
    by_contact: dict[str, list[GivenScoreOut]] = {}
    for one in scores:
        by_contact.setdefault(one.contact_id or one.answer_id, []).append(one)
    known_ids = {person.contact_id for person in people}
    found = [_member(person, by_contact.get(person.contact_id, []), since) for person in people]
    for key, given in by_contact.items():
        now = _newest(given, since)
        if key not in known_ids and now:
            found.append(Member("Anonymous", now[0].role, now, ever=True))
    return [one for one in found if one.now or not one.gone]


def _member(person: PersonOut, given: list[GivenScoreOut], since: datetime | None) -> Member:
    now = _newest(given, since)
    before = [one for one in given if since is not None and one.answered_at < since]
    earlier = max(before, key=lambda one: one.answered_at, default=None)
    # Who answered is shown in the role they answered in; roles change.
    role = now[0].role if now else person.role
    gone = f"left {fmt.day(person.left_on)}" if person.left_on else ""
    return Member(person.name or "Name not known", role, now, earlier, person.ever_answered, gone)


def _newest(given: Iterable[GivenScoreOut], since: datetime | None) -> list[GivenScoreOut]:
    """Give the newest answer of each survey type in the period, NPS first."""
    last: dict[str, GivenScoreOut] = {}
    for one in given:
        if since is None or one.answered_at >= since:
            last[one.type] = max(one, last.get(one.type, one), key=lambda item: item.answered_at)
    order = ("nps", "csat", "ces")
    return sorted(last.values(), key=lambda one: order.index(one.type) if one.type in order else len(order))


def reads_html(read: CommitteeOut) -> str:
    """Write both reads of the account's NPS, side by side, with the weights and the gap."""
    none = read.interval_note.removeprefix("interval not told: ")
    why = f"no interval: {none}" if none else ""
    cards = [
        _read("Account level", "role by role, weighed", read.account_level, read.account_level_before, why),
        _read("User level", "every respondent counts one", read.user_level, read.user_level_before, ""),
        _read("Gap", "account minus user level, points", read.gap, None, why and "no interval"),
    ]
    return f'<div class="grid reads">{"".join(cards)}</div>{weights_html(read)}'


def _read(name: str, means: str, figure: FigureOut | None, before: FigureOut | None, why: str) -> str:
    if figure is None:
        body = f'<div class="value few">–</div><p class="note">{NO_READ}</p>'
    else:
        few = figure.n < fmt.FEW
        was = f"<br>was {fmt.signed(before.value)} (n {fmt.count(before.n)}) in the period before" if before else ""
        body = (
            f'<div class="value{" few" if few else ""}">{fmt.signed(figure.value)}</div>'
            f'<p class="note">{text(known(figure, why_none=why))}{was}</p>'
        )
    head = f'<div class="name"><b>{name}</b><span class="note">{means}</span></div>'
    return f'<div class="card-head">{head}{body}</div>'


def weights_html(read: CommitteeOut) -> str:
    """Print the weights, and which of them had an answer."""
    parts = ", ".join(f"{_role(role).lower()} {fmt.plain(weight)}" for role, weight in read.weights.by_role.items())
    silent = ", ".join(_role(one).lower() for one in read.missing)
    missing = (
        f' <span class="attention">No NPS answer from {text(silent)}</span>: '
        f"{fmt.percent(100 * read.weight_answered)} of the weight is heard."
        if read.missing
        else ""
    )
    return f'<p class="note weights">Weights ({text(read.weights.name)}): {text(parts)}.{missing}</p>'


def _role(key: str) -> str:
    return fmt.label(key, strings.ROLES)


def lanes_html(read: CommitteeOut, found: Sequence[Member], words: Words) -> str:
    """Write one lane a role; a role without an answer stands there as missing."""
    own = {one.role: one for one in read.roles}
    roles = [*ROLE_COLUMNS, *sorted({one.role for one in found} - set(ROLE_COLUMNS))]
    lanes = [_lane(role, [one for one in found if one.role == role], own.get(role), read, words) for role in roles]
    return f'<div class="lanes">{"".join(lanes)}</div>'


def _lane(role: str, found: list[Member], own: RoleFigureOut | None, read: CommitteeOut, words: Words) -> str:
    weight = read.weights.by_role.get(role, 0)
    figure = "NPS not known" if own is None else f'NPS {value_html(own.nps)} <br class="wide">{text(known(own.nps))}'
    head = (
        f'<div class="lane-head"><h3>{text(_role(role))}</h3>'
        f'<p class="note">weighs {fmt.plain(weight)}<span class="narrow"> · </span><br class="wide">{figure}</p></div>'
    )
    answered = sorted((one for one in found if one.now), key=_worst_first)
    silent = [one for one in found if not one.now]
    cards = [member_html(one, words) for one in answered]
    shown, folded = cards[:LANE], cards[LANE:]
    if folded:
        shown.append(folded_html(f"{len(folded)} more", "".join(folded)))
    everybody = "".join(shown) + _silent(silent, answered, words)
    return f'<section class="lane">{head}<div class="people">{everybody}</div></section>'


def _worst_first(one: Member) -> tuple[int, float, str]:
    return (one.now[0].band, one.now[0].score, one.name)


def member_html(one: Member, words: Words) -> str:
    """Write a person's latest scores and the newest words beside them."""
    chips = " ".join(
        f"<span>{score_chip(item.type, item.score, item.band)}{fmt.day(item.answered_at)}</span>" for item in one.now
    )
    newest = sorted(one.now, key=lambda item: item.answered_at, reverse=True)
    spoken = next((item for item in newest if item.comment_id and item.comment_id in words), None)
    quote = '<p class="note">Wrote no comment.</p>'
    if spoken is not None:
        quote = quote_html(words[spoken.comment_id or ""].text)
        if len(one.now) > 1:
            quote += f'<p class="note">with the {strings.SCORE_NAMES.get(spoken.type, "score")}</p>'
    gone = f' <span class="attention">{one.gone}</span>' if one.gone else ""
    return (
        f'<div class="member"><p class="meta"><span class="who">{text(one.name)}</span>{gone} {chips}</p>{quote}</div>'
    )


def _silent(silent: Sequence[Member], answered: Sequence[Member], words: Words) -> str:
    if not silent:
        return "" if answered else f'<p class="missing">{NOBODY} <span class="note">{NO_CONTACT}</span></p>'
    nobody = "" if answered else f'<p class="missing">{NOBODY}</p>'
    rows = "".join(f"<li>{_silence(one, words)}</li>" for one in silent[:LANE])
    more = f"<li>and {fmt.counted(len(silent) - LANE, 'other')}</li>" if len(silent) > LANE else ""
    return f'{nobody}<ul class="silent note" aria-label="Did not answer">{rows}{more}</ul>'


def _silence(one: Member, words: Words) -> str:
    """Say of somebody that they did not answer, and what is known from before."""
    name = f'<span class="who">{text(one.name)}</span>'
    if one.earlier is not None:
        chip = score_chip(one.earlier.type, one.earlier.score, one.earlier.band)
        said = words.get(one.earlier.comment_id or "")
        quote = quote_html(said.text) if said is not None else ""
        return f"{name} did not answer; last: {chip}{fmt.day(one.earlier.answered_at)}{quote}"
    return f"{name} did not answer; last answer more than a year ago" if one.ever else f"{name} never answered"
