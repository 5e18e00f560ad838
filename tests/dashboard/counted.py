"""Numbers on a page and the lists behind them: what a link says must be what its comments are."""

import re
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from api.schemas.base import Schema
from api.schemas.search import SearchPage
from dashboard.client import Client
from dashboard.filters import FILTER_NAMES, read_filters

_LINK = re.compile(r'<a class="go number" href="(/search[^"]*)"[^>]*>([^<]*)</a>')


class Recorder:
    """A client that asks another one, and remembers what it was asked."""

    def __init__(self, client: Client) -> None:
        self._client, self.identity = client, client.identity
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def read(self, path: str, schema: type[Schema], params: Any) -> Schema:
        self.asked.append((path, dict(params)))
        return self._client.read(path, schema, params)

    def export(self, path: str, params: Any) -> bytes:
        return self._client.export(path, params)


def comment_links(html: str) -> list[tuple[str, dict[str, str]]]:
    """Give the label and the address's parameters of each link to comments."""
    return [(unescape(label), dict(parse_qsl(urlsplit(unescape(href)).query))) for href, label in _LINK.findall(html)]


def listed(client: Client, values: dict[str, str]) -> int:
    """Count the comments that an address of the search page lists."""
    more = {name: value for name, value in values.items() if name not in FILTER_NAMES}
    return client.read("/v1/comments", SearchPage, {**read_filters(values).params(), **more, "limit": 1}).total


def said(label: str) -> int | None:
    """Give the number that a label says; None of one that says none."""
    found = re.match(r"[\d,]+", label)
    return int(found.group().replace(",", "")) if found else None
