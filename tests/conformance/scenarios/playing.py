"""How scenarios are tested: each comes to what psync's deviation file says, and fails where a fault is planted."""

from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

from conformance.adapters.process_world import ADVANCE_SECONDS_MAX
from conformance.adapters.psync_functions import FUNCTIONS
from conformance.adapters.serving import Operation, Unsupported
from conformance.adapters.simulated_world import SimulatedWorld
from conformance.adapters.worlds import world_operations
from conformance.commands.run import OWN_DEVIATIONS
from conformance.deviation import apply_deviations, load_deviations
from conformance.scenario_run import LEVELS, ScenarioRun
from conformance.scenarios import SCENARIOS
from conformance.verdict import CaseResult, State
from tests.conformance.served import Served

Fields = dict[str, Any]
Operations = Mapping[str, Operation]

# Makes another implementation of one: what it does otherwise, by operation.
Fault = Callable[[Operations], dict[str, Operation]]

LEVEL = "S"
CLOCKS = {level: clock for clock, level in LEVELS.items()}

DEVIATIONS = [row for row in load_deviations(OWN_DEVIATIONS) if row.level in ("", LEVEL)]


def ids_of(module: ModuleType) -> list[str]:
    """The scenarios of a module that are played in virtual time."""
    return [
        one.id for one in SCENARIOS.values() if one.play.__module__ == module.__name__ and LEVEL in one.levels
    ]


def played(id: str, *faults: Fault) -> CaseResult:
    """Play a scenario against psync in the simulator, with faults; one for real processes only is told that these are."""
    scenario = SCENARIOS[id]
    clock = CLOCKS[LEVEL if LEVEL in scenario.levels else scenario.levels[0]]
    operations: dict[str, Operation] = {**FUNCTIONS, **world_operations(SimulatedWorld)}
    for fault in faults:
        operations |= fault(dict(operations))
    try:
        [result] = ScenarioRun(Served(operations, clock), clock, operations).run([scenario])
    finally:
        operations["world.end"]({})
    return result


def is_as_expected(result: CaseResult) -> bool:
    """Whether it passes, or does not pass as the deviation file says."""
    [judged] = apply_deviations([result], DEVIATIONS)
    return judged.state in (State.PASS, State.XFAIL)


def asked_otherwise(op: str, change: Callable[[Fields], object]) -> Fault:
    """It does something else than it is asked to: `change` changes the params in place."""

    def fault(operations: Operations) -> dict[str, Operation]:
        def otherwise(params: Fields) -> Fields:
            change(params)
            return operations[op](params)

        return {op: otherwise}

    return fault


def told_otherwise(op: str, change: Callable[[Fields], object]) -> Fault:
    """It tells something else than what there is: `change` changes the `ok` in place."""

    def fault(operations: Operations) -> dict[str, Operation]:
        def otherwise(params: Fields) -> Fields:
            told = operations[op](params)
            change(told)
            return told

        return {op: otherwise}

    return fault


def done_besides(op: str, other: str, **params: Any) -> Fault:
    """With an operation it does another one, too, that nobody has asked for."""

    def fault(operations: Operations) -> dict[str, Operation]:
        def otherwise(asked: Fields) -> Fields:
            told = operations[op](asked)
            operations[other](params)
            return told

        return {op: otherwise}

    return fault


def as_real_machines(operations: Operations) -> dict[str, Operation]:
    """It has no Windows and not much patience, as where real processes run."""

    def begin(params: Fields) -> Fields:
        if any(machine["style"] == "windows" for machine in params["machines"]):
            raise Unsupported("no Windows")
        return operations["world.begin"](params)

    def advance(params: Fields) -> Fields:
        if params["seconds"] > ADVANCE_SECONDS_MAX:
            raise Unsupported("no patience")
        return operations["clock.advance"](params)

    return {"world.begin": begin, "clock.advance": advance}


def left_undone(op: str) -> Fault:
    """It does nothing of the kind."""
    return lambda operations: {op: lambda params: {}}


def changed_file(machine: str, folder: str, **files: str) -> Fields:
    """Params of `fs.plant` for what somebody has done to files that are not his."""
    entries = {name: {"kind": "file", "text": text} for name, text in files.items()}
    path = {"style": "windows" if folder.startswith("C:") else "posix", "path": folder}
    return {"machine": machine, "path": path, "entries": entries, "time": 1}
