"""The OpenAPI description: what FastAPI finds, with an example of every schema."""

from typing import Any

from fastapi import FastAPI

from api.schemas.base import Problem
from api.schemas.examples import EXAMPLES
from api.schemas.incoming import CommentsIn


def describe(app: FastAPI) -> None:
    """Complete the description that the application gives of itself, made once."""
    plain = app.openapi

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

    app.openapi = described  # type: ignore[method-assign]


def list_routes(app: FastAPI) -> list[str]:
    """Give the addresses that can be asked for as CSV."""
    return [
        path
        for path, operations in app.openapi()["paths"].items()
        if "text/csv" in operations.get("get", {}).get("responses", {}).get("200", {}).get("content", {})
    ]
