"""psync's own programs on simulated machines: the listener and the copy, unmodified, with what they report."""

import asyncio
import hashlib
import signal
import weakref
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from psync.core.addresses import parse_address
from psync.core.errors import Failure
from psync.core.paths import PathStyle
from psync.core.rootpath import RootPath
from psync.core.settings import CopySettings, ListenerSettings
from psync.engine.copy import Copy
from psync.engine.events import (
    ChangeDone,
    ConnectionFailed,
    Event,
    ListenerReady,
    ProblemFound,
    RunRefused,
    Summary,
)
from psync.engine.listener import Listener
from psync.system import System
from psync.wire.keys import UNKEYED_PRS, Secret
from sim.machine import Machine
from sim.process import Process, current_process
from sim.world import World

STATE_FOLDER = "/var/psync"
STATE_FOLDERS = {PathStyle.POSIX: STATE_FOLDER, PathStyle.WINDOWS: "C:\\ProgramData\\psync"}

E = TypeVar("E")


def _ignore(event: Event) -> None:
    """Nobody listens."""


class Replication:
    """Starts listeners and copies in a world; `events` is what all of them reported, in order.

    `listeners`: those that run, by their processes.
    """

    def __init__(
        self, world: World, *, is_keyed: bool = False, hear: Callable[[Event], None] = _ignore
    ) -> None:
        self.events: list[Event] = []
        self.listeners = weakref.WeakValueDictionary[Process, Listener]()
        self.prs = Secret(world.random("key").randbytes(32)) if is_keyed else UNKEYED_PRS
        self._world = world
        self._hear_too = hear
        self._ready = asyncio.Event()

    def start_listener(
        self,
        machine: Machine,
        root: str | None,
        *,
        prs: Secret | None = None,
        **more: Any,
    ) -> Process:
        """Start a listener confined to `root` if there is one, with the key that all have unless it is given another one.

        `more`: fields of its settings. Without a key it is open to all, unless they say otherwise.
        """
        prs = prs or self.prs
        more = {"allow_unauthenticated_network": True, **more}
        settings = ListenerSettings(
            host="0.0.0.0",
            root=None if root is None else RootPath.parse(root, machine.style),
            is_keyed=prs != UNKEYED_PRS,
            state_folder=STATE_FOLDERS[machine.style],
            **more,
        )
        return machine.start(self._listener, (settings, prs))

    def start_copy(self, machine: Machine, settings: CopySettings, *, prs: Secret | None = None) -> Process:
        """Start one copy, with the key that all have unless it is given another one."""
        return machine.start(self._copy, (settings, prs or self.prs))

    async def listen(self, machine: Machine, root: str) -> Process:
        """Start a listener confined to `root`, and wait until it accepts clients."""
        self._ready.clear()
        process = self.start_listener(machine, root)
        await self._ready.wait()
        return process

    async def copy(self, machine: Machine, source: str, target: str, *, delete: bool = False) -> int:
        """Run one copy to its end; give its exit code."""
        settings = CopySettings(
            parse_address(source, machine.style),
            parse_address(target, machine.style),
            delete=delete,
            is_keyed=self.prs is not UNKEYED_PRS,
            allow_unauthenticated_network=True,
        )
        return await self.start_copy(machine, settings).wait()

    def last(self, kind: type[E]) -> E:
        """The last event of a kind."""
        return next(event for event in reversed(self.events) if isinstance(event, kind))

    def digest(self) -> str:
        """SHA-256 over what the programs told their operators: the same history on every interpreter."""
        digest = hashlib.sha256()
        for event in self.events:
            digest.update(msgspec.json.encode(_essence(event)) + b"\n")
        return digest.hexdigest()

    async def _listener(self, given: tuple[ListenerSettings, Secret], system: System) -> int:
        settings, prs = given
        self.listeners[current_process()] = listener = Listener(settings, prs, system, self._hear)
        try:
            return await _supervised(listener)
        except Failure as failure:
            self._hear(RunRefused(failure))
            return failure.exit_code

    async def _copy(self, given: tuple[CopySettings, Secret], system: System) -> int:
        settings, prs = given
        return await _supervised(Copy(settings, prs, system, self._hear))

    def _hear(self, event: Event) -> None:
        self.events.append(event)
        if self._world.trace.is_kept:
            self._world.note(_told(event))
        if isinstance(event, ListenerReady):
            self._ready.set()
        self._hear_too(event)


async def _supervised(program: Listener | Copy) -> int:
    """Run a program as `psync.app` does: the first signal of an operator ends it in order."""
    loop = asyncio.get_running_loop()

    def stop() -> None:
        loop.remove_signal_handler(signal.SIGTERM)
        program.stop()

    loop.add_signal_handler(signal.SIGTERM, stop)
    return await program.main()


def _told(event: Event) -> str:
    """What the trace says of an event, paths as the `repr` of bytes."""
    words = (repr(b"/".join(word)) if isinstance(word, tuple) else str(word) for word in _essence(event))
    return " ".join(words)


def _essence(event: Event) -> tuple[object, ...]:
    """What an event says, without times and lengths on the wire."""
    name = type(event).__name__
    if isinstance(event, ChangeDone):
        return name, type(event.change).__name__, event.change.path, event.size
    if isinstance(event, ProblemFound):
        return name, event.problem.path, event.problem.code
    if isinstance(event, ConnectionFailed):
        return name, event.role, event.uri, event.cause.code
    if isinstance(event, RunRefused):
        return name, event.cause.code
    if isinstance(event, Summary):
        return name, event.state, event.files_sent, event.files_deleted, event.failed
    return (name,)
