"""What stands beside the words in a seeded store: usage, revenue, health, opportunities and commitments."""

import numpy as np
from numpy.typing import NDArray

from data.store.models import Commitment, Handoff, HealthScore, Opportunity, RevenueEvent, WeeklyUsage
from data.store.repositories.loading import Loader, Same
from pipelines.bench.seeding.parties import Parties, came_from, day

WEEK, MONTH = 7, 30
PROMISES = (
    "Parts and stock sync is live on the day of go-live",
    "One named implementation lead for the first four weeks",
    "Go-live six weeks after signature",
    "Forms work offline from go-live",
    "Eight years of history are migrated before go-live",
    "The route optimiser plans two-person jobs",
    "Seats for dispatchers are unlimited in the package",
    "The customer portal carries the customer's own branding",
    "Interface and help pages in the customer's language",
    "Support answers within two hours, weekends too",
    "Single sign-on is part of the standard scope",
    "Reports export to the finance system every night",
)
PROMISES_EACH = 3


def put_signals(loader: Loader, parties: Parties, seed: int) -> None:
    """Write them for every account."""
    rng = np.random.default_rng([seed, 4])
    _put_usage(loader, parties, rng)
    _put_health(loader, parties, rng)
    _put_revenue(loader, parties, rng)
    _put_opportunities(loader, parties, rng)
    _put_commitments(loader, parties, rng)


def _put_usage(loader: Loader, parties: Parties, rng: np.random.Generator) -> None:
    """One row an account and week (Mondays), following the account's mood."""
    for at, account in enumerate(parties.account_ids):
        days = _steps(parties, at, WEEK)
        licensed = int(parties.contacts[at] * 6)
        mood = parties.mood[0, at] * 0.1 + parties.mood[1, at] * 0.3 * days / parties.span_days
        active = np.clip(licensed * (0.6 + mood + rng.normal(0, 0.04, len(days))), 0, licensed).astype(int)
        ids = [f"{account} {one}" for one in days.tolist()]
        loader.put(
            WeeklyUsage,
            {
                "account_id": Same(account),
                "week_start": [day(one - day(one).weekday()) for one in days.tolist()],
                "active_users": active.tolist(),
                "licensed_users": Same(licensed),
                "key_actions": (active * 12).tolist(),
                **came_from("usage.csv", ids),
            },
        )


def _put_health(loader: Loader, parties: Parties, rng: np.random.Generator) -> None:
    """The vendor's view of each month; it lags behind what customers say, so that there are perception gaps."""
    for at, account in enumerate(parties.account_ids):
        days = _steps(parties, at, MONTH)
        score = np.clip(72 + 10 * parties.mood[0, at] + rng.normal(0, 5, len(days)), 5, 99).round()
        loader.put(
            HealthScore,
            {
                "account_id": Same(account),
                "scored_on": [day(one) for one in days.tolist()],
                "status": ["green" if one >= 70 else "yellow" if one >= 50 else "red" for one in score.tolist()],
                "score": score.tolist(),
                **came_from("health.csv", [f"{account} {one}" for one in days.tolist()]),
            },
        )


def _steps(parties: Parties, at: int, step: int) -> NDArray[np.int64]:
    first = max(0, int(parties.signed[at]))
    return np.arange(first, max(int(parties.ended[at]), first + 1), step)


def _put_revenue(loader: Loader, parties: Parties, rng: np.random.Generator) -> None:
    rows: list[tuple[int, float, str, int]] = []
    for at in range(len(parties.account_ids)):
        signed, arr, ended = int(parties.signed[at]), int(parties.arr[at]), float(parties.ended[at])
        rows.append((at, signed, "new", arr))
        for year in range(signed + 365, int(ended), 365):
            rows.append((at, year, "renewal", int(arr * 0.02)))
            change = rng.random()
            if change < 0.35:
                rows.append((at, min(year + 40, ended - 1), "expansion", int(arr * rng.uniform(0.05, 0.4))))
            elif change < 0.45:
                rows.append((at, min(year + 20, ended - 1), "contraction", -int(arr * rng.uniform(0.05, 0.3))))
        if parties.churned[at]:
            rows.append((at, ended, "churn", -arr))
    ids = [f"E{number + 1:06d}" for number in range(len(rows))]
    loader.put(
        RevenueEvent,
        {
            "event_id": ids,
            "account_id": [parties.account_ids[at] for at, *_ in rows],
            "occurred_on": [day(on) for _, on, _, _ in rows],
            "kind": [kind for *_, kind, _ in rows],
            "amount": [amount for *_, amount in rows],
            "currency": [parties.currency[at] for at, *_ in rows],
            **came_from("revenue.csv", ids),
        },
    )


def _put_opportunities(loader: Loader, parties: Parties, rng: np.random.Generator) -> None:
    """One renewal ahead of every account that stayed; every third has an expansion, half of these closed."""
    rows: list[tuple[int, str, str, int, float, float | None, str | None]] = []
    for at in range(len(parties.account_ids)):
        arr = int(parties.arr[at])
        opened = float(parties.ended[at]) - float(rng.integers(10, 200))
        if not parties.churned[at]:
            rows.append((at, "renewal", "prepared", arr, opened, None, None))
        if at % 3 == 0:
            closed = opened + 5 if rng.random() < 0.5 else None
            outcome = None if closed is None else "won" if rng.random() < 0.6 else "lost"
            stage = "talks" if closed is None else "closed"
            rows.append((at, "expansion", stage, int(arr * 0.2), opened, closed, outcome))
    ids = [f"O{number + 1:06d}" for number in range(len(rows))]
    loader.put(
        Opportunity,
        {
            "opportunity_id": ids,
            "account_id": [parties.account_ids[row[0]] for row in rows],
            "name": [row[1].capitalize() for row in rows],
            "kind": [row[1] for row in rows],
            "stage": [row[2] for row in rows],
            "amount": [row[3] for row in rows],
            "currency": [parties.currency[row[0]] for row in rows],
            "opened_on": [day(row[4]) for row in rows],
            "expected_close": [day(row[4] + 120) for row in rows],
            "closed_on": [None if row[5] is None else day(row[5]) for row in rows],
            "outcome": [row[6] for row in rows],
            **came_from("opportunities.csv", ids),
        },
    )


def _put_commitments(loader: Loader, parties: Parties, rng: np.random.Generator) -> None:
    accounts, days = parties.account_ids, [day(one + 10) for one in parties.signed.tolist()]
    loader.put(
        Handoff,
        {
            "account_id": accounts,
            "handed_over_on": days,
            "from_staff_id": Same("S700"),
            "to_staff_id": Same("S600"),
            "goals": Same(["One record of every visit"]),
            "decision_criteria": Same(["Works in basements"]),
            **came_from("handoffs.jsonl", accounts),
        },
    )
    drawn = [rng.choice(len(PROMISES), PROMISES_EACH, replace=False).tolist() for _ in accounts]
    made = [(at, which) for at, promises in enumerate(drawn) for which in promises]
    loader.put(
        Commitment,
        {
            "commitment_id": [f"K{number + 1:06d}" for number in range(len(made))],
            "account_id": [accounts[at] for at, _ in made],
            "handed_over_on": [days[at] for at, _ in made],
            "text": [PROMISES[which] for _, which in made],
            "made_by": Same("S700"),
            "made_on": [days[at] for at, _ in made],
        },
    )
