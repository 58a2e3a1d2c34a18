"""Scenarios are carried out one by one, each in a world of its own that ends, and judged by what they raise."""

from collections.abc import Callable
from typing import Any

import pytest

from conformance.protocol import Answer
from conformance.scenario import Scenario
from conformance.scenario_run import ScenarioRun
from conformance.stage import AdapterFailed, NotMet, NotSupported, Stage
from conformance.target import TargetBroken
from conformance.verdict import CaseResult, State
from tests.conformance.served import BEGUN, Scripted

WORLDS = ("hello", "world.begin")


def carried_out(play: Callable[[Stage], None], target: Scripted, operations: Any = WORLDS) -> CaseResult:
    one = Scenario("some-play", ("PS-TOP-01",), "It plays.", play, strength="should")
    [result] = ScenarioRun(target, "virtual", operations).run([one])
    return result


def raising(error: Exception) -> Callable[[Stage], None]:
    def play(stage: Stage) -> None:
        stage.begin(far="windows")
        raise error

    return play


def begin(stage: Stage) -> None:
    stage.begin(far="windows")


def test_a_result_has_all_steps_and_the_line_that_reproduces_it() -> None:
    result = carried_out(begin, Scripted(world__begin=BEGUN))

    assert (result.id, result.requirements, result.level) == ("some-play", ("PS-TOP-01",), "S")
    assert (result.state, result.message, result.strength) == (State.PASS, "", "should")
    assert [step.op for step in result.steps] == ["world.begin", "world.end"]
    assert result.steps[0].answer == BEGUN
    assert result.reproduce == "python -m conformance run --target adapter:scripted --select some-play"


@pytest.mark.parametrize(
    ("error", "verdict"),
    [
        (NotMet("2, expected 1"), (State.FAIL, "2, expected 1")),
        (NotSupported("no network here"), (State.UNSUPPORTED, "no network here")),
        (AdapterFailed("KeyError('x')"), (State.ERROR, "the adapter has failed: KeyError('x')")),
    ],
)
def test_the_verdict_is_what_was_raised_and_the_world_ends(error: Exception, verdict: Any) -> None:
    target = Scripted(world__begin=BEGUN)
    result = carried_out(raising(error), target)

    assert (result.state, result.message) == verdict
    assert target.operations == ["world.begin", "world.end"]


def test_each_scenario_has_a_world_of_its_own() -> None:
    target = Scripted(world__begin=BEGUN)
    one = Scenario("some-play", ("PS-TOP-01",), "It plays.", begin)

    states = [result.state for result in ScenarioRun(target, "real", WORLDS).run([one, one])]

    assert states == [State.PASS, State.PASS]
    assert target.operations == ["world.begin", "world.end"] * 2


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ({"error": {"text": "OSError"}}, "the world does not end: the adapter has failed: OSError"),
        ({"unsupported": {"reason": "no end"}}, "the world does not end: no end"),
    ],
)
@pytest.mark.parametrize("play", [begin, raising(NotMet("2, expected 1"))])
def test_a_world_that_does_not_end_is_an_error(play: Any, answer: dict[str, Any], message: str) -> None:
    result = carried_out(play, Scripted(world__begin=BEGUN, world__end=answer))

    assert (result.state, result.message) == (State.ERROR, message)


def test_an_answer_that_lacks_something_is_an_error_of_the_adapter() -> None:
    result = carried_out(begin, Scripted(world__begin={"ok": {}}))

    complaint = "'world.begin' is answered otherwise than it should: Object missing required field `machines`"
    assert (result.state, result.message) == (State.ERROR, f"the adapter has failed: {complaint}")


class Mute(Scripted):
    """Ends instead of an answer to anything but the first question."""

    def ask(self, op: str, params: dict[str, Any], seconds: float = 0.0) -> Answer:
        answer = super().ask(op, params, seconds)
        if len(self.asked) > 1:
            raise TargetBroken(f"ends at {op!r}")
        return answer


def test_a_target_that_breaks_is_told_by_what_it_did_not_answer_and_asked_nothing_more() -> None:
    def play(stage: Stage) -> None:
        stage.begin(far="windows")
        stage.sleep(1)

    target = Mute(world__begin=BEGUN)
    with pytest.raises(TargetBroken, match=r"ends at 'clock\.advance'"):
        carried_out(play, target)

    assert target.operations == ["world.begin", "clock.advance"]


def test_without_worlds_nothing_is_asked() -> None:
    target = Scripted()
    result = carried_out(begin, target, ("hello", "map"))

    assert (result.state, result.message) == (State.UNSUPPORTED, "the adapter serves no worlds")
    assert target.asked == []


@pytest.mark.parametrize(("clock", "level"), [("virtual", "S"), ("real", "P")])
def test_the_clock_makes_the_level(clock: str, level: str) -> None:
    assert ScenarioRun(Scripted(), clock, WORLDS).level == level
