"""A mutant is killed by a case that fails, of its requirement, for its reason; and by nothing else."""

import pytest
from msgspec import structs

from conformance.mutant import Mutant, load_mutants
from conformance.mutant_run import Cases, Kill, complaints_without_bug, kills_by, put_to_the_test
from conformance.scenarios import SCENARIOS
from conformance.vector import VECTORS, load_alternatives, load_vectors
from conformance.verdict import CaseResult, State

MUTANTS = load_mutants()
CASES = Cases(load_vectors(VECTORS), load_alternatives(VECTORS), SCENARIOS)

EXCLUSIVE = MUTANTS["port.exclusive"]


def result(state: State = State.FAIL, message: str = "two dots", *requirements: str) -> CaseResult:
    return CaseResult("a-case", requirements or ("PS-ROOT-03",), "V", "x", state, message)


NO_KILLS = {
    "it passes": result(State.PASS),
    "nobody knows": result(State.ERROR),
    "it cannot be asked": result(State.UNSUPPORTED),
    "another reason": result(State.FAIL, "three dots"),
    "another requirement": result(State.FAIL, "two dots", "PS-ROOT-04"),
}


@pytest.mark.parametrize("told", NO_KILLS.values(), ids=NO_KILLS)
def test_what_kills_nobody(told: CaseResult) -> None:
    assert kills_by(told, {"PS-ROOT-03": "two dots"}) == []


def test_one_case_kills_for_each_requirement_that_it_asks_about() -> None:
    told = result(State.FAIL, "two dots", "PS-ROOT-03", "PS-ROOT-04", "PS-ROOT-05")

    killed = kills_by(told, {"PS-ROOT-03": "two", "PS-ROOT-04": "dots"})

    assert killed == [Kill(id, "a-case", "two dots") for id in ("PS-ROOT-03", "PS-ROOT-04")]


@pytest.mark.parametrize(
    ("name", "case"),
    [
        ("port.exclusive", "ports-highest"),
        ("ret.tries_twice", "connection-one-attempt-is-told-once"),
        ("root.per_entry", "root-path-job-above-it-stays-in-one-piece"),
    ],
)
def test_a_mutant_is_killed_by_a_vector_or_a_scenario(name: str, case: str) -> None:
    verdict = put_to_the_test(MUTANTS[name], CASES)

    assert (verdict.is_killed, [kill.case for kill in verdict.kills], verdict.others) == (True, [case], ())


def test_real_processes_are_mutants_too() -> None:
    verdict = put_to_the_test(MUTANTS["svc.two"], structs.replace(CASES, level="P"))

    assert (verdict.is_killed, verdict.survived, verdict.trouble) == (True, (), "")


def test_what_only_the_simulation_can_tell_is_asked_nowhere_else() -> None:
    verdict = put_to_the_test(MUTANTS["glo.impatient"], structs.replace(CASES, level="P"))

    assert (verdict.is_asked, verdict.is_killed, verdict.kills) == (False, False, ())


def test_one_that_dies_for_another_reason_survives_and_that_is_told() -> None:
    verdict = put_to_the_test(structs.replace(EXCLUSIVE, killed_by={"PS-PORT-03": "it explodes"}), CASES)

    assert (verdict.is_killed, verdict.kills, verdict.survived) == (False, (), ("PS-PORT-03",))
    assert [other.partition(":")[0] for other in verdict.others] == ["ports-highest", "ports-lowest"]


def test_what_psync_itself_is_known_to_fail_kills_nobody() -> None:
    excused = structs.replace(CASES, excused=frozenset({"PS-PORT-03"}))

    assert put_to_the_test(EXCLUSIVE, excused).survived == ("PS-PORT-03",)


def test_one_that_is_pending_is_asked_nothing() -> None:
    verdict = put_to_the_test(MUTANTS["ret.busy_loop"], CASES)

    assert (verdict.is_killed, verdict.survived, verdict.trouble) == (False, (), "")


def test_one_that_does_not_start_is_no_kill() -> None:
    unheard = Mutant("port.unheard_of", "x", {"PS-PORT-03": "x"}, plants=EXCLUSIVE.plants)

    verdict = put_to_the_test(unheard, CASES)

    assert (verdict.is_killed, "KeyError: 'port.unheard_of'" in verdict.trouble) == (False, True)


def test_psync_without_a_bug_is_asked_the_same() -> None:
    asked = ["ports-highest", "connection-default-port", "configuration-cpu-high"]

    complaints = complaints_without_bug(asked, CASES)

    assert [complaint.partition(" ")[0] for complaint in complaints] == ["configuration-cpu-high:"]
