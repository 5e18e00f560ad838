"""What a reader can filter by, and who the reader is."""

from tests.api.conftest import Shared


def test_values_are_those_of_the_accounts_that_the_key_sees(shared: Shared):
    everyone = shared.client("viewer").get("/v1/slices").json()
    assert sum(one["accounts"] for one in everyone["segment"]) == 7
    numbers = [one["accounts"] for one in everyone["industry"]]
    assert numbers == sorted(numbers, reverse=True)
    own = shared.client("csm").get("/v1/slices").json()
    assert sum(one["accounts"] for one in own["segment"]) == 1
    # Each value is one that the filter of its name takes.
    for one in everyone["segment"]:
        found = shared.client("viewer").get("/v1/accounts", params={"segment": one["value"]}).json()
        assert len(found["items"]) == one["accounts"]


def test_reader_is_told_role_and_accounts(shared: Shared):
    csm, viewer = (shared.client(role).get("/v1/me").json() for role in ("csm", "viewer"))
    assert (csm["role"], len(csm["accounts"])) == ("csm", 1)
    assert (viewer["role"], viewer["accounts"], viewer["has_data"]) == ("viewer", None, True)
    # The newest record may be another account's: a csm learns its day only.
    assert csm["as_of"].endswith("23:59:59.999999Z")
