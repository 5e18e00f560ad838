"""A client that answers from memory, and remembers what it was asked."""

from datetime import UTC, date, datetime
from typing import Any

from api.schemas.accounts import AccountOut, AccountPage, CoverageOut, HurtingThemeOut, RoleCoverageOut
from api.schemas.base import Period
from api.schemas.comments import CommentOut, CommentPage, TagOut
from api.schemas.scores import GroupScore, ScoreCard, ScoreOut, ScoresOut, ThemeShareOut
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


class FakeApi:
    """The API of one small, loud vendor. `asked` holds (method, parameters)."""

    def __init__(self, identity: str = "fake", *, empty: bool = False, cards: list[ScoreCard] | None = None) -> None:
        self.identity, self.empty = identity, empty
        self.cards = [card()] if cards is None else cards
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def _note(self, name: str, params: Any) -> None:
        self.asked.append((name, dict(params)))

    def scores(self, params: Any) -> ScoresOut:
        self._note("scores", params)
        if self.empty:
            return ScoresOut(period=Period(as_of=datetime(1970, 1, 1, tzinfo=UTC)), items=[])
        return ScoresOut(period=PERIOD, items=self.cards)

    def score_comments(self, kind: str, params: Any) -> CommentPage:
        self._note(f"score_comments {kind}", params)
        items = [comment(f"comment number {place}") for place in range(params["limit"])]
        return CommentPage(period=PERIOD, items=items, total=41)

    def themes(self, params: Any) -> ThemePage:
        self._note("themes", params)
        if params.get("kind") == "discovered":
            found = theme(key="d1", name="Second shift", kind="discovered", emerging=True)
            return ThemePage(period=PERIOD, kind="discovered", items=[found], total=counts())
        return ThemePage(period=PERIOD, kind="taxonomy", items=[theme()], total=counts())

    def theme_comments(self, key: str, params: Any) -> CommentPage:
        self._note(f"theme_comments {key}", params)
        return CommentPage(period=PERIOD, items=[comment("Nobody answers in the evening.")], total=30)

    def accounts(self, params: Any) -> AccountPage:
        self._note("accounts", params)
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

    def coverage(self, params: Any) -> CoverageOut:
        self._note("coverage", params)
        roles = [RoleCoverageOut(role="admin", contacts=7, answered=5)]
        return CoverageOut(accounts=7, accounts_answered=6, roles=roles, revenue={"EUR": (832_500, 772_500)})
