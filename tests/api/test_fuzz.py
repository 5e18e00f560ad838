"""Schemathesis over the whole OpenAPI with a key of each kind: no 5xx, nothing that the description does not say."""

import contextlib

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
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
from data.store.repositories.keys import create_key
from data.store.unit_of_work import Store
from data.store.vault import Vault
from tests.api.conftest import KEYS, MADE_AT, Shared
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
# Things that are there, since made-up ids find nothing.
THERE = {"account_id": ("pico", "northwind"), "key": ("ease_of_use", "d_shift"), "key_id": ("key_of_nobody",)}


def ask(case: Case, secret: str, *, bound: bool) -> None:
    answer = case.call_and_validate(headers={"Authorization": f"Bearer {secret}"}, checks=CHECKS)
    if bound:
        # What the caller asked for may be named back.
        asked = f"{case.path_parameters} {case.query} {case.body!r}"
        assert [name for name in FOREIGN if name in answer.text and name not in asked] == []


def fuzz(app: FastAPI, secret: str, *, bound: bool, examples: int) -> None:
    """Ask every operation with values that fit the description (ids that are there, too) and with some that don't."""
    quiet = settings(
        max_examples=examples,
        derandomize=True,
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
                if name in THERE and places.draw(st.booleans()):
                    case.path_parameters[name] = places.draw(st.sampled_from(THERE[name]))
            ask(case, secret, bound=bound)

        @quiet
        @given(case=operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))
        def wrong(case: Case) -> None:
            ask(case, secret, bound=bound)

        fits()
        # Nothing is wrong for an address without parameters.
        with contextlib.suppress(Unsatisfiable):
            wrong()


@pytest.mark.parametrize("key", KEYS)
def test_description_holds(shared: Shared, key: str):
    fuzz(shared.app, shared.secrets[key], bound=key in BOUND, examples=3)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("key", KEYS)
def test_description_holds_at_length(world: Store, vault: Vault, key: str):
    role, accounts = KEYS[key]
    with world.write() as session:
        _, secret = create_key(session, vault, name=key, role=role, now=MADE_AT, accounts=accounts)
    fuzz(create_app(ApiSettings(rate_per_s=0), world, vault), secret, bound=key in BOUND, examples=30)
