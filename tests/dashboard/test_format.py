"""Numbers and dates as LOOK wants them."""

from datetime import date

import pytest

from dashboard import format as fmt
from dashboard import strings


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        (fmt.signed(12.4), "+12"),
        (fmt.signed(-34), "−34"),
        (fmt.signed(0.2), "0"),
        (fmt.signed(-0.2), "0"),
        (fmt.share(17, 23), "17 of 23"),
        (fmt.share(17, 100), "17 of 100"),
        (fmt.share(90, 120), "75\u00a0%"),
        (fmt.score_value("nps", -11.9, 42, 10), "−12"),
        (fmt.score_value("csat", 41.67, 12, 5), "5 of 12"),
        (fmt.score_value("ces", 3.94, 41, 7), "3.9 of 7"),
        (fmt.interval("ces", 3.4, 4.4), "3.4 to 4.4"),
        (fmt.interval("nps", -19.2, -4.6), "−19 to −5"),
        (fmt.interval("ces", None, None), "no interval from one answer"),
        (fmt.day(date(2026, 9, 30)), "30\u00a0Sep\u00a02026"),
        (fmt.month("2026-09"), "Sep 2026"),
        (fmt.money(84_000, "EUR"), "EUR 84k"),
        (fmt.money(1_234_000, "USD"), "USD 1.2M"),
        (fmt.money(999_700, "EUR"), "EUR 1.0M"),
        (fmt.revenue({"EUR": 1000, "USD": 2000}), "USD 2k, EUR 1k"),
        (fmt.counted(1, "account"), "1 account"),
        (fmt.counted(12400, "account"), "12,400 accounts"),
        (fmt.label("sales_ops", {}), "Sales ops"),
        (fmt.label(None, strings.STAGES), "Stage not known"),
    ],
)
def test_reads_as_wanted(said: str, wanted: str):
    assert said == wanted
