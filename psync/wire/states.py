"""What may follow what, as role-blind tables.

Each direction of a connection goes through `Phase` on its own; each stream has
two halves, one a side, that end on their own. An event that a table does not
hold raises `MessageInvalid` and changes nothing.

A side that has failed a stream no longer reads it, but the peer may have sent
before it knew: what still arrives is legal and without meaning until the peer
ends its own half.
"""

from collections.abc import Mapping
from enum import Enum, auto

from psync.wire.keys import Role
from psync.wire.messages import (
    CONNECTION_STREAM,
    ROW_BY_TYPE,
    Apply,
    Changes,
    Close,
    Contents,
    Credit,
    Fail,
    Finish,
    Hello,
    Listings,
    MessageInvalid,
    Open,
    Opened,
    Outcomes,
    Ping,
    Place,
    Pong,
    Requests,
    Scan,
    Supply,
)

# A run needs four at a time. Each that its reader leaves alone may hold its whole credit in memory.
STREAMS_MAX = 16


class Phase(Enum):
    """One direction of a connection, after the handshake."""

    INTRODUCTION = auto()
    OPEN = auto()
    CLOSED = auto()


PHASES: Mapping[Phase, Mapping[type, Phase]] = {
    Phase.INTRODUCTION: {Hello: Phase.OPEN, Close: Phase.CLOSED},
    Phase.OPEN: {
        Credit: Phase.OPEN,
        Ping: Phase.OPEN,
        Pong: Phase.OPEN,
        Close: Phase.CLOSED,
    },
    Phase.CLOSED: {},
}

# What each side may send on a stream, by the message that started it.
VERBS: Mapping[type, Mapping[Role, frozenset[type]]] = {
    Open: {Role.CLIENT: frozenset(), Role.LISTENER: frozenset({Opened})},
    Scan: {Role.CLIENT: frozenset(), Role.LISTENER: frozenset({Listings})},
    Supply: {Role.CLIENT: frozenset({Requests}), Role.LISTENER: frozenset({Contents})},
    Apply: {Role.CLIENT: frozenset({Changes, Contents}), Role.LISTENER: frozenset({Outcomes})},
}


class StreamState:
    """One stream: which halves are still open."""

    def __init__(self, verb: type) -> None:
        self._verb = verb
        self._open = {Role.CLIENT: True, Role.LISTENER: True}

    @property
    def is_over(self) -> bool:
        """Whether both halves have ended."""
        return not any(self._open.values())

    def advance(self, sender: Role, message: type) -> None:
        """Take one message of `sender`; raise `MessageInvalid` if it may not stand here."""
        if not self._open[sender]:
            raise MessageInvalid(f"{message.__name__} after the end of its stream")
        if message in (Finish, Fail):
            self._open[sender] = False
        elif message not in VERBS[self._verb][sender]:
            raise MessageInvalid(f"{message.__name__} on a stream of {self._verb.__name__}")


class ConnectionState:
    """Both directions and all streams of one connection."""

    def __init__(self) -> None:
        self._phases = {Role.CLIENT: Phase.INTRODUCTION, Role.LISTENER: Phase.INTRODUCTION}
        self._streams: dict[int, StreamState] = {}
        self._last_stream = 0

    def is_closed(self, sender: Role) -> bool:
        """Whether `sender` has said that nothing follows."""
        return self._phases[sender] is Phase.CLOSED

    def advance(self, sender: Role, stream: int, message: type) -> None:
        """Take one message of either side; raise `MessageInvalid` for one that is out of turn."""
        row = ROW_BY_TYPE[message]
        if sender not in row.senders:
            raise MessageInvalid(f"{message.__name__} from a {sender}")
        if (stream == CONNECTION_STREAM) != (row.place is Place.CONNECTION):
            raise MessageInvalid(f"{message.__name__} on stream {stream}")
        if row.place is Place.CONNECTION:
            self._advance_connection(sender, message)
        elif self._phases[sender] is not Phase.OPEN:
            raise MessageInvalid(f"{message.__name__} before Hello or after Close")
        elif row.place is Place.START:
            self._start(stream, message)
        else:
            self._advance_stream(sender, stream, message)

    def _advance_connection(self, sender: Role, message: type) -> None:
        following = PHASES[self._phases[sender]].get(message)
        if following is None:
            raise MessageInvalid(f"{message.__name__} out of turn")
        self._phases[sender] = following

    def _start(self, stream: int, message: type) -> None:
        if stream <= self._last_stream:
            raise MessageInvalid("a stream number that was used before")
        if len(self._streams) >= STREAMS_MAX:
            raise MessageInvalid("too many streams at once")
        self._last_stream = stream
        self._streams[stream] = StreamState(message)

    def _advance_stream(self, sender: Role, stream: int, message: type) -> None:
        state = self._streams.get(stream)
        if state is None:
            raise MessageInvalid(f"{message.__name__} on a stream that is not open")
        state.advance(sender, message)
        if state.is_over:
            del self._streams[stream]
