"""Scenarios carried out on a target, each in a world of its own, and judged."""

import time
from collections.abc import Callable, Iterable, Iterator

from conformance.scenario import Scenario
from conformance.stage import AdapterFailed, NotMet, NotSupported, Stage
from conformance.target import Target
from conformance.vector_run import reproduce
from conformance.verdict import CaseResult, State

# How the levels of worlds are told apart: by their clock.
LEVELS = {"virtual": "S", "real": "P"}

# Without this operation no scenario can be carried out.
NEEDED = "world.begin"


class ScenarioRun:
    """Carries out scenarios. `clock` and `operations` are what the target has said of itself."""

    def __init__(self, target: Target, clock: str, operations: Iterable[str]) -> None:
        self._target = target
        self._has_worlds = NEEDED in operations
        self.level = LEVELS[clock]

    def run(self, selected: Iterable[Scenario]) -> Iterator[CaseResult]:
        """Give a result for each scenario, in their order."""
        for scenario in selected:
            started = time.monotonic()
            stage = Stage(self._target)
            state, message = self._carry_out(scenario, stage)
            yield CaseResult(
                scenario.id,
                scenario.requirements,
                self.level,
                scenario.about,
                state,
                message,
                time.monotonic() - started,
                tuple(stage.steps),
                reproduce(self._target.name, scenario.id),
                scenario.strength,
            )

    def _carry_out(self, scenario: Scenario, stage: Stage) -> tuple[State, str]:
        if not self._has_worlds:
            return State.UNSUPPORTED, "the adapter serves no worlds"
        verdict = _judged(lambda: scenario.play(stage))
        _, trouble = _judged(stage.end)  # not asked of a target that is broken, which has been told by then
        return (State.ERROR, f"the world does not end: {trouble}") if trouble else verdict


def _judged(carry_out: Callable[[], None]) -> tuple[State, str]:
    try:
        carry_out()
    except NotMet as complaint:
        return State.FAIL, str(complaint)
    except NotSupported as reason:
        return State.UNSUPPORTED, str(reason)
    except AdapterFailed as failure:
        return State.ERROR, f"the adapter has failed: {failure}"
    return State.PASS, ""
