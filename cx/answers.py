"""One scored answer as everything about an account is read from it."""

from collections.abc import Iterable
from datetime import datetime
from operator import attrgetter
from typing import NamedTuple

from cx.scores import Scale


class Answer(NamedTuple):
    """A scored answer. `comment_id` is None where it came without words. A tuple: lists by risk make thousands.

    The role of an anonymous answer is "unknown" where too few share it; its contact and agent are never known.
    """

    response_id: str
    account_id: str
    scale: Scale
    contact_id: str | None
    role: str
    stage: str | None
    agent_id: str | None
    at: datetime
    score: float
    anonymous: bool
    survey_id: str
    comment_id: str | None = None

    @property
    def answer_id(self) -> str:
        """Its id among all that was said: its comment's, where it has one."""
        return f"response:{self.response_id}"

    @property
    def named(self) -> bool:
        """Whether it is known who gave it."""
        return self.contact_id is not None and not self.anonymous

    @property
    def person(self) -> str:
        """Who counts as one respondent: the contact, or the answer itself where nobody is named."""
        return self.contact_id if self.contact_id is not None and not self.anonymous else self.answer_id


def last_of_each(answers: Iterable[Answer]) -> list[Answer]:
    """Give each person's last answer, oldest first."""
    last: dict[str, Answer] = {}
    for answer in sorted(answers, key=attrgetter("at", "response_id")):
        person = answer.person
        last.pop(person, None)
        last[person] = answer
    return list(last.values())
