"""Spans count by the letters that they cover."""

from nlp.measure.spans import Found, Labelled, SpanCounts

TEXT = "ask Jo Doe, +44 20"


def test_half_a_name_is_touched_and_not_found() -> None:
    counts = SpanCounts()
    missed, wrong = counts.add(TEXT, [Labelled(4, 10, "PERSON")], [Found(4, 6, "NAME")])
    assert missed == [Labelled(4, 10, "PERSON")]
    assert wrong == []
    assert (counts.labelled["PERSON"], counts.touched["PERSON"], counts.found["PERSON"]) == (1, 1, 0)


def test_parts_of_any_kind_find_a_span_together() -> None:
    counts = SpanCounts()
    missed, _ = counts.add(TEXT, [Labelled(4, 10, "PERSON")], [Found(4, 6, "NAME"), Found(7, 10, "URL")])
    assert missed == []
    assert counts.found["PERSON"] == 1
    assert counts.right == {"NAME": 1, "URL": 1}


def test_span_mostly_off_its_label_is_wrong() -> None:
    counts = SpanCounts()
    _, wrong = counts.add(TEXT, [Labelled(4, 6, "PERSON")], [Found(0, 10, "NAME"), Found(12, 18, "PHONE")])
    assert wrong == [Found(0, 10, "NAME"), Found(12, 18, "PHONE")]
    assert counts.given == {"NAME": 1, "PHONE": 1}
    assert counts.right.total() == 0
