"""Any legal conversation arrives equal and in order; of anything else nothing arrives that was not said."""

from collections.abc import Iterator
from itertools import chain, cycle, repeat

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from psync.wire.keys import Role
from psync.wire.messages import HEAD, Close, Finish, MessageInvalid, Ping, Scan, encode
from psync.wire.seal import (
    OVERHEAD_BYTES,
    PLAINTEXT_BYTES_MAX,
    LengthInvalid,
    RecordRefused,
    Sealer,
    TagMismatch,
)
from tests.wire.connections import HELLO, Said, established, feed, heard, shaken
from tests.wire.conversations import Turn, conversations, said_by
from tests.wire.message_vectors import PLAINTEXTS

# Segments as a network makes them: some of a few bytes, and one that brings the rest of most records.
segmentations = st.lists(st.integers(1, 40) | st.integers(41, 60_000), min_size=1, max_size=4).map(
    lambda cuts: [*cuts, 20_000]
)

# Completes whatever record was begun.
ZEROS = bytes(PLAINTEXT_BYTES_MAX + OVERHEAD_BYTES)


class Talk:
    """A client whose records are made by hand, and its listener."""

    def __init__(self) -> None:
        _, self.listener, events = shaken()
        at_client = established(events)[1]
        self._sealer = Sealer(at_client.keys.sending)
        self.heard: list[Said] = []

    def seal(self, plaintext: bytes) -> bytes:
        out = memoryview(bytearray(len(plaintext) + OVERHEAD_BYTES))
        self._sealer.seal_into(plaintext, out)
        return bytes(out)

    def hear(self, data: bytes, cuts: Iterator[int] | None = None) -> None:
        """Note what arrives, up to the fault that is raised."""
        for event in feed(self.listener, data, cuts):
            self.heard.append(heard(event))


FAULTS = {
    "an unknown message": (lambda talk: talk.seal(b"\x07" + bytes(8)), MessageInvalid),
    "a head that is cut": (lambda talk: talk.seal(b"\x03"), MessageInvalid),
    "a header that is none": (lambda talk: talk.seal(HEAD.pack(3, 0, 1) + b"\xc1"), MessageInvalid),
    "text that is no UTF-8": (
        lambda talk: talk.seal(HEAD.pack(5, 0, 4) + b"\x92\xa1\xff\x80"),
        MessageInvalid,
    ),
    "a message of the other side": (lambda talk: talk.seal(PLAINTEXTS["Opened"]), MessageInvalid),
    "a second greeting": (lambda talk: talk.seal(encode(0, HELLO)), MessageInvalid),
    "a stream that is not open": (lambda talk: talk.seal(encode(9, Finish())), MessageInvalid),
    "another bit": (lambda talk: bytes([*talk.seal(b"x")[:-1], 0]), TagMismatch),
    "a record left out": (lambda talk: talk.seal(b"x") and talk.seal(encode(0, Ping(7))), TagMismatch),
    "a record without plaintext": (lambda _: b"\0\0\0\x10" + bytes(16), LengthInvalid),
    "a record that is too long": (lambda _: (PLAINTEXT_BYTES_MAX + 17).to_bytes(4, "big"), LengthInvalid),
    "no record": (lambda _: b"\r\n\r\n", LengthInvalid),
}


@pytest.mark.parametrize(("fault", "error"), FAULTS.values(), ids=FAULTS)
@pytest.mark.parametrize("cut", [2**20, 1, 23], ids=["whole", "byte by byte", "in pieces"])
def test_what_stands_before_a_fault_is_heard_and_nothing_after_it(fault, error: type, cut: int):
    talk = Talk()
    before = talk.seal(encode(0, HELLO)) + talk.seal(encode(1, Scan(False)))
    data = before + fault(talk) + talk.seal(encode(0, Ping(1)))

    with pytest.raises(error):
        talk.hear(data, repeat(cut))

    assert talk.heard == [(0, HELLO, b""), (1, Scan(False), b"")]


@pytest.mark.parametrize(("fault", "error"), FAULTS.values(), ids=FAULTS)
def test_after_a_fault_all_that_comes_raises_it_again(fault, error: type):
    talk = Talk()
    data = talk.seal(encode(0, HELLO)) + fault(talk) + talk.seal(encode(0, Ping(1)))
    with pytest.raises(error) as first:
        talk.hear(data)

    for more in (b"", talk.seal(encode(0, Ping(2))), ZEROS):
        assert talk.listener.receive_buffer()
        with pytest.raises(error) as again:
            talk.hear(more or b"\0")
        assert again.value is first.value
    assert talk.heard == [(0, HELLO, b"")]


def test_behind_a_close_nothing_may_come():
    talk = Talk()
    data = b"".join(talk.seal(encode(0, message)) for message in (HELLO, Close(), Ping(1)))

    with pytest.raises(MessageInvalid, match=r"^Ping out of turn$"):
        talk.hear(data)

    assert (talk.heard[-1], talk.listener.is_ended_by_peer) == ((0, Close(), b""), True)


@given(conversations(), segmentations)
def test_any_conversation_arrives_equal_and_in_order_however_it_is_cut(turns: list[Turn], cuts: list[int]):
    client, listener, _ = shaken()
    sides = {Role.CLIENT: client, Role.LISTENER: listener}
    under_way = dict.fromkeys(Role, b"")
    heard_by: dict[Role, list[Said]] = {role: [] for role in Role}

    def deliver(sender: Role) -> None:
        data, under_way[sender] = under_way[sender], b""
        heard_by[sender.peer] += [heard(event) for event in feed(sides[sender.peer], data, cycle(cuts))]

    for sender, stream, message, bulk in turns:
        deliver(sender.peer)  # nobody answers what has not arrived
        under_way[sender] += sides[sender].send(stream, message, [bulk])
    for sender in Role:
        deliver(sender)

    assert heard_by == {role: said_by(role.peer, turns) for role in Role}


def monologue(turns: list[Turn]) -> tuple[Talk, list[Said], list[bytes]]:
    """Give the client's part of a conversation as records, and a listener that has the other part."""
    talk = Talk()
    said, records = [], []
    for sender, stream, message, bulk in turns:
        if sender is Role.CLIENT:
            said.append((stream, message, bulk))
            records.append(talk.seal(encode(stream, message) + bulk))
    return talk, said, records


@given(conversations(), st.data(), segmentations)
def test_of_a_stream_that_is_changed_nothing_arrives_that_was_not_said(
    turns: list[Turn], data: st.DataObject, cuts: list[int]
):
    talk, said, records = monologue(turns)
    changed = data.draw(changes_of(records))
    assume(not b"".join(records).startswith(changed))

    with pytest.raises((RecordRefused, MessageInvalid)):
        talk.hear(changed + ZEROS, chain(cuts, repeat(2**20)))

    assert talk.heard == said[: len(talk.heard)]


@st.composite
def changes_of(draw: st.DrawFn, records: list[bytes]) -> bytes:
    """Draw what an attacker or a broken link makes of a stream: of its records, or of its bytes."""
    if draw(st.booleans()):
        numbers = st.integers(0, max(len(records) - 1, 0))
        order = draw(st.lists(numbers, max_size=len(records) + 1)) if records else []
        return b"".join(records[number] for number in order)
    stream = b"".join(records)
    start = draw(st.integers(0, len(stream)))
    stop = draw(st.integers(start, min(len(stream), start + 40)))
    return stream[:start] + draw(st.binary(max_size=40)) + stream[stop:]


@given(st.binary(min_size=1, max_size=60), st.sampled_from(sorted(PLAINTEXTS)), st.integers(0, 9))
def test_a_peer_that_seals_garbage_is_refused_as_one_that_breaks_the_protocol(
    garbage: bytes, name: str, kept: int
):
    talk = Talk()
    talk.hear(talk.seal(encode(0, HELLO)) + talk.seal(encode(1, Scan(False))))

    try:
        talk.hear(talk.seal(PLAINTEXTS[name][:kept] + garbage))
    except MessageInvalid:
        assert len(talk.heard) == 2
