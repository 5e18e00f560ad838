"""The OpenAPI description: an example of every schema, a summary of every route, problems in one shape."""

import importlib
import inspect
import pkgutil
from typing import get_args

from pydantic import BaseModel

import api.schemas
from api.schemas.examples import EXAMPLES
from api.schemas.keys import KeyIn
from data.store.repositories.keys import KEY_ROLES
from tests.api.conftest import Shared


def models() -> dict[str, type[BaseModel]]:
    found: dict[str, type[BaseModel]] = {}
    for module in pkgutil.iter_modules(api.schemas.__path__):
        members = inspect.getmembers(importlib.import_module(f"api.schemas.{module.name}"), inspect.isclass)
        found |= {name: one for name, one in members if issubclass(one, BaseModel)}
    return found


def test_every_schema_has_an_example_that_fits(shared: Shared):
    schemas = shared.app.openapi()["components"]["schemas"]
    assert [name for name in schemas if "examples" not in schemas[name]] == []
    assert sorted(set(EXAMPLES) - set(schemas)) == []
    known = models()
    for name, example in EXAMPLES.items():
        read = known[name].model_validate(example)
        assert set(example) <= set(read.model_dump())


def test_roles_are_those_of_keys():
    assert get_args(KeyIn.model_fields["role"].annotation) == KEY_ROLES


def test_every_route_is_described(shared: Shared):
    schema = shared.app.openapi()
    assert "Problem" in schema["components"]["schemas"]
    for path, methods in schema["paths"].items():
        for method, route in methods.items():
            assert route["summary"], path
            assert route["description"], path
            if path.startswith("/v1/"):
                assert {"401", "403", "422", "429", "503"} <= set(route["responses"])
                assert method != "get" or "304" in route["responses"]
