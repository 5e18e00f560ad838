"""What an import tells: counts, the columns it used, and what it chose."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pipelines.mapping import text_preview
from pipelines.readers.table import RawRow
from pipelines.rows import Broken

# Different reasons that a report counts apart.
REASONS_SHOWN = 20
# Why rows are left out that bear an id or address of somebody who was forgotten.
FORGOTTEN = "of people who were forgotten"
# Companies without an account that a report names.
UNMATCHED_SHOWN = 20
COUNTS = ("read", "new", "changed", "same", "quarantined")


@dataclass
class FileReport:
    """One file, or one part of an export.

    `columns` maps fields to the file's columns; `unused` are columns that were not imported; `source` is the product
    that the export comes from; `left_out` counts rows that are no feedback, by reason.
    """

    file: str
    kind: str
    format: str
    columns: Mapping[str, str]
    unused: tuple[str, ...]
    notes: list[str] = field(default_factory=list)
    read: int = 0
    new: int = 0
    changed: int = 0
    same: int = 0
    quarantined: int = 0
    mended: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    source: str | None = None
    left_out: dict[str, int] = field(default_factory=dict)

    def kept(self, rows: Iterable[RawRow]) -> Iterator[RawRow]:
        """Give the rows to import, and count the others."""
        for row in rows:
            if row.left_out:
                self.left_out[row.left_out] = self.left_out.get(row.left_out, 0) + 1
            else:
                yield row

    def placed(self, result: str | Broken) -> str | Broken:
        """Say of a broken row of an export what its file calls the column: the row holds canonical ones."""
        if not isinstance(result, Broken) or self.source is None:
            return result
        column = self.columns.get(result.column or "", result.column)
        if column == result.column:
            return result
        # Pages part the reason from what to do at the last colon.
        called = text_preview(column, 120).replace(": ", " - ")
        return replace(result, reason=f'{result.reason} (there it is called "{called}")')

    def counts(self) -> dict[str, int]:
        """Give read = new + changed + same + quarantined."""
        return {name: getattr(self, name) for name in COUNTS}

    def counted(self) -> str:
        """Say how many rows became what; nothing of what none became."""
        return ", ".join(f"{count:,} {name}" for name, count in self.counts().items() if count or name == "read")

    def add(self, results: Sequence[str | Broken]) -> None:
        """Count a batch."""
        tally = Counter("quarantined" if isinstance(result, Broken) else result for result in results)
        forgotten = tally.pop("forgotten", 0)
        if forgotten:
            self.left_out[FORGOTTEN] = self.left_out.get(FORGOTTEN, 0) + forgotten
        self.read += tally.total()
        self.new += tally["new"]
        self.changed += tally["changed"]
        self.same += tally["same"]
        self.quarantined += tally["quarantined"]
        for result in results:
            if isinstance(result, Broken):
                reason = f"{result.column}: {result.reason}" if result.column else result.reason
                if reason in self.reasons or len(self.reasons) < REASONS_SHOWN:
                    self.reasons[reason] = self.reasons.get(reason, 0) + 1


@dataclass
class ImportReport:
    """All files of one import, and what the store could not match afterwards."""

    files: list[FileReport] = field(default_factory=list)
    # Accounts and contacts that stored rows speak of, but that no import has described yet.
    unmatched_accounts: int = 0
    unmatched_contacts: int = 0
    # The companies with most rows: name -> answers, tickets and other comments.
    unmatched: dict[str, int] = field(default_factory=dict)
    # Rows of no account at all: they name none, and their e-mail address is missing or of a public mail host.
    without_account: int = 0
    # Rows whose company name fits several accounts.
    ambiguous_accounts: int = 0
    skipped_files: tuple[str, ...] = ()
    seconds: float = 0.0

    def counts(self) -> dict[str, int]:
        """Give the counts over all files."""
        return {name: sum(getattr(part, name) for part in self.files) for name in COUNTS}

    @property
    def quarantined(self) -> int:
        """Rows set aside in this import."""
        return self.counts()["quarantined"]

    def by_kind(self) -> dict[str, dict[str, int]]:
        """Give the counts by kind, in order of import."""
        kinds: dict[str, dict[str, int]] = {}
        for part in self.files:
            total = kinds.setdefault(part.kind, dict.fromkeys(COUNTS, 0))
            for name in COUNTS:
                total[name] += getattr(part, name)
        return kinds

    def unmatched_words(self) -> list[str]:
        """Say which companies have no account of their own, with their rows, and how many rows have none at all."""
        said = []
        if self.unmatched_accounts:
            listed = ", ".join(f"{name} ({rows:,})" for name, rows in self.unmatched.items())
            more = self.unmatched_accounts - len(self.unmatched)
            said.append(f"companies without an account (rows): {listed}" + (f" and {more:,} more" if more > 0 else ""))
        if self.without_account:
            said.append(
                f"rows without any account: {self.without_account:,} (they name none, and have no e-mail address or "
                "one of a public mail host)"
            )
        return said

    def as_dict(self) -> dict[str, Any]:
        """Give it as JSON."""
        return {
            "counts": self.counts(),
            "by_kind": self.by_kind(),
            "files": [{**vars(part), "columns": dict(part.columns)} for part in self.files],
            "skipped_files": list(self.skipped_files),
            "unmatched_accounts": self.unmatched_accounts,
            "unmatched_contacts": self.unmatched_contacts,
            "unmatched": self.unmatched,
            "without_account": self.without_account,
            "ambiguous_accounts": self.ambiguous_accounts,
            "seconds": round(self.seconds, 2),
        }


def part_line(file: FileReport) -> str:
    """Say what a part of an export was and what became of its rows."""
    return f"{file.kind}, {file.counted()}"
