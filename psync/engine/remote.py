"""An end of a job behind a connection: the verbs as messages."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from typing import TypeVar, cast

from msgspec import Struct

from psync.core.content import Content, Outcome, Request
from psync.core.errors import ProtocolViolation
from psync.core.filters import Filters
from psync.core.lineage import UNKNOWN_LINEAGE, Lineage
from psync.core.manifest import EntryPath, Listing, Order
from psync.core.paths import HostPath, encode_name, entry_text
from psync.core.settings import Durability, OpenRole
from psync.engine.channel import Channel
from psync.engine.endpoint import ApplyItem, OpenedFolder
from psync.engine.stream import Stream
from psync.engine.tasks import end_task
from psync.wire.batches import batches
from psync.wire.connection import Received
from psync.wire.listings import ListingJoiner
from psync.wire.messages import (
    Apply,
    Changes,
    Contents,
    Listings,
    MessageInvalid,
    Open,
    Opened,
    Outcomes,
    Requests,
    Scan,
    Supply,
)

T = TypeVar("T")


class JobLabel(Struct, frozen=True):
    """What a listener is told of the job: its `name` for messages, its identity `id`."""

    name: str
    id: str


class RemoteEndpoint:
    """A folder of a listener, reached through a greeted channel, which this endpoint closes."""

    def __init__(self, channel: Channel, path: HostPath, job: JobLabel) -> None:
        self._channel = channel
        self._path = path
        self._job = job
        self._exists = True

    async def open(self, role: OpenRole, source: Lineage = UNKNOWN_LINEAGE) -> OpenedFolder:
        """Have the listener open the folder."""
        path = encode_name(str(self._path), self._path.style)
        verb = Open(self._path.style, path, role, self._job.name, self._job.id, source.marks)
        stream = await self._channel.start(verb)
        await stream.finish()
        received = await stream.expect()
        opened = cast("Opened", received.message)
        self._exists = opened.exists
        return OpenedFolder(
            opened.exists,
            opened.style,
            opened.time_granularity_ns,
            opened.names_folded,
            opened.free_bytes,
            opened.modes_kept,
            Lineage(opened.marks),
        )

    async def scan(self, order: Order, filters: Filters) -> AsyncGenerator[list[Listing]]:
        """Have the listener list the tree."""
        if not self._exists:
            return
        patterns = tuple(pattern.encode("utf-8", "surrogateescape") for pattern in filters.patterns)
        stream = await self._channel.start(Scan(order.folded, patterns))
        await stream.finish()
        joiner = ListingJoiner(order)
        try:
            while (received := await stream.receive()) is not None:
                yield joiner.join(cast("Listings", received.message))
            joiner.finish()
        except MessageInvalid as error:
            raise self.blame(str(error)) from error

    async def supply(self, requests: AsyncIterator[list[Request]]) -> AsyncGenerator[Content]:
        """Have the listener send contents."""
        stream = await self._channel.start(Supply())

        async def send(wanted: list[Request]) -> None:
            for batch in batches(wanted):
                await stream.send(Requests(batch))

        async with aclosing(self._converse(stream, requests, send)) as answers:
            async for received in answers:
                header = cast("Contents", received.message).header
                yield Content(header, (received.bulk,) if received.bulk else ())

    async def apply(
        self, items: AsyncIterator[ApplyItem], durability: Durability
    ) -> AsyncGenerator[list[Outcome]]:
        """Have the listener carry out changes."""
        stream = await self._channel.start(Apply(durability))

        async def send(item: ApplyItem) -> None:
            if isinstance(item, Content):
                await stream.send(Contents(item.header), item.buffers)
                item.release()
                return
            for batch in batches(item):
                await stream.send(Changes(batch))

        async with aclosing(self._converse(stream, items, send)) as answers:
            async for received in answers:
                yield cast("Outcomes", received.message).outcomes

    def path_on_host(self, path: EntryPath) -> str:
        """The path that was asked for, which the listener may have mapped."""
        return entry_text(self._path, path)

    def blame(self, reason: str) -> ProtocolViolation:
        """Say what the listener did against the rules."""
        return self._channel.blame(reason)

    async def close(self) -> None:
        """Say goodbye to the listener."""
        await self._channel.close()

    async def _converse(
        self, stream: Stream, outgoing: AsyncIterator[T], send: Callable[[T], Awaitable[None]]
    ) -> AsyncGenerator[Received]:
        """Send what comes and give what is answered, until the other side ends; raise what either raises."""
        sender = asyncio.create_task(_send_all(stream, outgoing, send))
        sender.add_done_callback(lambda done: _interrupt(stream, done))
        try:
            while (received := await stream.receive()) is not None:
                yield received
            if not sender.done():
                raise self.blame("it ended a stream before its time")
        finally:
            await end_task(sender)


async def _send_all(stream: Stream, outgoing: AsyncIterator[T], send: Callable[[T], Awaitable[None]]) -> None:
    async for item in outgoing:
        await send(item)
    await stream.finish()


def _interrupt(stream: Stream, sender: "asyncio.Task[None]") -> None:
    """Wake the reader if the sender failed: the answers that it waits for will not come."""
    if not sender.cancelled() and (error := sender.exception()) is not None:
        stream.interrupt(error)
