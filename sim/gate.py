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

    `is_kept`: whether a trace is kept of what comes of calls.
    `translate`: makes of an error of Linux the one that the machine's system has for it.
    """

    def __init__(
        self, process: Process, trace: Trace, watchers: list[Watcher], witnesses: list[Witness]
    ) -> None:
        self.watchers = watchers
        self.witnesses = witnesses
        self.is_kept = trace.is_kept
        self._process = process
        self._jobs = process.jobs
        self._trace = trace
        self._calls = 0
        self.translate: Callable[[OSError], OSError] = _as_it_is

    def begin(self, name: str, arguments: tuple[Any, ...], options: dict[str, Any]) -> Call:
        """Give the call that a process makes now, or when its thread goes on; stop a dead one."""
        process = self._process
        if self._jobs.is_interleaved:
            self._jobs.pause()
        if not process.is_alive:
            process.check_alive()
        self._calls += 1
        return Call(process, self._calls, name, arguments, options)

    def enter(self, call: Call) -> None:
        """Let a call through, or raise what shall come of it instead."""
        process = self._process
        for watch in tuple(self.watchers):
            watch(call)
            if not process.is_alive:
                process.check_alive()

    def leave(self, call: Call, outcome: object) -> None:
        """Tell what has come of a call: its result, or the error that it raises."""
        for witness in self.witnesses:
            witness(call, outcome)
        if self.is_kept:
            self._write_down(call, outcome)

    def fail(self, call: Call, error: OSError) -> None:
        """Tell that a call fails; raise the error that the machine's system has for it, if that is another one."""
        told = self.translate(error)
        try:
            _name_paths(told, call.arguments[: PATHS.get(call.name, 0)])
            self.leave(call, told)
            if told is not error:
                raise told from error
        finally:
            del told  # an error, its traceback and this frame would keep each other

    def _write_down(self, call: Call, outcome: object) -> None:
        paths = PATHS.get(call.name, 0)
        shown = [
            repr(value) if place < paths else _shown(value) for place, value in enumerate(call.arguments)
        ]
        shown += [f"{option}={_shown(value)}" for option, value in call.options.items()]
        line = f"{call.name}({', '.join(shown)}) {_shown(outcome)}"
        self._trace.record(self._process.name, "file", line.rstrip())


class Gated(Protocol):
    """Something that makes system calls for a process."""

    @property
    def gate(self) -> Gate: ...


G = TypeVar("G", bound=Gated)


def system_call(function: Callable[Concatenate[G, P], R]) -> Callable[Concatenate[G, P], R]:
    """Make a method a system call of its process."""
    name = function.__name__
    paths = PATHS.get(name, 0)

    @wraps(function)
    def make_call(self: G, /, *args: P.args, **kwargs: P.kwargs) -> R:
        for path in args[:paths]:
            if type(path) is not bytes or b"\0" in path:
                _refuse_path(path)
        gate = self.gate
        call = gate.begin(name, args, kwargs)
        try:
            if gate.watchers:
                gate.enter(call)
            result = function(self, *args, **kwargs)
        except OSError as error:
            gate.fail(call, error)
            raise
        if gate.witnesses or gate.is_kept:
            gate.leave(call, result)
        return result

    return make_call


def _as_it_is(error: OSError) -> OSError:
    return error


def _refuse_path(path: object) -> None:
    """Raise what Python raises for what is neither bytes that the kernel could be given nor a descriptor."""
    if isinstance(path, bytes):
        raise ValueError("embedded null byte")
    if not isinstance(path, int):
        raise TypeError(f"names are bytes, not {type(path).__name__}")


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
