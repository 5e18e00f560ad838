"""The OpenAPI description: what FastAPI finds, with an example of every schema."""

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from api.schemas.base import Problem
from api.schemas.examples import EXAMPLES
from api.schemas.incoming import CommentsIn

PATH = "/openapi.json"


@dataclass(frozen=True)
class Description:
    """What an application keeps of its description: as objects, all of it would take 9 MB in every process.

    Attributes:
        parameters: Those of a query, by route and method ("get").
        lists: Routes that can be asked for as CSV.
        packed: All of it as JSON, a tenth of its size.
    """

    parameters: Mapping[tuple[str, str], Sequence[str]]
    lists: Sequence[str]
    packed: bytes


def describe(app: FastAPI) -> None:
    """Complete the description that the application gives of itself, and serve it."""
    plain = app.openapi
    app.state.description = None

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            schemas = plain()["components"]["schemas"]
            # `Problem` stands in no route's signature, so its schema is added by hand.
            schemas.setdefault("Problem", Problem.model_json_schema())
            # Nor does the body that is read by hand.
            read_by_hand = CommentsIn.model_json_schema(ref_template="#/components/schemas/{model}")
            for name, schema in {**read_by_hand.pop("$defs"), "CommentsIn": read_by_hand}.items():
                schemas.setdefault(name, schema)
            for name, example in EXAMPLES.items():
                if name in schemas:
                    schemas[name]["examples"] = [example]
        return plain()

    async def answer(_request: Request) -> Response:
        return Response(zlib.decompress(description_of(app).packed), media_type="application/json")

    app.openapi = described  # type: ignore[method-assign]
    app.add_route(PATH, answer, include_in_schema=False)


def description_of(app: FastAPI) -> Description:
    """Give what is kept of the description, made once (a second)."""
    if app.state.description is None:
        app.state.description = _made(app)
    found: Description = app.state.description
    return found


def list_routes(app: FastAPI) -> Sequence[str]:
    """Give the addresses that can be asked for as CSV."""
    return description_of(app).lists


def read_routes(app: FastAPI) -> None:
    """Let FastAPI read every route now, which it otherwise does in the first request: it looks for an address."""
    for route in app.router.routes:
        route.matches({"type": "http", "method": "GET", "path": "/v1/-", "root_path": "", "headers": []})


def _made(app: FastAPI) -> Description:
    whole = app.openapi()
    app.openapi_schema = None
    operations = {(path, method): one for path, methods in whole["paths"].items() for method, one in methods.items()}
    return Description(
        {
            key: [one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"]
            for key, operation in operations.items()
        },
        [path for (path, method), operation in operations.items() if method == "get" and _is_list(operation)],
        zlib.compress(json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()),
    )


def _is_list(operation: Mapping[str, Any]) -> bool:
    return "text/csv" in operation["responses"].get("200", {}).get("content", {})
