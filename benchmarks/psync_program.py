"""psync as its users run it: `psync listen` and `psync copy`, with a generated key."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.program import HOST, end, free_port, wait_until_listening

PSYNC = [sys.executable, "-m", "psync"]


class Psync:
    """A listener that serves `served`, and its clients."""

    name = "psync"
    encryption = "AES-256-GCM"

    def __init__(self, folder: Path, port: int) -> None:
        self.served, key_file = folder / "served", folder / "key"
        self.environment = _environment(folder)
        self._options = ["--port", str(port), "--password-file", str(key_file)]

    def push(self, source: Path, target: str, *, is_synced: bool) -> list[str]:
        """Give the command of one run."""
        durability = ["--durability", "batch" if is_synced else "none"]
        return [
            *PSYNC,
            "copy",
            "--quiet",
            *self._options,
            *durability,
            f"{source}/",
            f"tcp://{HOST}/{target}",
        ]


@contextmanager
def psync_serving(folder: Path) -> Iterator[Psync]:
    """Run a keyed listener below `folder`, which is empty, for as long as the block lasts."""
    served, key_file, log = folder / "served", folder / "key", folder / "log"
    environment = _environment(folder)
    served.mkdir()
    key_file.touch(0o600)
    key_file.write_bytes(
        subprocess.run([*PSYNC, "key", "--generate"], check=True, stdout=subprocess.PIPE).stdout
    )
    port = free_port()
    places = ["--host", HOST, "--port", str(port), "--root-path", str(served)]
    command = [*PSYNC, "listen", *places, "--password-file", str(key_file), "--instance", f"benchmark-{port}"]
    with log.open("wb") as output:
        server = subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
        try:
            wait_until_listening(server, port, log)
            yield Psync(folder, port)
        finally:
            end(server)


def _environment(folder: Path) -> dict[str, str]:
    """Keep psync's state out of the user's, and its compiled code, which every installation has."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    places = {"PSYNC_STATE_DIR": str(folder / "state"), "PYTHONPYCACHEPREFIX": str(folder / "compiled")}
    return {**environment, **places}
