"""Schemathesis over the whole OpenAPI with a key of each kind: no 5xx, nothing that the description does not say."""

import contextlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import pytest
import schemathesis
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from api.app import create_app
from api.settings import ApiSettings
from api.writers import Services
from data.store.repositories.keys import create_key
from data.store.unit_of_work import Store
from data.store.vault import Vault
from tests.api.conftest import KEYS, MADE_AT, Shared
from tests.api.tables import LOOPS
from tests.api.test_access import BOUND, FOREIGN

# Not `negative_data_rejection`: a segment of "true" is a wrong type to it, but in an address all is text.
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    unsupported_method,
]
# Examples of each operation, fitting ones and wrong ones each: a suite has minutes, a long run half an hour.
QUICK, LONG = 1, 30
UNSERVED = "search by meaning is not served here"
# Things that are there, since made-up ids find nothing.
THERE: dict[str, tuple[str | int, ...]] = {
    "account_id": ("pico", "northwind"),
    "key": ("ease_of_use", "d_shift"),
    "key_id": ("key_of_nobody",),
    "loop_id": tuple(LOOPS.values()),
    "survey_type": ("nps", "csat", "ces"),
}
# Writes of an admin, by the path's name for the id that each leaves behind.
WRITES = {
    "view_id": ("/v1/views", {"name": "of a test", "parameters": {"window": "90d"}}),
    "correction_id": (
        "/v1/corrections",
        {"action": "untag", "theme_key": "ease_of_use", "comment_id": "in_app:r019", "preview": False},
    ),
    "job_id": ("/v1/comments", {"comments": [{"kind": "in_app", "account_id": "pico", "comment": "tried by a test"}]}),
}


def ask(case: Case, secret: str, *, bound: bool) -> None:
    answer = case.call(headers={"Authorization": f"Bearer {secret}"})
    # Nobody handed in a model here: that is said with 503, and is no mistake of the server.
    told = answer.status_code == 503 and UNSERVED in answer.text
    case.validate_response(answer, checks=[one for one in CHECKS if not (told and one is not_a_server_error)])
    if bound:
        # What the caller asked for may be named back.
        asked = f"{case.path_parameters} {case.query} {case.body!r}"
        assert [name for name in FOREIGN if name in answer.text and name not in asked] == []


def written(app: FastAPI, secret: str) -> dict[str, tuple[str, ...]]:
    """Make one of each thing that a route names by an id, and give the ids."""
    found: dict[str, tuple[str, ...]] = {}
    with TestClient(app, headers={"Authorization": f"Bearer {secret}"}) as client:
        for name, (address, body) in WRITES.items():
            answer = client.post(address, json=body)
            assert answer.is_success, answer.text
            id_ = re.search(rf'"(?:{name}|id)":"?([\w-]+)', answer.text)
            assert id_, answer.text
            found[name] = (id_[1],)
    return found


def fuzz(
    app: FastAPI,
    secret: str,
    *,
    bound: bool,
    examples: int,
    there: Mapping[str, Sequence[object]] = MappingProxyType({}),
    seed_of: int | None = None,
) -> None:
    """Ask every operation with values that fit the description (ids that are there, too) and with some that don't.

    They are the same each time; others with another `seed_of`.
    """
    known = {**THERE, **there}
    quiet = settings(
        max_examples=examples,
        derandomize=seed_of is None,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    for found in schemathesis.openapi.from_asgi("/openapi.json", app).get_all_operations():
        operation = found.ok()  # type: ignore[union-attr]

        @quiet
        @given(case=operation.as_strategy(generation_mode=GenerationMode.POSITIVE), places=st.data())
        def fits(case: Case, places: st.DataObject) -> None:
            for name in case.path_parameters or ():
                if name in known and places.draw(st.booleans()):
                    case.path_parameters[name] = places.draw(st.sampled_from(list(known[name])))
            ask(case, secret, bound=bound)

        @quiet
        @given(case=operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))
        def wrong(case: Case) -> None:
            ask(case, secret, bound=bound)

        if seed_of is not None:
            fits, wrong = seed(seed_of)(fits), seed(seed_of)(wrong)
        fits()
        # Nothing is wrong for an address without parameters.
        with contextlib.suppress(Unsatisfiable):
            wrong()


@pytest.mark.parametrize("key", KEYS)
def test_description_holds(shared: Shared, key: str):
    fuzz(shared.app, shared.secrets[key], bound=key in BOUND, examples=QUICK)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("key", KEYS)
def test_description_holds_at_length(world: Store, vault: Vault, key: str, tmp_path: Path):
    role, accounts = KEYS[key]
    with world.write() as session:
        _, secret = create_key(session, vault, name=key, role=role, now=MADE_AT, accounts=accounts)
        _, admin = create_key(session, vault, name="writes", role="admin", now=MADE_AT)
    services = Services(uploads=tmp_path / "uploads")
    app = create_app(ApiSettings(rate_per_s=0), world, vault, services=services)
    fuzz(app, secret, bound=key in BOUND, examples=LONG, there=written(app, admin))
