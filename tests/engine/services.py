"""Other services on a port of this machine: what a client may find where it expects a listener."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from psync.core.settings import LOOPBACK
from psync.wire.keys import Role
from tests.engine.peer import Peer

Play = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
PeerPlay = Callable[[Peer], Awaitable[None]]


@asynccontextmanager
async def service(play: Play) -> AsyncIterator[int]:
    """Run `play` with each client, in turn with the block, until the client hangs up; give the port."""
    plays: list[asyncio.Task[None]] = []
    server = await asyncio.start_server(
        lambda reader, writer: plays.append(asyncio.create_task(_until_gone(play, reader, writer))),
        LOOPBACK,
        0,
    )
    try:
        yield server.sockets[0].getsockname()[1]
        await asyncio.gather(*plays)
    finally:
        server.close()


def peer(play: PeerPlay) -> Play:
    """Give a service that speaks the protocol as a listener, as far as `play` has it do so."""

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await play(Peer(Role.LISTENER, reader, writer))

    return meet


def saying(data: bytes) -> Play:
    """Give a service that greets its clients with these bytes."""

    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(data)

    return greet


def answering(data: bytes) -> Play:
    """Give a service that says this once it has heard anything."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(data)

    return answer


async def silent(_: asyncio.StreamReader, __: asyncio.StreamWriter) -> None:
    """Accept clients, and say nothing."""


async def hanging_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Accept clients, and have nothing to do with them."""
    writer.close()


async def _until_gone(play: Play, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        await play(reader, writer)
        while not writer.is_closing() and await reader.read(4096):
            pass
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()
