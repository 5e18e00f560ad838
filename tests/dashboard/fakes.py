"""A client that answers from memory, and remembers what it was asked."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from api.schemas.accounts import AccountOut, AccountPage, CoverageOut, HurtingThemeOut, RoleCoverageOut
from api.schemas.base import Period, Schema
from api.schemas.comments import CommentOut, CommentPage, TagOut
from api.schemas.scores import GroupScore, ScoreCard, ScoreOut, ScoresOut, ThemeShareOut
from api.schemas.slices import MeOut, SlicesOut
from api.schemas.themes import CountsOut, GroupCountsOut, MonthOut, ThemeInfoOut, ThemeOut, ThemePage

NOW = datetime(2026, 9, 30, 12, tzinfo=UTC)
PERIOD = Period(since=datetime(2026, 7, 2, tzinfo=UTC), as_of=NOW)
HOSTILE = '<script>alert(1)</script> **bold** $x$ =cmd|"/c calc"!A1 \u202eevil'


def comment(text: str = HOSTILE, **more: Any) -> CommentOut:
    fields: dict[str, Any] = {
        "comment_id": "response:1",
        "source": "nps",
        "text": text,
        "said_at": NOW,
        "score": 4,
        "score_band": -1,
        "role": "admin",
        "stage": "onboarding",
        "account_name": "Northwind <Freight>",
        "themes": [TagOut(key="k", name="Support speed", kind="taxonomy", polarity="negative", confidence=0.9)],
    }
    return CommentOut(**{**fields, **more})


def score(value: float = -12, n: int = 214, **more: Any) -> ScoreOut:
    return ScoreOut(
        **{"value": value, "n": n, "accounts": 38, "low": value - 7, "high": value + 7, "flagged": 88, **more}
    )


def card(**more: Any) -> ScoreCard:
    fields: dict[str, Any] = {
        "type": "nps",
        "scale_min": 0,
        "scale_max": 10,
        "high_is_good": True,
        "score": score(),
        "before": score(9),
        "groups": [
            GroupScore(group={"month": "2026-08"}, score=score(-5)),
            GroupScore(group={"month": "2026-09"}, score=score(-12)),
        ],
        "comments_total": 41,
        "comments": [comment()],
        "themes": [ThemeShareOut(key="support_speed", name="Support speed", comments=17)],
    }
    return ScoreCard(**{**fields, **more})


def counts(**more: Any) -> CountsOut:
    fields: dict[str, Any] = {"comments": 30, "respondents": 25, "accounts": 9, "negative": 21, "positive": 5}
    return CountsOut(**{**fields, "neutral": 4, "review_notes": 2, "revenue": {"EUR": 664_000.0}, **more})


def theme(**more: Any) -> ThemeOut:
    info: dict[str, Any] = {"key": "support_speed", "name": "Support speed", "kind": "taxonomy", **more}
    return ThemeOut(
        info=ThemeInfoOut(**info),
        counts=counts(),
        trend=[
            MonthOut(month="2026-07", comments=3, negative=2, accounts=2),
            MonthOut(month="2026-09", comments=27, negative=19, accounts=8),
        ],
        groups=[GroupCountsOut(group={"role": "admin"}, counts=counts(negative=14))],
    )


Answer = Callable[[dict[str, Any]], Schema]


class FakeApi:
    """The API of one small, loud vendor. `asked` holds (address, parameters), `sent` (method, address, body).

    `answers` are by address, each made from the parameters; a test replaces or adds some. An exception is raised.
    """

    def __init__(self, identity: str = "fake", *, empty: bool = False, cards: list[ScoreCard] | None = None) -> None:
        self.identity, self.empty = identity, empty
        self.cards = [card()] if cards is None else cards
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.sent: list[tuple[str, str, Any]] = []
        self.answers: dict[str, Answer | Schema | Exception] = {
            "/v1/me": MeOut(name="fake", role="admin", accounts=None, as_of=NOW, has_data=not empty),
            "/v1/slices": SlicesOut(segment=[], industry=[], tier=[], motion=[]),
            "/v1/scores": self._scores,
            "/v1/scores/nps/comments": self._score_comments,
            "/v1/themes": self._themes,
            "/v1/accounts": self._accounts,
            "/v1/coverage": CoverageOut(
                accounts=7,
                accounts_answered=6,
                roles=[RoleCoverageOut(role="admin", contacts=7, answered=5)],
                revenue={"EUR": (832_500, 772_500)},
            ),
        }

    def read(self, path: str, schema: type[Any], params: Any) -> Any:
        self.asked.append((path, dict(params)))
        if path.startswith("/v1/themes/") and path.endswith("/comments") and path not in self.answers:
            return CommentPage(period=PERIOD, items=[comment("Nobody answers in the evening.")], total=30)
        found = self.answers[path]
        if isinstance(found, Exception):
            raise found
        return found(dict(params)) if callable(found) else found

    def send(
        self, method: str, path: str, schema: type[Any], *, body: Any = None, params: Any = None, headers: Any = None
    ) -> Any:
        self.sent.append((method, path, body))
        found = self.answers[f"{method} {path}"]
        if isinstance(found, Exception):
            raise found
        return found(dict(params or {})) if callable(found) else found

    def export(self, path: str, params: Any) -> bytes:
        self.asked.append((path, dict(params)))
        return b"a,b\r\n1,2\r\n"

    def _scores(self, _params: dict[str, Any]) -> ScoresOut:
        if self.empty:
            return ScoresOut(period=Period(as_of=datetime(1970, 1, 1, tzinfo=UTC)), items=[])
        return ScoresOut(period=PERIOD, items=self.cards)

    def _score_comments(self, params: dict[str, Any]) -> CommentPage:
        items = [comment(f"comment number {place}") for place in range(params["limit"])]
        return CommentPage(period=PERIOD, items=items, total=41)

    def _themes(self, params: dict[str, Any]) -> ThemePage:
        if params.get("kind") == "discovered":
            found = theme(key="d1", name="Second shift", kind="discovered", emerging=True)
            return ThemePage(period=PERIOD, kind="discovered", items=[found], total=counts())
        return ThemePage(period=PERIOD, kind="taxonomy", items=[theme()], total=counts())

    def _accounts(self, _params: dict[str, Any]) -> AccountPage:
        found = AccountOut(
            account_id="northwind",
            name="Northwind Freight",
            segment="mid_market",
            arr=84_000,
            currency="EUR",
            renewal_date=date(2026, 11, 14),
            answers=12,
            flagged=11,
            comments=5,
            top_negative=[HurtingThemeOut(key="support_speed", name="Support speed", negative=4, comments=5)],
        )
        return AccountPage(period=PERIOD, items=[found])
