"""Getting a proven connection to a listener, or the reason why there is none."""

import asyncio
import re
from collections.abc import Callable

from msgspec import Struct

import psync
from psync.core.errors import (
    CONNECT_REASONS,
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
from psync.wire.greeting import ANSWER_BYTES
from psync.wire.handshake import RANDOM_BYTES, Handshake
from psync.wire.identity import verify_identity
from psync.wire.keys import Mode, Role, Secret, mode_of
from psync.wire.messages import Hello
from psync.wire.refusal import HandshakeRefused, Refusal

CONNECT_SECONDS = 10.0

# Absolute, from the accepted connection on: an idle timeout would not end a
# peer that sends a byte now and then.
HANDSHAKE_SECONDS = 10.0

_ERROR_NUMBER = re.compile(r"\[Errno (\d+)\]")


class Destination(Struct, frozen=True):
    """A listener: where it is and the key it shares with us."""

    host: str
    port: int
    prs: Secret


async def dial(system: System, to: Destination) -> Channel:
    """Connect, shake hands, check the listener's identity; raise a `ConnectionFailure`."""
    channel = await _connect(system, to)
    try:
        await _shake_hands(system, to, channel)
    except BaseException:
        channel.abort(ConnectionLost(host=to.host, reason="closed here"))
        raise
    return channel


async def _shake_hands(system: System, to: Destination, channel: Channel) -> None:
    try:
        async with asyncio.timeout(HANDSHAKE_SECONDS):
            established = await channel.established
            channel.send_soon(Hello(f"psync {psync.__version__}", system.host_name))
            hello = await channel.greeted
        verify_identity(hello.public_key, hello.signature, established.transcript, established.listener_id)
    except TimeoutError:
        raise HandshakeTimeout(host=to.host, port=to.port, seconds=HANDSHAKE_SECONDS) from None
    except HandshakeRefused as refused:
        raise refusal(refused.code, to) from None
    except Busy:
        raise refusal(Refusal.BUSY, to) from None
    except ConnectionLost:
        if channel.bytes_received >= ANSWER_BYTES:
            raise  # what answers in this form is a listener, whatever ended the connection
        raise NotPsync(host=to.host, port=to.port) from None


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
    # `socket.gaierror` is known by its name: its module is a seam.
    if type(error).__name__ == "gaierror":
        return HostUnknown(host=to.host, reason=error.strerror or str(error))
    return ConnectRefused(host=to.host, port=to.port, reason=_reason(error))


def _reason(error: OSError) -> str:
    """Say why no address of the host could be reached; the event loop joins several errors into one text."""
    numbers = [error.errno] if error.errno else [int(found) for found in _ERROR_NUMBER.findall(str(error))]
    words = dict.fromkeys(CONNECT_REASONS.get(number, f"error {number}") for number in numbers)
    return ", ".join(words) or str(error)


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
    if mode_of(to.prs) is Mode.KEYED:
        return ModeMismatch(keyed_side="This side", unkeyed_side=f"the listener at {to.host}")
    return ModeMismatch(keyed_side=f"The listener at {to.host}", unkeyed_side="this side")
