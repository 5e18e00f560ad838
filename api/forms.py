"""In which form an answer is asked for: JSON, or a whole list as CSV or as Parquet."""

from fastapi import Request

JSON, CSV, PARQUET = "json", "csv", "parquet"
# The second is the one that the Apache project registered for Parquet at IANA (2024).
MEDIA_TYPES = {CSV: "text/csv", PARQUET: "application/vnd.apache.parquet", JSON: "application/json"}


def wanted_form(request: Request) -> str:
    """Read the form: of the address's suffix, or of an Accept that does not like JSON better."""
    suffix: str | None = getattr(request.state, "form", None)
    if suffix is not None:
        return suffix
    qualities = dict.fromkeys(MEDIA_TYPES.values(), 0.0)
    for part in request.headers.get("accept", "").split(","):
        kind, *parameters = (word.strip().lower() for word in part.split(";"))
        if kind in qualities:
            qualities[kind] = _quality(parameters)
    # Of equals the first: CSV, then Parquet, then JSON.
    best = max(MEDIA_TYPES, key=lambda form: qualities[MEDIA_TYPES[form]])
    return best if qualities[MEDIA_TYPES[best]] > 0 else JSON


def _quality(parameters: list[str]) -> float:
    for one in parameters:
        if one.startswith("q="):
            try:
                return float(one[2:])
            except ValueError:
                return 0.0
    return 1.0
