"""`builtin:sim`: psync's client and listener in the simulator, in virtual time."""

from conformance.adapters.psync_functions import FUNCTIONS
from conformance.adapters.serving import Identity, serve
from conformance.adapters.simulated_world import SimulatedWorld
from conformance.adapters.worlds import world_operations
from psync import __version__

if __name__ == "__main__":
    serve(Identity("psync", __version__, "virtual"), {**FUNCTIONS, **world_operations(SimulatedWorld)})
