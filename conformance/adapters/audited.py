"""psync with its attempts to connect written down: `python -m conformance.adapters.audited FILE ARGUMENTS...`

The interpreter itself tells of them (PEP 578), so that nothing of psync is changed.
"""

import json
import sys
from typing import Any


def write_down_connections(file: str) -> None:
    """Append a line of JSON, host and port, for each attempt of this process to connect by TCP."""

    def note(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "socket.connect" and isinstance(arguments[1], tuple):
            with open(file, "a", encoding="utf-8") as log:
                log.write(json.dumps(arguments[1][:2]) + "\n")

    sys.addaudithook(note)


if __name__ == "__main__":
    from psync.app.program import run

    write_down_connections(sys.argv[1])
    sys.exit(run(sys.argv[2:]))
