"""A report as a page: whole in one file, with nothing of a target's words taken for HTML."""

from msgspec import structs

from conformance.reports.page import WORDS, WORST_FIRST, Requirement, as_page
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

    assert page.count(" open><summary>") == 3
    assert all(words in page for words in WORDS.values())
    assert set(WORDS) == set(State)


def test_requirements_with_failures_come_first() -> None:
    report = sample(State.PASS, State.FAIL)
    passed, failed = report.results
    page = as_page(
        type(report)("it", "", "full", (passed, type(failed)("z", ("PS-ZZZ-01",), "V", "", State.FAIL))), {}
    )

    assert page.index('<h2 id="PS-ZZZ-01') < page.index('<h2 id="PS-ROOT-03')


def test_all_requirements_are_seen_at_a_glance_by_their_worst_cases() -> None:
    page = as_page(sample(State.PASS, State.XFAIL), {})

    assert '<nav>\n<a class="xfail" title="xfail" href="#PS-ROOT-03">ROOT-03</a>\n</nav>' in page
    assert set(WORST_FIRST) == set(State)


def test_where_the_guide_has_no_line_the_source_stands_in_its_place() -> None:
    page = as_page(EVERYTHING, {"PS-ROOT-03": Requirement("", 0, source="another page")})

    assert '<blockquote><span class="about">another page</span></blockquote>' in page


def test_a_case_of_two_requirements_stands_under_both_and_in_full_under_the_first() -> None:
    [result] = sample(State.PASS).results
    both = structs.replace(result, requirements=("PS-ROOT-03", "PS-ROOT-04"))
    page = as_page(structs.replace(sample(State.PASS), results=(both,)), {})

    assert page.count("<details") == 1
    assert page.index(f'<details id="{result.id}"') < page.index('<h2 id="PS-ROOT-04"')
    assert page.index('<h2 id="PS-ROOT-04"') < page.index(f'<a href="#{result.id}"')
