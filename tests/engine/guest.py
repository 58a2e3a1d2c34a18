"""A client of a listener in the hands of a test: it asks for what it is told to, allowed or not."""

import asyncio

from psync.core.paths import PathStyle
from psync.core.settings import LOOPBACK, OpenRole
from psync.wire.keys import Role
from psync.wire.messages import CONNECTION_STREAM, Credit, Fail, Finish, Hello, Message, Open, Ping
from tests.engine.peer import Peer
from tests.engine.station import Station


async def client(station: Station) -> Peer:
    """Connect, and say no more than begins every handshake."""
    return Peer(Role.CLIENT, *await asyncio.open_connection(LOOPBACK, station.port))


async def guest(station: Station) -> Peer:
    """Become a client that is served."""
    peer = await client(station)
    await peer.greet()
    peer.say(CONNECTION_STREAM, Ping(1))
    while not isinstance((await peer.expect()).message, Hello):
        pass
    await peer.expect()
    return peer


def opening(path: str, role: OpenRole, job_id: str = "id", style: PathStyle = PathStyle.POSIX) -> Open:
    """Give the message that opens a folder for the job `job`."""
    return Open(style, path.encode(), role, "job", job_id)


async def ask(peer: Peer, stream: int, verb: Message, *more: Message) -> list[Message]:
    """Start a stream, say all, and hear all, up to the listener's last word on it."""
    for message in (verb, *more, Finish()):
        peer.say(stream, message)
    answers: list[Message] = []
    while not answers or not isinstance(answers[-1], Finish | Fail):
        received = await peer.expect()
        if not isinstance(received.message, Credit):
            assert received.stream == stream, received
            answers.append(received.message)
    return answers


def say_at_once(peer: Peer, *messages: tuple[int, Message]) -> None:
    """Send several messages in one stretch of bytes."""
    peer.say_bytes(b"".join(bytes(peer.connection.send(*message)) for message in messages))
