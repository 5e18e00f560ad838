"""Cells of a CSV file that a spreadsheet would run."""

# What a spreadsheet takes for the beginning of a formula (documented in README).
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def guarded(cell: object) -> object:
    """Put an apostrophe in front of a cell that a spreadsheet would run as a formula; give others as they are."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA_STARTS) else cell
