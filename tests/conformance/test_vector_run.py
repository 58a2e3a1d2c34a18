"""Vectors are put to a target one by one, each question once."""

from typing import Any

import pytest
from msgspec import convert, structs

from conformance.protocol import Answer
from conformance.vector import Reading, Vector
from conformance.vector_run import VectorRun
from conformance.verdict import State


class Parrot:
    """Answers with what it was asked, and counts."""

    name = "adapter:parrot 'x'"

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []

    def ask(self, op: str, params: dict[str, Any], seconds: float = 0.0) -> Answer:
        self.asked.append(params)
        return Answer(1, ok=params)

    def close(self) -> None:
        """Nothing is open."""


def vector(id: str, params: dict[str, Any], strength: str = "must", **expect: Any) -> Vector:
    one = {"requirements": ["PS-ROOT-03"], "about": "x", "provenance": "x", "op": "read_frame"}
    return convert({**one, "id": id, "strength": strength, "params": params, "expect": expect}, Vector)


def run(vectors: list[Vector], alternative: Vector | None = None) -> tuple[list[tuple[State, str]], Parrot]:
    parrot = Parrot()
    readings = {} if alternative is None else {Reading("AMB-03", "B"): {alternative.id: alternative}}
    found = VectorRun(parrot, {one.id: one for one in vectors}, readings).run(vectors)
    return [(result.state, result.message) for result in found], parrot


def test_each_vector_has_a_result_with_its_step_and_the_line_that_reproduces_it() -> None:
    one = vector("a", {"x": 1}, "should", ok={"x": 1})

    [result] = VectorRun(Parrot(), {"a": one}, {}).run([one])

    assert (result.state, result.level, result.strength, result.id) == (State.PASS, "V", "should", "a")
    assert result.steps[0].answer == {"ok": {"x": 1}}
    command = """python -m conformance run --target 'adapter:parrot '"'"'x'"'"'' --select a"""
    assert result.reproduce == command


def test_an_answer_that_others_are_compared_with_is_asked_for_once() -> None:
    vectors = [vector("a", {"x": 1}, ok={}), *(vector(id, {"x": 2}, differs_from=["a"]) for id in "bc")]

    results, parrot = run(vectors)

    assert [state for state, _ in results] == [State.PASS] * 3
    assert parrot.asked == [{"x": 1}, {"x": 2}, {"x": 2}]


def test_another_reading_is_a_pass_of_its_own_kind() -> None:
    results, _ = run([vector("a", {"x": 1}, ok={"x": 2})], vector("a", {"x": 1}, ok={"x": 1}))

    assert results == [(State.PASS_ALTERNATIVE, "in the reading AMB-03 B")]


def test_what_no_reading_expects_fails() -> None:
    results, _ = run([vector("a", {"x": 1}, ok={"x": 2})], vector("a", {"x": 1}, ok={"x": 3}))

    assert results == [(State.FAIL, "'x' is 1, expected 2")]


def test_it_is_told_in_which_readings_an_answer_is_right() -> None:
    chosen = [vector("a", {"x": 1}, ok={"x": 2}), vector("b", {"x": 1}, ok={"x": 1})]
    readings = {Reading("AMB-03", "B"): {"a": vector("a", {"x": 1}, ok={"x": 1})}}
    run = VectorRun(Parrot(), {one.id: one for one in chosen}, readings)

    states = [result.state for result in run.run(chosen)]

    assert states == [State.PASS_ALTERNATIVE, State.PASS]
    assert run.fits == {"AMB-03": {"a": frozenset("B")}}


@pytest.mark.parametrize(
    ("op", "host", "styles", "expected"),
    [
        ("map", "posix", ("windows", "posix"), "must"),
        ("validate_config", "posix", ("posix",), "must"),
        ("map", "posix", ("windows",), "may"),
        ("map", "windows", ("windows", "posix"), "may"),
        ("format_uri", "posix", ("windows", "posix"), "may"),
    ],
)
def test_what_is_asked_of_posix_binds_who_says_that_he_runs_there(op, host, styles, expected) -> None:
    one = structs.replace(vector("a", {"host": host}, "may", rejected="X"), op=op)

    [result] = VectorRun(Parrot(), {"a": one}, {}, styles).run([one])

    assert result.strength == expected
