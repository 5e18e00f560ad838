"""Requests made to do harm: each is refused as malformed, and no number or depth reaches the server's mistakes."""

import pytest

from tests.api.conftest import Shared

DEEP = "[" * 100_000 + "]" * 100_000
HUGE = "9" * 5000
JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    "body", [DEEP, f'{{"comments": {DEEP}}}', f'{{"name": {HUGE}}}', '{"name": 1e999}', '"\\ud800"']
)
@pytest.mark.parametrize("path", ["/v1/comments", "/v1/views", "/v1/corrections", "/v1/runs"])
def test_body_past_all_bounds_is_refused(shared: Shared, path: str, body: str):
    answer = shared.client("admin").post(path, content=body, headers=JSON)
    assert answer.status_code in (400, 422), answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_half_a_character_in_a_name_is_refused_or_kept(shared: Shared):
    body = '{"name": "\\ud800\\u0000", "parameters": {"window": "90d"}}'
    assert shared.client("admin").post("/v1/views", content=body, headers=JSON).status_code in (201, 422)


def test_huge_numbers_in_an_address_find_nothing(shared: Shared):
    client = shared.client("admin")
    for path in (f"/v1/runs/{HUGE[:30]}", f"/v1/runs/{HUGE}", f"/v1/comments?limit={HUGE}", "/v1/quarantine?limit=-1"):
        assert client.get(path).status_code in (404, 422)


def test_nul_in_a_repeated_parameter_is_refused(shared: Shared):
    answer = shared.client("viewer").get("/v1/coverage?segment=%00&segment=smb")
    assert (answer.status_code, "NUL" in answer.text) == (422, True)


def test_forms_are_no_bodies(shared: Shared):
    parts = [("file", ("a.csv", b"x", "text/csv"))] * 3
    for path in ("/v1/comments", "/v1/views", "/v1/keys"):
        assert shared.client("admin").post(path, files=parts).status_code in (400, 422)
