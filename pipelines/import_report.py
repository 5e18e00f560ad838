"""What an import tells: counts, the columns it used, and what it chose."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipelines.rows import Broken

# Different reasons that a report counts apart.
REASONS_SHOWN = 20
COUNTS = ("read", "new", "changed", "same", "quarantined")


@dataclass
class FileReport:
    """One file. `columns` maps fields to the file's columns; `unused` are columns that were not imported."""

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

    def counts(self) -> dict[str, int]:
        """Give read = new + changed + same + quarantined."""
        return {name: getattr(self, name) for name in COUNTS}

    def add(self, results: Sequence[str | Broken]) -> None:
        """Count a batch."""
        tally = Counter("quarantined" if isinstance(result, Broken) else result for result in results)
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

    def as_dict(self) -> dict[str, Any]:
        """Give it as JSON."""
        return {
            "counts": self.counts(),
            "by_kind": self.by_kind(),
            "files": [{**vars(part), "columns": dict(part.columns)} for part in self.files],
            "skipped_files": list(self.skipped_files),
            "unmatched_accounts": self.unmatched_accounts,
            "unmatched_contacts": self.unmatched_contacts,
            "ambiguous_accounts": self.ambiguous_accounts,
            "seconds": round(self.seconds, 2),
        }
