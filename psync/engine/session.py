"""One accepted client: messages in, the same verbs on a local endpoint.

RootPath is applied here, once, when the client opens the folder of its job.
Every verb after that goes through the endpoint that was opened, and so through
its jail.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
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
from psync.core.lineage import Lineage
from psync.core.manifest import Order
from psync.core.paths import HostPath, decode_name, parse_host_path
from psync.core.rootpath import RootPath
from psync.core.settings import OpenRole
from psync.disk.target import ContentUnannounced
from psync.engine.channel import Channel
from psync.engine.endpoint import ApplyItem
from psync.engine.local import LocalEndpoint
from psync.engine.location import locate_on_host
from psync.engine.stream import Stream
from psync.engine.tasks import wait_for_end
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


# What a client may ask of a folder, by what it opened it for.
VERB_ROLES: Mapping[type, frozenset[OpenRole]] = {
    Scan: frozenset(OpenRole),
    Supply: frozenset({OpenRole.SOURCE}),
    Apply: frozenset({OpenRole.TARGET}),
}


class Session:
    """Serves one client until its connection ends.

    `refused` is the code of the last verb that ended with a failure, `defect` the error that should
    not have been.
    """

    def __init__(self, service: Service) -> None:
        self.client = ""
        self.job = ""
        self.path = ""
        self.refused = ""
        self.defect: BaseException | None = None
        self._service = service
        self._introduced = asyncio.Event()
        self._role: OpenRole | None = None
        self._endpoint: LocalEndpoint | None = None
        self._channel: Channel | None = None
        self._tasks: dict[asyncio.Task[None], type] = {}
        self._verbs: dict[type, Callable[[Stream, Any], Awaitable[None]]] = {
            Open: self._open,
            Scan: self._scan,
            Supply: self._supply,
            Apply: self._apply,
        }

    def attach(self, channel: Channel) -> None:
        """Serve this channel, once its client is known."""
        self._channel = channel

    def introduce(self, client: str) -> None:
        """Let the client's verbs begin."""
        self.client = client
        self._introduced.set()

    def start(self, stream: Stream, message: Message) -> None:
        """Begin a verb that the client asks for."""
        assert self._channel is not None
        verb = type(message)
        if verb in self._tasks.values():
            self._channel.leave(self._channel.blame(f"two {verb.__name__} at once"))
            return
        task = asyncio.create_task(self._serve(self._channel, stream, message))
        self._tasks[task] = verb
        task.add_done_callback(self._done)

    async def end(self) -> None:
        """Stop all verbs after the commit in progress, remove temporaries, give up the target."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        for task in tasks:
            await wait_for_end(task)
        endpoint, self._endpoint = self._endpoint, None
        if endpoint is not None:
            await endpoint.close()

    async def _serve(self, channel: Channel, stream: Stream, message: Message) -> None:
        try:
            await self._introduced.wait()
            self._check_turn(channel, type(message))
            await self._verbs[type(message)](stream, message)
            await stream.finish()
        except ContentUnannounced as error:
            channel.leave(channel.blame(str(error)))
        except ProtocolViolation as violation:
            channel.leave(violation)
        except Failure as failure:
            if channel.failure is None:
                self.refused = failure.code
                await stream.fail(failure)
        finally:
            channel.forget(stream)

    def _check_turn(self, channel: Channel, verb: type) -> None:
        """Refuse a verb that the folder was not opened for, and a second `Open`."""
        if verb is Open:
            if self._role is not None:
                raise channel.blame("a second Open")
        elif self._endpoint is None:
            raise channel.blame(f"{verb.__name__} before a folder is open")
        elif self._role not in VERB_ROLES[verb]:
            raise channel.blame(f"{verb.__name__} on a folder opened as {self._role}")

    def _done(self, task: "asyncio.Task[None]") -> None:
        """Strike a verb off; one that a defect of ours ended takes the connection with it."""
        del self._tasks[task]
        error = None if task.cancelled() else task.exception()
        if error is None or isinstance(error, Failure) or self._channel is None:
            return
        self.defect = error
        self._channel.leave(ListenerFailed(host=self._channel.peer, reason="it met an internal error"))

    # Verbs

    async def _open(self, stream: Stream, message: Open) -> None:
        self.job = message.job
        path = _read_path(message)
        self.path = str(path)
        if self._service.is_read_only and message.role is OpenRole.TARGET:
            raise ReadOnlyListener
        self._role = message.role
        location = locate_on_host(path, self._service.root, self._service.system.path_style)
        applicant = Applicant(
            f"job '{message.job}' of {self.client}", (self.client, message.job_id), self._yield_up
        )
        endpoint = LocalEndpoint(self._service.system, location, self._service.writers, applicant)
        try:
            opened = await endpoint.open(message.role, Lineage(message.source))
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
                opened.modes_kept,
                opened.lineage.marks,
            )
        )

    async def _scan(self, stream: Stream, message: Scan) -> None:
        scan = self._opened.scan(Order(message.folded), _read_filters(message))
        async with aclosing(scan) as batches_of_listings:
            async for listings in batches_of_listings:
                for part in listing_messages(listings):
                    await stream.send(part)

    async def _supply(self, stream: Stream, message: Supply) -> None:
        async with (
            aclosing(_requests(stream)) as requests,
            aclosing(self._opened.supply(requests)) as contents,
        ):
            async for content in contents:
                await stream.send(Contents(content.header), content.buffers)

    async def _apply(self, stream: Stream, message: Apply) -> None:
        async with (
            aclosing(_items(stream)) as items,
            aclosing(self._opened.apply(items, message.durability)) as settled,
        ):
            async for outcomes in settled:
                for batch in batches(outcomes):
                    await stream.send(Outcomes(batch))

    @property
    def _opened(self) -> LocalEndpoint:
        assert self._endpoint is not None, "checked before each verb"
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


def _read_filters(message: Scan) -> Filters:
    return Filters(tuple(pattern.decode("utf-8", "surrogateescape") for pattern in message.exclude))


def _read_path(message: Open) -> HostPath:
    try:
        text = decode_name(message.path, message.style)
    except UnicodeDecodeError:
        raise PathRefused(
            path=message.path.decode("utf-8", "backslashreplace"), reason=RefusedPath.CHARS
        ) from None
    return parse_host_path(text, message.style)
