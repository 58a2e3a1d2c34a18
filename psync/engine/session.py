"""One accepted client: messages in, the same verbs on a local endpoint.

RootPath is applied here, once, when the client opens the folder of its job.
Every verb after that goes through the endpoint that was opened, and so through
its jail.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from typing import Any, cast

from msgspec import Struct

from psync.core.content import Content, Request
from psync.core.errors import (
    Busy,
    Failure,
    ListenerFailed,
    PathRefused,
    ProtocolViolation,
    ReadOnlyListener,
    RefusedPath,
)
from psync.core.filters import Filters
from psync.core.manifest import Order
from psync.core.paths import HostPath, decode_name, parse_host_path
from psync.core.rootpath import RootPath
from psync.core.settings import OpenRole
from psync.disk.target import ContentUnannounced
from psync.engine.channel import Channel, Stream
from psync.engine.endpoint import ApplyItem
from psync.engine.local import LocalEndpoint
from psync.engine.location import locate_on_host
from psync.engine.writers import Applicant, Writers
from psync.system import System
from psync.wire.batches import batches, listing_messages
from psync.wire.connection import Received
from psync.wire.messages import (
    Apply,
    Changes,
    Contents,
    Message,
    Open,
    Opened,
    Outcomes,
    Requests,
    Scan,
    Supply,
)

# A client that does not answer within this time has no claim to its target any more.
TAKEOVER_SECONDS = 5.0


class Service(Struct):
    """What all sessions of a listener share."""

    system: System
    root: RootPath | None
    is_read_only: bool
    writers: Writers


class Session:
    """Serves one client until its connection ends."""

    def __init__(self, service: Service, client: str) -> None:
        self.client = client
        self.job = ""
        self.path = ""
        self.error: BaseException | None = None
        self._service = service
        self._endpoint: LocalEndpoint | None = None
        self._channel: Channel | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._verbs: dict[type, Callable[[Stream, Any], Awaitable[None]]] = {
            Open: self._open,
            Scan: self._scan,
            Supply: self._supply,
            Apply: self._apply,
        }

    def attach(self, channel: Channel) -> None:
        """Serve this channel."""
        self._channel = channel

    def start(self, stream: Stream, message: Message) -> None:
        """Begin a verb that the client asks for."""
        task = asyncio.create_task(self._serve(stream, message))
        self._tasks.add(task)
        task.add_done_callback(self._done)

    async def end(self) -> None:
        """Stop all verbs after the commit in progress, remove temporaries, give up the target."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        endpoint, self._endpoint = self._endpoint, None
        if endpoint is not None:
            await endpoint.close()

    async def _serve(self, stream: Stream, message: Message) -> None:
        assert self._channel is not None
        try:
            await self._verbs[type(message)](stream, message)
            await stream.finish()
        except ContentUnannounced as error:
            await self._channel.close(ProtocolViolation(host=self.client, reason=str(error)))
        except Failure as failure:
            if self._channel.failure is None:
                await stream.fail(failure)
        finally:
            self._channel.forget(stream)

    def _done(self, task: "asyncio.Task[None]") -> None:
        """Strike a verb off; one that a defect of ours ended takes the connection with it."""
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is None or isinstance(error, Failure) or self._channel is None:
            return
        self.error = error
        self._channel.abort(ListenerFailed(host="this host", reason=f"internal error: {error!r}"))

    # Verbs

    async def _open(self, stream: Stream, message: Open) -> None:
        if self._endpoint is not None:
            raise ProtocolViolation(host=self.client, reason="a second Open")
        if self._service.is_read_only and message.role is OpenRole.TARGET:
            raise ReadOnlyListener
        path = _read_path(message)
        self.job, self.path = message.job, str(path)
        location = locate_on_host(path, self._service.root, self._service.system.path_style)
        applicant = Applicant(
            f"job {message.job!r} of {self.client}", (self.client, message.job_id), self._yield_up
        )
        endpoint = LocalEndpoint(self._service.system, location, self._service.writers, applicant)
        try:
            opened = await endpoint.open(message.role)
        except BaseException:
            await endpoint.close()
            raise
        self._endpoint = endpoint
        await stream.send(
            Opened(
                opened.exists,
                opened.style,
                opened.time_granularity_ns,
                opened.names_folded,
                opened.free_bytes,
            )
        )

    async def _scan(self, stream: Stream, message: Scan) -> None:
        patterns = tuple(pattern.decode("utf-8", "surrogateescape") for pattern in message.exclude)
        scan = self._opened().scan(Order(message.folded), Filters(patterns))
        async with aclosing(scan) as batches_of_listings:
            async for listings in batches_of_listings:
                for part in listing_messages(listings):
                    await stream.send(part)

    async def _supply(self, stream: Stream, message: Supply) -> None:
        async with aclosing(self._opened().supply(_requests(stream))) as contents:
            async for content in contents:
                await stream.send(Contents(content.header), content.buffers)

    async def _apply(self, stream: Stream, message: Apply) -> None:
        async with aclosing(self._opened().apply(_items(stream), message.durability)) as settled:
            async for outcomes in settled:
                for batch in batches(outcomes):
                    await stream.send(Outcomes(batch))

    def _opened(self) -> LocalEndpoint:
        if self._endpoint is None:
            raise ProtocolViolation(host=self.client, reason="a verb before Open")
        return self._endpoint

    async def _yield_up(self) -> bool:
        """Let a new run of the same job have the target, if this session's client is gone."""
        assert self._channel is not None
        if await self._channel.is_alive(TAKEOVER_SECONDS):
            return False
        self._channel.abort(Busy(what="The target", reason="a new run of the same job took over"))
        await self.end()
        return True


async def _requests(stream: Stream) -> AsyncGenerator[list[Request]]:
    while (received := await stream.receive()) is not None:
        yield cast("Requests", received.message).requests


async def _items(stream: Stream) -> AsyncGenerator[ApplyItem]:
    while (received := await stream.receive()) is not None:
        yield _item(received)


def _item(received: Received) -> ApplyItem:
    message = received.message
    if isinstance(message, Changes):
        return message.changes
    return Content(cast("Contents", message).header, (received.bulk,) if received.bulk else ())


def _read_path(message: Open) -> HostPath:
    try:
        text = decode_name(message.path, message.style)
    except UnicodeDecodeError:
        raise PathRefused(path=repr(message.path), reason=RefusedPath.CHARS) from None
    return parse_host_path(text, message.style)
