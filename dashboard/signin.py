"""Who reads: the key that the launcher gave."""


def require() -> None:
    """Let pass who may read; the launcher's key decides for now."""
