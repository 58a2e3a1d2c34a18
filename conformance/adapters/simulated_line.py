"""A connection of the simulated network whose near end is in the hands of whoever asks: one program holds it."""

import asyncio
from contextlib import suppress

from psync.system import System
from sim.machine import Machine
from sim.world import World

PART_BYTES = 64 * 1024

# Between two looks at a connection that is being made.
LOOK_SECONDS = 0.001


class SimulatedLine:
    """Connects when it is made, or raises `ConnectionError`."""

    def __init__(self, world: World, machine: Machine, host: str, port: int) -> None:
        self._world = world
        self._ends = (host, port)
        self._heard = bytearray()
        self._news = asyncio.Event()  # there is something to be taken, or will never be again
        self._said: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._is_connected = self._is_over = False
        self._process = machine.start(self._hold, None)
        world.run(self._wait_until_connected())

    def send(self, data: bytes) -> None:
        """Send; nobody is told where the other side has gone."""
        self._world.run(self._said.put(data))

    def receive(self, count: int, seconds: float) -> bytes | None:
        """Give some bytes, none at the end, or None when the time is over."""
        self._world.run(self._wait_for_more(seconds))
        data = bytes(self._heard[:count])
        del self._heard[:count]
        if not self._heard and not self._is_over:
            self._news.clear()
        return data if data or self._is_over else None

    def close(self) -> None:
        """End it on this side."""
        if self._process.is_alive:
            self._world.run(self._said.put(None))

    async def _wait_until_connected(self) -> None:
        while not self._is_connected:
            if not self._process.is_alive:
                raise ConnectionError("nobody accepts connections there")
            await asyncio.sleep(LOOK_SECONDS)

    async def _wait_for_more(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._news.wait(), seconds)

    async def _hold(self, _settings: None, _system: System) -> int:
        """The program: it says what it is given, and keeps what it hears until either side ends."""
        try:
            reader, writer = await asyncio.open_connection(*self._ends)
        except OSError:
            return 1
        self._is_connected = True
        listening = asyncio.create_task(self._hear(reader))
        while (data := await self._said.get()) is not None:
            writer.write(data)
        listening.cancel()
        writer.close()
        return 0

    async def _hear(self, reader: asyncio.StreamReader) -> None:
        try:
            while data := await reader.read(PART_BYTES):
                self._heard += data
                self._news.set()
        except OSError:
            pass  # an end like any other
        self._is_over = True
        self._news.set()
