"""`builtin:process`: psync as its users run it, in real processes on this machine."""

from conformance.adapters.process_world import ProcessWorld
from conformance.adapters.psync_functions import FUNCTIONS
from conformance.adapters.serving import Identity, serve
from conformance.adapters.worlds import world_operations
from psync import __version__

if __name__ == "__main__":
    operations = {**FUNCTIONS, **world_operations(ProcessWorld)}
    try:
        serve(Identity("psync", __version__), operations)
    finally:  # whoever asked may have gone without a word
        operations["world.end"]({})
