"""A scenario: a short coroutine that is given a world, and what it is to show."""

import inspect
from collections.abc import Callable, Coroutine, Iterator, Mapping
from types import ModuleType
from typing import Any

from msgspec import Struct

from sim.arguments import listed
from sim.world import World

# What the guide documents is told once, for the simulator and for real processes.
DOCUMENTED = (
    "Locked files, other ports and keys, second listeners and whatever else the guide documents:\n"
    "  python -m conformance run --target builtin:sim"
)

Play = Callable[[World], Coroutine[Any, Any, object]]


class Scenario(Struct, frozen=True):
    """Something that happens to psync, and what must come of it; call it with a world.

    `missing`: what is not built yet, and keeps it from passing; empty if it passes.
    """

    name: str
    shows: str
    play: Play
    missing: str = ""

    def __call__(self, world: World) -> Coroutine[Any, Any, object]:
        """Give the coroutine for `World.run`."""
        return self.play(world)


def scenario(play: Play) -> Scenario:
    """Make a scenario of a function: its name, and what its docstring says."""
    return Scenario(play.__name__, inspect.getdoc(play) or "", play)


def not_yet(missing: str) -> Callable[[Play], Scenario]:
    """Make a scenario that cannot pass before somebody builds what is missing."""

    def make(play: Play) -> Scenario:
        return Scenario(play.__name__, inspect.getdoc(play) or "", play, missing)

    return make


def scenarios_in(*modules: ModuleType) -> Iterator[Scenario]:
    """Find the scenarios of modules, in the order in which they stand there: single ones and tuples of them."""
    for module in modules:
        for value in vars(module).values():
            found = value if isinstance(value, tuple) else (value,)
            yield from (item for item in found if isinstance(item, Scenario))


def registry(*modules: ModuleType) -> dict[str, Scenario]:
    """Scenarios by name; two of one name are a mistake."""
    found = list(scenarios_in(*modules))
    names = {item.name: item for item in found}
    assert len(names) == len(found), "two scenarios have one name"
    return names


def listed_scenarios(known: Mapping[str, Scenario]) -> str:
    """The names of scenarios for the one who chooses, those that cannot pass yet apart from the others."""
    passing = [name for name, one in known.items() if not one.missing]
    failing = [name for name, one in known.items() if one.missing]
    lines = [listed("Scenarios are", passing)]
    if failing:
        lines.append(listed("Scenarios of what is not built yet, expected to fail", failing))
    return "\n".join([*lines, DOCUMENTED])
