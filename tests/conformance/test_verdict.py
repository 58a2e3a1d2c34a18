"""What a run amounts to: a skip is never a pass, and an error hides behind no pass."""

import pytest

from conformance.verdict import CaseResult, Report, State, Unjudged, exit_code


def results(*states: str) -> tuple[CaseResult, ...]:
    return tuple(
        CaseResult(f"case-{number}", ("PS-ROOT-03",), "V", "something", State(state))
        for number, state in enumerate(states)
    )


EXIT_CODES = {
    "pass": 0,
    "pass-alternative": 0,
    "pass xfail": 0,
    "pass unsupported": 0,
    "pass fail": 1,
    "pass not-followed": 0,
    "not-followed": 4,
    "pass xpass": 1,
    "pass fail error": 3,
    "error": 3,
    "xfail": 4,
    "unsupported": 4,
    "": 4,
}


@pytest.mark.parametrize(("states", "expected"), EXIT_CODES.items())
def test_the_exit_code_follows_from_the_states(states: str, expected: int) -> None:
    assert exit_code(results(*states.split())) == expected


def test_what_belongs_to_no_case_fails_a_run_too() -> None:
    assert exit_code(results("pass"), ["a stale row"]) == 1


def test_the_headline_counts_each_state_in_its_order() -> None:
    report = Report("it", "", "full", results("not-followed", "pass", "xfail", "pass"))

    assert report.headline == "it: conformant (2 pass, 1 not-followed, 1 xfail)"
    assert Report("it", "", "full", ()).headline == "it: inconclusive (no cases)"


def test_the_headline_says_that_not_all_could_be_asked() -> None:
    report = Report("it", "", "full", results("pass", "unsupported"))

    assert report.headline == "it: conformant in what could be asked (1 pass, 1 unsupported)"


@pytest.mark.parametrize("code", [3, 4])
def test_a_run_that_was_not_judged_is_none_that_passed(code: int) -> None:
    report = Report("it", "", "full", results("pass"), unjudged=Unjudged(code, "it is broken"))

    assert (report.exit_code, report.headline) == (code, "it: not judged (1 pass)")
