"""Which groups of anonymous surveys are large enough to be shown at their account: counted once for many rows.

The same rule as `anonymity`, for readers of whole accounts: that one asks row by row.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from data.store.models import Response
from data.store.queries.anonymity import anonymous_surveys
from data.store.queries.slices import UNKNOWN, Slice
from data.store.repositories.bulk import chunks

_GROUPS = (
    select(Response.survey_id, Response.account_id, Response.role, func.count())
    .where(
        Response.account_id.in_(bindparam("accounts", expanding=True)),
        Response.responded_at <= bindparam("as_of"),
        # As an expression: SQLite would rather take the index by survey, and read all accounts' answers.
        func.coalesce(Response.survey_id, "").in_(bindparam("surveys", expanding=True)),
    )
    .group_by(Response.survey_id, Response.account_id, Response.role)
)


def _counted(
    session: Session, filters: Slice, account_ids: Sequence[str], surveys: Sequence[str]
) -> Iterator[tuple[str, str, str, int]]:
    for part in chunks(account_ids) if surveys else ():
        rows = session.execute(_GROUPS, {"accounts": list(part), "as_of": filters.as_of, "surveys": surveys})
        for survey, account, role, n in rows:
            yield survey, account or "", role, n


class Veil:
    """Sizes of the groups of anonymous surveys at some accounts."""

    def __init__(
        self,
        session: Session,
        filters: Slice,
        account_ids: Sequence[str],
        *,
        counted: Iterable[tuple[str, str, str, int]] | None = None,
    ) -> None:
        """Count the answers of each anonymous survey by account and role, up to `as_of`.

        They may be handed in where they are `counted` already: (survey, account, role, answers), of any surveys.
        """
        self._least = filters.anonymous_min_group
        self.surveys = frozenset(anonymous_surveys(session))
        self._accounts: Counter[tuple[str, str]] = Counter()
        self._roles: Counter[tuple[str, str, str]] = Counter()
        groups = _counted(session, filters, account_ids, sorted(self.surveys)) if counted is None else counted
        for survey, account, role, n in groups:
            self._accounts[survey, account] += n
            self._roles[survey, account, role] += n

    def hides(self, survey: str | None, account_id: str) -> bool:
        """Whether an answer may not be shown at its account."""
        return survey in self.surveys and self._accounts[survey or "", account_id] < self._least

    def role(self, survey: str | None, account_id: str, role: str) -> str:
        """Give the role that may be shown with an answer."""
        hidden = survey in self.surveys and self._roles[survey or "", account_id, role] < self._least
        return UNKNOWN if hidden else role

    def hidden_at(self, account_id: str) -> list[str]:
        """Give the surveys of which nothing may be shown at an account."""
        return [survey for survey in sorted(self.surveys) if self.hides(survey, account_id)]
