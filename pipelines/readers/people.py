"""Which columns of a survey say who answered and for which company, by names that leave no doubt."""

from collections.abc import Mapping, Sequence

from pipelines.fields import FIELD
from pipelines.mapping import fitting_share, plain_name, values_of
from pipelines.readers.table import RawRow

_FIELDS = ("account_id", "account_name", "email", "contact_id", "contact_name", "role")
# A company's address on the web finds its account as its name does.
_DOMAIN_NAMES = {"domain", "company domain", "account domain", "email domain", "website", "web site", "company website"}
_FIRST, _LAST = {"first name", "firstname", "given name"}, {"last name", "lastname", "surname", "family name"}
_SURE = 0.9


def party_columns(names: Mapping[str, str], sample: Sequence[RawRow]) -> dict[str, tuple[str, ...]]:
    """Give field -> columns for account and person.

    Args:
        names: Column -> what it is called ("Company"), of the columns that are free.
        sample: Rows by column: a role must read as one.

    Returns:
        Each field once; a name may come in two columns, to be joined.
    """
    found: dict[str, tuple[str, ...]] = {}
    plain = {column: plain_name(name) for column, name in names.items()}
    for field in _FIELDS:
        spec = FIELD["responses"][field]
        known = {field.replace("_", " "), *spec.names}
        for column, name in plain.items():
            if name in known and (field != "role" or _is_role(column, sample)):
                found.setdefault(field, (column,))
    domains = [column for column, name in plain.items() if name in _DOMAIN_NAMES]
    if domains:
        found.setdefault("account_name", (domains[0],))
    first = next((column for column, name in plain.items() if name in _FIRST), None)
    last = next((column for column, name in plain.items() if name in _LAST), None)
    if first and last:
        found.setdefault("contact_name", (first, last))
    return found


def _is_role(column: str, sample: Sequence[RawRow]) -> bool:
    values = values_of(column, sample)
    return bool(values) and fitting_share(FIELD["responses"]["role"], values) >= _SURE
