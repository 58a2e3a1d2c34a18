"""psync with its attempts to connect written down: `python -m conformance.adapters.audited FILE ARGUMENTS...`

The interpreter itself tells of them (PEP 578), so that nothing of psync is changed.
"""

import json
import os
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from conformance.adapters.kill import kill_before_change
from conformance.adapters.lock import meet_locks
from conformance.adapters.version import VERSION, of_version

# The variable with the names of the mutants that a process is to be, if any.
BUGS = "CONFORMANCE_BUGS"


def write_down_connections(file: str) -> None:
    """Append a line of JSON, host and port, for each attempt of this process to connect by TCP."""

    def note(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "socket.connect" and isinstance(arguments[1], tuple):
            with open(file, "a", encoding="utf-8") as log:
                log.write(json.dumps(arguments[1][:2]) + "\n")

    sys.addaudithook(note)


def run_with_bugs(names: list[str], arguments: list[str]) -> int:
    """Run psync, as a mutant where bugs are named, of the version that the environment names; give its exit code."""
    with ExitStack() as stack:
        stack.enter_context(of_version(os.environ.get(VERSION, "")))
        from psync.app.program import run

        if names:
            from conformance.adapters.planted import planted

            stack.enter_context(planted(names))
        return run(arguments)


if __name__ == "__main__":
    write_down_connections(sys.argv[1])
    kill_before_change(Path(sys.argv[1]))
    meet_locks(Path(sys.argv[1]))
    sys.exit(run_with_bugs(os.environ.get(BUGS, "").split(), sys.argv[2:]))
