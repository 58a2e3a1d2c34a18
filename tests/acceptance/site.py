"""A listener and the runs of a client, in this process, over real sockets and on the real disk."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

from psync.core.addresses import parse_address
from psync.core.paths import PathStyle
from psync.core.rootpath import RootPath
from psync.core.settings import CopySettings, Durability, ListenerSettings
from psync.engine.copy import Copy
from psync.engine.events import ChangeDone, Event, ListenerReady, ProblemFound, Summary
from psync.engine.listener import Listener
from psync.real.system import real_system
from psync.wire.keys import generate_key, stretch

HOST = "127.0.0.1"
KEY = stretch("", generate_key(bytes(range(16))))

# Which end of a job stands behind a connection: (source, target).
TOPOLOGIES = {
    "push": (False, True),
    "pull": (True, False),
    "both ends TCP": (True, True),
    "both ends local": (False, False),
}


class Ran(NamedTuple):
    """How a run ended; `summary` is its last event."""

    exit_code: int
    events: list[Event]

    @property
    def summary(self) -> Summary:
        summary = self.events[-1]
        assert isinstance(summary, Summary)
        return summary

    @property
    def changes(self) -> list[ChangeDone]:
        return [event for event in self.events if isinstance(event, ChangeDone)]

    @property
    def problems(self) -> list[ProblemFound]:
        return [event for event in self.events if isinstance(event, ProblemFound)]


class Site:
    """A keyed listener confined to `root`, and clients of it."""

    def __init__(self, root: Path, port: int) -> None:
        self.port = port
        self._root = root

    async def copy(
        self,
        topology: str,
        source: Path,
        target: Path,
        *,
        durability: Durability = Durability.NONE,
        port: int | None = None,
    ) -> Ran:
        """Bring `source` into `target`, both below the root, with deletes; `port` leads to a proxy."""
        from_tcp, to_tcp = TOPOLOGIES[topology]
        settings = CopySettings(
            parse_address(self._address(source, is_tcp=from_tcp)),
            parse_address(self._address(target, is_tcp=to_tcp)),
            port=port or self.port,
            delete=True,
            durability=durability,
            is_keyed=True,
        )
        events: list[Event] = []
        exit_code = await Copy(settings, KEY, real_system(), events.append).main()
        return Ran(exit_code, events)

    def _address(self, folder: Path, *, is_tcp: bool) -> str:
        return f"tcp://{HOST}/{folder.relative_to(self._root)}" if is_tcp else os.fspath(folder)


@asynccontextmanager
async def site(root: Path) -> AsyncIterator[Site]:
    """Run a listener for as long as the block lasts; its own state lies beside `root`."""
    settings = ListenerSettings(
        host=HOST,
        port=0,
        root=RootPath.parse(os.fspath(root), PathStyle.POSIX),
        is_keyed=True,
        instance=f"acceptance-{uuid4()}",
        state_folder=os.fspath(root) + ".state",
    )
    ready: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def note(event: Event) -> None:
        if isinstance(event, ListenerReady):
            ready.set_result(event.port)

    listener = Listener(settings, KEY, real_system(), note)
    serving = asyncio.create_task(listener.main())
    await asyncio.wait({serving, ready}, return_when=asyncio.FIRST_COMPLETED)
    try:
        yield Site(root, ready.result())
    finally:
        listener.stop()
        await serving
