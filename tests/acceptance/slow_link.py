"""A link whose delay is all that a run costs: it counts flights, and measures no time.

Whatever both sides send is held back until neither has sent anything for a
moment. Then all of it is delivered, in both directions at once. Such a delivery
is a flight. Two machines whose work takes no time would wait for exactly so many
delays, one way each, so a round trip is two flights. A busy machine can make a
pause look like the end of what a side had to say, which counts a flight too
many, never one too few.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

# One way. Far longer than a side needs for its next step, far shorter than any deadline of psync.
DELAY_SECONDS = 0.05
READ_BYTES = 1 << 20

_Held = list[tuple[asyncio.StreamWriter, bytes]]


class SlowLink:
    """A proxy in front of a listener; `port` is where clients connect instead."""

    def __init__(self, host: str, port: int) -> None:
        self.port = 0
        self.flights = 0
        self._host = host
        self._listener_port = port
        self._held: _Held = []
        self._arrivals = 0
        self._arrived = asyncio.Event()
        self._visits: set[asyncio.Task[None]] = set()

    def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take a client."""
        visit = asyncio.create_task(self._join(reader, writer))
        self._visits.add(visit)
        visit.add_done_callback(self._visits.discard)

    async def at_rest(self) -> None:
        """Wait until all connections have ended, on both sides."""
        if self._visits:
            await asyncio.wait(self._visits)

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Join a client with the listener until both have ended."""
        onward_reader, onward_writer = await asyncio.open_connection(self._host, self._listener_port)
        await asyncio.gather(self._hold(reader, onward_writer), self._hold(onward_reader, writer))
        for end in (onward_writer, writer):
            with suppress(ConnectionError):
                await end.wait_closed()

    async def _hold(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take what one side sends; no bytes are its end."""
        data = b"-"
        while data:
            with suppress(ConnectionError):
                data = b""
                data = await reader.read(READ_BYTES)
            self._held.append((writer, data))
            self._arrivals += 1
            self._arrived.set()

    async def carry(self) -> None:
        """Deliver flight after flight."""
        while True:
            await self._arrived.wait()
            await self._silence()
            self._arrived.clear()
            held, self._held = self._held, []
            self.flights += 1
            for writer, data in held:
                if data:
                    writer.write(data)
                else:
                    writer.close()

    async def _silence(self) -> None:
        """Wait until nothing has come for the length of the delay."""
        arrivals = -1
        while arrivals != self._arrivals:
            arrivals = self._arrivals
            await asyncio.sleep(DELAY_SECONDS)


@asynccontextmanager
async def slow_link(host: str, port: int) -> AsyncIterator[SlowLink]:
    """Put a slow link in front of a listener for as long as the block lasts."""
    link = SlowLink(host, port)
    server = await asyncio.start_server(link.accept, host)
    link.port = server.sockets[0].getsockname()[1]
    carrier = asyncio.create_task(link.carry())
    try:
        yield link
        await link.at_rest()
    finally:
        server.close()
        carrier.cancel()
        with suppress(asyncio.CancelledError):
            await carrier
