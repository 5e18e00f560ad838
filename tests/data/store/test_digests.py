"""Who may read a digest of all accounts: nobody who sees some of them only, however their address is written."""

from datetime import UTC, datetime

from data.store.models import Staff
from data.store.repositories.digests import bound_readers
from data.store.repositories.persons import grant, revoke
from data.store.unit_of_work import Store

NOW = datetime(2026, 10, 1, tzinfo=UTC)
STAMP = {"origin": "t", "row_hash": "0", "imported_at": NOW}
# Staff who serve all accounts: who, function.
STAFF = (("mara", "csm"), ("ruth", "support"), ("olaf", "csm"), ("ÅSA", "csm"))


def _refused(store: Store, *addresses: str) -> set[str]:
    with store.read() as session:
        return bound_readers(session, addresses)


def test_each_spelling_of_a_bound_address_is_refused(store: Store):
    with store.write() as session:
        for who, function in STAFF:
            session.add(Staff(staff_id=who, name=who, email=f"{who}@vendor.test", function=function, **STAMP))
        grant(session, email="Øyvind@vendor.test", role="csm", now=NOW)
        grant(session, email="olaf@vendor.test", role="viewer", now=NOW)
        grant(session, email="gone@vendor.test", role="admin", now=NOW)
        revoke(session, email="gone@vendor.test", now=NOW)
    bound = {"mara@vendor.test", "Mara@Vendor.test", "Øyvind@vendor.test", "Åsa@vendor.test", "GONE@vendor.test"}
    wide = {"Ruth@vendor.test", "Olaf@vendor.test", "nobody@elsewhere.test"}
    assert _refused(store, *sorted(bound | wide)) == bound
