"""What Linux answers on a file system that is mounted read-only, and what a simulated disk answers.

`python -m tests.sim.read_only FOLDER` plants files in a folder that is a mount of its own, protects
it, and prints the answers as JSON; a name space of mounts is its caller's concern.
"""

import json
import os
import subprocess
import sys

from tests.sim.contract import Operation, Side, outcome, real_side

CREATE = os.O_WRONLY | os.O_CREAT

OPERATIONS: dict[str, Operation] = {
    "read": lambda side: side.os.read(side.open(b"file"), 9).decode(),
    "make": lambda side: side.open(b"new", CREATE),
    "make what is there": lambda side: side.open(b"file", CREATE | os.O_EXCL),
    "make below nothing": lambda side: side.open(b"missing/new", CREATE),
    "write": lambda side: side.open(b"file", os.O_WRONLY),
    "empty": lambda side: side.open(b"file", os.O_RDONLY | os.O_TRUNC),
    "write to a folder": lambda side: side.open(b"folder", os.O_WRONLY),
    "write what nobody may": lambda side: side.open(b"closed", os.O_WRONLY),
    "new folder": lambda side: side.folder(b"new"),
    "new folder that is there": lambda side: side.folder(b"folder"),
    "new link": lambda side: side.link(b"target", b"new"),
    "new link that is there": lambda side: side.link(b"target", b"file"),
    "remove": lambda side: side.os.unlink(b"file", dir_fd=side.root),
    "remove what is missing": lambda side: side.os.unlink(b"missing", dir_fd=side.root),
    "remove a folder as a file": lambda side: side.os.unlink(b"folder", dir_fd=side.root),
    "remove a folder": lambda side: side.os.rmdir(b"folder", dir_fd=side.root),
    "remove a missing folder": lambda side: side.os.rmdir(b"missing", dir_fd=side.root),
    "remove this folder": lambda side: side.os.rmdir(b".", dir_fd=side.root),
    "rename": lambda side: side.rename(b"file", b"new"),
    "rename what is missing": lambda side: side.rename(b"missing", b"new"),
    "rename to itself": lambda side: side.rename(b"file", b"file"),
    "mode": lambda side: side.os.fchmod(side.open(b"file"), 0o600),
    "time": lambda side: side.utime(b"file", 1, dir_fd=side.root),
    "time of what is missing": lambda side: side.utime(b"missing", 1, dir_fd=side.root),
    "sync": lambda side: side.os.fsync(side.open(b"file")),
}


def plant(side: Side) -> None:
    """What the operations meet."""
    side.file(b"file", b"content")
    side.file(b"closed", b"content", mode=0o400)
    side.folder(b"folder")


def answers(side: Side) -> dict[str, object]:
    """Each outcome, as JSON has it."""
    found: dict[str, object] = json.loads(
        json.dumps({name: outcome(operation, side) for name, operation in OPERATIONS.items()}, default=repr)
    )
    return found


def _remount(folder: str, how: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{how}", folder], check=True)


if __name__ == "__main__":
    with real_side(os.fsencode(sys.argv[1])) as real:
        plant(real)
        _remount(sys.argv[1], "ro")
        sys.stdout.write(json.dumps(answers(real)))
        _remount(sys.argv[1], "rw")
