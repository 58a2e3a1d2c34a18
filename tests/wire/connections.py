"""Two connections with fixed randomness, and how bytes get from one to the other."""

from collections.abc import Iterator
from itertools import repeat
from typing import TypeAlias

from psync.core.content import Buffer
from psync.wire.connection import Connection, Event, Received
from psync.wire.handshake import Established, Handshake
from psync.wire.keys import Role
from psync.wire.messages import Hello, Message
from tests.wire import handshakes

HELLO = Hello("psync", "host")

# A message as it was said: stream, message, bulk.
Said: TypeAlias = tuple[int, Message, bytes]


def feed(connection: Connection, data: Buffer, cuts: Iterator[int] | None = None) -> Iterator[Event]:
    """Give a connection bytes as a socket does: in segments of any length, into the buffer that it offers."""
    rest = memoryview(data)
    for cut in cuts or repeat(len(rest)):
        if not rest:
            return
        buffer = connection.receive_buffer()
        assert buffer
        count = min(cut, len(rest), len(buffer))
        buffer[:count] = rest[:count]
        rest = rest[count:]
        yield from connection.received(count)


def shaken(
    client: Handshake | None = None, listener: Handshake | None = None, cuts: int = 4096
) -> tuple[Connection, Connection, list[Event]]:
    """Let two sides shake hands; give both, and what they reported."""
    caller = Connection(Role.CLIENT, client or handshakes.client())
    answerer = Connection(Role.LISTENER, listener or handshakes.listener())
    events: list[Event] = []
    data = caller.opening
    for side in (answerer, caller, answerer, caller):
        events += feed(side, data, repeat(cuts))
        data = side.take_reply()
    return caller, answerer, events


def greeted() -> dict[Role, Connection]:
    """Give both sides after the handshake and the first message of each."""
    client, listener, _ = shaken()
    for sender, receiver in ((client, listener), (listener, client)):
        list(feed(receiver, sender.send(0, HELLO)))
    return {Role.CLIENT: client, Role.LISTENER: listener}


def heard(event: Event) -> Said:
    """Take down a message and give its bulk back."""
    assert isinstance(event, Received)
    said = event.stream, event.message, bytes(event.bulk)
    event.release()
    return said


def established(events: list[Event]) -> list[Established]:
    """Leave out all but the ends of handshakes."""
    return [event for event in events if isinstance(event, Established)]
