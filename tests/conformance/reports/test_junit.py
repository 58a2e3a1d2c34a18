"""A report as JUnit XML: well-formed whatever a target says, and a skip is a skip."""

from xml.etree import ElementTree

import pytest
from msgspec import structs

from conformance.reports.junit import as_junit
from conformance.verdict import EXIT_INCONCLUSIVE, Decision, State, Unjudged
from tests.conformance.reports.samples import EVERYTHING


def test_the_counts_are_those_of_the_report() -> None:
    suite = ElementTree.fromstring(as_junit(EVERYTHING))

    found = {name: suite.get(name) for name in ("tests", "failures", "errors", "skipped", "time")}
    assert found == {
        "tests": str(len(State) + 1),
        "failures": "3",
        "errors": "1",
        "skipped": "3",
        "time": "1.500",
    }


def test_each_case_has_the_mark_of_its_state() -> None:
    suite = ElementTree.fromstring(as_junit(EVERYTHING))

    marks = {case.get("name"): [child.tag for child in case] for case in suite[: len(State)]}
    skip, failure = ["skipped"], ["failure"]
    assert [*marks.values()] == [[], [], skip, failure, ["error"], skip, failure, skip]


def test_a_failure_says_what_is_wrong_and_how_to_see_it_again() -> None:
    suite = ElementTree.fromstring(as_junit(EVERYTHING))

    failure = suite[3][0]
    assert '<script>alert("x")</script> &' in str(failure.get("message"))
    assert failure.text == "python -m x"


@pytest.mark.parametrize("hostile", ["\x00", "\x1b[31m", "\ufffe", "\ud800"])
def test_it_is_xml_whatever_a_target_calls_itself(hostile: str) -> None:
    report = structs.replace(EVERYTHING, implementation=f"its {hostile} name", complaints=(hostile,))

    suite = ElementTree.fromstring(as_junit(report))

    assert (suite.get("name") or "").startswith("conformance of its \N{REPLACEMENT CHARACTER}")


def test_what_is_asked_for_otherwise_than_the_guide_says_is_a_property() -> None:
    decision = Decision("DEV-001", "guide", "ours", "why", ("PS-ENC-03",))
    suite = ElementTree.fromstring(as_junit(structs.replace(EVERYTHING, decisions=(decision,))))

    [found] = suite.iter("property")
    assert (found.get("name"), found.get("value")) == ("DEV-001", "ours (PS-ENC-03)")


def test_a_target_that_was_not_judged_is_an_error() -> None:
    unjudged = Unjudged(EXIT_INCONCLUSIVE, "nothing is selected")
    suite = ElementTree.fromstring(as_junit(structs.replace(EVERYTHING, unjudged=unjudged)))

    assert (suite.get("errors"), suite.get("tests")) == ("2", str(len(State) + 2))
    assert [one.get("message") for one in suite.iter("error")][-1] == "nothing is selected"
