"""Both kinds of endpoint on one folder: here, and behind a listener on loopback."""

import os
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from pathlib import Path
from typing import Protocol, TypeVar

from psync.core.changes import Change
from psync.core.content import Begin, Content, End, Outcome, Pack, PackedFile, Piece, Request
from psync.core.filters import Filters
from psync.core.manifest import EntryPath, Listing, Order
from psync.core.paths import PathStyle, parse_host_path
from psync.core.problems import Problem
from psync.core.settings import LOOPBACK, Durability, OpenRole
from psync.engine.dial import Destination, dial
from psync.engine.endpoint import ApplyItem, Endpoint
from psync.engine.local import LocalEndpoint
from psync.engine.location import LocalLocation
from psync.engine.remote import JobLabel, RemoteEndpoint
from psync.engine.writers import Applicant, Writers
from psync.real.system import real_system
from psync.system import System
from tests.disk.contents import digest
from tests.engine.station import Station, listening

T = TypeVar("T")


class Ends(Protocol):
    """Makes endpoints of one kind, all of which are closed with it. `home` holds their folders."""

    home: Path

    def shown(self, name: str) -> str:
        """How messages show a folder of `home`."""
        ...

    def writer(self, job: str) -> str:
        """How messages name a job that writes."""
        ...

    async def end(self, name: str = "data", job: str = "first") -> Endpoint:
        """Make an endpoint on a folder of `home`, not opened yet."""
        ...

    async def left(self, number: int) -> None:
        """Wait until so many endpoints that were closed have gone for good."""
        ...


class LocalEnds:
    """Runs of one process."""

    def __init__(self, home: Path, system: System, stack: AsyncExitStack) -> None:
        self.home = home
        self._system = system
        self._writers = Writers(system)
        self._stack = stack

    def shown(self, name: str) -> str:
        return str(self.home / name)

    def writer(self, job: str) -> str:
        return f"job {job!r}"

    async def end(self, name: str = "data", job: str = "first") -> Endpoint:
        location = LocalLocation(self.shown(name), os.fsencode(self.home / name))
        applicant = Applicant(self.writer(job), ("here", job), _never)
        endpoint = LocalEndpoint(self._system, location, self._writers, applicant)
        self._stack.push_async_callback(endpoint.close)
        return endpoint

    async def left(self, number: int) -> None:
        """What is closed here has gone."""


class RemoteEnds:
    """Clients of one listener, whose RootPath is `home`."""

    def __init__(self, station: Station, stack: AsyncExitStack) -> None:
        self.home = station.root
        self._station = station
        self._stack = stack

    def shown(self, name: str) -> str:
        return f"/{name}"

    def writer(self, job: str) -> str:
        return f"job {job!r} of {self._station.system.host_name} ({LOOPBACK})"

    async def end(self, name: str = "data", job: str = "first") -> Endpoint:
        system = real_system()
        channel = await dial(system, Destination(LOOPBACK, self._station.port, self._station.prs))
        path = parse_host_path(self.shown(name), PathStyle.POSIX)
        endpoint = RemoteEndpoint(channel, path, JobLabel(job, job))
        self._stack.push_async_callback(endpoint.close)
        return endpoint

    async def left(self, number: int) -> None:
        await self._station.until_sessions(number)


@asynccontextmanager
async def local_ends(folder: Path, system: System | None = None) -> AsyncIterator[Ends]:
    """Endpoints of this process below `folder`/root."""
    (folder / "root").mkdir(exist_ok=True)
    async with AsyncExitStack() as stack:
        yield LocalEnds(folder / "root", system or real_system(), stack)


@asynccontextmanager
async def remote_ends(folder: Path, system: System | None = None) -> AsyncIterator[Ends]:
    """Endpoints behind a listener that is confined to `folder`/root."""
    async with listening(folder, system=system) as station, AsyncExitStack() as stack:
        yield RemoteEnds(station, stack)


# Runs a test with ends of one kind, on a tree; nothing may stay behind.
Trial = Callable[..., None]

KINDS = {"local": local_ends, "remote": remote_ends}

# What a source supplied of one file: all of it and its time, or why not.
Supplied = tuple[bytes, int] | Problem


async def opened(ends: Ends, role: OpenRole, name: str = "data", job: str = "first") -> Endpoint:
    """Make an endpoint and open its folder."""
    endpoint = await ends.end(name, job)
    await endpoint.open(role)
    return endpoint


async def scanned(endpoint: Endpoint, *patterns: str, folded: bool = False) -> list[Listing]:
    """List the whole tree."""
    batches = endpoint.scan(Order(folded), Filters(patterns))
    return [listing async for batch in batches for listing in batch]


async def supplied(endpoint: Endpoint, *paths: EntryPath) -> dict[int, Supplied]:
    """Ask for all files at once, under the ids 1, 2, …; put together what comes."""
    assembly = Assembly()
    requests = [Request(id, path) for id, path in enumerate(paths, 1)]
    async for content in endpoint.supply(flow([requests])):
        assembly.add(content)
    return assembly.files


async def applied(
    endpoint: Endpoint, *steps: Change | Content, durability: Durability = Durability.NONE
) -> dict[int, Outcome]:
    """Carry out changes and contents; give the outcomes by their ids, each of which comes once."""
    items: list[ApplyItem] = [step if isinstance(step, Content) else [step] for step in steps]
    async with aclosing(flow(items)) as flowing, aclosing(endpoint.apply(flowing, durability)) as batches:
        outcomes = [outcome async for batch in batches for outcome in batch]
    assert len({outcome.id for outcome in outcomes}) == len(outcomes)
    return {outcome.id: outcome for outcome in outcomes}


async def flow(items: Iterable[T]) -> AsyncGenerator[T]:
    """Give items as they are asked for."""
    for item in items:
        yield item


class Assembly:
    """Puts contents together; what was not ended has not come."""

    def __init__(self) -> None:
        self.files: dict[int, Supplied] = {}
        self.headers: list[object] = []
        self._large: dict[int, bytearray] = {}

    def add(self, content: Content) -> None:
        """Take the next content."""
        header, data = content.header, b"".join(map(bytes, content.buffers))
        self.headers.append(header)
        if isinstance(header, Pack):
            self._add_pack(header.files, data)
        elif isinstance(header, Begin):
            self._large[header.id] = bytearray(header.size)
        elif isinstance(header, Piece):
            self._large[header.id][header.offset : header.offset + len(data)] = data
        elif isinstance(header, End):
            self._complete(header, bytes(self._large.pop(header.id)))
        else:
            self.files[header.id] = header.problem

    def data(self, id: int) -> bytes:
        """The content of a file that has come whole."""
        file = self.files[id]
        assert not isinstance(file, Problem)
        return file[0]

    def _add_pack(self, files: Sequence[PackedFile], data: bytes) -> None:
        for file in files:
            self._complete(file, data[: file.size])
            data = data[file.size :]
        assert data == b""

    def _complete(self, header: PackedFile | End, data: bytes) -> None:
        assert (len(data), digest(data)) == (header.size, header.digest)
        assert header.id not in self.files
        self.files[header.id] = (data, header.mtime_ns)


async def _never() -> bool:
    return False
