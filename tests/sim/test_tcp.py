"""Two ends of a connection, without programs or asyncio; the battery in test_network.py compares with Linux."""

import errno
from collections.abc import Callable
from random import Random
from selectors import EVENT_READ, EVENT_WRITE

import pytest

from sim.agenda import Agenda
from sim.link import Link, Route
from sim.tcp import RECEIVE_BUFFER_BYTES, SEND_BUFFER_BYTES, WINDOW_STEP_BYTES, TcpEnd, join
from sim.wire import Wire


class Connection:
    """Two joined ends; `settle` lets everything arrive."""

    def __init__(self) -> None:
        self.agenda = Agenda()
        self.packets: list[str] = []
        wires = [
            Wire(self.agenda, Random(end), Link(self.agenda, Route()), self._note) for end in ("near", "far")
        ]
        self.near, self.far = join(*wires)

    def _note(self, packet: str, sent_ns: int) -> None:
        assert sent_ns <= self.agenda.now_ns
        self.packets.append(packet)

    def settle(self) -> None:
        while self.agenda.advance(None):
            self.agenda.run_due()


def _error(call: Callable[[], object]) -> str | object:
    try:
        return call()
    except OSError as error:
        return errno.errorcode[error.errno or 0]


def _send_all(connection: Connection, data: bytes) -> int:
    sent = 0
    while connection.near.is_writable and sent < len(data):
        sent += connection.near.send(data[sent:])
        connection.settle()
    return sent


def test_nothing_to_read_is_told_at_once():
    assert _error(lambda: Connection().near.receive(10)) == "EAGAIN"


def test_a_writer_stops_when_both_buffers_are_full_and_goes_on_when_they_are_read():
    connection = Connection()

    sent = _send_all(connection, bytes(1 << 20))
    was_writable = connection.near.is_writable
    connection.far.receive(RECEIVE_BUFFER_BYTES)
    connection.settle()

    limit = SEND_BUFFER_BYTES + RECEIVE_BUFFER_BYTES
    assert limit * 2 // 3 <= sent <= limit
    assert (was_writable, connection.near.is_writable) == (False, True)


def test_a_writer_is_not_woken_for_every_few_bytes():
    connection = Connection()
    while _error(lambda: connection.near.send(bytes(SEND_BUFFER_BYTES))) != "EAGAIN":
        connection.settle()
    writable = []
    for _ in range(3):
        connection.far.receive(WINDOW_STEP_BYTES)
        connection.settle()
        writable.append(connection.near.is_writable)

    assert writable == [False, True, True]


def test_a_full_send_buffer_takes_nothing():
    connection = Connection()
    while _error(lambda: connection.near.send(bytes(SEND_BUFFER_BYTES))) != "EAGAIN":
        connection.settle()

    assert not connection.near.is_writable


@pytest.mark.parametrize("break_off", [lambda near: None, TcpEnd.reset])
def test_of_what_is_ready_only_what_was_asked_for_is_told(break_off: Callable[[TcpEnd], None]):
    connection = Connection()
    connection.far.send(b"to be read")
    connection.settle()
    break_off(connection.near)

    masks = [0, EVENT_READ, EVENT_WRITE, EVENT_READ | EVENT_WRITE]
    assert [connection.near.readiness(asked) for asked in masks] == masks


def test_a_slow_reader_never_holds_more_than_its_buffer():
    connection = Connection()
    _send_all(connection, bytes(1 << 20))

    assert len(connection.far.receive(1 << 20)) == RECEIVE_BUFFER_BYTES


def test_the_end_comes_after_the_last_byte():
    connection = Connection()
    sent = _send_all(connection, bytes(1 << 20))
    connection.near.end_sending()
    received = []
    while not received or received[-1]:
        connection.settle()
        received.append(len(connection.far.receive(20_000)))

    assert sent > RECEIVE_BUFFER_BYTES
    assert sum(received) == sent


@pytest.mark.parametrize(
    ("ends_first", "errors"),
    [
        (False, ["ECONNRESET", b"", "EPIPE"]),
        (True, [b"", b"", "EPIPE"]),
    ],
    ids=["open", "already ended by the other side"],
)
def test_a_reset_is_told_once(ends_first: bool, errors: list[object]):
    connection = Connection()
    if ends_first:
        connection.far.end_sending()
        connection.settle()
    connection.far.close(abort=True)
    connection.settle()
    near = connection.near

    assert [
        _error(call) for call in (lambda: near.receive(9), lambda: near.receive(9), lambda: near.send(b"x"))
    ] == errors


@pytest.mark.parametrize(
    ("close", "packet"),
    [
        (lambda far: (far.receive(100), far.close()), "FIN"),
        (lambda far: far.close(), "RST"),
        (lambda far: (far.receive(100), far.close(abort=True)), "RST"),
    ],
    ids=["all was read", "something was not read", "the program wants it"],
)
def test_closing_ends_or_resets(close: Callable[[TcpEnd], object], packet: str):
    connection = Connection()
    connection.near.send(b"data")
    connection.settle()
    close(connection.far)
    connection.settle()

    assert connection.packets[-1] == packet


def test_data_for_a_closed_end_is_answered_with_a_reset():
    connection = Connection()
    connection.far.close()
    connection.settle()
    connection.near.send(b"too late")
    connection.settle()

    assert [connection.packets[-2:], _error(lambda: connection.near.send(b"x"))] == [
        ["DATA 8", "RST"],
        "EPIPE",
    ]


def test_what_is_written_before_closing_still_travels():
    connection = Connection()
    connection.near.send(bytes(SEND_BUFFER_BYTES))
    connection.near.close()
    connection.settle()

    assert len(connection.far.receive(1 << 20)) == SEND_BUFFER_BYTES
