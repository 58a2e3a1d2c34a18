"""What every system call of a simulated process passes on its way to the kernel.

The gate stops a dead process, shows the call to whoever watches the machine,
which is where a fault happens, and writes into the trace what came of it.
"""

import errno
import zlib
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from msgspec import Struct

from sim.process import Process
from sim.trace import Trace

P = ParamSpec("P")
R = TypeVar("R")

# How many paths a call begins with.
PATHS = {
    "open": 1,
    "stat": 1,
    "utime": 1,
    "mkdir": 1,
    "rmdir": 1,
    "unlink": 1,
    "readlink": 1,
    "rename": 2,
    "symlink": 2,
}


class Call(Struct, frozen=True):
    """A system call. `number` counts the calls of its process from 1."""

    process: Process
    number: int
    name: str
    arguments: tuple[Any, ...]
    options: dict[str, Any]


# Told of each call before it is made; may raise the error that the call shall have, or kill the process.
Watcher = Callable[[Call], None]

# Told of each call that has returned, with its result, or that has failed, with its error.
Witness = Callable[[Call, object], None]


class Gate:
    """The gate of one process; `watchers` and `witnesses` are those of its machine.

    `translate`: makes of an error of Linux the one that the machine's system has for it.
    """

    def __init__(
        self, process: Process, trace: Trace, watchers: list[Watcher], witnesses: list[Witness]
    ) -> None:
        self._process = process
        self._trace = trace
        self._watchers = watchers
        self._witnesses = witnesses
        self._calls = 0
        self.translate: Callable[[OSError], OSError] = _as_it_is

    def enter(self, name: str, arguments: tuple[Any, ...], options: dict[str, Any]) -> None:
        """Let a call through, or raise what shall come of it instead."""
        self._process.pause()
        self._process.check_alive()
        self._calls += 1
        for watch in self._watchers:
            watch(Call(self._process, self._calls, name, arguments, options))
            self._process.check_alive()

    def leave(self, name: str, arguments: tuple[Any, ...], options: dict[str, Any], outcome: object) -> None:
        """Tell what has come of a call: its result, or the error that it raises."""
        for witness in self._witnesses:
            witness(Call(self._process, self._calls, name, arguments, options), outcome)
        if self._trace.is_kept:
            self._write_down(name, arguments, options, outcome)

    def _write_down(
        self, name: str, arguments: tuple[Any, ...], options: dict[str, Any], outcome: object
    ) -> None:
        paths = PATHS.get(name, 0)
        shown = [repr(value) if place < paths else _shown(value) for place, value in enumerate(arguments)]
        shown += [f"{option}={_shown(value)}" for option, value in options.items()]
        line = f"{name}({', '.join(shown)}) {_shown(outcome)}"
        self._trace.record(self._process.name, "file", line.rstrip())


class Gated(Protocol):
    """Something that makes system calls for a process."""

    @property
    def gate(self) -> Gate: ...


G = TypeVar("G", bound=Gated)


def system_call(function: Callable[Concatenate[G, P], R]) -> Callable[Concatenate[G, P], R]:
    """Make a method a system call of its process."""
    name = function.__name__

    @wraps(function)
    def call(self: G, /, *args: P.args, **kwargs: P.kwargs) -> R:
        paths = args[: PATHS.get(name, 0)]
        _check_paths(paths)
        try:
            self.gate.enter(name, args, kwargs)
            result = function(self, *args, **kwargs)
        except OSError as error:
            told = self.gate.translate(error)
            _name_paths(told, paths)
            self.gate.leave(name, args, kwargs, told)
            if told is error:
                raise
            raise told from error
        self.gate.leave(name, args, kwargs, result)
        return result

    return call


def _as_it_is(error: OSError) -> OSError:
    return error


def _check_paths(paths: tuple[object, ...]) -> None:
    for path in paths:
        if not isinstance(path, bytes | int):
            raise TypeError(f"names are bytes, not {type(path).__name__}")
        if isinstance(path, bytes) and b"\0" in path:
            raise ValueError("embedded null byte")


def _name_paths(error: OSError, paths: tuple[object, ...]) -> None:
    if paths:
        error.filename = paths[0]
    if paths[1:]:
        error.filename2 = paths[1]


def _shown(value: object) -> str:
    if isinstance(value, bytes | bytearray | memoryview):
        return f"{len(value)} bytes {zlib.crc32(value):08x}"
    if isinstance(value, list):
        return " ".join(map(_shown, value))
    if isinstance(value, OSError):
        return errno.errorcode.get(value.errno or 0, "error")
    return str(value) if isinstance(value, int | str | tuple) else ""
