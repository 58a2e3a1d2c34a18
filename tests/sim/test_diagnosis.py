"""What is told of a scenario that has failed: where, why, and what its pair knows."""

import re

import pytest

from psync.system import System
from sim.diagnosis import Diagnosis, Failing, diagnose, diagnosis_rows
from sim.faults import PowerCut
from sim.scenarios.pair import Pair
from sim.scenarios.scenario import Play
from sim.world import World


# pytest puts values into the message of an `assert` that it has compiled, so none stands here.
async def _misses_a_listener(world: World) -> None:
    pair = Pair(world)
    pair.took_effect(PowerCut("far", 1))
    if await pair.push() != 0:
        raise AssertionError("nobody listens")


async def _says_nothing(world: World) -> None:
    raise AssertionError(
        *(),
    )


async def _never_boots(world: World) -> None:
    pair = Pair(world)
    pair.far.power_cut(pair.choose("cut"))
    await pair.converge()


async def _has_a_program_that_fails(world: World) -> None:
    await world.machine("near").start(_fails, None).wait()


async def _fails_with_its_program(world: World) -> None:
    await _has_a_program_that_fails(world)
    raise ValueError("two\nlines")


async def _fails(given: None, system: System) -> int:
    raise KeyError("lever")


def _failed(play: Play) -> Diagnosis:
    with World(1) as world, pytest.raises(Exception) as failed:  # noqa: PT011  # whatever is raised is diagnosed
        world.run(play(world))
    return diagnose(failed.value)


def _diagnosis(play: Play) -> list[str]:
    """What is told of it, lines of this file without their numbers."""
    rows = diagnosis_rows(_failed(play))
    return [re.sub(r"py:\d+: ", "py: ", f"{name}: {value}") for name, value in rows]


def test_an_assertion_is_told_with_its_message_and_what_the_pair_knows():
    assert _diagnosis(_misses_a_listener) == [
        'failed at: tests/sim/test_diagnosis.py: raise AssertionError("nobody listens")',
        "because: nobody listens",
        "faults: PowerCut 1",
        "causes: CONNECT_REFUSED",
    ]


def test_it_is_a_value_before_it_is_told():
    found = _failed(_misses_a_listener)

    (failing,) = found.failings
    assert failing == Failing(failing.place, "nobody listens")
    assert found == Diagnosis((failing,), effects={"PowerCut": 1}, causes=("CONNECT_REFUSED",))


def test_what_a_helper_has_found_is_told_where_it_was_called():
    failed_at, because, *_ = _diagnosis(_never_boots)

    assert failed_at == "failed at: tests/sim/test_diagnosis.py: await pair.converge()"
    assert "far" in because


def test_code_of_several_lines_is_told_as_one_and_an_assertion_without_a_message_without_one():
    assert _diagnosis(_says_nothing) == [
        "failed at: tests/sim/test_diagnosis.py: raise AssertionError( *(), )"
    ]


def test_programs_that_have_failed_are_told():
    fails = 'failed at: tests/sim/test_diagnosis.py: raise KeyError("lever")'
    assert _diagnosis(_has_a_program_that_fails) == [fails, "because: KeyError: 'lever'"]
    assert _diagnosis(_fails_with_its_program)[1:] == [
        "because: ValueError: two lines",
        "meanwhile: KeyError: 'lever'",
    ]
