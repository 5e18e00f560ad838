"""One cell into one value, by the type of its field."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from cx.committee import ROLES, parse_role
from cx.journey import STAGES
from pipelines import coerce, times

_ADDRESS = re.compile(r"<\s*([^<>\s]+@[^<>\s]+)\s*>")
_SIDES = {
    "customer": "customer end_user enduser requester user contact client visitor lead external".split(),
    "vendor": "vendor agent staff support admin teammate employee internal team operator".split(),
    "system": "system bot auto automation automated trigger".split(),
}
_SIDE = {word: side for side, words in _SIDES.items() for word in words}
# Fields that hold money are kept to the cent.
_MONEY = {"arr", "amount"}
MESSAGE_TYPES = {
    "message_id": "id",
    "author_side": "side",
    "public": "boolean",
    "author_id": "id",
    "sent_at": "time",
    "body": "text",
}
COMMITMENT_TYPES = {"commitment_id": "id", "text": "text", "made_by": "id", "made_on": "date"}


@dataclass(frozen=True)
class ColumnFormat:
    """How a column writes dates and numbers, found out over a sample; the zone of times that name none (None: UTC)."""

    order: str = "mdy"
    decimal_comma: bool = False
    zone: str | None = None


PLAIN = ColumnFormat()


def read_cell(value: object, type_: str, name: str = "", *, form: ColumnFormat = PLAIN) -> Any:  # noqa: ANN401
    """Read a cell; None where it holds nothing.

    Raises:
        ValueError: It can't be read as this type; the message says why.
    """
    if type_ == "text":
        return coerce.to_text(value) or None if value is not None and value == value else None
    if coerce.is_nothing(value):
        return None
    if type_ == "number" and name in _MONEY:
        return Decimal(f"{coerce.to_number(value, decimal_comma=form.decimal_comma):.2f}")
    return _READERS[type_](value, form) if type_ in _READERS else coerce.to_words(value) or None


def _email(value: object, _form: ColumnFormat) -> str | None:
    text = coerce.to_words(value).lower()
    match = _ADDRESS.search(text)
    return match[1] if match else text or None


def _role(value: object, _form: ColumnFormat) -> str:
    role = parse_role(coerce.to_text(value))
    if role is None:
        raise ValueError(f"not one of {', '.join(ROLES)}")
    return role


def _stage(value: object, _form: ColumnFormat) -> str:
    stage = coerce.to_key(value)
    if stage not in STAGES:
        raise ValueError(f"not one of {', '.join(STAGES)}")
    return stage


def _side(value: object, _form: ColumnFormat) -> str:
    side = _SIDE.get(coerce.to_key(value).replace("-", "_"))
    if side is None:
        raise ValueError("not one of customer, vendor, system")
    return side


def _integer(value: object, form: ColumnFormat) -> int:
    number = coerce.to_number(value, decimal_comma=form.decimal_comma)
    if not number.is_integer():
        raise ValueError("not a whole number")
    return int(number)


def _items(types: Mapping[str, str]) -> Callable[[object, ColumnFormat], list[dict[str, Any]]]:
    def read(value: object, form: ColumnFormat) -> list[dict[str, Any]]:
        if isinstance(value, str):
            try:
                value = json.loads(value)
            except (ValueError, RecursionError) as error:
                raise ValueError("neither a list nor JSON") from error
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise ValueError("not a list of objects")
        return [_item(item, types, form) for item in value]

    return read


def _item(item: Mapping[str, Any], types: Mapping[str, str], form: ColumnFormat) -> dict[str, Any]:
    read = {}
    for name, type_ in types.items():
        try:
            value = read_cell(item.get(name), type_, name, form=form)
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from error
        if value is not None:
            read[name] = value
    return read


_READERS: dict[str, Callable[[Any, ColumnFormat], Any]] = {
    "email": _email,
    "role": _role,
    "stage": _stage,
    "side": _side,
    "integer": _integer,
    "domain": lambda value, _: coerce.to_domain(value) or None,
    "key": lambda value, _: coerce.to_key(value) or None,
    "currency": lambda value, _: coerce.to_text(value).upper() or None,
    "number": lambda value, form: coerce.to_number(value, decimal_comma=form.decimal_comma),
    "score": lambda value, form: coerce.to_score(value, decimal_comma=form.decimal_comma),
    "boolean": lambda value, _: coerce.to_boolean(value),
    "date": lambda value, form: times.parse_date(value, form.order),
    "time": lambda value, form: times.parse_time(value, form.order, zone=form.zone),
    "list": lambda value, _: coerce.to_list(value),
    "messages": _items(MESSAGE_TYPES),
    "commitments": _items(COMMITMENT_TYPES),
}
