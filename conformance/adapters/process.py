"""`builtin:process`: psync as its users run it, in real processes on this machine."""

from conformance.adapters.psync_functions import FUNCTIONS
from conformance.adapters.serving import Identity, serve
from psync import __version__

if __name__ == "__main__":
    serve(Identity("psync", __version__), FUNCTIONS)
