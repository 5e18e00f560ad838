"""How keys, money and customers' words read on a terminal."""

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding

from data.store.queries.comments import CommentRow

# Two lines of 80 columns: enough to understand a comment, short enough for a list.
SHOWN_CHARS = 220


def words(key: str) -> str:
    """Turn a key into words: `power_user` reads "power user"."""
    return {"nps": "NPS", "csat": "CSAT", "ces": "CES"}.get(key, key.replace("_", " "))


def money(revenue: dict[str, float], *, most: int = 3) -> str:
    """Say revenue by currency, the largest first: "1.2 m EUR, 310 k GBP"; "+2" for currencies beyond `most`."""
    parts = []
    for currency, amount in sorted(revenue.items(), key=lambda pair: (-pair[1], pair[0])):
        value = (
            f"{amount / 1e6:.1f} m" if amount >= 1e6 else f"{amount / 1e3:.0f} k" if amount >= 1e3 else f"{amount:.0f}"
        )
        parts.append(f"{value} {currency}".strip())
    rest = len(parts) - most
    return ", ".join(parts[:most]) + (f" +{rest}" if rest > 0 else "")


def quote(console: Console, comment: CommentRow, *, with_account: bool = True) -> None:
    """Show a customer's words with score, role, stage, account and day."""
    said = [words(comment.source)]
    if comment.score is not None:
        said.append(f"{comment.score:g} of {comment.scale_max:g}" if comment.scale_max else f"{comment.score:g}")
    said += [words(comment.role), words(comment.stage or "stage unknown")]
    if with_account:
        said.append(comment.account_name or "no account")
    said.append(f"{comment.said_at:%d %b %Y}")
    console.print(Padding(f"[italic]“{escape(_shortened(comment.text))}”[/italic]", (0, 0, 0, 4)))
    console.print(Padding(f"[dim]{escape(', '.join(said))}[/dim]", (0, 0, 0, 4)))


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SHOWN_CHARS else line[: SHOWN_CHARS - 1].rsplit(" ", 1)[0] + "…"
