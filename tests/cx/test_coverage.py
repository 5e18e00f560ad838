"""Coverage: who answered, who never did, and whose revenue that is."""

import pytest

from cx.coverage import AccountRevenue, RoleContacts, coverage

ONE = [
    RoleContacts("A", "champion", 1, 1, 1),
    RoleContacts("A", "end_user", 4, 2, 3),
    RoleContacts("A", "power_user", 2, 0, 1),
    RoleContacts("A", "admin", 1, 0, 0),
]


def test_account_names_roles_that_never_answered():
    found = coverage(ONE, [AccountRevenue("A", 100.0, "EUR", True, True)])
    assert found.never_roles == ("admin",)
    assert found.unknown_roles == ("economic_buyer",)
    assert found.answered is not None
    assert (found.answered.value, found.answered.n) == (37.5, 8)
    assert found.reading == (
        "Answered in the window: champion (1 of 1) and end user (2 of 4). Answered before, not in the window: power "
        "user. Never answered: admin. No contact known: economic buyer."
    )


def test_revenue_is_told_by_currency():
    accounts = [
        AccountRevenue("A", 100.0, "EUR", True, True),
        AccountRevenue("B", 300.0, "EUR", False, False),
        AccountRevenue("C", 50.0, "USD", True, True),
        AccountRevenue("D", None, "USD", True, True),
    ]
    found = coverage([*ONE, RoleContacts("B", "admin", 2, 0, 0)], accounts)
    euro, dollar = found.revenue
    assert (euro.currency, euro.answered.value, euro.answered.n) == ("EUR", pytest.approx(25.0), 2)
    assert (dollar.currency, dollar.revenue, dollar.answered.value) == ("USD", 50.0, 100.0)
    assert (found.accounts, found.accounts_never, found.without_revenue) == (4, 1, 1)
    assert found.accounts_answered is not None
    assert found.accounts_answered.value == 75
    assert "25 % of revenue in EUR, under the usual target of 80 %" in found.reading


def test_unequal_revenue_widens_the_interval():
    even = coverage([], [AccountRevenue(str(i), 10.0, "EUR", i < 20, True) for i in range(40)])
    lumpy = coverage(
        [], [AccountRevenue(str(i), 1000.0 if i in (0, 20) else 1, "EUR", i < 20, True) for i in range(40)]
    )
    widths = []
    for found in (even, lumpy):
        answered = found.revenue[0].answered
        assert answered.value == pytest.approx(50)
        assert answered.low is not None
        assert answered.high is not None
        widths.append(answered.high - answered.low)
    assert widths[1] > 2 * widths[0]


def test_nothing_known_gives_no_number():
    found = coverage([], [])
    assert found.answered is found.accounts_answered is None
    assert found.roles == found.revenue == ()
    assert coverage([], [AccountRevenue("A", None, None, False, False)]).reading == (
        "No contact is known at this account."
    )


def test_contacts_of_one_account_are_not_independent():
    # At half of the accounts everybody answers, at the others nobody.
    alike = coverage([RoleContacts(str(i), "end_user", 10, 10 * (i % 2), 10) for i in range(20)], [])
    mixed = coverage([RoleContacts(str(i), "end_user", 10, 5, 10) for i in range(20)], [])
    assert alike.answered is not None
    assert mixed.answered is not None
    assert alike.answered.low is not None
    assert mixed.answered.low is not None
    assert alike.answered.value == mixed.answered.value == 50
    assert alike.answered.low < mixed.answered.low - 10
