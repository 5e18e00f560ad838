"""The schemas stay light: the dashboard imports them."""

import subprocess
import sys

import pytest
from pydantic import ValidationError

from api.schemas.imports import MappingIn


def test_schemas_bring_no_web_stack():
    code = (
        "import sys, api.schemas.accounts, api.schemas.themes\n"
        "print([m for m in ('fastapi', 'starlette', 'sqlalchemy', 'torch') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_zone_of_an_import_must_be_known():
    assert MappingIn(zone="Europe/Berlin").zone == "Europe/Berlin"
    for unknown in ("Berlin", "/etc/passwd", "../UTC"):
        with pytest.raises(ValidationError, match="use one such as Europe/Berlin"):
            MappingIn(zone=unknown)
