"""The top of an account's page: who it is, what to know, and what to do about it."""

from datetime import date

from api.schemas.diagnosis import AccountHeadOut, DiagnosisOut, StatementOut, StepOut
from dashboard import format as fmt
from dashboard import strings
from dashboard.look import prose, text
from dashboard.pieces.account_evidence import Words, evidence_html
from dashboard.pieces.tables import RENEWAL_SOON_DAYS

NOTHING_TITLE = "Nothing stands out"
NOTHING = "No finding in this period: too little was answered, or nothing is wrong. The scores and comments are below."
NOBODY = "nobody on the staff list: name an owner"


def sentence_html(found: DiagnosisOut) -> str:
    """Write the sentence that the page opens with."""
    return f"<b>{text(found.account.name)}.</b> {prose(found.headline.text)}"


def facts_html(account: AccountHeadOut, today: date) -> str:
    """Write who the account is in one line."""
    arr = None if account.arr is None else f"{fmt.money(account.arr, account.currency or '')} ARR"
    parts = [
        fmt.label(account.segment, strings.SEGMENTS) if account.segment else None,
        account.industry,
        f"tier {account.tier}" if account.tier else None,
        fmt.label(account.motion, {}).replace(" ", "-").lower() if account.motion else None,
        arr,
    ]
    plain = [text(part) for part in parts if part]
    plain.append(renewal_words(account.renewal_date, today))
    plain.append(f"CSM {text(account.success_manager)}" if account.success_manager else "no CSM named")
    plain.append(f"last heard {fmt.day(account.last_heard)}" if account.last_heard else "never heard")
    return f'<p class="account-facts">{" · ".join(f"<span>{part}</span>" for part in plain)}</p>'


def renewal_words(renewal: date | None, today: date) -> str:
    """Say when the contract ends, and how soon."""
    if renewal is None:
        return "renewal date not known"
    left = (renewal - today).days
    when = f"in {fmt.counted(left, 'day')}" if left >= 0 else f"{fmt.counted(-left, 'day')} ago"
    soon = ' class="attention"' if 0 <= left <= RENEWAL_SOON_DAYS else ""
    return f"renewal {fmt.day(renewal)} <span{soon}>({when})</span>"


def findings_html(found: DiagnosisOut, words: Words) -> str:
    """Write each finding with its evidence, and beside it the step that it asks for with its owner."""
    if not found.statements:
        return f'<p><b>{NOTHING_TITLE}.</b> <span class="note">{NOTHING}</span></p>'
    steps = {step.why: step for step in found.steps}
    rows = "".join(_finding(one, steps.get(one.text), words) for one in found.statements)
    return f'<div class="findings">{rows}</div>'


def _finding(one: StatementOut, step: StepOut | None, words: Words) -> str:
    sign = '<span class="positive">+</span>' if one.good else '<span class="negative">−</span>'
    return (
        f'<div class="finding"><div class="said"><p>{sign} {prose(one.text)}</p>'
        f"{evidence_html(one, words)}</div>"
        f'<div class="todo">{"" if step is None else step_html(step)}</div></div>'
    )


def step_html(step: StepOut) -> str:
    """Write a step: whose task it is, and what to do."""
    who = text(", ".join(step.owners)) if step.owners else f'<span class="attention">{NOBODY}</span>'
    return (
        f'<p>{text(step.action)}</p><p class="note">{text(fmt.label(step.stage, strings.STAGES))} · '
        f"{text(step.owner)}: {who}</p>"
    )
