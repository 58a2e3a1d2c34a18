"""What the network of a simulated world does besides carrying: it is listened in, changes bits, loses packets, translates."""

import asyncio
from collections.abc import Callable
from functools import partial

from psync.system import System
from sim.link import SECOND_NS, Link
from sim.world import World

# After so long TCP sends again what was lost (RFC 6298, 2.4); all that is behind it waits as long.
RETRANSMISSION_SECONDS = 1.0

PART_BYTES = 64 * 1024

# Which way bytes go: from one machine to another.
Way = tuple[str, str]


class Flip:
    """Flips one bit: of the byte that passes after so many others, one way."""

    def __init__(self, way: Way, after_bytes: int) -> None:
        self.way = way
        self._left = after_bytes

    def __call__(self, data: bytes) -> bytes:
        """Give what arrives of a segment."""
        place, self._left = self._left, self._left - len(data)
        if not 0 <= place < len(data):
            return data
        return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


class Waiting:
    """A fault that begins once so many bytes have passed between two machines, in both directions together."""

    def __init__(self, ends: Way, after_bytes: int, begin: Callable[[], Callable[[], None]]) -> None:
        self.ends = frozenset(ends)
        self._left = after_bytes
        self._begin = begin
        self._end: Callable[[], None] | None = None

    def count(self, size: int) -> None:
        """A packet passes; one that is too many is the first that has the fault."""
        self._left -= size
        if self._left < 0 and self._end is None:
            self._end = self._begin()

    def end(self) -> None:
        """End it, if it has begun."""
        if self._end is not None:
            self._end()


class Tap:
    """Hears all that goes between machines, and changes it where it is told to."""

    def __init__(self, world: World) -> None:
        self.heard = bytearray()
        self._flips: list[Flip] = []
        self._waiting: list[Waiting] = []
        names = list(world.machines)
        for way in ((source, target) for source in names for target in names if source != target):
            world.network.link(*way).tamper = partial(self._carry, way)

    def flip(self, way: Way, after_bytes: int) -> Callable[[], None]:
        """Flip a bit; give what ends that."""
        flip = Flip(way, after_bytes)
        self._flips.append(flip)
        return partial(self._flips.remove, flip)

    def when_carried(
        self, ends: Way, after_bytes: int, begin: Callable[[], Callable[[], None]]
    ) -> Callable[[], None]:
        """Begin a fault once so many bytes have passed; give what ends it, or keeps it from beginning."""
        waiting = Waiting(ends, after_bytes, begin)
        self._waiting.append(waiting)

        def end() -> None:
            self._waiting.remove(waiting)
            waiting.end()

        return end

    def _carry(self, way: Way, data: bytes) -> bytes:
        self.heard += data
        for waiting in [*self._waiting]:
            if waiting.ends == frozenset(way):
                waiting.count(len(data))
        for flip in self._flips:
            data = flip(data) if flip.way == way else data
        return data


def lose(world: World, link: Link, share: float) -> None:
    """Lose that share of the packets of a link: one in so many comes as late as TCP sends it again."""
    passed = 0

    def watch(_packet: str) -> None:
        nonlocal passed
        passed += 1
        if int(passed * share) > int((passed - 1) * share):
            link.hold()
            world.agenda.after(round(RETRANSMISSION_SECONDS * SECOND_NS), link.release)

    link.watches.append(watch)


async def forward(given: tuple[int, str, int], _system: System) -> int:
    """Take connections at a port and carry them to host and port: a program, as `sim.machine` starts them."""
    port, host, far_port = given

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection(host, far_port)
        except OSError:
            writer.transport.abort()
            return
        await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer))

    server = await asyncio.start_server(carry, "0.0.0.0", port)
    async with server:
        await server.serve_forever()
    return 0


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Carry one direction, and its end."""
    try:
        while data := await reader.read(PART_BYTES):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass  # one side is gone: so is the other
    writer.close()
