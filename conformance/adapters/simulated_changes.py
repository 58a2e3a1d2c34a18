"""Which system calls of a simulated program change its disk."""

import os

from sim.gate import Call

# The calls by which a program makes a new name, and those by which it changes its disk, or makes a change certain.
MAKING = frozenset({"mkdir", "symlink"})
CHANGES = frozenset(
    {
        "fchmod",
        "fsync",
        "ftruncate",
        "mkdir",
        "posix_fallocate",
        "pwrite",
        "rename",
        "rmdir",
        "symlink",
        "sync_volume",
        "unlink",
        "utime",
        "write",
    }
)


def is_change(call: Call) -> bool:
    """Whether a call changes the disk, or makes a change certain."""
    return call.name in CHANGES or is_making(call)


def is_making(call: Call) -> bool:
    """Whether a call makes a new name; of those that open a file, some do."""
    return call.name in MAKING or (call.name == "open" and bool(call.arguments[1] & os.O_CREAT))
