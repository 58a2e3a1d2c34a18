"""The listener: accepts clients, limits them, serves each in a session, shuts down in order."""

import asyncio
import errno
from collections import deque
from contextlib import suppress

from msgspec import Struct

import psync
from psync.core.errors import (
    EXIT_CONVERGED,
    AddressInUse,
    AddressNotLocal,
    AddressUnusable,
    Busy,
    ConnectionLost,
    DuplicateListener,
    Failure,
    ListenerStopped,
    RootPathInvalid,
)
from psync.core.paths import encode_name
from psync.core.settings import ListenerSettings, is_loopback
from psync.disk.folder import open_folder
from psync.engine.channel import Channel
from psync.engine.dial import HANDSHAKE_SECONDS
from psync.engine.events import ListenerReady, Report, SessionEnded
from psync.engine.identity import load_identity
from psync.engine.session import Service, Session
from psync.engine.writers import Writers
from psync.system import Claim, InstanceClaimed, System
from psync.wire.connection import Connection
from psync.wire.handshake import RANDOM_BYTES, Handshake
from psync.wire.identity import Identity, sign_transcript
from psync.wire.keys import Role, Secret, mode_of
from psync.wire.messages import Hello
from psync.wire.refusal import HandshakeRefused

SESSIONS_MAX = 64

# Connections that have not proven anything yet; the oldest goes when there is one more.
UNPROVEN_MAX = 256


class Listener:
    """One listener: `await main()` serves until `stop` is called. `sessions`: how many clients it is serving."""

    def __init__(self, settings: ListenerSettings, prs: Secret, system: System, report: Report) -> None:
        self._settings = settings
        self._prs = prs
        self._system = system
        self._report = report
        self._service = Service(system, settings.root, settings.is_read_only, Writers(system))
        self._stopping = asyncio.Event()
        self._visits: dict[asyncio.Task[None], _Visit] = {}
        self._unproven: deque[_Visit] = deque()
        self.sessions = 0

    async def main(self) -> int:
        """Serve until stopped; give the exit code. Raises `Failure` if it cannot start."""
        self._check_root()
        claim = self._claim()
        try:
            identity = load_identity(self._system, self._system.os.fsencode(self._settings.state_folder))
            server = await self._listen(identity)
            try:
                self._report(_ready(self._settings, server))
                await self._stopping.wait()
            finally:
                server.close()
            await self._send_home()
        finally:
            claim.release()
        return EXIT_CONVERGED

    def stop(self) -> None:
        """End `main` once commits in progress are done."""
        self._stopping.set()

    # Start

    def _check_root(self) -> None:
        if self._settings.root is None:
            return
        path = str(self._settings.root.folder)
        try:
            open_folder(self._system, encode_name(path, self._system.path_style)).close()
        except OSError as error:
            raise RootPathInvalid(path=path, reason=error.strerror or str(error)) from error

    def _claim(self) -> Claim:
        try:
            return self._system.claim_instance(self._settings.instance)
        except InstanceClaimed as claimed:
            owner = claimed.owner if claimed.owner is not None else "unknown"
            raise DuplicateListener(owner=owner, instance=self._settings.instance) from None

    async def _listen(self, identity: Identity) -> asyncio.Server:
        settings = self._settings
        try:
            return await asyncio.get_running_loop().create_server(
                lambda: self._accept(identity), settings.address or None, settings.port
            )
        except OSError as error:
            raise _unbound(settings.address or "all interfaces, at", settings.port, error) from error

    # Clients

    def _accept(self, identity: Identity) -> Channel:
        handshake = Handshake(
            Role.LISTENER, self._prs, mode_of(self._prs), self._system.random_bytes(RANDOM_BYTES), identity
        )
        if self.sessions >= SESSIONS_MAX:
            handshake.refuse_busy()
        session = Session(self._service)
        channel = Channel(Connection(Role.LISTENER, handshake), "the client", session.start)
        session.attach(channel)
        visit = _Visit(channel, session, asyncio.get_running_loop().time())
        self._evict()
        self._unproven.append(visit)
        task = asyncio.get_running_loop().create_task(self._receive(visit, identity))
        self._visits[task] = visit
        task.add_done_callback(self._visits.pop)
        return channel

    def _evict(self) -> None:
        """Make room for another client; one that is slow to prove itself has had its time."""
        while len(self._unproven) >= UNPROVEN_MAX:
            oldest = self._unproven.popleft()
            oldest.channel.abort(Busy(what="The listener", reason="too many clients call at once"))

    async def _receive(self, visit: "_Visit", identity: Identity) -> None:
        """See one connection through, from the handshake to its end."""
        try:
            if self._stopping.is_set():
                visit.channel.leave(_stopped())
            if await self._welcome(visit, identity):
                await self._serve(visit)
        finally:
            visit.channel.leave(_stopped())  # if it has not ended yet: this task is being cancelled
            await visit.session.end()
            self._report(self._ended(visit))

    async def _welcome(self, visit: "_Visit", identity: Identity) -> bool:
        """Shake hands within the deadline; give whether the client proved itself and can stay."""
        channel = visit.channel
        try:
            async with asyncio.timeout(HANDSHAKE_SECONDS):
                established = await channel.established
                visit.connection = established.connection_id.hex()
                signature = sign_transcript(identity, established.transcript)
                software = f"psync {psync.__version__}"
                channel.send_soon(Hello(software, self._system.host_name, identity.public_key, signature))
                visit.hello = await channel.greeted
        except TimeoutError:
            reason = f"it did not complete the handshake within {HANDSHAKE_SECONDS:g} seconds"
            channel.abort(ConnectionLost(host=visit.address, reason=reason))
        except (HandshakeRefused, Failure):
            pass  # the channel remembers it for the log
        finally:
            with suppress(ValueError):  # evicted
                self._unproven.remove(visit)
        return visit.hello is not None

    async def _serve(self, visit: "_Visit") -> None:
        if self.sessions >= SESSIONS_MAX:
            visit.channel.leave(Busy(what="The listener", reason="it has all the sessions it takes"))
            return
        self.sessions += 1
        visit.channel.peer = visit.client
        visit.session.introduce(visit.client)
        try:
            await visit.channel.ended
        finally:
            self.sessions -= 1

    async def _send_home(self) -> None:
        """End all sessions after what they are committing, and tell their clients."""
        await asyncio.gather(*map(_dismiss, list(self._visits.values())))
        while self._visits:
            await asyncio.wait(list(self._visits))

    def _ended(self, visit: "_Visit") -> SessionEnded:
        channel, session = visit.channel, visit.session
        return SessionEnded(
            client=visit.client,
            connection=visit.connection,
            job=session.job,
            path=session.path,
            is_keyed=self._settings.is_keyed,
            bytes_received=channel.bytes_received,
            bytes_sent=channel.bytes_sent,
            seconds=asyncio.get_running_loop().time() - visit.started,
            reason=_reason(visit),
            defect=session.defect,
        )


def _unbound(host: str, port: int, error: OSError) -> AddressInUse | AddressNotLocal | AddressUnusable:
    """Say why nobody can listen there."""
    if error.errno == errno.EADDRINUSE:
        return AddressInUse(host=host, port=port)
    # From Python 3.13 on, asyncio passes over addresses that the machine lacks, and has no number when none is left.
    if error.errno in (errno.EADDRNOTAVAIL, None):
        return AddressNotLocal(host=host, port=port)
    # The event loop puts its own words, and a colon, before those of the system; from 3.13 on the number, too.
    reason = (error.strerror or str(error)).rpartition(": ")[2].rpartition("] ")[2]
    return AddressUnusable(host=host, port=port, reason=reason)


class _Visit(Struct, eq=False):
    """One connection, from its first byte on."""

    channel: Channel
    session: Session
    started: float
    connection: str = ""
    hello: Hello | None = None

    @property
    def address(self) -> str:
        return self.channel.peer_address

    @property
    def client(self) -> str:
        return f"{self.hello.host_name} ({self.address})" if self.hello else self.address


async def _dismiss(visit: _Visit) -> None:
    await visit.session.end()
    await visit.channel.close(_stopped())


def _stopped() -> ListenerStopped:
    return ListenerStopped(host="this machine")


def _reason(visit: _Visit) -> str:
    """Say why a session ended; after a goodbye, what was refused, or nothing."""
    failure = visit.channel.failure
    if visit.session.defect is not None:
        return f"internal error: {visit.session.defect!r}"
    if isinstance(failure, HandshakeRefused):
        return failure.code.value
    return visit.session.refused if visit.channel.is_ended_by_peer else str(failure)


def _ready(settings: ListenerSettings, server: asyncio.Server) -> ListenerReady:
    names = [socket.getsockname() for socket in server.sockets]
    addresses = tuple(sorted({name[0] for name in names}))
    return ListenerReady(
        addresses=addresses,
        port=names[0][1],
        root_path=str(settings.root.folder) if settings.root else None,
        is_keyed=settings.is_keyed,
        is_read_only=settings.is_read_only,
        is_exposed=not all(is_loopback(address) for address in addresses),
    )
