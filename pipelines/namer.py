"""Names by a language model, only where a setting names one: any server that speaks the chat-completions format."""

from collections.abc import Sequence

import httpx

from pipelines.errors import PipelineError
from pipelines.settings import Settings

# A name is a nicety: a slow server must not hold a run for long.
TIMEOUT_S = 20.0
LONGEST_NAME = 60
PROMPT = (
    "These redacted customer comments share one theme. Name it in 2 to 5 plain words, as a product manager would write "
    "it in a backlog. No names of people or companies. Answer with the name only.\n"
    "Terms: {terms}\nComments:\n{comments}"
)


class NamerError(PipelineError, RuntimeError):
    """The naming server can't be used."""


class ChatNamer:
    """Asks a chat model for names; the redacted exemplars of a theme are all that leaves the machine."""

    def __init__(self, url: str, *, model: str, key: str = "", transport: httpx.BaseTransport | None = None) -> None:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._client = httpx.Client(base_url=url, headers=headers, timeout=TIMEOUT_S, transport=transport)
        self._model = model

    def name(self, terms: Sequence[str], passages: Sequence[str]) -> str | None:
        """Return a name, or None where the answer is no name; the theme then keeps the one made from its phrases.

        Raises:
            NamerError: The server does not answer, or not in the format.
        """
        prompt = PROMPT.format(terms=", ".join(terms), comments="\n".join(f"- {text}" for text in passages))
        body = {"model": self._model, "temperature": 0, "messages": [{"role": "user", "content": prompt}]}
        try:
            answer = self._client.post("/chat/completions", json=body)
            answer.raise_for_status()
            told = str(answer.json()["choices"][0]["message"]["content"])
        except (httpx.HTTPError, ValueError, KeyError, IndexError, TypeError) as error:
            raise NamerError(
                f"the naming server does not answer as expected ({type(error).__name__}: {error}): "
                "mend SOTTOVOCE_NAMER_URL and SOTTOVOCE_NAMER_MODEL, or unset the first"
            ) from error
        lines = told.strip().splitlines()
        name = lines[0].strip(" .\"'*#-") if lines else ""
        return name if 0 < len(name) <= LONGEST_NAME else None


def open_namer(settings: Settings) -> ChatNamer | None:
    """Give the namer that the settings name, or None."""
    if not settings.namer_url:
        return None
    return ChatNamer(settings.namer_url, model=settings.namer_model, key=settings.namer_key)
