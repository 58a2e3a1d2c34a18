"""A process that is killed right before it changes a disk for a certain time, as `kill_file` asks for.

The interpreter itself tells of changes (PEP 578), so that nothing of psync is changed. Each file lies
beside a log that all of a world's processes have.
"""

import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

# What the interpreter tells of before a disk is changed; it tells of no writes and of no syncs.
CHANGES = frozenset(
    {
        "os.chmod",
        "os.link",
        "os.mkdir",
        "os.remove",
        "os.rename",
        "os.rmdir",
        "os.symlink",
        "os.truncate",
        "os.utime",
    }
)


def kill_file(log: Path, process_id: int) -> Path:
    """Where it stands before which change a process is to be killed, counted from when it was written there."""
    return log.with_name(f"kill {process_id}")


def kill_before_change(log: Path) -> None:
    """Have this process killed as its `kill_file` says, once there is one."""
    asked = kill_file(log, os.getpid())
    changes = 0

    def note(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal changes
        is_making = event == "open" and isinstance(arguments[2], int) and arguments[2] & os.O_CREAT
        if not (is_making or event in CHANGES):
            return
        with suppress(FileNotFoundError):
            number = int(asked.read_text("ascii"))
            changes += 1
            if changes == number:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(note)
