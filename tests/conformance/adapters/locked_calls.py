"""What a program does to a file that another one has open, and what it is told: on a real machine as on simulated ones."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

# `box` holds the file that is open elsewhere, and others; `other box` has nothing to do with it.
HELD = "box/held"
FILES = (HELD, "box/other", "box/fresh", "box/spare", "other box/held", "other box/new")

SystemCalls = Any  # of this machine, or of a simulated one
Call = Callable[[SystemCalls, int], None]


def _opened(folder: bytes, flags: int) -> Call:
    def call(calls: SystemCalls, root: int) -> None:
        with _inside(calls, root, folder) as inside:
            calls.close(calls.open(b"held", flags, dir_fd=inside))

    return call


def _renamed(folder: bytes, *names: bytes) -> Call:
    def call(calls: SystemCalls, root: int) -> None:
        with _inside(calls, root, folder) as inside:
            for source, target in pairwise(names):
                calls.rename(source, target, src_dir_fd=inside, dst_dir_fd=inside)

    return call


def _deleted(folder: bytes, name: bytes) -> Call:
    def call(calls: SystemCalls, root: int) -> None:
        with _inside(calls, root, folder) as inside:
            calls.unlink(name, dir_fd=inside)

    return call


@contextmanager
def _inside(calls: SystemCalls, root: int, folder: bytes) -> Iterator[int]:
    inside = calls.open(folder, calls.O_RDONLY | calls.O_DIRECTORY, dir_fd=root)
    try:
        yield inside
    finally:
        calls.close(inside)


def _moved(calls: SystemCalls, root: int) -> None:
    for source, target in pairwise((b"box", b"crate", b"box")):
        calls.rename(source, target, src_dir_fd=root, dst_dir_fd=root)


# In this order each can be carried out after those before it.
CALLS = {
    "read it": _opened(b"box", os.O_RDONLY),
    "write into it": _opened(b"box", os.O_WRONLY),
    "empty it": _opened(b"box", os.O_WRONLY | os.O_TRUNC),
    "exchange it": _renamed(b"box", b"fresh", b"held"),
    "rename it": _renamed(b"box", b"held", b"renamed", b"held"),
    "rename its folder": _moved,
    "delete it": _deleted(b"box", b"held"),
    "exchange its neighbour": _renamed(b"box", b"spare", b"other"),
    "delete its neighbour": _deleted(b"box", b"other"),
    "write into its namesake": _opened(b"other box", os.O_WRONLY),
    "exchange its namesake": _renamed(b"other box", b"new", b"held"),
    "delete its namesake": _deleted(b"other box", b"held"),
}

# What Windows answers where another program has it open, and lets others read it; 0 is success.
ANSWERS = {
    **dict.fromkeys(CALLS, 0),
    "write into it": 32,
    "empty it": 32,
    "exchange it": 5,
    "rename it": 32,
    "rename its folder": 5,
    "delete it": 32,
}


def told(calls: SystemCalls, root: int) -> dict[str, int]:
    """What comes of each call: 0, or the number of its error."""
    return {what: _number(call, calls, root) for what, call in CALLS.items()}


def _number(call: Call, calls: SystemCalls, root: int) -> int:
    try:
        call(calls, root)
    except OSError as error:
        return int(vars(error).get("winerror", -1))
    return 0
