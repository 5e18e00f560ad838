"""Comments drawn by chance, planted in a store, and counted by going through everything."""

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace

from cx.scores import Scale, score_band
from data.store.models import Account, Comment, Mention, Opportunity, Passage, Response, Survey, Theme
from data.store.queries.counts import KINDS
from data.store.queries.slices import Slice
from data.store.repositories.preparation import mark_stale
from data.store.unit_of_work import Store

END = datetime(2026, 9, 30, 12, tzinfo=UTC)
STAMP = {"origin": "test", "row_hash": "x", "imported_at": END}
ACCOUNTS = {  # id: (segment, currency, ARR)
    "a1": ("smb", "EUR", "100.10"),
    "a2": ("smb", "USD", "200.20"),
    "a3": (None, None, "50"),
    "a4": ("enterprise", "EUR", None),
}
NPS, CES = Scale("nps", 0, 10), Scale("ces", 1, 7, flag_line=4)
SURVEYS = {"nps": (NPS, False), "ces": (CES, False), "quiet": (NPS, True)}
# key: (kind, parent, state)
THEMES = {
    "t1": ("taxonomy", None, "active"),
    "t2": ("taxonomy", None, "active"),
    "t3": ("taxonomy", None, "hidden"),
    "d0": ("discovered", None, "active"),
    "d1": ("discovered", "d0", "active"),
    "d2": ("discovered", "d0", "active"),
}
RANK = {"negative": 2, "positive": 1, "neutral": 0}
ROLES, STAGES = ("champion", "admin", "end_user"), ("usage", "support", None)


def draw(rng: random.Random, number: int) -> list[SimpleNamespace]:
    """Draw comments: what each says, where, and about which themes."""
    found = []
    for pk in range(1, number + 1):
        source = rng.choice(["nps", "nps", "quiet", "ces", "ticket", "review_note"])
        account = rng.choice([*ACCOUNTS, None])
        # Some people speak at several accounts.
        person = f"p{rng.randrange(3)}" if rng.random() < 0.3 else f"{account}-p{rng.randrange(3)}"
        survey, quiet = SURVEYS.get(source, (None, False))
        score = float(rng.randint(int(survey.low), int(survey.high))) if survey and rng.random() < 0.9 else None
        said = {key: rng.choice(list(RANK)) for key in rng.sample(list(THEMES), rng.randrange(4))}
        found.append(
            SimpleNamespace(
                pk=pk,
                source="nps" if source == "quiet" else source,
                survey=source if survey else None,
                scale=survey,
                quiet=quiet,
                account=account,
                person=f"response:{pk}" if quiet else person,
                role=rng.choice(ROLES),
                stage=rng.choice(STAGES),
                at=END - timedelta(days=rng.randrange(200), hours=rng.randrange(12)),
                score=score,
                band=None if score is None else score_band(score, survey),
                analysed=rng.random() < 0.9,
                notes=source == "review_note",
                said=said,
            )
        )
    return found


def plant(store: Store, drawn: list[SimpleNamespace]) -> None:
    """Fill a migrated store with them."""
    with store.write() as session:
        for key, (segment, currency, arr) in ACCOUNTS.items():
            worth = {"segment": segment, "currency": currency, "arr": None if arr is None else Decimal(arr)}
            session.add(Account(account_id=key, name=key, **worth, **STAMP))
        for key, (scale, anonymous) in SURVEYS.items():
            bounds = {"scale_min": scale.low, "scale_max": scale.high, "flag_line": scale.flag_line}
            session.add(
                Survey(survey_id=key, type=scale.type, high_is_good=True, anonymous=anonymous, **bounds, **STAMP)
            )
        for key, (kind, parent, state) in sorted(THEMES.items()):
            session.add(Theme(theme_key=key, kind=kind, name=key, parent_key=parent, state=state, updated_at=END))
        session.flush()
        for place, (account, amount, closed, outcome) in enumerate(
            [("a1", "10.50", None, None), ("a1", None, None, None), ("a2", "7", date(2026, 9, 1), "won")]
        ):
            session.add(
                Opportunity(
                    opportunity_id=f"o{place}",
                    account_id=account,
                    amount=None if amount is None else Decimal(amount),
                    currency="EUR",
                    closed_on=closed,
                    outcome=outcome,
                    **STAMP,
                )
            )
        for one in drawn:
            _add(session, one)
        mark_stale(session, [*ACCOUNTS, ""])


def _add(session, one: SimpleNamespace) -> None:
    if one.survey:
        session.add(
            Response(
                response_id=str(one.pk),
                survey_id=one.survey,
                account_id=one.account,
                responded_at=one.at,
                score=one.score,
                role=one.role,
                stage=one.stage,
                **STAMP,
            )
        )
    kind = "response" if one.survey else "ticket_message"
    session.add(
        Comment(
            id=one.pk,
            comment_id=f"{kind}:{one.pk}",
            kind=kind,
            origin_id=str(one.pk),
            source=one.source,
            vendor_voice=one.notes,
            account_id=one.account,
            respondent_key=one.person,
            anonymous=one.quiet,
            survey_id=one.survey,
            response_id=str(one.pk) if one.survey else None,
            role=one.role,
            stage=one.stage,
            said_at=one.at,
            month=f"{one.at:%Y-%m}",
            score=one.score,
            score_band=one.band,
            original_hash="x",
            text="words",
            analysed=one.analysed,
        )
    )
    session.flush()
    session.add(Passage(id=one.pk, comment_pk=one.pk, position=0, start=0, end=5, text_key=str(one.pk)))
    session.flush()
    for key, polarity in one.said.items():
        session.add(
            Mention(
                passage_id=one.pk,
                comment_pk=one.pk,
                theme_key=key,
                kind=THEMES[key][0],
                polarity=polarity,
                confidence=1.0,
                said_by="model",
                account_id=one.account,
                said_at=one.at,
            )
        )


class Naive:
    """The same questions, answered by going through everything."""

    def __init__(self, drawn: list[SimpleNamespace], filters: Slice) -> None:
        self.drawn, self.filters = drawn, filters

    def inside(self, one: SimpleNamespace, *, by_account: bool, by_role: bool) -> bool:
        f = self.filters
        segment = ACCOUNTS[one.account][0] if one.account else None
        band = {-1: "detractor", 0: "passive", 1: "promoter", None: "unknown"}[one.band]
        return (
            (f.since is None or f.since <= one.at)
            and one.at <= f.as_of
            and (f.accounts is None or one.account in f.accounts)
            and (not f.segments or (one.account is not None and (segment or "unknown") in f.segments))
            and (not f.roles or one.role in f.roles)
            and (not f.stages or (one.stage or "unknown") in f.stages)
            and (not f.sources or one.source in f.sources)
            and (not f.score_bands or band in f.score_bands)
            and self.large_enough(one, by_account=by_account or f.by_account, by_role=by_role or bool(f.roles))
        )

    def large_enough(self, one: SimpleNamespace, *, by_account: bool, by_role: bool) -> bool:
        if not one.quiet:
            return True
        by_account = by_account or by_role
        if by_account and one.account is None:
            return False

        def alike(other: SimpleNamespace) -> bool:
            same = other.quiet and other.at <= self.filters.as_of
            same = same and (not by_account or other.account == one.account)
            return same and (not by_role or other.role == one.role)

        return sum(alike(other) for other in self.drawn) >= self.filters.anonymous_min_group

    def counts(self, group_by: tuple[str, ...], kind: str) -> dict[tuple[str, ...], tuple]:
        shows_account = bool({"account", "segment"} & set(group_by))
        groups: dict[tuple[str, ...], list[tuple[SimpleNamespace, int]]] = {}
        for one in self.drawn:
            if not one.analysed or not self.inside(one, by_account=shows_account, by_role="role" in group_by):
                continue
            ranks: dict[str, int] = {}
            for key, polarity in one.said.items():
                for above in (key, THEMES[key][1]):
                    if above and THEMES[key][0] == kind and THEMES[above][2] != "hidden":
                        ranks[above] = max(ranks.get(above, 0), RANK[polarity])
            if not ranks:
                continue
            for theme, rank in ranks.items() if "theme" in group_by else [("", max(ranks.values()))]:
                key = tuple(self.value(one, name, theme) for name in group_by)
                groups.setdefault(key, []).append((one, rank))
        return {key: self.counted(rows) for key, rows in groups.items()}

    def value(self, one: SimpleNamespace, name: str, theme: str) -> str:
        if name == "segment":
            return (ACCOUNTS[one.account][0] if one.account else None) or "unknown"
        if name == "score_band":
            return {-1: "detractor", 0: "passive", 1: "promoter", None: "unknown"}[one.band]
        values = {"theme": theme, "month": f"{one.at:%Y-%m}", "account": one.account}
        return (values[name] if name in values else getattr(one, name)) or "unknown"

    def counted(self, rows: list[tuple[SimpleNamespace, int]]) -> tuple:
        theirs = [(one, rank) for one, rank in rows if not one.notes]
        accounts = {one.account for one, _ in theirs if one.account}
        revenue: dict[str, float] = {}
        for key in accounts:
            _, currency, arr = ACCOUNTS[key]
            if arr is not None:
                revenue[currency or ""] = round(revenue.get(currency or "", 0) + float(arr), 2)
        return (
            len(theirs),
            len({one.person for one, _ in theirs}),
            len(accounts),
            *(sum(rank == wanted for _, rank in theirs) for wanted in (2, 1, 0)),
            len(rows) - len(theirs),
            revenue,
            *self.opened(accounts),
        )

    def opened(self, accounts: set[str]) -> tuple[int, dict[str, float]]:
        """Give number and amount of the opportunities that were open at the slice's end."""
        later_won = "a2" in accounts and self.filters.as_of.date() < date(2026, 9, 1)
        amount = 10.5 * ("a1" in accounts) + 7 * later_won
        return 2 * ("a1" in accounts) + later_won, {"EUR": amount} if amount else {}


DIMENSIONS = ("theme", "account", "role", "stage", "source", "month", "segment", "score_band")


def slices(rng: random.Random, number: int) -> list[tuple[Slice, tuple[str, ...], str]]:
    """Draw slices, each with what is counted by and a kind of themes."""
    found = []
    for _ in range(number):

        def some(values, chance=0.3):
            return tuple(rng.sample(list(values), rng.randint(1, 2))) if rng.random() < chance else ()

        as_of = END - timedelta(days=rng.randrange(60)) if rng.random() < 0.5 else END
        filters = Slice(
            as_of=as_of,
            since=as_of - timedelta(days=rng.randrange(1, 120), hours=5) if rng.random() < 0.5 else None,
            accounts=some(ACCOUNTS) or None,
            segments=some(["smb", "enterprise", "unknown"]),
            roles=some(ROLES),
            stages=some(["usage", "unknown"]),
            sources=some(["nps", "ces", "ticket"]),
            score_bands=some(["detractor", "promoter", "unknown"]),
        )
        found.append((filters, tuple(rng.sample(DIMENSIONS, rng.randrange(5))), rng.choice(KINDS)))
    return found
