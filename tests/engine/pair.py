"""Connections over loopback: of two channels, or of a channel and a peer in the hands of the test."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from psync.core.errors import Busy
from psync.core.settings import LOOPBACK
from psync.engine.channel import Channel
from psync.engine.stream import Stream
from psync.wire.keys import UNKEYED_PRS, Role, Secret
from psync.wire.messages import Hello, Message
from tests.engine.peer import Peer, connection

PEER_NAMES = {Role.CLIENT: "the listener", Role.LISTENER: "the client"}


@dataclass
class Pair:
    """Two channels; `started`: the streams that the listener's side has seen begin."""

    client: Channel
    listener: Channel
    started: asyncio.Queue[Stream] = field(default_factory=asyncio.Queue)

    async def stream(self, verb: Message) -> tuple[Stream, Stream]:
        """Start a stream; give the client's and the listener's end of it."""
        near = await self.client.start(verb)
        return near, await self.started.get()


@asynccontextmanager
async def connected(*, greeted: bool = True) -> AsyncIterator[Pair]:
    """Connect two channels and introduce them to each other; close both after the block."""
    started: asyncio.Queue[Stream] = asyncio.Queue()
    async with _accepting(lambda: channel(Role.LISTENER, started=started)) as (port, accepted):
        client = await _dialled(lambda: channel(Role.CLIENT), port)
        pair = Pair(client, await accepted.get(), started)
        if greeted:
            await _introduce(pair.client, pair.listener)
        try:
            yield pair
        finally:
            await asyncio.gather(client.close(), pair.listener.close())


@asynccontextmanager
async def facing_a_client(*, busy: bool = False) -> AsyncIterator[tuple[Channel, Peer]]:
    """Give a listener's channel and the peer that has connected to it and greeted.

    A busy listener ends the connection when it accepts it.
    """
    async with _accepting(_busy if busy else lambda: channel(Role.LISTENER)) as (port, accepted):
        peer = Peer(Role.CLIENT, *await asyncio.open_connection(LOOPBACK, port))
        listener = await accepted.get()
        if busy:
            async with _both_gone(listener, peer):
                yield listener, peer
            return
        await peer.greet()
        listener.send_soon(Hello("psync test", "here"))
        async with _both_gone(listener, peer):
            yield listener, peer


@asynccontextmanager
async def facing_a_listener() -> AsyncIterator[tuple[Channel, Peer]]:
    """Give a client's channel and the peer that it has connected to, and that has greeted."""
    accepted: asyncio.Queue[Peer] = asyncio.Queue()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        accepted.put_nowait(Peer(Role.LISTENER, reader, writer))

    server = await asyncio.start_server(accept, LOOPBACK, 0)
    client = await _dialled(lambda: channel(Role.CLIENT), server.sockets[0].getsockname()[1])
    server.close()
    peer = await accepted.get()
    await peer.greet()
    await client.greeted
    client.send_soon(Hello("psync test", "here"))
    async with _both_gone(client, peer):
        yield client, peer


def channel(role: Role, prs: Secret = UNKEYED_PRS, started: "asyncio.Queue[Stream] | None" = None) -> Channel:
    """Make a channel; the streams that its peer begins go to `started`."""

    def note(stream: Stream, _message: Message) -> None:
        if started is not None:
            started.put_nowait(stream)

    return Channel(connection(role, prs), PEER_NAMES[role], note)


def _busy() -> Channel:
    made = channel(Role.LISTENER)
    made.abort(Busy(what="The listener", reason="test"))
    return made


@asynccontextmanager
async def _accepting(make: Callable[[], Channel]) -> AsyncIterator[tuple[int, "asyncio.Queue[Channel]"]]:
    accepted: asyncio.Queue[Channel] = asyncio.Queue()

    def accept() -> Channel:
        accepted.put_nowait(made := make())
        return made

    server = await asyncio.get_running_loop().create_server(accept, LOOPBACK, 0)
    try:
        yield server.sockets[0].getsockname()[1], accepted
    finally:
        server.close()


async def _dialled(make: Callable[[], Channel], port: int) -> Channel:
    _, made = await asyncio.get_running_loop().create_connection(make, LOOPBACK, port)
    return made


async def _introduce(*channels: Channel) -> None:
    for each in channels:
        await each.established
        each.send_soon(Hello("psync test", "here"))
    for each in channels:
        await each.greeted


@asynccontextmanager
async def _both_gone(near: Channel, peer: Peer) -> AsyncIterator[None]:
    try:
        yield
    finally:
        peer.hang_up()
        await near.close()
        await peer.gone()
