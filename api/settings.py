"""What the command line hands down to the API; nothing here reads the environment."""

from dataclasses import dataclass

from data.store.queries.slices import DEFAULT_MIN_GROUP


@dataclass(frozen=True)
class ApiSettings:
    """Settings of the API. `anonymous_min_group`: the smallest group shown of an anonymous survey."""

    anonymous_min_group: int = DEFAULT_MIN_GROUP
    version: str = "0.1.0"
