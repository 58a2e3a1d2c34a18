"""psync in the simulator, as `builtin:sim`, with bugs: `python -m conformance.adapters.planted NAME...`

Nobody but this program runs a mutant. The bugs are planted before the first
request is read; where psync is not what a bug was made for, the program ends with
a traceback before it answers anything.
"""

import sys
from collections.abc import Iterable
from contextlib import ExitStack

import msgspec

from conformance.adapters.psync_functions import FUNCTIONS
from conformance.adapters.serving import Identity, serve
from conformance.adapters.simulated_world import SimulatedWorld
from conformance.adapters.worlds import world_operations
from conformance.mutant import Mutant, load_mutants
from psync import __version__
from sim.mutants.mutant import Mutation


def mutations_of(mutant: Mutant) -> list[Mutation]:
    """What a mutant changes, module by module, as the simulator's own mutants have it."""
    return [
        msgspec.convert({**msgspec.to_builtins(plant), "name": mutant.name}, Mutation)
        for plant in mutant.plants
    ]


def serve_planted(names: Iterable[str]) -> None:
    """Serve with these bugs, until the last request. Raises `MutantUnfit`, or `KeyError` for an unknown name."""
    mutants = load_mutants()
    with ExitStack() as planted:
        for name in names:
            for mutation in mutations_of(mutants[name]):
                planted.enter_context(mutation.planted())
        identity = Identity("psync", f"{__version__} with {' and '.join(names) or 'no bug'}", "virtual")
        serve(identity, {**FUNCTIONS, **world_operations(SimulatedWorld)})


if __name__ == "__main__":
    serve_planted(sys.argv[1:])
