"""Two reports beside each other: what got worse, what got better, and what is in one of them only."""

import pytest

from conformance.difference import Kind, RequirementChange, Side, Verdict, compare, in_common, repeated
from conformance.verdict import CaseResult, Report, State

PASSING = (State.PASS, State.PASS_ALTERNATIVE, State.XPASS)


def case(
    id: str, state: State = State.PASS, level: str = "V", requirements: tuple[str, ...] = ("PS-ROOT-03",)
) -> CaseResult:
    return CaseResult(id, requirements, level, "", state, "" if state in PASSING else f"{state} it is")


def report(*results: CaseResult) -> Report:
    return Report("builtin:process", "psync 1", "full", results)


def kinds(a: Report, b: Report) -> dict[str, Kind]:
    return {change.id: change.kind for change in compare(a, b).changes}


@pytest.mark.parametrize("before", State)
@pytest.mark.parametrize("after", State)
def test_a_case_is_worse_if_it_passed_and_does_not_and_better_the_other_way_round(
    before: State, after: State
):
    expected = {(True, False): {"x": Kind.WORSE}, (False, True): {"x": Kind.BETTER}}
    same = {} if before is after else {"x": Kind.OTHERWISE}

    found = kinds(report(case("x", before)), report(case("x", after)))

    assert found == expected.get((before in PASSING, after in PASSING), same)


@pytest.mark.parametrize(
    ("state", "in_a", "in_b"),
    [
        (State.PASS, Kind.WORSE, Kind.ONLY_B),
        (State.UNSUPPORTED, Kind.ONLY_A, Kind.ONLY_B),
        (State.FAIL, Kind.ONLY_A, Kind.ONLY_B),
    ],
)
def test_a_case_of_one_report_is_named_and_one_that_passed_is_worse_where_it_is_missing(state, in_a, in_b):
    assert kinds(report(case("x", state)), report()) == {"x": in_a}
    assert kinds(report(), report(case("x", state))) == {"x": in_b}


def test_a_case_at_one_level_in_each_report_is_the_same_case():
    (change,) = compare(report(case("x", State.PASS, "S")), report(case("x", State.FAIL, "P"))).changes

    assert (change.kind, change.a, change.b) == (
        Kind.WORSE,
        Verdict(State.PASS, "S", ""),
        Verdict(State.FAIL, "P", "fail it is"),
    )


def test_a_case_at_several_levels_is_compared_level_by_level():
    a = report(case("x", State.PASS, "S"), case("x", State.FAIL, "P"))
    b = report(case("x", State.FAIL, "S"))

    assert [change.kind for change in compare(a, b).changes] == [Kind.ONLY_A, Kind.WORSE]


def test_changes_are_sorted_whatever_the_order_of_the_reports():
    results = [case(id, State.FAIL) for id in ("b", "c", "a")]
    passed = [case(id) for id in ("c", "a", "b")]

    assert list(kinds(report(*results), report(*passed))) == ["a", "b", "c"]


def test_a_requirement_is_worse_if_a_case_of_it_is_and_better_if_none_is():
    a = report(
        case("1", State.FAIL, requirements=("PS-A-02", "PS-A-01")),
        case("2", requirements=("PS-A-02",)),
        case("3", State.FAIL, requirements=("PS-A-03",)),
    )
    b = report(
        case("1", requirements=("PS-A-02", "PS-A-01")), case("3", State.XFAIL, requirements=("PS-A-03",))
    )

    assert compare(a, b).requirements == (
        RequirementChange("PS-A-01", Kind.BETTER, 0, 1, 1, 1),
        RequirementChange("PS-A-02", Kind.WORSE, 1, 2, 1, 1),
    )  # fmt: skip


def test_each_side_says_what_it_is_and_how_many_pass():
    difference = compare(report(case("x"), case("y", State.XPASS), case("z", State.FAIL)), report())

    assert difference.a == Side("builtin:process", "psync 1", "full", 2, 3)


@pytest.mark.parametrize(
    ("a", "b", "code", "headline"),
    [
        ([case("x")], [case("x")], 0, "no difference in any of 1 cases"),
        ([case("x", State.FAIL)], [case("x")], 0, "nothing got worse: 1 better"),
        ([case("x"), case("y")], [case("z"), case("y", State.ERROR)], 1, "got worse: 2 worse, 1 only in B"),
        (
            [case("x", State.FAIL), case("y", State.UNSUPPORTED)],
            [case("y", State.XFAIL)],
            0,
            "nothing got worse: 1 otherwise, 1 only in A",
        ),
    ],
)
def test_the_headline_and_the_exit_code_say_whether_something_got_worse(a, b, code, headline):
    difference = compare(report(*a), report(*b))

    assert (difference.exit_code, difference.headline) == (code, headline)


def test_a_case_that_is_told_twice_is_found():
    assert repeated(report(case("x"), case("y"), case("x"))) == ["x"]
    assert repeated(report(case("x", level="S"), case("x", level="P"))) == []


def test_in_common_are_the_cases_that_both_could_be_asked():
    simulated = report(case("both", level="S"), case("locked", level="S"), case("silent", level="S"))
    real = report(case("both", State.FAIL, "P"), case("locked", State.UNSUPPORTED, "P"), case("process"))

    difference = compare(*in_common(simulated, real))

    assert {change.id: change.kind for change in difference.changes} == {"both": Kind.WORSE}
    assert difference.cases_in_both == 1
