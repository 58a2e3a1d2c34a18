"""Several adapters share the cases of a run: each is asked once, by whichever is free, and all end with the run."""

import threading
from typing import Any

import pytest
from msgspec import convert

from conformance.program_run import ProgramRun, at_level
from conformance.protocol import Answer
from conformance.scenario import Scenario
from conformance.target import TargetBroken
from conformance.vector import Reading, Vector
from conformance.verdict import CaseResult, State


class Parrots:
    """Targets that answer with what they are asked; a question of the value `broken` breaks one."""

    def __init__(self, together: int = 1) -> None:
        self.started: list[Parrot] = []
        self._meeting = threading.Barrier(together)

    def start(self) -> "Parrot":
        parrot = Parrot(self._meeting)
        self.started.append(parrot)
        return parrot


class Parrot:
    name = "parrot"

    def __init__(self, meeting: threading.Barrier) -> None:
        self.asked: list[Any] = []
        self.is_closed = False
        self.hello: dict[str, Any] = {"name": "parrot", "clock": "virtual", "operations": []}
        self._meeting = meeting

    def ask(self, op: str, params: dict[str, Any], seconds: float = 0.0) -> Answer:
        if op in ("hello", "bye"):
            return Answer(1, ok=self.hello)
        if params["x"] == "broken":
            raise TargetBroken("the parrot is broken")
        if not self.asked:
            self._meeting.wait(10)  # each of them gets a question
        self.asked.append(params["x"])
        return Answer(1, ok=params)

    def close(self) -> None:
        self.is_closed = True


def vector(value: object) -> Vector:
    one = {
        "requirements": ["PS-ROOT-03"],
        "about": "x",
        "provenance": "x",
        "op": "read_frame",
        "strength": "must",
    }
    return convert(
        {**one, "id": f"v-{value}", "params": {"x": value}, "expect": {"ok": {"x": value}}}, Vector
    )


def run(values: list[object], parrots: Parrots, jobs: int) -> tuple[list[CaseResult], list[str]]:
    """The results, and the ids in the order in which they were told."""
    vectors = {one.id: one for one in map(vector, values)}
    told: list[str] = []
    readings = {Reading("AMB-03", "B"): vectors}
    with ProgramRun(parrots.start, vectors, readings) as program:
        results = program.run([*vectors.values()], lambda result: told.append(result.id), jobs)
        assert program.fits["AMB-03"].keys() == vectors.keys()
    return results, told


@pytest.mark.parametrize("jobs", [1, 3])
def test_every_case_is_asked_once_and_told_in_its_order(jobs: int) -> None:
    parrots = Parrots(jobs)
    results, told = run([*range(20)], parrots, jobs)

    assert [(result.id, result.state) for result in results] == [(f"v-{n}", State.PASS) for n in range(20)]
    assert sorted(told) == sorted(result.id for result in results)
    assert sorted(value for parrot in parrots.started for value in parrot.asked) == [*range(20)]
    assert [bool(parrot.asked) for parrot in parrots.started] == [True] * jobs


def test_no_more_adapters_are_started_than_there_are_cases() -> None:
    parrots = Parrots()
    run([1], parrots, 8)

    assert len(parrots.started) == 1


@pytest.mark.parametrize("jobs", [1, 2])
def test_one_that_breaks_ends_the_run_and_all_are_closed(jobs: int) -> None:
    parrots = Parrots()

    with pytest.raises(TargetBroken, match="the parrot is broken"):
        run(["broken", *range(50)], parrots, jobs)

    assert [parrot.is_closed for parrot in parrots.started] == [True] * len(parrots.started)


def test_one_that_does_not_greet_is_closed() -> None:
    spoilt = Parrots().start()
    spoilt.hello = {"clock": "sundial"}

    with pytest.raises(TargetBroken, match="does not answer 'hello' as it should"):
        ProgramRun(lambda: spoilt, {}, {})

    assert spoilt.is_closed


def test_a_scenario_is_left_out_where_it_cannot_be_carried_out() -> None:
    here, there = (Scenario(level, (), "", lambda stage: None, (level,)) for level in "SP")

    assert at_level([here, there], "P") == [there]
