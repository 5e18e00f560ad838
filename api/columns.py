"""What type each column of a list has where its file knows types (Parquet): by name, the same in every list.

A list whose column of this name is something else says so itself (`Table.types`). What stands nowhere here is text.
"""

from collections.abc import Mapping, Sequence

TEXT, WHOLE, NUMBER, TRUTH, TIME, DAY = "text", "whole number", "number", "true or false", "time", "day"
_NAMES = {
    WHOLE: """
        accounts account_nps_n acts answers changed churned_accounts comments comments_total days_to_renewal derived
        done errors_total flagged id learned loop_id loops mismatch_comments n n_before negative neutral new
        open_opportunities positive quarantined received refused respondents review_notes row_number rows_in rows_out
        run_id same score_band size_bytes slice_n touched undecided within_n
    """,
    NUMBER: """
        account_nps arr churn_rate churn_rate_high churn_rate_low churned clock_hours contraction expansion grr
        grr_high grr_low high leave_out leave_out_high leave_out_low lost lost_high lost_low low median_hours
        median_hours_high median_hours_low most_hours most_hours_high most_hours_low nps nrr nrr_high nrr_low p part
        part_high part_low q revenue scale_max scale_min score score_high score_low seconds sentiment similarity
        slice_high slice_low slice_score stage_seconds start value value_before within_high within_low within_percent
    """,
    TRUTH: """
        anonymous emerging gone high_is_good is_stub overdue own shared shipped stage_derived stands_out vendor_voice
        waits
    """,
    TIME: """
        created_at due_at finished_at first_seen last_said_at last_seen last_used_at made_at opened_at revoked_at
        risk_as_of said_at set_aside_at settled_at started_at undone_at updated_at uploaded_at
    """,
    DAY: "contract_start first first_value_date handed_over_on last made_on quarter renewal_date",
}
TYPES = {name: kind for kind, names in _NAMES.items() for name in names.split()}


def types_of(header: Sequence[str], own: Mapping[str, str]) -> list[str]:
    """Give the type of each column; `own` goes first."""
    return [own.get(name) or TYPES.get(name, TEXT) for name in header]
