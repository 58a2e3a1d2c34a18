"""A report as a page: whole in one file, with nothing of a target's words taken for HTML."""

from conformance.reports.page import WORDS, Requirement, as_page
from conformance.verdict import State
from tests.conformance.reports.samples import EVERYTHING, sample

REQUIREMENTS = {"PS-ROOT-03": Requirement("only <below>", 73, "decided so", "checked so")}


def test_it_tells_quote_resolution_steps_and_the_line_that_reproduces() -> None:
    page = as_page(EVERYTHING, REQUIREMENTS)

    for told in ("“only &lt;below&gt;”", "guide, line 73", "Decided: decided so", "Checked: checked so"):
        assert told in page
    assert page.count("python -m x") == len(State)
    assert page.count("→ {&quot;ok&quot;") == len(State)


def test_nothing_of_what_a_target_says_is_html() -> None:
    page = as_page(EVERYTHING, REQUIREMENTS)

    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_it_needs_no_other_file() -> None:
    page = as_page(EVERYTHING, REQUIREMENTS)

    assert not {"http://", "https://", "src=", "@import", "<link"} & set(page.split('"'))
    assert "url(" not in page


def test_failures_stand_open_and_each_state_is_explained() -> None:
    page = as_page(EVERYTHING, {})

    assert page.count("<details open>") == 3
    assert all(words in page for words in WORDS.values())
    assert set(WORDS) == set(State)


def test_requirements_with_failures_come_first() -> None:
    report = sample(State.PASS, State.FAIL)
    passed, failed = report.results
    page = as_page(
        type(report)("it", "", "full", (passed, type(failed)("z", ("PS-ZZZ-01",), "V", "", State.FAIL))), {}
    )

    assert page.index("PS-ZZZ-01") < page.index("PS-ROOT-03")
