"""What a recognised export of a product becomes: tables whose columns are the canonical ones, one a kind.

A reader of such a source does no more than rename and gather: cells are checked where those of every file are.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from pipelines.readers.table import Table


@dataclass(frozen=True)
class Declared:
    """A survey that a file's answers belong to; made where there is none of this id yet.

    `type` is nps, csat or ces; without a scale it gets the usual one of its type.
    """

    survey_id: str
    name: str
    type: str
    scale_min: float | None = None
    scale_max: float | None = None
    high_is_good: bool | None = None

    def row(self) -> dict[str, Any]:
        """Give it as a row of the kind `surveys`; what is not known is left out."""
        return {name: value for name, value in asdict(self).items() if value is not None}


@dataclass(frozen=True)
class Part:
    """Rows of one kind out of an export.

    Args:
        kind: One of `pipelines.fields.KINDS`.
        table: Its columns are fields of the kind, and its rows hold canonical names; a row's number is its place in
            the source file, so that what is wrong can be found there. A row that is no feedback says why it is
            `left_out`. In tickets every message has its `author_side`.
        surveys: The surveys that the answers belong to.
        survey: The survey of every row, where the rows have no `survey_id`.
        sources: Field -> what the file calls it, to be shown.
        unused: Columns of the file that nothing was read from.
        zone: Zone of times that name none ("UTC", "Europe/Berlin"); None: the file does not say, the user may.
        notes: What was chosen, for the user.
    """

    kind: str
    table: Table
    surveys: tuple[Declared, ...] = ()
    survey: str | None = None
    sources: Mapping[str, str] = field(default_factory=dict)
    unused: tuple[str, ...] = ()
    zone: str | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Export:
    """An export that was recognised: the product it comes from, and its parts in the order of their dependencies.

    `header` holds the columns as the generic reader names them (none for JSON): a mapping that the user saved for
    them is taken before what is recognised.
    """

    source: str
    parts: tuple[Part, ...]
    notes: tuple[str, ...] = ()
    header: tuple[str, ...] = ()
