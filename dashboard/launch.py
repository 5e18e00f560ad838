"""How the command line starts the pages: the command and the environment of the process, nothing more."""

import sys
from collections.abc import Mapping
from pathlib import Path

# Not the pages' own entry: the server around it also keeps who is signed in.
ENTRY = Path(__file__).parent / "server.py"
DEFAULT_PORT = 8501


def dashboard_command(*, host: str = "127.0.0.1", port: int = DEFAULT_PORT) -> list[str]:
    """Give the command that serves the pages."""
    flags = [f"--server.address={host}", f"--server.port={port}", "--server.headless=true"]
    return [sys.executable, "-m", "streamlit", "run", str(ENTRY), *flags]


def dashboard_environment(
    inherited: Mapping[str, str], *, key: str, api_url: str = "", database_url: str = "", secret_file: str = ""
) -> dict[str, str]:
    """Give the environment of the process: the API's address, or the store to drive the API in process."""
    ours = {
        "SOTTOVOCE_API_KEY": key,
        "SOTTOVOCE_API_URL": api_url,
        "SOTTOVOCE_DATABASE_URL": database_url,
        "SOTTOVOCE_SECRET_FILE": secret_file,
    }
    return {**inherited, **ours}
