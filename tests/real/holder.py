"""Another process that takes something, says so, and holds it until it is killed."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_TAKEN = b"taken\n"


@contextmanager
def holding(script: str, *arguments: str) -> Iterator[int]:
    """Run a script, give its process id once it has taken its thing, kill it at the end (SIGKILL)."""
    waiting = f"{script}\nimport sys\nprint('taken', flush=True)\nsys.stdin.read()"
    command = [sys.executable, "-c", waiting, *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == _TAKEN
            yield process.pid
        finally:
            process.kill()
