"""The customer is a committee: the roles people have in an account.

Source: DOMAIN "The customer is a committee".
"""

ROLES = ("economic_buyer", "champion", "admin", "power_user", "end_user", "unknown")

# Spellings that exports use, lower-cased with blanks for punctuation. Titles are not roles: they stay out.
_ROLE_WORDS = {
    "economic buyer": "economic_buyer",
    "buyer": "economic_buyer",
    "decision maker": "economic_buyer",
    "executive sponsor": "economic_buyer",
    "budget holder": "economic_buyer",
    "champion": "champion",
    "sponsor": "champion",
    "influencer": "champion",
    "admin": "admin",
    "administrator": "admin",
    "system administrator": "admin",
    "power user": "power_user",
    "poweruser": "power_user",
    "end user": "end_user",
    "enduser": "end_user",
    "user": "end_user",
    "unknown": "unknown",
}


def parse_role(word: str) -> str | None:
    """Give the role key for a word as people write it ("End user", "power-user"), or None when it is none."""
    plain = " ".join(word.replace("_", " ").replace("-", " ").lower().split())
    return _ROLE_WORDS.get(plain, "unknown" if not plain else None)
