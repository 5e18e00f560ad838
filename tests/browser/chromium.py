"""Where the browser is: Debian's Chromium, or the one that SOTTOVOCE_CHROMIUM names.

`python -m tests.browser.chromium` prints its path; exit code 1 and a word on what to do where there is none.
"""

import os
import sys

from pipelines.bench.pages_served import FLAGS, find_browser
from pipelines.bench.process import BenchError

__all__ = ["FLAGS", "MISSING", "find"]
MISSING = "No Chromium is here: apt-get install chromium, or name one in SOTTOVOCE_CHROMIUM."


def find() -> str | None:
    """Give the path of a Chromium, None where there is none."""
    try:
        return find_browser(os.environ.get("SOTTOVOCE_CHROMIUM", ""))
    except BenchError:
        return None


if __name__ == "__main__":
    found = find()
    (sys.stdout if found else sys.stderr).write(f"{found or MISSING}\n")
    sys.exit(0 if found else 1)
