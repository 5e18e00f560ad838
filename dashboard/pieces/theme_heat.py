"""Who says it: stages by roles, each number the way to the comments behind it, on the same page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from api.schemas.themes import GroupCountsOut
from dashboard import format as fmt
from dashboard import links, strings
from dashboard.look import text
from dashboard.pieces.tables import ROLE_COLUMNS

UNKNOWN = "unknown"
ALL = "All"


@dataclass(frozen=True)
class Cell:
    """A role and a stage; "" is all of them."""

    role: str = ""
    stage: str = ""

    @property
    def address(self) -> str:
        """How the page's address writes it."""
        return f"{self.role}.{self.stage}" if self.role or self.stage else ""

    def params(self) -> dict[str, tuple[str, ...]]:
        """Give what narrows a question to the cell."""
        return {name: (value,) for name, value in (("role", self.role), ("stage", self.stage)) if value}

    def words(self) -> str:
        """Say whose comments they are: admins, at support."""
        who = strings.ROLES_MANY.get(self.role, "") if self.role else ""
        where = fmt.label(self.stage, strings.STAGES) if self.stage else ""
        return ", ".join(part for part in (who, where.lower() if who else where) if part)


def read_cell(value: str) -> Cell:
    """Read a cell from an address; what is not known there is left out."""
    role, _, stage = value.partition(".")
    return Cell(role if role in strings.ROLES else "", stage if stage in strings.STAGES else "")


def count_in(groups: Sequence[GroupCountsOut], cell: Cell, polarity: str = "comments") -> int:
    """Count the comments of a cell: each has one role and one stage, so that cells add up."""
    return sum(
        int(getattr(one.counts, polarity))
        for one in groups
        if cell.role in ("", one.group["role"]) and cell.stage in ("", one.group["stage"])
    )


def heat_html(groups: Sequence[GroupCountsOut], chosen: Cell, own: Mapping[str, str], polarity: str = "") -> str:
    """Write the map. Roles without a word are shown: they are missing, not left out.

    Args:
        groups: Counts by role and stage.
        chosen: The cell that is open.
        own: The page's own part of the address, which the links keep.
        polarity: Only these comments are counted; "" is all.
    """
    said = {one.group["role"] for one in groups}
    roles = [*ROLE_COLUMNS, *([UNKNOWN] if UNKNOWN in said else [])]
    stages = [one for one in strings.STAGES if one != UNKNOWN or any(g.group["stage"] == UNKNOWN for g in groups)]
    of = polarity or "comments"
    most = max((count_in(groups, Cell(role, stage), of) for role in roles for stage in stages), default=0)

    def cell(at: Cell, *, whole: bool = False) -> str:
        n = count_in(groups, at, of)
        if n == 0:
            return '<td class="zero">0</td>'
        css = "whole" if whole else "heat"
        here = ' aria-current="true"' if at == chosen and at.address else ""
        # A cell that is open closes again.
        address = {**own, "cell": "" if at == chosen else at.address}
        title = f"Read {fmt.counted(n, 'comment')}{': ' + at.words() if at.words() else ''}"
        way = links.link(fmt.count(n), links.href(links.THEME, None, **address), css="number", title=title)
        return f'<td class="{css}" style="--share: {0 if whole else n / most:.2f}"{here}>{way}</td>'

    heads = "".join(f'<th scope="col">{strings.ROLES_SHORT[role]}</th>' for role in roles)
    rows = "".join(
        f'<tr><th scope="row">{text(fmt.label(stage, strings.STAGES))}</th>'
        f"{''.join(cell(Cell(role, stage)) for role in roles)}{cell(Cell('', stage), whole=True)}</tr>"
        for stage in stages
    )
    totals = "".join(cell(Cell(role, ""), whole=True) for role in roles)
    return (
        '<div class="scroll"><table class="said" aria-label="Comments by stage and role"><thead><tr>'
        f'<th scope="col">Stage</th>{heads}<th scope="col">{ALL}</th></tr></thead><tbody>{rows}'
        f'<tr class="sum"><th scope="row">{ALL}</th>{totals}{cell(Cell(), whole=True)}</tr></tbody></table></div>'
    )
