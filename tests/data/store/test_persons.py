"""People who sign in: a grant, a group or an account that they own lets them in, and nothing else does."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from data.errors import NotFoundError
from data.store.models import Account, Staff
from data.store.repositories.keys import KeyRequestError
from data.store.repositories.persons import (
    StrangerError,
    find_person,
    grant,
    list_grants,
    note_person,
    plain_email,
    revoke,
)
from data.store.unit_of_work import Store

NOW = datetime(2026, 10, 1, tzinfo=UTC)
TODAY = NOW.date()
# Who, function, account, from, to.
STAFF = (
    ("mara", "csm", "a1", None, None),
    ("mara", "csm", "a2", date(2026, 1, 1), date(2026, 9, 30)),
    ("mara", "csm", "a3", date(2026, 10, 1), None),
    ("mara", "implementation", "a4", None, None),
    ("jon", "csm", "a4", None, date(2026, 9, 30)),
    ("ruth", "support", "", None, None),
    ("olaf", "csm", "", None, None),
)


@pytest.fixture
def peopled(store: Store) -> Store:
    stamp = {"origin": "t", "row_hash": "0", "imported_at": NOW}
    with store.write() as session:
        session.add_all(Account(account_id=f"a{n}", name=f"A{n}", **stamp) for n in range(1, 5))
        session.flush()
        for who, function, account, since, until in STAFF:
            session.add(
                Staff(
                    staff_id=who,
                    account_key=account,
                    account_id=account or None,
                    name=who.title(),
                    email=f"{who.title()}@Vendor.test",
                    function=function,
                    valid_from=since,
                    valid_to=until,
                    **stamp,
                )
            )
    return store


def found(store: Store, email: str, *roles: str, today: date = TODAY):
    with store.read() as session:
        return find_person(session, email, roles=roles, today=today)


def test_csm_sees_the_accounts_they_own_today(peopled: Store):
    mara = found(peopled, "MARA@vendor.TEST")
    assert (mara.key_id, mara.name, mara.role) == ("person:mara@vendor.test", "Mara", "csm")
    assert mara.accounts == ("a1", "a3")
    assert found(peopled, "mara@vendor.test", today=date(2026, 9, 30)).accounts == ("a1", "a2")
    for stranger in ("jon@vendor.test", "ruth@vendor.test", "olaf@vendor.test", "who@vendor.test", "@", ""):
        with pytest.raises(StrangerError):
            found(peopled, stranger)


def test_groups_come_before_the_directory_and_grants_before_both(peopled: Store):
    assert found(peopled, "mara@vendor.test", "viewer", "analyst").role == "analyst"
    assert found(peopled, "mara@vendor.test", "analyst").accounts is None
    assert found(peopled, "new@vendor.test", "viewer").name == "new@vendor.test"
    assert found(peopled, "mara@vendor.test", "csm").accounts == ("a1", "a3")
    with pytest.raises(StrangerError):
        found(peopled, "ruth@vendor.test", "csm")
    with peopled.write() as session:
        grant(session, email="Mara@vendor.test", role="viewer", accounts=["a2", "a2"], now=NOW)
        grant(session, email="ruth@vendor.test", role="csm", accounts=["a4"], now=NOW)
        grant(session, email="chief@vendor.test", role="admin", name="The Chief", now=NOW)
    mara = found(peopled, "mara@vendor.test", "admin")
    assert (mara.role, mara.accounts, mara.name) == ("viewer", ("a2",), "Mara")
    assert found(peopled, "ruth@vendor.test").accounts == ("a4",)
    chief = found(peopled, "chief@vendor.test")
    assert (chief.role, chief.accounts, chief.name) == ("admin", None, "The Chief")


def test_revoked_may_do_nothing_until_granted_again(peopled: Store):
    with peopled.write() as session:
        revoke(session, "mara@vendor.test", now=NOW)
        with pytest.raises(NotFoundError):
            revoke(session, "nobody@vendor.test", now=NOW)
    for roles in ((), ("admin",)):
        with pytest.raises(StrangerError):
            found(peopled, "mara@vendor.test", *roles)
    with peopled.write() as session:
        grant(session, email="mara@vendor.test", role="csm", now=NOW)
    assert found(peopled, "mara@vendor.test").accounts == ("a1", "a3")


def test_wrong_grants_are_refused(peopled: Store):
    wrongs: tuple[dict[str, Any], ...] = (
        {"email": "nobody"},
        {"email": "a b@vendor.test"},
        {"email": "x" * 190 + "@vendor.test"},
        {"role": "root"},
        {"accounts": ["nowhere"]},
        {"accounts": []},
    )
    with peopled.write() as session:
        for wrong in wrongs:
            with pytest.raises(KeyRequestError):
                grant(session, now=NOW, **{"email": "a@vendor.test", "role": "viewer", **wrong})
        assert list_grants(session) == []


def test_other_letters_are_other_people():
    assert plain_email(" Karl@Vendor.test ") == "karl@vendor.test"
    # The Kelvin sign, whose lower case is a plain k.
    assert plain_email("\u212aarl@vendor.test") != "karl@vendor.test"


def test_use_is_noted_to_the_minute(peopled: Store):
    with peopled.write() as session:
        grant(session, email="a@vendor.test", role="viewer", now=NOW)
    for seconds, noted in ((0, 0), (59, 0), (60, 60)):
        with peopled.write() as session:
            note_person(session, "a@vendor.test", now=NOW + timedelta(seconds=seconds))
        with peopled.read() as session:
            assert [one.last_used_at for one in list_grants(session)] == [NOW + timedelta(seconds=noted)]
