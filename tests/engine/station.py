"""A listener on loopback, with an instance name, a state folder and a RootPath of its own."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any

from psync.core.paths import PathStyle
from psync.core.rootpath import RootPath
from psync.core.settings import LOOPBACK, ListenerSettings
from psync.engine.events import Event, ListenerReady, SessionEnded
from psync.engine.listener import Listener
from psync.real.system import real_system
from psync.system import System
from psync.wire.keys import UNKEYED_PRS, Mode, Secret, mode_of
from tests.engine.runs import Ran, copy

_NUMBERS = count(1)


def instance_name() -> str:
    """A name that no other listener of this machine has."""
    return f"test-{os.getpid()}-{next(_NUMBERS)}"


class Station:
    """The listener, what it reported, and its folder. Its RootPath is `root`."""

    def __init__(
        self, folder: Path, prs: Secret = UNKEYED_PRS, system: System | None = None, **settings: Any
    ) -> None:
        self.root = folder / "root"
        self.root.mkdir(exist_ok=True)
        self.events: list[Event] = []
        self.prs = prs
        self.system = system or real_system()
        settings.setdefault("root", RootPath.parse(str(self.root), PathStyle.POSIX))
        settings.setdefault("instance", instance_name())
        settings.setdefault("port", 0)
        settings.setdefault("host", LOOPBACK)
        self.settings = ListenerSettings(
            is_keyed=mode_of(prs) is Mode.KEYED, state_folder=str(folder / "state"), **settings
        )
        self.listener = Listener(self.settings, prs, self.system, self._hear)
        self._is_ready = asyncio.Event()
        self._has_news = asyncio.Event()

    @property
    def port(self) -> int:
        """Where it listens."""
        return next(event.port for event in self.events if isinstance(event, ListenerReady))

    @property
    def sessions(self) -> list[SessionEnded]:
        """The sessions that have ended."""
        return [event for event in self.events if isinstance(event, SessionEnded)]

    def address(self, path: str) -> str:
        """Name a folder behind this listener."""
        return f"tcp://{LOOPBACK}:{self.port}{path}"

    async def push(self, source: Path, path: str, **options: Any) -> Ran:
        """Run a job that brings a local folder here."""
        return await copy(source, self.address(path), prs=options.pop("prs", self.prs), **options)

    async def pull(self, path: str, target: Path, **options: Any) -> Ran:
        """Run a job that brings a folder of this listener to a local one."""
        return await copy(self.address(path), target, prs=options.pop("prs", self.prs), **options)

    async def until_ready(self) -> None:
        """Wait until clients are accepted."""
        await self._is_ready.wait()

    async def until_sessions(self, number: int) -> list[SessionEnded]:
        """Wait until so many sessions have ended."""
        while len(self.sessions) < number:
            self._has_news.clear()
            await self._has_news.wait()
        return self.sessions

    def _hear(self, event: Event) -> None:
        self.events.append(event)
        self._has_news.set()
        if isinstance(event, ListenerReady):
            self._is_ready.set()


@asynccontextmanager
async def listening(folder: Path, *arguments: Any, **settings: Any) -> AsyncIterator[Station]:
    """Run a listener for the block, and stop it in order."""
    station = Station(folder, *arguments, **settings)
    serving = asyncio.create_task(station.listener.main())
    ready = asyncio.create_task(station.until_ready())
    try:
        await asyncio.wait((serving, ready), return_when=asyncio.FIRST_COMPLETED)
        if serving.done():
            serving.result()
        yield station
    finally:
        ready.cancel()
        station.listener.stop()
        assert await serving == 0
