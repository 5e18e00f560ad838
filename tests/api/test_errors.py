"""Every error has a status, and every answer that is an error has the one shape."""

import importlib
import pkgutil

import pytest

import api
import cx
import data
from api.errors import STATUS, ApiError, status_of
from api.schemas.base import Problem
from cx.errors import CxError
from data.errors import DataError
from tests.api.conftest import Caller, Shared


def all_below(base: type[Exception]) -> list[type[Exception]]:
    return [base, *(leaf for child in base.__subclasses__() for leaf in all_below(child))]


@pytest.mark.parametrize(("package", "base"), [(cx, CxError), (data, DataError), (api, ApiError)])
def test_every_error_class_has_a_status(package, base: type[Exception]):
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if "migrations" not in module.name and ".var" not in module.name:
            importlib.import_module(module.name)
    ours = [error for error in all_below(base) if error.__module__.split(".")[0] == package.__name__]
    assert [error.__name__ for error in ours if error not in STATUS] == []


def test_unknown_error_is_a_server_error():
    assert status_of(ValueError("x")) == 500


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/v1/nothing", 404),
        ("/v1/accounts/nobody", 404),
        ("/v1/themes/nothing", 404),
        ("/v1/accounts?cursor=%00", 422),
        ("/v1/accounts?cursor=WyJhY2Nvd", 400),
        ("/v1/accounts/%00", 422),
        ("/v1/accounts?segmnet=smb", 422),
        ("/v1/scores?since=0001-01-02", 422),
        ("/v1/scores?period=2026-13", 422),
        ("/v1/scores?period=2026-Q1&window=90d", 422),
        ("/v1/accounts?engagement=wild", 422),
        ("/v1/accounts?cursor=WzEsMl0", 400),
        ("/v1/accounts?as_of=yesterday", 422),
        ("/v1/accounts?limit=0", 422),
        ("/v1/accounts?sort=height", 422),
        ("/v1/accounts?window=90d&since=2026-01-01", 422),
        ("/v1/scores?role=janitor", 422),
        ("/v1/scores?window=99999d&as_of=0001-01-02", 422),
        ("/v1/themes?kind=both", 422),
        ("/v1/themes?group_by=theme", 422),
    ],
)
def test_problems_have_one_shape(shared: Shared, address: str, status: int):
    answer = shared.client("viewer").get(address)
    assert answer.headers["content-type"] == "application/problem+json"
    problem = Problem.model_validate(answer.json())
    assert (answer.status_code, problem.status) == (status, status)
    assert problem.detail


def test_unexpected_error_says_nothing_of_itself(caller: Caller, app, monkeypatch):
    client = caller()
    monkeypatch.setattr("api.routers.coverage.coverage", lambda *_: 1 / 0)
    answer = client.get("/v1/coverage")
    assert answer.status_code == 500
    assert "division" not in answer.text
