"""psync's own programs on simulated machines: the listener and the copy, unmodified, with what they report."""

import asyncio

from psync.core.addresses import parse_address
from psync.core.paths import PathStyle
from psync.core.rootpath import RootPath
from psync.core.settings import CopySettings, ListenerSettings
from psync.engine.copy import Copy
from psync.engine.events import Event, ListenerReady
from psync.engine.listener import Listener
from psync.system import System
from psync.wire.keys import UNKEYED_PRS, Secret
from sim.machine import Machine
from sim.process import Process
from sim.world import World

STATE_FOLDER = "/var/psync"


class Replication:
    """Starts listeners and copies in a world; `events` is what all of them reported, in order."""

    def __init__(self, world: World, prs: Secret = UNKEYED_PRS) -> None:
        self.events: list[Event] = []
        self._world = world
        self._prs = prs
        self._ready = asyncio.Event()

    async def listen(self, machine: Machine, root: str) -> Process:
        """Start a listener confined to `root`, and wait until it accepts clients."""
        settings = ListenerSettings(
            host="0.0.0.0",
            root=RootPath.parse(root, PathStyle.POSIX),
            is_keyed=self._prs is not UNKEYED_PRS,
            allow_unauthenticated_network=True,
            state_folder=STATE_FOLDER,
        )
        self._ready.clear()
        process = machine.start(self._listener, settings)
        await self._ready.wait()
        return process

    async def copy(self, machine: Machine, source: str, target: str, *, delete: bool = False) -> int:
        """Run one copy to its end; give its exit code."""
        settings = CopySettings(
            parse_address(source),
            parse_address(target),
            delete=delete,
            is_keyed=self._prs is not UNKEYED_PRS,
            allow_unauthenticated_network=True,
        )
        return await machine.start(self._copy, settings).wait()

    async def _listener(self, settings: ListenerSettings, system: System) -> int:
        return await Listener(settings, self._prs, system, self._hear).main()

    async def _copy(self, settings: CopySettings, system: System) -> int:
        return await Copy(settings, self._prs, system, self._hear).main()

    def _hear(self, event: Event) -> None:
        self.events.append(event)
        self._world.note(type(event).__name__)
        if isinstance(event, ListenerReady):
            self._ready.set()
