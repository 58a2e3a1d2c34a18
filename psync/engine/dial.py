"""Getting a proven connection to a listener, or the reason why there is none."""

import asyncio
from collections.abc import Callable

from msgspec import Struct

import psync
from psync.core.errors import (
    Busy,
    ConnectionFailure,
    ConnectionLost,
    ConnectRefused,
    ConnectTimeout,
    HandshakeTimeout,
    HostUnknown,
    KeyMismatch,
    ListenerUnproven,
    ModeMismatch,
    NotPsync,
    VersionMismatch,
)
from psync.engine.channel import Channel
from psync.system import System
from psync.wire.connection import Connection
from psync.wire.handshake import RANDOM_BYTES, Handshake
from psync.wire.identity import verify_identity
from psync.wire.keys import Mode, Role, Secret, mode_of
from psync.wire.messages import Hello
from psync.wire.refusal import HandshakeRefused, Refusal

CONNECT_SECONDS = 10.0

# Absolute, from the accepted connection on: an idle timeout would not end a
# peer that sends a byte now and then.
HANDSHAKE_SECONDS = 10.0


class Destination(Struct, frozen=True):
    """A listener: where it is and the key it shares with us."""

    host: str
    port: int
    prs: Secret


async def dial(system: System, to: Destination) -> Channel:
    """Connect, shake hands, check the listener's identity; raise a `ConnectionFailure`."""
    channel = await _connect(system, to)
    try:
        async with asyncio.timeout(HANDSHAKE_SECONDS):
            established = await channel.established
            channel.send_soon(Hello(f"psync {psync.__version__}", system.host_name))
            hello = await channel.greeted
        verify_identity(hello.public_key, hello.signature, established.transcript, established.listener_id)
    except TimeoutError:
        failure = HandshakeTimeout(host=to.host, port=to.port, seconds=HANDSHAKE_SECONDS)
        channel.abort(failure)
        raise failure from None
    except ConnectionLost:
        raise NotPsync(host=to.host, port=to.port) from None
    except HandshakeRefused as refused:
        failure_of_code = refusal(refused.code, to)
        channel.abort(failure_of_code)
        raise failure_of_code from None
    except BaseException:
        channel.abort(ConnectTimeout(host=to.host, port=to.port, seconds=HANDSHAKE_SECONDS))
        raise
    return channel


async def _connect(system: System, to: Destination) -> Channel:
    loop = asyncio.get_running_loop()
    handshake = Handshake(Role.CLIENT, to.prs, mode_of(to.prs), system.random_bytes(RANDOM_BYTES))
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            _, channel = await loop.create_connection(
                lambda: Channel(Connection(Role.CLIENT, handshake), to.host), to.host, to.port
            )
    except TimeoutError:
        raise ConnectTimeout(host=to.host, port=to.port, seconds=CONNECT_SECONDS) from None
    except OSError as error:
        raise _unconnected(error, to) from error
    return channel


def _unconnected(error: OSError, to: Destination) -> ConnectionFailure:
    reason = error.strerror or str(error)
    if _is_unresolved(error):
        return HostUnknown(host=to.host, reason=reason)
    return ConnectRefused(host=to.host, port=to.port, reason=reason)


def _is_unresolved(error: OSError) -> bool:
    """Whether a name was the trouble: `socket.gaierror` is known by its name, its module is a seam."""
    return type(error).__name__ == "gaierror"


def refusal(code: Refusal, to: Destination) -> ConnectionFailure:
    """Give the operator's message for a handshake that was refused."""
    makers: dict[Refusal, Callable[[], ConnectionFailure]] = {
        Refusal.NOT_PSYNC: lambda: NotPsync(host=to.host, port=to.port),
        Refusal.VERSION: lambda: VersionMismatch(host=to.host),
        Refusal.MODE_MISMATCH: lambda: _one_sided(to),
        Refusal.KEY_MISMATCH: lambda: KeyMismatch(host=to.host),
        Refusal.LISTENER_UNPROVEN: lambda: ListenerUnproven(host=to.host),
        Refusal.BUSY: lambda: Busy(
            what=f"The listener at {to.host}", reason="it has all the sessions it takes"
        ),
    }
    return makers[code]()


def _one_sided(to: Destination) -> ModeMismatch:
    ours, theirs = "This side", f"the listener at {to.host}"
    if mode_of(to.prs) is Mode.KEYED:
        return ModeMismatch(keyed_side=ours, unkeyed_side=theirs)
    return ModeMismatch(keyed_side=theirs.capitalize(), unkeyed_side="this side")
