"""One end of an established TCP connection, as a kernel keeps it.

Two ends are joined by two wires and know nothing of programs, descriptors or
addresses. What a program sees follows Linux (net/ipv4/tcp.c and tcp_input.c),
in particular:

* Bytes stay in the send buffer until the other kernel has them, and leave it
  only while the other program's receive buffer has room: a slow reader stops
  its writer once both buffers are full.
* Closing with unread bytes, or while bytes still arrive, resets the connection
  instead of ending it.
* What arrived before a reset can still be read. The error is then told once:
  ECONNRESET, or EPIPE where the other side had already ended its stream.
* A socket is called writable only when a third of its buffer is free, else a
  large transfer would be woken for every few bytes.

Absent: loss and retransmission, urgent data, one-sided shutdown of reading.
"""

import errno
from functools import partial
from selectors import EVENT_READ, EVENT_WRITE

from sim.failure import failure
from sim.wire import Wire

SEND_BUFFER_BYTES = 64 * 1024
RECEIVE_BUFFER_BYTES = 64 * 1024

# The reader's kernel tells of free room in steps, not for every byte that is read.
WINDOW_STEP_BYTES = RECEIVE_BUFFER_BYTES // 4


def join(wire: Wire, wire_back: Wire) -> "tuple[TcpEnd, TcpEnd]":
    """Make both ends of a connection: the first sends on `wire`, the second on `wire_back`."""
    near, far = TcpEnd(wire), TcpEnd(wire_back)
    near.peer, far.peer = far, near
    return near, far


class TcpEnd:
    """What one kernel knows of a connection. All calls return at once or raise `OSError`."""

    peer: "TcpEnd"

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._received = bytearray()
        self._unannounced = 0  # bytes of room that the peer does not know of yet
        self._peer_has_ended = False
        self._outgoing = bytearray()
        self._unacknowledged = 0
        self._window = RECEIVE_BUFFER_BYTES
        self._is_ending = False  # the program has written its last byte
        self._has_ended = False  # and so has the kernel
        self._is_broken = False
        self._is_closed = False
        self._is_vanished = False
        self._error = 0

    # What a program may ask

    def readiness(self, asked: int) -> int:
        """Of what is asked, EVENT_READ where `receive` would not raise EAGAIN, EVENT_WRITE where to send is worth a try."""
        if self._is_broken:
            return asked
        ready = asked & EVENT_READ if self._received or self._peer_has_ended else 0
        return ready | EVENT_WRITE if asked & EVENT_WRITE and self.is_writable else ready

    @property
    def is_writable(self) -> bool:
        """Whether it is worth trying to send."""
        return self._is_broken or self._is_ending or self._room * 3 >= SEND_BUFFER_BYTES

    def receive(self, length: int) -> bytes:
        """Take up to `length` bytes; empty at the end of the stream."""
        if self._received:
            data = bytes(self._received[:length])
            del self._received[:length]
            self._announce_room(len(data))
            return data
        if self._peer_has_ended:
            return b""
        self.raise_error()
        if self._is_broken:
            return b""
        raise failure(errno.EAGAIN)

    def send(self, data: bytes) -> int:
        """Put as much as there is room for into the send buffer; give its length."""
        self.raise_error()
        if self._is_ending or self._is_broken:
            raise failure(errno.EPIPE)
        accepted = data[: self._room]
        if data and not accepted:
            raise failure(errno.EAGAIN)
        self._outgoing += accepted
        self._transmit()
        return len(accepted)

    def end_sending(self) -> None:
        """End the stream after what is in the send buffer."""
        if self._is_broken:
            raise failure(errno.ENOTCONN)
        self._is_ending = True
        self._transmit()

    def take_error(self) -> int:
        """Give the pending error number, or 0, and forget it."""
        error, self._error = self._error, 0
        return error

    def raise_error(self) -> None:
        """Raise the pending error, once."""
        if self._error:
            raise failure(self.take_error())

    def close(self, *, abort: bool = False) -> None:
        """Let go of the connection: what is in the send buffer still travels, unless it has to be reset."""
        self._is_closed = True
        if self._is_broken:
            return
        if self._received or abort:
            self._reset_peer()
        else:
            self.end_sending()

    def vanish(self) -> None:
        """Be lost with the kernel that knew of it: nobody is told before the peer sends something."""
        self._is_vanished = True
        self._break()

    def reset(self) -> None:
        """Be reset from outside, as by a firewall that has forgotten the connection."""
        self._arrive_reset()

    # What arrives

    def _arrive(self, data: bytes, length: int) -> None:
        if self._is_broken:
            self._answer_if_vanished()
            return
        if self._is_closed:
            self._reset_peer()
            return
        self._received += data
        self._wire.carry(f"ACK {length}", 0, partial(self.peer._acknowledge, length))

    def _arrive_end(self) -> None:
        self._peer_has_ended = True
        self._answer_if_vanished()

    def _arrive_reset(self) -> None:
        if self._is_broken:
            return
        self._break()
        self._error = errno.EPIPE if self._peer_has_ended else errno.ECONNRESET

    def _acknowledge(self, length: int) -> None:
        self._unacknowledged -= length
        self._transmit()

    def _widen(self, length: int) -> None:
        self._window += length
        self._transmit()

    # What follows from it

    @property
    def _room(self) -> int:
        return SEND_BUFFER_BYTES - len(self._outgoing) - self._unacknowledged

    def _transmit(self) -> None:
        while self._outgoing and self._window and not self._is_broken:
            length = self._wire.segment_bytes(min(len(self._outgoing), self._window))
            data = bytes(self._outgoing[:length])
            del self._outgoing[:length]
            self._unacknowledged += length
            self._window -= length
            arrive = partial(self.peer._arrive, self._wire.tampered(data), length)
            self._wire.carry(f"DATA {length}", length, arrive)
        if self._is_ending and not (self._outgoing or self._has_ended or self._is_broken):
            self._has_ended = True
            self._wire.carry("FIN", 0, self.peer._arrive_end)

    def _announce_room(self, length: int) -> None:
        self._unannounced += length
        if self._unannounced >= WINDOW_STEP_BYTES and not self._is_broken:
            room, self._unannounced = self._unannounced, 0
            self._wire.carry(f"WINDOW {room}", 0, partial(self.peer._widen, room))

    def _reset_peer(self) -> None:
        self._break()
        self._wire.carry("RST", 0, self.peer._arrive_reset)

    def _answer_if_vanished(self) -> None:
        """The machine is up again and knows nothing of this connection."""
        if self._is_vanished:
            self._wire.carry("RST", 0, self.peer._arrive_reset)

    def _break(self) -> None:
        self._is_broken = True
        self._outgoing.clear()
