"""The pages for a CSM and a PM show what the API says of the sample."""

import json

import pytest

from tests.e2e.pages import DOCS, PAGES, answer, examples, reader


@pytest.mark.parametrize("page", PAGES)
def test_page_shows_real_answers(sample_bench, sample_run, page):
    shown = examples((DOCS / page).read_text())
    assert len(shown) >= 4
    with reader(sample_bench, page) as client:
        for example in shown:
            found = answer(example, client)
            if example.language == "json":
                assert json.loads(found) == json.loads(example.shown), example.call
            else:
                assert found == example.shown, f"{example.call}\nwrite it anew: python -m tests.e2e.pages"
