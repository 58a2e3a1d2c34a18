"""psync with bugs, as `builtin:sim` or `builtin:process`: `python -m conformance.adapters.planted LEVEL [NAME]...`

Nobody but this program runs a mutant. The bugs are planted before the first
request is read, at level P also in each process that a world starts; where psync is
not what a bug was made for, the program ends with a traceback before it answers anything.
"""

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import msgspec

from conformance.adapters.audited import BUGS
from conformance.adapters.process_world import ProcessWorld
from conformance.adapters.psync_functions import FUNCTIONS
from conformance.adapters.serving import Identity, serve
from conformance.adapters.simulated_world import SimulatedWorld
from conformance.adapters.worlds import world_operations
from conformance.mutant import Mutant, load_mutants
from psync import __version__
from sim.mutants.mutant import Mutation

# The kind of world at each level, and its clock.
WORLDS: dict[str, tuple[type[Any], str]] = {"S": (SimulatedWorld, "virtual"), "P": (ProcessWorld, "real")}


def mutations_of(mutant: Mutant) -> list[Mutation]:
    """What a mutant changes, module by module, as the simulator's own mutants have it."""
    return [
        msgspec.convert({**msgspec.to_builtins(plant), "name": mutant.name}, Mutation)
        for plant in mutant.plants
    ]


@contextmanager
def planted(names: Iterable[str]) -> Iterator[None]:
    """Run these bugs in this process. Raises `MutantUnfit`, or `KeyError` for an unknown name."""
    mutants = load_mutants()
    with ExitStack() as stack:
        for name in names:
            for mutation in mutations_of(mutants[name]):
                stack.enter_context(mutation.planted())
        yield


def serve_planted(level: str, names: Sequence[str]) -> None:
    """Serve with these bugs, until the last request. Raises `MutantUnfit`, or `KeyError` for an unknown name."""
    world, clock = WORLDS[level]
    os.environ[BUGS] = " ".join(names)
    operations = {**FUNCTIONS, **world_operations(world)}
    identity = Identity("psync", f"{__version__} with {' and '.join(names) or 'no bug'}", clock)
    try:
        with planted(names):
            serve(identity, operations)
    finally:
        operations["world.end"]({})


if __name__ == "__main__":
    serve_planted(sys.argv[1], sys.argv[2:])
