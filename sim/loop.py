"""asyncio's own selector event loop, on virtual time and simulated sockets.

CPython's transports, streams and timers run unchanged; what is replaced is what
lies below them: the selector, the sockets, the resolver, the thread pool and
the signals. Everything that varies between two runs of an interpreter is taken
out: the clock, the addresses of objects in memory (a set of tasks is ordered by
their hash, see `SimTask`), and threads.
"""

import asyncio
import math
import selectors
import socket
from asyncio.base_events import Server
from asyncio.selector_events import BaseSelectorEventLoop
from collections import deque
from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping, MutableSet, Sequence, Sized
from contextvars import Context, copy_context
from functools import partial
from itertools import count
from random import Random
from typing import Any, TypeVar, TypeVarTuple

from sim.agenda import Agenda
from sim.chance import between
from sim.jobs import Jobs
from sim.link import SECOND_NS
from sim.network import FIRST_FD, Network, Ready
from sim.process import CURRENT, Process, ProcessKilled, current_process
from sim.sockets import Address, SimSocket
from sim.stack import ALL_INTERFACES, LOCALHOST

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

# A program that goes on for so long without letting time pass will do so for ever.
PASSES_PER_MOMENT_MAX = 100_000

# What a job waits for a thread, and what its result waits for the loop.
EXECUTOR_DELAY_NS_MAX = 500_000

# A coroutine that awaits in a `finally` block has to be ended once more for each.
END_ATTEMPTS_MAX = 100


class Deadlock(RuntimeError):
    """Everybody waits and nothing can ever happen again."""


class Livelock(RuntimeError):
    """Something is always ready to run, and time stands still."""


class SimSelector(selectors.BaseSelector):
    """Waits by moving the clock. `look` finds what is ready, `waiting` describes who waits, for the error.

    `called`: what the loop has to do that no descriptor tells of.
    """

    def __init__(
        self,
        agenda: Agenda,
        look: Callable[[Mapping[int, selectors.SelectorKey]], Ready],
        waiting: Callable[[], str],
        called: Sized,
    ) -> None:
        self._agenda = agenda
        self._look = look
        self._waiting = waiting
        self._called = called
        self._keys: dict[int, selectors.SelectorKey] = {}
        self._has_changed = False
        self._moment_ns = 0
        self._passes = 0

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        """Watch a simulated descriptor."""
        if fileobj < FIRST_FD:
            raise RuntimeError(f"descriptor {fileobj} belongs to the real machine")
        self._has_changed = True
        self._keys[fileobj] = selectors.SelectorKey(fileobj, fileobj, events, data)
        return self._keys[fileobj]

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        """Watch it no longer."""
        return self._keys.pop(fileobj)

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        """Who is watched."""
        return self._keys

    def select(self, timeout: float | None = None) -> Ready:
        """Give what is ready, letting at most `timeout` seconds of virtual time pass until something is."""
        agenda = self._agenda
        deadline_ns = None
        if timeout is not None:
            deadline_ns = agenda.now_ns + math.ceil(timeout * SECOND_NS) if timeout > 0 else agenda.now_ns
        ready = self._ready_now()
        self._count_pass()
        while not (ready or self._called) and agenda.now_ns != deadline_ns:
            if not agenda.advance(deadline_ns):
                raise Deadlock(f"at {agenda.now_ns} ns these wait for ever: {self._waiting()}")
            ready = self._ready_now()
        return ready

    def look_again(self) -> None:
        """Something may be ready that was not, though nothing has arrived: a process that hung goes on."""
        self._has_changed = True

    def _ready_now(self) -> Ready:
        """What is ready at this moment. If it was nothing, it still is, until something arrives or is newly watched."""
        if self._agenda.run_due():
            self._has_changed = True
        if not self._has_changed:
            return []
        ready = self._look(self._keys)
        self._has_changed = bool(ready)
        return ready

    def _count_pass(self) -> None:
        if self._moment_ns != self._agenda.now_ns:
            self._moment_ns, self._passes = self._agenda.now_ns, 0
        self._passes += 1
        if self._passes > PASSES_PER_MOMENT_MAX:
            raise Livelock(f"time stands still at {self._moment_ns} ns")


class SimTask(asyncio.Task[T]):
    """A task whose hash is the order of its creation, since asyncio keeps tasks in sets."""

    _log_destroy_pending: bool

    def __init__(self, number: int, coroutine: Coroutine[Any, Any, T], **options: Any) -> None:
        self._number = number
        super().__init__(coroutine, **options)

    def __hash__(self) -> int:
        return self._number


class SimLoop(BaseSelectorEventLoop):
    """The event loop of a simulated world.

    `tasks`: those not done, with the process that each belongs to.
    `errors`: what was reported to the exception handler, by whomever.
    `jobs`: what threads would do.
    """

    _transports: Mapping[int, Any]
    _closed: bool
    _asyncgens: MutableSet[AsyncGenerator[Any, Any]]
    _ready: deque[asyncio.Handle]

    def __init__(self, agenda: Agenda, network: Network, random: Random) -> None:
        called: deque[asyncio.Handle] = deque()
        selector = SimSelector(agenda, network.ready, self._waiting, called)
        super().__init__(selector)
        self._ready = called
        self.look_again = selector.look_again
        self._clock_resolution = 1 / SECOND_NS
        self._agenda = agenda
        self._network = network
        self._random = random
        self._task_numbers = count()
        self.jobs = Jobs(random, self._executor_delay)
        self.tasks: dict[SimTask[Any], Process | None] = {}
        self.errors: list[dict[str, Any]] = []
        self._is_over = False
        self.set_task_factory(self._make_task)
        self.set_exception_handler(self._note_error)

    # No threads and no signals from outside, hence no pipe that would wake the loop for them

    def _make_self_pipe(self) -> None:
        pass

    def _close_self_pipe(self) -> None:
        pass

    def _write_to_self(self) -> None:
        pass

    # Time and turns

    def time(self) -> float:
        """Virtual seconds since the world began."""
        return self._agenda.now_ns / SECOND_NS

    def call_soon(
        self, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.Handle:
        """Run in the next turn, unless the process that asks for it is dead by then."""
        if self._closed:  # the interpreter frees what a killed process has left behind
            return asyncio.Handle(callback, args, self, context)
        handle = asyncio.Handle(_run_if_alive, (callback, *args), self, context)
        self._ready.append(handle)
        return handle

    def call_soon_threadsafe(
        self, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.Handle:
        """The same as `call_soon`: there are no threads."""
        return self.call_soon(callback, *args, context=context)

    def call_at(
        self, when: float, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.TimerHandle:
        """Run at a virtual time, unless the process that asks for it is dead by then."""
        return super().call_at(when, _run_if_alive, callback, *args, context=context)

    def run_in_executor(self, executor: Any, func: Callable[[*Ts], T], *args: *Ts) -> asyncio.Future[T]:
        """Run a job some time later, and give its result some time after that."""
        return self.create_task(self._work(func, *args))

    async def _work(self, func: Callable[[*Ts], T], *args: *Ts) -> T:
        await asyncio.sleep(self._executor_delay())
        result: T = await self.jobs.run(partial(func, *args))
        await asyncio.sleep(self._executor_delay())
        return result

    def _executor_delay(self) -> float:
        return between(self._random, 0, EXECUTOR_DELAY_NS_MAX) / SECOND_NS

    # Signals

    def add_signal_handler(self, sig: int, callback: Callable[[*Ts], object], *args: *Ts) -> None:
        """Handle a signal that is sent to the current process."""
        current_process().signal_handlers[sig] = (callback, args)

    def remove_signal_handler(self, sig: int) -> bool:
        """Go back to what a signal does by default."""
        return current_process().signal_handlers.pop(sig, None) is not None

    # Network

    async def getaddrinfo(self, host: Any, port: Any, **hints: Any) -> list[Any]:
        """Resolve a name; each has one IPv4 address."""
        await asyncio.sleep(self._executor_delay())
        address = current_process().stack.resolve(host or LOCALHOST)
        return [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, port))]

    async def create_connection(  # type: ignore[override]  # typeshed lists TLS overloads; they are refused
        self,
        protocol_factory: Callable[[], asyncio.BaseProtocol],
        host: str | None = None,
        port: int | None = None,
        **options: Any,
    ) -> tuple[asyncio.BaseTransport, asyncio.BaseProtocol]:
        """Connect over the simulated network."""
        _refuse(
            options, known={"family", "proto", "flags", "happy_eyeballs_delay", "interleave", "all_errors"}
        )
        sock: Any = self._open_socket()
        try:
            await self.sock_connect(sock, (host or LOCALHOST, port))
        except BaseException:
            sock.close()
            raise
        return await super().create_connection(protocol_factory, sock=sock)

    async def create_server(
        self,
        protocol_factory: Callable[[], asyncio.BaseProtocol],
        host: str | Sequence[str] | None = None,
        port: int | None = None,
        *,
        backlog: int = 100,
        start_serving: bool = True,
        **options: Any,
    ) -> Server:
        """Listen on one address, several, or all of the current process's machine."""
        _refuse(options, known={"family", "flags", "reuse_address", "keep_alive"})
        hosts = [host] if isinstance(host, str) or host is None else host
        stack = current_process().stack
        addresses = {stack.resolve(name) if name else ALL_INTERFACES: None for name in hosts}
        sockets: Any = self._bind([(address, port or 0) for address in addresses])
        server = Server(self, sockets, protocol_factory, None, backlog, None)
        if start_serving:
            await server.start_serving()
        return server

    def _bind(self, addresses: list[Address]) -> list[SimSocket]:
        bound: list[SimSocket] = []
        for address in addresses:
            bound.append(self._open_socket())
            try:
                bound[-1].bind(address)
            except OSError as error:
                for sock in bound:
                    sock.close()
                reason = f"error while attempting to bind on address {address!r}: {error.strerror}"
                raise OSError(error.errno, reason.lower()) from None
        return bound

    def _open_socket(self) -> SimSocket:
        process = current_process()
        return self._network.open_socket(process.stack, process)

    # Tasks, their end, and what they leave behind

    def abandon(self, process: Process) -> None:
        """Let nothing that a killed process leaves behind act or complain when it is freed."""
        for transport in list(self._transports.values()):
            sock = transport._sock
            if sock is not None and sock.owner is process:
                process.context.copy().run(transport.abort)  # the process may be running just now
                transport._sock = None

    def bury(self) -> None:
        """Free all unfinished tasks in the order of their creation, at the end of a world.

        Their coroutines are ended here, since the interpreter would do it at a
        moment of its own; what their `finally` blocks ask of a machine is refused.
        """
        self._is_over = True
        while self.tasks:
            task, process = next(iter(self.tasks.items()))
            del self.tasks[task]
            task._log_destroy_pending = (
                False  # whatever complains of it keeps it, and with it the whole world
            )
            context = process.context if process else copy_context()
            context.run(_end, task.get_coro())
        self.jobs.bury()
        for generator in list(self._asyncgens):
            _end(generator.aclose())

    def _asyncgen_finalizer_hook(self, agen: AsyncGenerator[Any, Any]) -> None:
        """Close a generator that nobody holds any more, if there is still time for it.

        asyncio calls its `aclose` at once, which complains if a world ends before anything awaits it.
        """
        self._asyncgens.discard(agen)
        if not self._is_over:
            self.call_soon(self._close_generator, agen)

    def _close_generator(self, agen: AsyncGenerator[Any, Any]) -> None:
        self.create_task(agen.aclose())

    def _make_task(self, loop: asyncio.AbstractEventLoop, coroutine: Any, **options: Any) -> "SimTask[Any]":
        context = options.get("context")
        process = context.get(CURRENT) if context else CURRENT.get()
        number = next(self._task_numbers)
        options.setdefault("name", number)
        task = SimTask(number, coroutine, loop=loop, **options)
        self.tasks[task] = process
        task.add_done_callback(self._forget)
        return task

    def _forget(self, task: "SimTask[Any]") -> None:
        self.tasks.pop(task, None)

    def _note_error(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        if not isinstance(context.get("exception"), ProcessKilled):
            self.errors.append(context)

    def _waiting(self) -> str:
        return ", ".join(
            f"{process.name if process else 'world'} task {task.get_name()}: {task.get_coro()!r}"
            for task, process in self.tasks.items()
            if process is None or process.is_alive
        )


def _run_if_alive(callback: Callable[[*Ts], object], *args: *Ts) -> None:
    process = CURRENT.get()
    if process is None:
        callback(*args)
    elif process.is_hung:
        process.run(partial(callback, *args))
    elif process.is_alive:
        callback(*args)


def _refuse(options: dict[str, Any], known: set[str]) -> None:
    unknown = sorted(name for name, value in options.items() if value is not None and name not in known)
    if unknown:
        raise NotImplementedError(f"the simulated network has no {', '.join(unknown)}")


def _end(awaitable: Any) -> None:
    """End what a task runs, or what closes a generator, where it waits.

    `close()` would not do: up to CPython 3.12 it leaves an asynchronous generator
    running for ever that is waiting itself, so that whatever closes it later, the
    garbage collector included, complains. What is thrown goes through all of them.
    """
    for _ in range(END_ATTEMPTS_MAX):
        try:
            awaitable.throw(ProcessKilled("the world is over"))
        except (Exception, ProcessKilled):  # noqa: BLE001  # whatever it dies of
            return
