"""A simulated and a real disk that are told the same, call by call; what they answer must be equal.

What is held open on one is held open on the other: descriptors go in pairs.
"""

import os
import stat
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from psync.system import StatResult
from tests.sim.contract import (
    OLD_NS,
    Operation,
    Side,
    outcome,
    real_side,
    simulated_side,
    time_as_compared,
    tree,
)

# Of a descriptor on each side: the calls of the side, and the number it has there.
Use = Callable[[Side, int], Any]


class TwoDisks:
    """Both disks, and the pairs of descriptors that are open on them; the first pair is the root."""

    def __init__(self) -> None:
        self._held = ExitStack()
        above = Path(self._held.enter_context(tempfile.TemporaryDirectory()))
        folder = above / "folder"
        folder.mkdir()
        self._sides = [
            self._held.enter_context(simulated_side()),
            self._held.enter_context(real_side(os.fsencode(folder))),
        ]
        self._close_the_way_up(above)
        self._open = [tuple(side.root for side in self._sides)]

    def close(self) -> None:
        """Compare all that is left, and let go of it."""
        for side in self._sides:
            side.os.fchmod(side.root, 0o755)
        trees = [tree(side) for side in self._sides]
        self._held.close()
        assert trees[0] == trees[1]

    def same(self, operation: Operation) -> None:
        """Do something on both sides; the outcomes must be equal."""
        simulation, reality = [outcome(operation, side) for side in self._sides]
        assert simulation == reality

    def open(self, number: int, path: bytes, flags: int) -> None:
        """Open a path from an open folder; never wait for the other end of a pipe."""
        opened = [
            outcome(lambda side, at=at: _open(side, path, flags, at), side)
            for side, at in zip(self._sides, self._pair(number), strict=True)
        ]
        if all(isinstance(fd, int) for fd in opened):
            self._open.append(tuple(opened))
        else:
            assert opened[0] == opened[1]

    def on(self, number: int, use: Use) -> None:
        """Use an open descriptor; one number means the same on both sides."""
        simulation, reality = [
            outcome(lambda side, fd=fd: use(side, fd), side)
            for side, fd in zip(self._sides, self._pair(number), strict=True)
        ]
        assert simulation == reality

    def on_two(self, one: int, other: int, use: Callable[[Side, int, int], Any]) -> None:
        """Use two open descriptors."""
        simulation, reality = [
            outcome(lambda side, fds=fds: use(side, *fds), side)
            for side, *fds in zip(self._sides, self._pair(one), self._pair(other), strict=True)
        ]
        assert simulation == reality

    def let_go(self, number: int) -> None:
        """Close a descriptor on both sides; the root stays."""
        if self._open[1:]:
            pair = self._open.pop(1 + number % (len(self._open) - 1))
            for side, fd in zip(self._sides, pair, strict=True):
                side.close(fd)

    def _pair(self, number: int) -> tuple[int, ...]:
        return self._open[number % len(self._open)]

    def _close_the_way_up(self, above: Path) -> None:
        """Nothing above the root can be used or listed, on either side: `..` ends there."""
        simulation, reality = self._sides
        if os.geteuid() == 0:
            os.chown(above, simulation.os.fstat(simulation.root).st_uid, -1)
        self._held.callback(above.chmod, 0o700)
        for side in (simulation, reality):
            fd = side.open(b"..")
            side.os.utime(fd, ns=(OLD_NS, OLD_NS))
            side.os.fchmod(fd, 0o000)
            side.close(fd)


def _open(side: Side, path: bytes, flags: int, at: int) -> int:
    fd = side.os.open(path, flags | os.O_NONBLOCK, 0o666, dir_fd=at)
    side.opened.add(fd)
    return fd


def told(status: StatResult) -> tuple[object, ...]:
    """What of a status both kinds of disk must agree on."""
    mode, mtime = stat.filemode(status.st_mode), time_as_compared(status)
    if stat.S_ISDIR(status.st_mode):
        return mode, mtime
    return mode, mtime, status.st_size, status.st_nlink


def listing(side: Side, fd: int) -> list[object]:
    """The entries of an open folder, with what each is.

    Not by `entry.stat`, which on the real side would be called in the name of root.
    """
    with side.os.scandir(fd) as entries:
        names = sorted(side.os.fsencode(entry.name) for entry in entries)
    return [
        (name, stat.S_IFMT(side.os.stat(name, dir_fd=fd, follow_symlinks=False).st_mode)) for name in names
    ]


def read_into(side: Side, fd: int, lengths: list[int], offset: int) -> tuple[int, list[bytes]]:
    """Read at an offset into several buffers."""
    buffers = [bytearray(length) for length in lengths]
    length = side.os.preadv(fd, [memoryview(buffer) for buffer in buffers], offset)
    return length, [bytes(buffer) for buffer in buffers]
