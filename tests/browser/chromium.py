"""Where the browser is: Debian's Chromium, or the one that SOTTOVOCE_CHROMIUM names.

`python -m tests.browser.chromium` prints its path; exit code 1 and a word on what to do where there is none.
"""

import os
import shutil
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome")
MISSING = "No Chromium is here: apt-get install chromium, or name one in SOTTOVOCE_CHROMIUM."
# No sandbox: in a container the user is root. No look-ups of its own: the suite runs without a network.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def find() -> str | None:
    """Give the path of a Chromium, None where there is none."""
    wanted = os.environ.get("SOTTOVOCE_CHROMIUM")
    if wanted:
        return shutil.which(wanted)
    return next((path for name in NAMES if (path := shutil.which(name))), None)


if __name__ == "__main__":
    found = find()
    (sys.stdout if found else sys.stderr).write(f"{found or MISSING}\n")
    sys.exit(0 if found else 1)
