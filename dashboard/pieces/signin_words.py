"""Words of sign-in."""

SIGN_IN = "Sign in"
SIGN_IN_WITH = "Sign in with {name}"
SIGN_OUT = "Sign out"
OTHER_PERSON = "Sign in as somebody else"
PERSON_TITLE = "Sign in to read"
PERSON_TEXT = "What customers wrote is shown to you as your role and accounts allow."
ENDED_TITLE = "Your sign-in has ended"
ENDED_TEXT = "Sign in again and go on where you were."
STRANGER_TITLE = "You may not read here yet"
UNFINISHED_TITLE = "Sign-in is not set up to its end"
UNFINISHED_TEXT = 'Put expose_tokens = "id" below [auth] in secrets.toml and start again: docs/sign-in.md.'
KEY_TITLE = "Sign in with your key"
KEY_TEXT = "What customers wrote is shown to you as your key allows."
KEY_LABEL = "Key"
KEY_NOTE = "No key yet? An admin makes one: on the page Data, or with <code>sottovoce key create</code>."
KEY_MISSING = "Type or paste your key first: it begins with sv_."
KEY_UNKNOWN = "This key is unknown or revoked. Check that all of it is there, or ask an admin for a new one."
# Beside the reader's name.
ROLES = {"viewer": "viewer", "csm": "CSM", "analyst": "analyst", "admin": "admin"}
