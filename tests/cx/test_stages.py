"""Stage coverage: gaps and theatre."""

import pytest

from cx.journey import STAGES
from cx.stages import STAGE_TABLE, StageRow, StageSignals, stage_coverage

STAFF = {"csm": ["Imogen Tallis"], "support_lead": ["Ada Nwosu"], "product": ["Piet Moor"]}


def by_stage(signals, staff=STAFF, accounts: int = 10, **options):
    return {found.row.stage: found for found in stage_coverage(signals, staff, accounts=accounts, **options)}


def test_table_holds_every_stage_in_order():
    assert tuple(row.stage for row in STAGE_TABLE) == STAGES
    assert all(row.signal and row.owner and row.action and row.functions and row.sources for row in STAGE_TABLE)


def test_stage_without_a_signal_is_a_gap():
    found = by_stage([])
    assert {one.state for one in found.values()} == {"gap"}
    assert list(found) == list(STAGES)
    assert "ask for CES 30-60 days before contract end" in found["renewal"].reading
    assert found["usage"].reach is not None
    assert found["usage"].reach.value == 0


def test_signal_without_owner_or_action_is_theatre():
    heard = {"csat": 12}
    acted = StageSignals("support", heard, accounts=4, flagged=3, acted=1)
    left = StageSignals("support", heard, accounts=4, flagged=3, acted=0)
    assert by_stage([acted])["support"].state == "covered"
    assert by_stage([acted], {})["support"].missing == ("owner",)
    assert by_stage([acted], {})["support"].state == "theatre"
    assert by_stage([left])["support"].missing == ("action",)
    assert "0 of 3 flagged taken up" in by_stage([left])["support"].reading


def test_imported_history_is_not_called_idle():
    found = by_stage([StageSignals("support", {"csat": 12}, accounts=4, flagged=3)])["support"]
    assert (found.state, found.acted) == ("covered", None)


def test_missing_primary_signal_is_named():
    found = by_stage([StageSignals("support", {"ticket": 40}, derived=2, accounts=9)])["support"]
    assert (found.state, found.n, found.missing) == ("covered", 40, ("primary signal",))
    assert "post-ticket CSAT" in found.reading
    assert "2 placed by the account's dates" in found.reading
    assert found.reach is not None
    assert found.reach.value == pytest.approx(90)


def test_first_function_that_somebody_holds_owns_the_stage():
    found = by_stage([StageSignals("onboarding", {"ces": 3}, accounts=2)])
    assert found["onboarding"].owners == ("Imogen Tallis",)
    assert found["usage"].owners == ("Piet Moor",)


def test_table_is_a_setting():
    row = StageRow("support", "CSAT", ("csat",), "nobody", ("support_lead",), "")
    found = by_stage([StageSignals("support", {"csat": 2}, accounts=1)], table=[row])
    assert list(found) == ["support"]
    assert found["support"].missing == ("action",)
