"""Corrections: what a person changed in tags and themes, what that changes, and how to take it back."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.schemas.base import Schema

# No database keeps the character NUL.
_Key = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[^\x00]*$")]
_Name = Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[^\x00]*\S[^\x00]*$")]
_Text = Annotated[str, Field(max_length=4000, pattern=r"^[^\x00]*$")]
_Id = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
Action = Literal["tag", "untag", "polarity", "rename", "merge", "split", "move", "hide", "unhide", "define"]
# What each action needs beside the theme, and what else it may have.
NEEDS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "tag": (frozenset({"comment_id", "polarity"}), frozenset({"passage"})),
    "untag": (frozenset({"comment_id"}), frozenset({"passage"})),
    "polarity": (frozenset({"comment_id", "polarity"}), frozenset({"passage"})),
    "rename": (frozenset({"name"}), frozenset()),
    "merge": (frozenset({"into"}), frozenset()),
    "split": (frozenset({"name"}), frozenset({"comment_ids", "by_theme"})),
    "move": (frozenset(), frozenset({"parent_key"})),
    "hide": (frozenset(), frozenset()),
    "unhide": (frozenset(), frozenset()),
    "define": (frozenset(), frozenset({"definition", "owner", "responds_with"})),
}


class CorrectionIn(BaseModel):
    """A correction. Each action has its own fields; the others stay out."""

    model_config = ConfigDict(extra="forbid")

    action: Action
    theme_key: _Key = Field(description="The theme that it is about.", examples=["support_speed"])
    preview: bool = Field(default=False, description="Say what would change, and change nothing.")
    comment_id: _Id | None = Field(default=None, description="tag, untag, polarity.", examples=["response:r-1042"])
    passage: int | None = Field(
        default=None, ge=0, le=10_000, description="Its place in the comment, from 0; all of it."
    )
    polarity: Literal["negative", "positive", "neutral"] | None = Field(default=None, description="tag, polarity.")
    name: _Name | None = Field(default=None, description="rename; split: name of the new theme.")
    into: _Key | None = Field(default=None, description="merge: the theme that takes it in.")
    comment_ids: list[_Id] | None = Field(
        default=None, min_length=1, max_length=1000, description="split: the comments that leave."
    )
    by_theme: _Key | None = Field(default=None, description="split: those leave that speak of this theme as well.")
    parent_key: _Key | None = Field(default=None, description="move: the theme to stand under; null is the top.")
    definition: _Text | None = Field(default=None, description="define.")
    owner: Annotated[str, Field(max_length=120, pattern=r"^[^\x00]*$")] | None = Field(
        default=None, description="define."
    )
    responds_with: _Text | None = Field(default=None, description="define: what to do when it comes up.")

    @model_validator(mode="after")
    def _fits(self) -> "CorrectionIn":
        needed, allowed = NEEDS[self.action]
        given = self.model_fields_set - {"action", "theme_key", "preview"}
        missing = sorted(name for name in needed if getattr(self, name) is None)
        strange = sorted(given - needed - allowed)
        if missing or strange:
            lacks = f"needs {', '.join(missing)}" if missing else f"has no {', '.join(strange)}"
            raise ValueError(f"action {self.action} {lacks}")
        if self.action == "split" and (self.comment_ids is None) is (self.by_theme is None):
            raise ValueError("action split needs comment_ids or by_theme, one of them")
        if self.action == "define" and not given:
            raise ValueError("action define needs definition, owner or responds_with")
        return self


class CorrectionOut(Schema):
    """A correction as it is kept."""

    id: int
    action: str
    theme_key: str | None = None
    into: str | None = Field(default=None, description="Where a merge led, or the theme that a split made.")
    comment_id: str | None = None
    polarity: str | None = None
    detail: dict[str, Any] = Field(default={}, description="What else it says: a name, a definition, a parent.")
    made_by: str
    made_at: datetime
    undone_by: str | None = None
    undone_at: datetime | None = None
    waits: bool = Field(
        default=False, description="It reaches too much for a request: the next run makes it effective."
    )
    learned: int = Field(default=0, description="Other wordings that follow it since a run learned from it.")


class ThemeReachOut(Schema):
    """A theme and how much speaks of it: customers' comments and their accounts."""

    key: str
    name: str
    state: str
    parent_key: str | None = None
    comments: int
    accounts: int


class ThemeChangeOut(Schema):
    """A theme before and after; null where it is not there."""

    key: str
    before: ThemeReachOut | None = None
    after: ThemeReachOut | None = None


class CommentChangeOut(Schema):
    """A comment with the keys of its themes before and after."""

    comment_id: str
    text: str
    before: list[str]
    after: list[str]


class CorrectionMade(Schema):
    """What a correction (or its undoing) changes. With `preview` nothing was changed."""

    preview: bool
    correction: CorrectionOut | None = Field(default=None, description="Null for a preview.")
    comments: int = Field(description="Comments whose themes change, in the key's accounts.")
    accounts: int = Field(description="Their accounts.")
    themes: list[ThemeChangeOut]
    sample: list[CommentChangeOut] = Field(description="Some of the comments.")
    at_once: str = Field(description="What is effective with this answer.")
    next_run: str = Field(description="What the next run does.")
    undo: str | None = Field(default=None, examples=["DELETE /v1/corrections/12"])


class CorrectionPage(Schema):
    """Corrections, newest first."""

    items: list[CorrectionOut]
    next_cursor: str | None = None
