"""A target has one reading of an ambiguous place: a mixture fails where it is another one than the chosen one."""

import pytest
from msgspec import structs

from conformance.readings import CHOSEN, without_mixtures
from conformance.verdict import State
from tests.conformance.reports.samples import sample


def judged(*fits: set[str]) -> list[State]:
    """What becomes of vectors whose answers are right in these readings."""
    states = [State.PASS if CHOSEN in names else State.PASS_ALTERNATIVE for names in fits]
    results = [structs.replace(one, id=str(place)) for place, one in enumerate(sample(*states).results)]
    by_id = {str(place): frozenset(names) for place, names in enumerate(fits)}
    return [result.state for result in without_mixtures(results, {"AMB-04": by_id})]


@pytest.mark.parametrize(
    "fits", [({CHOSEN}, {CHOSEN}), ({CHOSEN}, {CHOSEN, "B"}), ({"B"}, {"B", "C"}), ({"B"}, {CHOSEN, "B"}), ()]
)
def test_one_reading_is_right_throughout(fits: tuple[set[str], ...]) -> None:
    assert State.FAIL not in judged(*fits)


def test_now_this_and_now_that_is_none() -> None:
    assert judged({CHOSEN}, {"C"}, {CHOSEN, "C"}) == [State.PASS, State.FAIL, State.PASS]
    assert judged({"B"}, {"C"}) == [State.FAIL, State.FAIL]


def test_the_complaint_names_the_other_case_and_so_does_the_line_that_reproduces() -> None:
    first, second = sample(State.PASS, State.PASS_ALTERNATIVE).results
    fits = {first.id: frozenset({CHOSEN}), second.id: frozenset({"C"})}

    [_, found] = without_mixtures([first, second], {"AMB-04": fits})

    assert found.message == f"AMB-04 is read otherwise here than for {first.id}"
    assert found.reproduce.endswith(f" --select {first.id}")
