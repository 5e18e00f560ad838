"""What a tracker is: something that takes one issue of a theme, and later what became of the theme."""

from dataclasses import dataclass
from typing import Protocol

from cx.issue import Issue
from pipelines.errors import PushError


class GoneError(PushError):
    """The tracker has no such issue any more."""


@dataclass(frozen=True)
class Placed:
    """An issue where it is: the tracker's id, the name that people use, and its address."""

    issue_id: str
    issue_key: str
    url: str


class Tracker(Protocol):
    """One tracker."""

    @property
    def name(self) -> str:
        """Its name: jira, linear."""
        ...

    def find_or_create(self, issue: Issue, *, mark: str) -> Placed:
        """Give the issue that bears a mark (a UUID), made now where there is none.

        Raises:
            PushError: It can't be reached or says no, or nobody can say whether it made the issue: ask again.
        """
        ...

    def add_update(self, placed: Placed, issue: Issue, *, update: str) -> None:
        """Say under an issue how the theme stands now, once for each `update` (a UUID).

        Raises:
            GoneError: The issue was deleted.
            PushError: It can't be reached or says no.
        """
        ...

    def close(self) -> None:
        """Close the connections."""
        ...
