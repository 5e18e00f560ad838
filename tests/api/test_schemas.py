"""The schemas stay light: the dashboard imports them."""

import subprocess
import sys


def test_schemas_bring_no_web_stack():
    code = (
        "import sys, api.schemas.accounts, api.schemas.themes\n"
        "print([m for m in ('fastapi', 'starlette', 'sqlalchemy', 'torch') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
