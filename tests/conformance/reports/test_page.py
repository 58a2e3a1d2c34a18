"""A report as a page: whole in one file, with nothing of a target's words taken for HTML."""

from msgspec import structs

from conformance.catalogue import Requirement
from conformance.reports.page import WORDS, WORST_FIRST, as_page
from conformance.verdict import EXIT_HARNESS, Decision, Report, State, Unjudged
from tests.conformance.reports.samples import EVERYTHING, sample

REQUIREMENTS = {
    "PS-ROOT-03": Requirement(
        id="PS-ROOT-03",
        strength="D",
        levels=("V",),
        checks="checked <so>",
        line=73,
        quote="only <below>",
        resolution="decided so",
        deviations=("DEV-001",),
    )
}


def of(requirements: dict[str, State]) -> Report:
    """A report with a case of each of these requirements."""
    report = sample(*requirements.values())
    results = [
        structs.replace(result, requirements=(id,))
        for id, result in zip(requirements, report.results, strict=True)
    ]
    return structs.replace(report, results=tuple(results))


def test_it_tells_quote_resolution_steps_and_the_line_that_reproduces() -> None:
    page = as_page(EVERYTHING, REQUIREMENTS)

    for told in ("“only &lt;below&gt;”", "guide, line 73", "Decided: decided so"):
        assert told in page
    assert '<h3 id="PS-ROOT-03">PS-ROOT-03: checked &lt;so&gt;</h3>' in page
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


def test_what_fails_is_named_before_everything_else() -> None:
    page = as_page(sample(State.PASS, State.FAIL), {})

    assert page.index("<h2>What fails</h2>") < page.index('<a href="#case-1"') < page.index("<h2>ROOT")
    assert "What fails" not in as_page(sample(State.PASS), {})


def test_areas_stand_in_the_order_of_the_catalogue_with_their_names() -> None:
    page = as_page(of({"PS-ROOT-03": State.PASS, "PS-ZZZ-01": State.PASS, "PS-TOP-01": State.PASS}), {})

    headings = ["<h2>TOP: where the programs run", "<h2>ROOT: the RootPath", "<h2>ZZZ: another area"]
    places = [page.index(heading) for heading in headings]
    assert places == sorted(places)


def test_all_requirements_are_seen_at_a_glance_by_their_worst_cases() -> None:
    page = as_page(sample(State.PASS, State.XFAIL), REQUIREMENTS)

    link = '<a class="xfail" title="xfail: checked &lt;so&gt;" href="#PS-ROOT-03">03</a>'
    assert f"<tr><th>ROOT: the RootPath</th><td>{link}</td></tr>" in page
    assert set(WORST_FIRST) == set(State)


def test_each_state_has_a_colour() -> None:
    page = as_page(EVERYTHING, {})

    assert [state for state in State if f".{state} {{" not in page and f".{state}, " not in page] == []


def test_what_is_asked_for_otherwise_than_the_guide_says_is_told_where_it_decides() -> None:
    decision = Decision("DEV-001", "the <guide>", "ours", "because", ("PS-ROOT-03", "PS-ENC-03"))
    page = as_page(structs.replace(EVERYTHING, decisions=(decision,)), REQUIREMENTS)

    assert '<h3 id="DEV-001">DEV-001: ours</h3>\n<blockquote>the &lt;guide&gt;</blockquote>' in page
    assert 'because <span class="about">It decides <a href="#PS-ROOT-03">PS-ROOT-03</a>, PS-ENC-03.' in page
    assert '<p>Deviates on purpose: <a href="#DEV-001">DEV-001</a></p>' in page


def test_where_the_guide_has_no_line_the_source_stands_in_its_place() -> None:
    elsewhere = Requirement(id="PS-ROOT-03", strength="S", levels=("V",), checks="x", source="another page")
    page = as_page(EVERYTHING, {"PS-ROOT-03": elsewhere})

    assert '<blockquote><span class="about">another page</span></blockquote>' in page


def test_a_case_of_two_requirements_stands_under_both_and_in_full_under_the_first() -> None:
    [result] = sample(State.PASS).results
    both = structs.replace(result, requirements=("PS-ROOT-03", "PS-ROOT-04"))
    page = as_page(structs.replace(sample(State.PASS), results=(both,)), {})

    assert page.count("<details") == 1
    assert page.index(f'<details id="{result.id}"') < page.index('<h3 id="PS-ROOT-04"')
    assert page.index('<h3 id="PS-ROOT-04"') < page.index(f'<a href="#{result.id}"')


def test_why_a_target_was_not_judged_stands_at_the_top() -> None:
    unjudged = Unjudged(EXIT_HARNESS, "it <broke>")
    page = as_page(structs.replace(sample(State.PASS), unjudged=unjudged), {})

    assert page.index("not judged (1 pass)") < page.index('<p class="error">it &lt;broke&gt;</p>')


def test_what_was_not_asked_is_named_with_what_it_would_have_shown() -> None:
    page = as_page(
        structs.replace(sample(State.PASS), unasked=("PS-ROOT-03", "PS-TOP-01", "PS-ROOT-S1")), REQUIREMENTS
    )

    assert '<a href="#unasked">3 requirements were not asked in this run</a>' in page
    spans = '<span title="checked &lt;so&gt;">PS-ROOT-03</span> <span>PS-ROOT-S1</span>'
    named = f"<tr><th>ROOT: the RootPath</th><td>{spans}</td></tr>"
    assert page.index('<h2 id="unasked">Not asked in this run</h2>') < page.index(named)
    assert 'id="unasked"' not in as_page(sample(State.PASS), REQUIREMENTS)
