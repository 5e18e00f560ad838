"""What a read command must not load."""

import subprocess
import sys

HEAVY = ("torch", "transformers", "sentence_transformers", "spacy", "sklearn", "faiss", "bertopic", "umap", "streamlit")


def _loaded(code: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys\nprint(' '.join(sys.modules))"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def test_command_line_loads_no_model_library():
    assert not _loaded("import pipelines.cli") & {*HEAVY, "sqlalchemy", "pandas"}


def test_api_loads_no_model_library():
    # Parquet is loaded by the first who asks for it: 50 MB that others never pay.
    assert not _loaded("import api.app") & {*HEAVY, "pyarrow"}


def test_schemas_load_no_web_stack():
    assert not _loaded(
        "import pkgutil, api.schemas\n"
        "[__import__('api.schemas.' + m.name) for m in pkgutil.iter_modules(api.schemas.__path__)]"
    ) & {"fastapi", "starlette", "sqlalchemy"}
