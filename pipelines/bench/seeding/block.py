"""Some events of a seeded store with what their rows have in common."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import numpy as np

from cx.journey import stage_of_source
from pipelines.bench.seeding.events import SOURCES, Events
from pipelines.bench.seeding.parties import ROLES, START
from pipelines.bench.seeding.voice import Voice

# Events of one block: some tens of MB of rows at a time.
BLOCK = 20_000


class Block:
    """Some events, by place in the block; `spoken` are the places with words."""

    def __init__(self, voice: Voice, events: Events, rows: range) -> None:
        self.voice, self.rows = voice, rows
        self.of = slice(rows.start, rows.stop)
        self.account = events.account[self.of].tolist()
        self.contact = events.contact[self.of].tolist()
        self.role = [ROLES[one] for one in events.role[self.of].tolist()]
        self.source = [SOURCES[one] for one in events.source[self.of].tolist()]
        self.survey = events.survey[self.of].tolist()
        self.band = events.band[self.of]
        self.silent = events.silent[self.of]
        self.at = [START + timedelta(seconds=one) for one in events.at_s[self.of].tolist()]
        self.score = [None if one != one else one for one in events.score[self.of].tolist()]
        self.spoken = np.flatnonzero(~self.silent).tolist()
        self.stage = [self._stage(at) for at in range(len(rows))]
        self.origin = [self._origin(at) for at in range(len(rows))]

    def _stage(self, at: int) -> str:
        survey = self.survey[at]
        return self.voice.surveys[survey].stage if survey >= 0 else stage_of_source(self.source[at]) or "usage"

    def _origin(self, at: int) -> str:
        letter = "R" if self.survey[at] >= 0 else {"ticket": "T", "in_app": "I", "review_note": "N"}[self.source[at]]
        return f"{letter}{self.rows.start + at + 1:07d}" + ("-M1" if letter == "T" else "")

    def kind(self, at: int) -> str:
        """Give the kind of the comment at a place."""
        return (
            "response" if self.survey[at] >= 0 else "ticket_message" if self.source[at] == "ticket" else self.source[at]
        )

    def ticket(self, at: int) -> str | None:
        """Give the ticket that a message belongs to."""
        return self.origin[at].removesuffix("-M1") if self.source[at] == "ticket" else None

    def given(self, at: int) -> dict[str, Any]:
        """Give what the row itself said of where it belongs."""
        return {"account": True} if self.survey[at] < 0 else {"account": True, "role": self.role[at]}

    def ids(self, places: Sequence[int]) -> dict[str, list[Any]]:
        """Give the columns of account and contact at these places."""
        parties = self.voice.parties
        return {
            "account_id": [parties.account_ids[self.account[at]] for at in places],
            "contact_id": [None if self.contact[at] < 0 else parties.contact_ids[self.contact[at]] for at in places],
        }


def blocks(voice: Voice, events: Events) -> Iterator[Block]:
    """Cut the events into blocks, in order."""
    for first in range(0, len(events), BLOCK):
        yield Block(voice, events, range(first, min(first + BLOCK, len(events))))
