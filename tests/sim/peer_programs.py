"""Small network programs whose other side is a process of its own, which is stopped or killed meanwhile.

A program is given a way to start its peer: on the real loopback that is a child
process and a signal, in the simulation one more process of the machine.

python -m tests.sim.peer_programs NAME PORT     is such a peer
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Protocol

from tests.sim.network_programs import (
    HOST,
    PATIENCE,
    PAUSE,
    Peer,
    Streams,
    attempt,
    attempt_to_write_on,
    served,
)

NUMBERS = b"".join(b"%d," % number for number in range(500_000))
GO_ON = b"go on\n"
QUESTION = b"still there?\n"


class PeerProcess(Protocol):
    """What can be done to a process from outside."""

    def hang(self) -> None: ...
    def resume(self) -> None: ...
    def kill(self) -> None: ...


# From the name of a peer and the port that it shall dial to its process.
Start = Callable[[str, int], Awaitable[PeerProcess]]
PeerProgram = Callable[[Start], Coroutine[Any, Any, object]]


async def send_numbers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Send the first half, when told to go on the second, then a question back that came meanwhile.

    However much the buffers on the way hold, it is in the middle until it is told.
    """
    half = len(NUMBERS) // 2
    await _send(writer, NUMBERS[:half])
    assert await reader.readline() == GO_ON
    await _send(writer, NUMBERS[half:])
    writer.write(await reader.readline())


async def _send(writer: asyncio.StreamWriter, content: bytes) -> None:
    for start in range(0, len(content), 10_000):
        writer.write(content[start : start + 10_000])
        await writer.drain()


async def count(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Read all, and say whether it was right."""
    received = await reader.read(-1)
    writer.write(b"%d %d" % (len(received), received == NUMBERS * 4))


PEERS = {"send_numbers": send_numbers, "count": count}


async def be_peer(name: str, port: int) -> None:
    """Dial, and be a peer to the end."""
    reader, writer = await asyncio.open_connection(HOST, port)
    await PEERS[name](reader, writer)
    writer.close()
    await writer.wait_closed()


async def a_peer_that_hangs_while_it_sends_and_goes_on(start: Start) -> object:
    process, (reader, writer) = await _meet(start, "send_numbers")
    received = await reader.readexactly(1000)
    process.hang()
    writer.write(GO_ON + QUESTION)
    received += await _read_until_silent(reader)
    is_cut_short = len(received) < len(NUMBERS)
    process.resume()
    received += await reader.read()
    writer.close()
    return is_cut_short, received == NUMBERS + QUESTION


async def a_peer_that_hangs_stops_who_writes_to_it(start: Start) -> object:
    process, (reader, writer) = await _meet(start, "count")
    process.hang()
    writer.transport.set_write_buffer_limits(0)
    writer.write(NUMBERS * 4)
    drained = asyncio.ensure_future(writer.drain())
    await asyncio.sleep(PAUSE)
    is_stopped = not drained.done()
    process.resume()
    await drained
    writer.write_eof()
    answer = await reader.read()
    writer.close()
    return is_stopped, answer


async def a_peer_that_is_killed_while_it_sends(start: Start) -> object:
    process, (reader, writer) = await _meet(start, "send_numbers")
    received = await reader.readexactly(1000)
    process.kill()
    async with asyncio.timeout(PATIENCE):
        received += await reader.read()
    lost = await attempt_to_write_on(writer)
    return NUMBERS.startswith(received), len(received) < len(NUMBERS), lost


async def a_peer_that_is_killed_with_unread_data(start: Start) -> object:
    process, (reader, writer) = await _meet(start, "send_numbers")
    await reader.readexactly(1000)
    process.hang()
    await asyncio.sleep(PAUSE)
    writer.write(QUESTION)
    await asyncio.sleep(PAUSE)
    process.kill()
    return await attempt(reader.read()), await attempt_to_write_on(writer)


async def a_peer_that_is_killed_while_it_hangs(start: Start) -> object:
    process, (reader, writer) = await _meet(start, "count")
    process.hang()
    await asyncio.sleep(PAUSE)
    process.kill()
    return await attempt(reader.read()), await attempt_to_write_on(writer)


async def _meet(start: Start, name: str) -> tuple[PeerProcess, Streams]:
    peer = Peer()
    async with served(peer.handle) as port:
        process = await start(name, port)
        return process, await peer.streams


async def _read_until_silent(reader: asyncio.StreamReader) -> bytes:
    received = b""
    try:
        while True:
            received += await asyncio.wait_for(reader.read(1 << 20), 4 * PAUSE)
    except TimeoutError:
        return received


PEER_PROGRAMS: list[PeerProgram] = [
    a_peer_that_hangs_while_it_sends_and_goes_on,
    a_peer_that_hangs_stops_who_writes_to_it,
    a_peer_that_is_killed_while_it_sends,
    a_peer_that_is_killed_with_unread_data,
    a_peer_that_is_killed_while_it_hangs,
]

if __name__ == "__main__":
    asyncio.run(be_peer(sys.argv[1], int(sys.argv[2])))
