"""One batch of raw rows into the store: read, check, tell duplicates apart, write, and set broken rows aside."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from data.store.personal.tombstones import forgotten_of
from data.store.repositories import quarantine
from data.store.repositories.imports import ImportContext, Incoming, Outcome, Problem, write_rows
from data.store.vault import Vault
from pipelines.fields import ID_FIELD
from pipelines.plan import Decision, Plan
from pipelines.readers.export import Declared
from pipelines.readers.table import RawRow
from pipelines.rows import Broken, broken, content_hash, identified, incoming, raw_json, read_row, row_key
from pipelines.seen import SeenRows

Result = str | Broken


def store_batch(
    session: Any,  # noqa: ANN401 - a session; SQLAlchemy is imported in data.store only
    plan: Plan,
    batch: Sequence[RawRow],
    *,
    file: str,
    context: ImportContext,
    seen: SeenRows,
) -> list[Result]:
    """Store what can be stored. Returns "new", "changed", "same", "forgotten", or why a row stays out, in order."""
    sorter = _Sorter(plan, file, context, seen)
    results = [sorter.read(raw) for raw in batch]
    places = [index for index, result in enumerate(results) if isinstance(result, Incoming)]
    rows = [result for result in results if isinstance(result, Incoming)]
    final: list[Result] = ["same" if isinstance(result, Incoming) else result for result in results]
    outcomes = write_rows(session, plan.kind, rows, context)
    for index, row, outcome in zip(places, rows, outcomes, strict=True):
        final[index] = _judged(plan, row, outcome)
    return _without_forgotten(session, plan, batch, final, context)


def _without_forgotten(
    session: Any,  # noqa: ANN401
    plan: Plan,
    batch: Sequence[RawRow],
    results: list[Result],
    context: ImportContext,
) -> list[Result]:
    """Leave out broken rows of people who were forgotten: the quarantine would keep them."""
    named = {place: _people(plan, batch[place]) for place, one in enumerate(results) if isinstance(one, Broken)}
    known = forgotten_of(session, context.vault, (key for keys in named.values() for key in keys)) if named else set()
    return ["forgotten" if known & named.get(place, set()) else one for place, one in enumerate(results)]


def _people(plan: Plan, raw: RawRow) -> set[tuple[str, str]]:
    columns = (("contact", plan.columns.get("contact_id")), ("email", plan.columns.get("email")))
    cells = ((kind, raw.cells.get(column)) for kind, column in columns if column)
    return {(kind, str(cell).strip()) for kind, cell in cells if cell}


def put_surveys(session: Any, surveys: Sequence[Declared], file: str, context: ImportContext) -> None:  # noqa: ANN401
    """Store the surveys that a part of an export declares."""
    for one in surveys:
        put_survey(session, Decision(Plan("surveys", {}), one.row()), file, context)


def put_survey(session: Any, decision: Decision, file: str, context: ImportContext) -> None:  # noqa: ANN401
    """Store the survey that a file's answers belong to, where there is none yet."""
    if decision.new_survey:
        values = decision.new_survey
        row = Incoming(values, f"{file}#survey", content_hash(values, context.vault))
        write_rows(session, "surveys", [row], context)


def _judged(plan: Plan, row: Incoming, outcome: Outcome) -> Result:
    if not isinstance(outcome, Problem):
        return outcome
    return broken(plan, outcome.field, row.values.get(outcome.field or ""), outcome.reason)


class _Sorter:
    """Reads rows, and knows which ids the file has shown before."""

    def __init__(self, plan: Plan, file: str, context: ImportContext, seen: SeenRows) -> None:
        self._plan, self._file, self._seen, self._vault = plan, file, seen, context.vault

    def read(self, raw: RawRow) -> Incoming | Result:
        """Read one row; "same" where the file has it twice."""
        plan = self._plan
        if raw.problem is not None:
            return Broken(None, None, f"{raw.problem}: correct the row in the file and import the file again")
        values = read_row(plan, raw)
        if isinstance(values, Broken):
            return values
        values = identified(plan, values, self._seen, self._vault)
        again = False
        row_hash = content_hash(values, self._vault)
        for key, content in _keys(plan, values, row_hash, self._vault):
            sight, first = self._seen.look(key, content, raw.number)
            if sight == "conflict":
                shown = key.partition(" ")[2].replace("\x1f", " ")
                reason = f"row {first} has the same id with other content: keep one of the two"
                return replace(broken(plan, ID_FIELD.get(plan.kind, "account_id"), shown, reason), conflict=True)
            again = sight == "again"
            if again and not values.get("partial"):
                break
        if again:
            return "same"
        return incoming(plan, values, self._file, row_hash)


def _keys(plan: Plan, values: Mapping[str, Any], row_hash: str, vault: Vault) -> Iterator[tuple[str, str]]:
    """Give what may not stand in a file twice with other content: the row, then its messages or commitments.

    A CSV ticket comes once a message: its own columns may repeat, and the message comes last.
    """
    rest = dict(values)
    messages = rest.get("messages") or []
    if rest.get("partial"):
        rest.pop("messages")
    owner = row_key(plan, rest)
    yield f"row {owner}", content_hash(rest, vault) if rest.get("partial") else row_hash
    for message in messages:
        yield f"message {message['message_id']}", content_hash({**message, "of": owner}, vault)
    for commitment in rest.get("commitments") or []:
        yield f"commitment {commitment['commitment_id']}", content_hash({**commitment, "of": owner}, vault)


def set_aside(
    session: Any,  # noqa: ANN401
    plan: Plan,
    batch: Sequence[RawRow],
    results: Sequence[Result],
    *,
    place: str,
    context: ImportContext,
) -> None:
    """Keep the broken rows of a batch in the quarantine, which knows them by their `place`."""
    bad = [_aside(raw, one, context.vault) for raw, one in zip(batch, results, strict=True) if isinstance(one, Broken)]
    quarantine.set_aside(session, place, plan.kind, bad, mapping=plan.to_dict(), now=context.now)


def _aside(raw: RawRow, problem: Broken, vault: Vault) -> quarantine.SetAside:
    """Make the row of the quarantine: the raw cells encrypted, with the reason."""
    whole = raw_json(raw)
    return quarantine.SetAside(
        row_number=raw.number,
        column=problem.column,
        value=problem.value,
        reason=problem.reason,
        # The number is part of it: two equal rows are two rows.
        row_hash=vault.hash(f"{raw.number} {whole}"),
        row_encrypted=vault.encrypt(whole),
        conflict=problem.conflict,
    )
