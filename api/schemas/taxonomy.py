"""The taxonomy in force: shipped themes with the user's edits, and the user's own."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.schemas.base import Schema

_NO_NUL = r"^[^\x00]*$"
_Text = Annotated[str, Field(max_length=4000, pattern=_NO_NUL)]
_Key = Annotated[
    str, Field(min_length=2, max_length=60, pattern=r"^[a-z][a-z0-9_-]*$", description="Durable: it never changes.")
]
_Example = Annotated[str, Field(min_length=3, max_length=2000, pattern=_NO_NUL)]


class TaxonomyThemeIn(BaseModel):
    """A theme as it is to be. A key that is not there yet is a new theme."""

    model_config = ConfigDict(extra="forbid")

    key: _Key = Field(examples=["driver_app"])
    name: Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[^\x00]*\S[^\x00]*$")]
    definition: _Text = Field(default="", description="What it covers; a new theme needs one, or examples.")
    owner: Annotated[str, Field(max_length=120, pattern=_NO_NUL)] = ""
    responds_with: _Text = Field(default="", description="What to do when it comes up.")
    parent_key: _Key | None = Field(default=None, description="The theme of this list that it stands under.")
    examples: list[_Example] = Field(default=[], max_length=200, description="Comments; for your own themes only.")
    state: Literal["active", "hidden", "merged"] = Field(default="active", description="hidden: not shown.")
    shipped: bool | None = Field(default=None, description="As it was read; not looked at.")
    changed: bool | None = Field(default=None, description="As it was read; not looked at.")


class TaxonomyIn(BaseModel):
    """The whole taxonomy, in its order."""

    model_config = ConfigDict(extra="forbid")

    themes: list[TaxonomyThemeIn] = Field(min_length=1, max_length=300)
    remove: list[_Key] = Field(default=[], max_length=300, description="Keys that are left out on purpose: hidden.")
    preview: bool = Field(default=False, description="Say what would change, and change nothing.")


class TaxonomyThemeOut(Schema):
    """A theme as it is."""

    key: str
    name: str
    definition: str
    owner: str
    responds_with: str
    parent_key: str | None = None
    examples: list[str] = Field(default=[])
    state: str = Field(description="active, hidden or merged.")
    shipped: bool = Field(description="It comes with the product; else a person made it.")
    changed: bool = Field(description="A person changed it; an upgrade leaves that alone.")


class TaxonomyOut(Schema):
    """The taxonomy in its order. `version` goes into `If-Match` of the PUT."""

    version: str = Field(examples=["5f1c0a9be2114d3a"])
    themes: list[TaxonomyThemeOut]
    next_run: list[str] = Field(description="What the next run does with themes that it has not looked for yet.")


class TaxonomyChangeOut(Schema):
    """One difference, kept as a correction that can be undone."""

    action: str
    key: str
    correction_id: int | None = Field(default=None, description="Null for a preview.")


class TaxonomyChanged(TaxonomyOut):
    """The taxonomy after a change (or as it would be), and what changed."""

    preview: bool
    changes: list[TaxonomyChangeOut]
