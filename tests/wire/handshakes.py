"""Two sides of a handshake with fixed randomness, and how they meet."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from psync.wire.greeting import Alert, Verdict, VerdictKind
from psync.wire.handshake import Established, Handshake
from psync.wire.identity import Identity
from psync.wire.keys import Role, Secret, mode_of, stretch
from psync.wire.refusal import HandshakeRefused, Refusal

# PROTOCOL.md's vectors are made of these. The key is a generated one, since
# stretching a password takes half a second.
CLIENT_RANDOM = bytes(range(64))
LISTENER_RANDOM = bytes(range(64, 128))
IDENTITY = Identity.from_bytes(bytes(range(128, 160)))
USER = "operator"
KEY = "psync1-aaaqeayeaudaocajbifqydiob4"
PRS = stretch(USER, KEY)
UNKEYED_PRS = stretch("", "")


Outcome: TypeAlias = Established | Refusal | None


def client(prs: Secret = PRS, random: bytes = CLIENT_RANDOM) -> Handshake:
    return Handshake(Role.CLIENT, prs, mode_of(prs), random)


def listener(prs: Secret = PRS, random: bytes = LISTENER_RANDOM) -> Handshake:
    return Handshake(Role.LISTENER, prs, mode_of(prs), random, IDENTITY)


def refused_by_verdict(alert: Alert) -> bytes:
    return Verdict(VerdictKind.REFUSED, alert, bytes(32)).encode()


def feed(side: Handshake, data: bytes, piece_bytes: int | None = None) -> tuple[bytes, Outcome]:
    """Give a side `data` in pieces; tell what it sends, and how the handshake ended for it."""
    sent, step = b"", piece_bytes or max(1, len(data))
    for start in range(0, len(data), step):
        try:
            progress = side.receive(data[start : start + step])
        except HandshakeRefused as refused:
            return sent + refused.reply, refused.code
        sent += progress.send
        if progress.established:
            return sent, progress.established
    return sent, None


def answered() -> Handshake:
    """A client that has sent its proof."""
    side = client()
    side.receive(GOOD.messages[1])
    return side


def offered() -> Handshake:
    """A listener that has sent its answer."""
    side = listener()
    side.receive(GOOD.messages[0])
    return side


@dataclass
class Meeting:
    """What went over the wire, in order, and how it ended on each side."""

    messages: list[bytes] = field(default_factory=list)
    client: Outcome = None
    listener: Outcome = None


def meet(
    client: Handshake,
    listener: Handshake,
    change: Callable[[int, bytes], bytes] = lambda _number, message: message,
    piece_bytes: int | None = None,
) -> Meeting:
    """Carry messages between two sides until none comes; `change` may alter the one of a number, 1 to 4."""
    meeting = Meeting()
    message = client.opening
    for number in range(1, 5):
        meeting.messages.append(change(number, message))
        if number % 2:
            message, meeting.listener = feed(listener, meeting.messages[-1], piece_bytes)
        else:
            message, meeting.client = feed(client, meeting.messages[-1], piece_bytes)
        if not message:
            break
    return meeting


# The handshake of PROTOCOL.md.
GOOD = meet(client(), listener())
