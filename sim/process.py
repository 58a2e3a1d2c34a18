"""A simulated process: what its code may no longer do, and its kernel takes back, once it is dead.

Code belongs to the process that stands in its context; code of a scenario
belongs to none. A killed process is not asked: no `finally` of it runs, because
nothing of it ever runs again. Its kernel closes what it held, in the order in
which it was taken.
"""

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextvars import Context, ContextVar, copy_context
from typing import TYPE_CHECKING, Any, Protocol

from sim.trace import Trace

if TYPE_CHECKING:
    from sim.loop import SimLoop
    from sim.stack import Stack

Handler = tuple[Callable[..., object], tuple[Any, ...]]


class ProcessKilled(BaseException):
    """Ends a call that a process was making when it was killed; nothing may catch it and go on."""


# What is told of a process whose machine has lost its power.
LOST = -9


class Resource(Protocol):
    """Something that a kernel takes back from a dead process; it can also be lost with the kernel."""

    def close(self) -> None: ...
    def vanish(self) -> None: ...


class Process:
    """One run of a program on a machine. `name` is `machine/process id`."""

    def __init__(self, stack: "Stack", process_id: int, loop: "SimLoop", trace: Trace) -> None:
        self.stack = stack
        self.process_id = process_id
        self.name = f"{stack.name}/{process_id}"
        self.is_alive = True
        self.is_hung = False
        self.jobs = loop.jobs
        self.signal_handlers: dict[int, Handler] = {}
        self.context: Context = copy_context()
        self.context.run(CURRENT.set, self)
        self._loop = loop
        self._trace = trace
        self._exit_code: asyncio.Future[int] = loop.create_future()
        self._owned: dict[Resource, None] = {}
        self._missed: list[Callable[[], object]] = []

    @property
    def exit_code(self) -> int | None:
        """What `wait` gives, or None while it runs."""
        return self._exit_code.result() if self._exit_code.done() else None

    @property
    def is_finished(self) -> bool:
        """Whether the program has ended by itself, and not by a signal or with its machine."""
        return self._exit_code.done() and self._exit_code.result() >= 0

    def own(self, resource: Resource) -> None:
        """Note what has to be closed when the process ends."""
        self._owned[resource] = None

    def disown(self, resource: Resource) -> None:
        """Forget what the process has closed by itself."""
        self._owned.pop(resource, None)

    def check_alive(self) -> None:
        """Raise `ProcessKilled` in code that must not go on."""
        if not self.is_alive:
            raise ProcessKilled(self.name)

    async def wait(self) -> int:
        """Wait for the end and give the exit code; minus the number of a signal that killed it."""
        return await asyncio.shield(self._exit_code)

    def send_signal(self, number: int) -> None:
        """Have the program's handler called, or end the process if it has none."""
        handler = self.signal_handlers.get(number)
        if handler is None or number == signal.SIGKILL:
            self.end(-number)
            return
        self._trace.record(self.name, "process", f"signal {number}")
        callback, arguments = handler
        self._loop.call_soon(callback, *arguments, context=self.context)

    def hang(self) -> None:
        """Stop all code of the process, as SIGSTOP does; its kernel goes on."""
        self._trace.record(self.name, "process", "hangs")
        self.is_hung = True

    def resume(self) -> None:
        """Let the process go on with all that it has missed."""
        if not self.is_hung:
            return
        self._trace.record(self.name, "process", "goes on")
        self.is_hung = False
        self._loop.look_again()
        missed, self._missed = self._missed, []
        for callback in missed:
            self._loop.call_soon(callback, context=self.context)

    def run(self, callback: Callable[[], object]) -> None:
        """Run a piece of the process's code, unless it is dead, or later if it hangs."""
        if self.is_hung:
            self._missed.append(callback)
        elif self.is_alive:
            callback()

    def stop(self) -> None:
        """Ask the program to end, as its operator does."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End the process at once."""
        self.send_signal(signal.SIGKILL)

    def end(self, exit_code: int) -> None:
        """Stop all code of the process for ever, close what it holds, tell who waits."""
        if self._stop(f"ended {exit_code}"):
            for resource in self._take_owned():
                resource.close()
            self._exit_code.set_result(exit_code)

    def vanish(self) -> None:
        """Be lost with the machine, whose kernel can close nothing any more."""
        if self._stop("lost its machine"):
            for resource in self._take_owned():
                resource.vanish()
            self._exit_code.set_result(LOST)

    def _stop(self, what: str) -> bool:
        if not self.is_alive:
            return False
        self.is_alive = self.is_hung = False
        self._missed.clear()
        self._trace.record(self.name, "process", what)
        self._loop.abandon(self)
        return True

    def _take_owned(self) -> Iterator[Resource]:
        while self._owned:
            resource = next(iter(self._owned))
            self.disown(resource)
            yield resource


CURRENT: ContextVar[Process | None] = ContextVar("process", default=None)


def current_process() -> Process:
    """The process whose code is running."""
    process = CURRENT.get()
    if process is None:
        raise RuntimeError("a scenario has no network or signals of its own: use Machine.start()")
    return process
