"""Two connections joined by bytes: what one says is what the other hears, however the bytes come."""

from itertools import repeat

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from psync.core.content import PIECE_BYTES_MAX, Piece
from psync.wire.connection import SPARE_BUFFERS_MAX, Connection, Received
from psync.wire.keys import Role
from psync.wire.messages import (
    CONNECTION_STREAM,
    ROW_BY_TYPE,
    Changes,
    Close,
    Contents,
    Fail,
    Finish,
    Hello,
    Listings,
    Message,
    MessageInvalid,
    Open,
    Opened,
    Outcomes,
    Ping,
    Place,
    Requests,
    Scan,
    Supply,
)
from psync.wire.refusal import HandshakeRefused, Refusal
from psync.wire.seal import PLAINTEXT_BYTES_MAX
from tests.wire import handshakes
from tests.wire.connections import HELLO, Said, established, feed, greeted, heard, shaken
from tests.wire.message_vectors import PLAINTEXTS, VECTORS, Vector

# The verb on whose stream a message may stand, and who sends it there.
PLACES: dict[type, tuple[Message, Role]] = {
    Opened: (VECTORS["Open"].message, Role.LISTENER),
    Listings: (Scan(False), Role.LISTENER),
    Requests: (Supply(), Role.CLIENT),
    Contents: (Supply(), Role.LISTENER),
    Changes: (VECTORS["Apply batch"].message, Role.CLIENT),
    Outcomes: (VECTORS["Apply batch"].message, Role.LISTENER),
    Finish: (Scan(False), Role.CLIENT),
    Fail: (Scan(False), Role.LISTENER),
}
HEADER_BYTES = len(PLAINTEXTS["Contents, a piece"]) - len(VECTORS["Contents, a piece"].bulk)


def ready_for(vector: Vector) -> tuple[Connection, Connection]:
    """Give the side that may send this message next, and the one that hears it."""
    if isinstance(vector.message, Hello):
        client, listener, _ = shaken()
        return (listener, client) if vector.message.public_key else (client, listener)
    sides = greeted()
    if ROW_BY_TYPE[type(vector.message)].place is not Place.STREAM:
        return sides[Role.CLIENT], sides[Role.LISTENER]
    verb, sender = PLACES[type(vector.message)]
    list(feed(sides[Role.LISTENER], sides[Role.CLIENT].send(vector.stream, verb)))
    return sides[sender], sides[sender.peer]


def uploading() -> tuple[Connection, Connection]:
    """Give a client that may send contents on stream 1, and its listener."""
    return ready_for(Vector(1, VECTORS["Changes, a file"].message))


def piece(size: int, fill: bytes = b"x") -> tuple[int, Message, tuple[bytes]]:
    """Give what `send` takes for a piece that costs `size` bytes."""
    return 1, Contents(Piece(1, 65_536)), (fill * (size - HEADER_BYTES),)


def hear_one(connection: Connection, record: memoryview) -> Received:
    (event,) = feed(connection, record)
    assert isinstance(event, Received)
    return event


def hear_all(connection: Connection, data: bytes, cut: int = 2**20) -> list[Said]:
    return [heard(event) for event in feed(connection, data, repeat(cut))]


# The handshake


@pytest.mark.parametrize("cut", [1, 7, 4096], ids=["byte by byte", "in pieces", "whole"])
def test_both_sides_shake_hands_through_their_buffers(cut: int):
    client, listener, events = shaken(cuts=cut)

    at_listener, at_client = established(events)
    assert at_listener.connection_id == at_client.connection_id
    assert (client.is_established, listener.is_established) == (True, True)
    assert (client.take_reply(), listener.take_reply()) == (b"", b"")


def test_a_reply_waits_until_it_is_taken():
    client, listener = (Connection(role, getattr(handshakes, role)()) for role in Role)
    list(feed(listener, client.opening))

    list(feed(client, listener.take_reply() + b"\1"))
    list(feed(client, b"\0"))

    assert client.take_reply() == handshakes.GOOD.messages[2]


def test_before_the_handshake_nothing_can_be_sent():
    client = Connection(Role.CLIENT, handshakes.client())

    assert not client.is_established
    with pytest.raises(MessageInvalid, match=r"^a message before the handshake$"):
        client.send(0, HELLO)


def test_a_peer_that_is_none_is_refused_and_the_buffer_stays_usable():
    client = Connection(Role.CLIENT, handshakes.client())

    with pytest.raises(HandshakeRefused) as refused:
        list(feed(client, b"220 smtp ready\r\n"))

    assert refused.value.code is Refusal.NOT_PSYNC
    assert client.receive_buffer()


@pytest.mark.parametrize("records", [1, 3, 500])
@pytest.mark.parametrize("cut", [1, 39, 40, 41, 4096])
def test_records_behind_the_last_message_of_the_handshake_are_heard(records: int, cut: int):
    client, listener = (Connection(role, getattr(handshakes, role)()) for role in Role)
    list(feed(listener, client.opening))
    list(feed(client, listener.take_reply()))
    list(feed(listener, client.take_reply()))
    behind = listener.take_reply() + bytes(listener.send(0, HELLO))
    behind += b"".join(bytes(listener.send(0, Ping(number))) for number in range(records))

    first, *events = feed(client, behind, repeat(cut))

    assert established([first])
    assert [heard(event) for event in events] == [
        (0, HELLO, b""),
        *((0, Ping(number), b"") for number in range(records)),
    ]


# Messages


@pytest.mark.parametrize("vector", VECTORS.values(), ids=VECTORS)
@pytest.mark.parametrize("cut", [2**20, 1, 5], ids=["whole", "byte by byte", "in pieces"])
def test_what_is_said_is_heard(vector: Vector, cut: int):
    sender, receiver = ready_for(vector)

    record = bytes(sender.send(vector.stream, vector.message, [vector.bulk]))

    assert hear_all(receiver, record, cut) == [(vector.stream, vector.message, vector.bulk)]


@pytest.mark.parametrize("name", [name for name in VECTORS if not name.startswith("Close")])
@pytest.mark.parametrize("follows", [1, 4, 5, 30])
def test_what_has_come_of_the_next_message_waits_for_its_rest(name: str, follows: int):
    sender, receiver = ready_for(VECTORS[name])
    stream, message, bulk = VECTORS[name].stream, VECTORS[name].message, VECTORS[name].bulk
    record = bytes(sender.send(stream, message, [bulk]))
    following = bytes(sender.send(CONNECTION_STREAM, Ping(9)))

    first = hear_all(receiver, record + following[:follows])
    rest = hear_all(receiver, following[follows:])

    assert (first, rest) == ([(stream, message, bulk)], [(0, Ping(9), b"")])


@pytest.mark.parametrize("vector", VECTORS.values(), ids=VECTORS)
def test_the_record_of_a_message_is_its_written_bytes_encrypted(
    vector: Vector, request: pytest.FixtureRequest
):
    plaintext = PLAINTEXTS[request.node.callspec.id]
    sender, _ = ready_for(vector)
    keys = established(shaken()[2])[sender.role is Role.CLIENT].keys.sending
    # Hello is record 0; a client has started the stream before it goes on with it.
    place = ROW_BY_TYPE[type(vector.message)].place
    number = 0 if isinstance(vector.message, Hello) else 1
    number += place is Place.STREAM and sender.role is Role.CLIENT

    record = sender.send(vector.stream, vector.message, [vector.bulk])

    length = (len(plaintext) + 16).to_bytes(4, "big")
    nonce = (int.from_bytes(keys.iv.reveal(), "big") ^ number).to_bytes(12, "big")
    assert record == length + AESGCM(keys.key.reveal()).encrypt(nonce, plaintext, length)


def test_bulk_goes_out_of_many_buffers_as_one():
    client, listener = uploading()
    buffers = [b"ab", bytearray(b"c"), b"", memoryview(b"xdefx")[1:4]]

    event = hear_one(listener, client.send(1, Contents(Piece(1, 0)), buffers))

    assert bytes(event.bulk) == b"abcdef"


def test_a_message_costs_its_plaintext():
    client, listener = uploading()

    record = client.send(*piece(1000))

    assert len(record) == 1020
    assert hear_one(listener, record).record_bytes == 1000


def test_each_side_ends_with_its_own_close():
    sides = greeted()
    client, listener = sides[Role.CLIENT], sides[Role.LISTENER]

    list(feed(listener, client.send(0, Close())))

    assert (client.is_ended, client.is_ended_by_peer) == (True, False)
    assert (listener.is_ended, listener.is_ended_by_peer) == (False, True)


# Sizes


def test_the_longest_record_passes_and_a_byte_more_is_refused():
    client, listener = uploading()

    with pytest.raises(MessageInvalid, match=rf"^Contents of {PLAINTEXT_BYTES_MAX + 1} bytes$"):
        client.send(*piece(PLAINTEXT_BYTES_MAX + 1))

    event = hear_one(listener, client.send(*piece(PLAINTEXT_BYTES_MAX)))
    assert event.record_bytes == PLAINTEXT_BYTES_MAX


def test_records_that_straddle_the_end_of_the_buffer_arrive_whole():
    client, listener = uploading()
    sizes = [20_000, 300, 12_000, 16_384, PIECE_BYTES_MAX, 5, 400_000, 16_000] * 3
    said = [piece(HEADER_BYTES + size, bytes([number])) for number, size in enumerate(sizes)]
    stream = b"".join(bytes(client.send(*message)) for message in said)

    everything = hear_all(listener, stream, 10_000)

    assert everything == [(number, message, buffers[0]) for number, message, buffers in said]


def test_the_receive_buffer_grows_only_for_a_record_that_needs_it():
    client, listener = uploading()
    before = len(listener.receive_buffer())

    list(feed(listener, client.send(*piece(before - 20)), repeat(1000)))
    assert len(listener.receive_buffer()) == before
    list(feed(listener, client.send(*piece(before - 19)), repeat(1000)))
    assert len(listener.receive_buffer()) == 2 * before


def test_a_receive_buffer_that_holds_nothing_is_offered_whole():
    client, listener = uploading()
    list(feed(listener, client.send(*piece(60_000)), repeat(1000)))
    whole = len(listener.receive_buffer())

    list(feed(listener, client.send(*piece(100))))

    assert len(listener.receive_buffer()) == whole


@pytest.mark.parametrize("size", [16_364, 16_365, 16_384, 16_385])
def test_a_message_of_about_the_first_buffers_size_is_sent_whole(size: int):
    client, listener = uploading()

    event = hear_one(listener, client.send(*piece(size)))

    assert bytes(event.bulk) == b"x" * (size - HEADER_BYTES)


# What is lent


def test_bulks_that_are_not_given_back_stay_as_they_came():
    client, listener = uploading()
    fills = [bytes([number]) for number in range(2 * SPARE_BUFFERS_MAX)]

    events = [hear_one(listener, client.send(*piece(30_000, fill))) for fill in fills]

    assert [bytes(event.bulk[:1]) for event in events] == fills
    assert len({event.bulk[0] for event in events}) == len(fills)


def test_a_bulk_given_back_cannot_be_read():
    client, listener = uploading()
    event = hear_one(listener, client.send(*piece(30_000)))

    event.release()

    with pytest.raises(ValueError, match="released memoryview"):
        bytes(event.bulk)


def test_a_buffer_given_back_is_used_again():
    client, listener = uploading()
    buffers = []

    for size in (30_000, 20_000, 32_768):
        event = hear_one(listener, client.send(*piece(size)))
        buffers.append(event.bulk.obj)
        event.release()

    assert buffers[0] is buffers[1] is buffers[2]


def test_a_bulk_given_back_twice_is_given_back_once():
    client, listener = uploading()
    event = hear_one(listener, client.send(*piece(30_000)))

    event.release()
    event.release()

    one, two = (hear_one(listener, client.send(*piece(30_000, fill))) for fill in (b"1", b"2"))
    assert (bytes(one.bulk[:2]), bytes(two.bulk[:2])) == (b"11", b"22")


def test_no_more_than_a_few_buffers_are_kept_for_reuse():
    client, listener = uploading()
    lent = [hear_one(listener, client.send(*piece(30_000))) for _ in range(SPARE_BUFFERS_MAX + 2)]
    known = [event.bulk.obj for event in lent]
    for event in lent:
        event.release()

    again = [hear_one(listener, client.send(*piece(30_000))) for _ in known]

    assert sum(any(event.bulk.obj is one for one in known) for event in again) == SPARE_BUFFERS_MAX


@pytest.mark.parametrize("size", [HEADER_BYTES + 1, 100, 16_384, 30_000, 600_000])
def test_an_unread_bulk_holds_at_most_twice_its_bytes(size: int):
    client, listener = uploading()
    heard(hear_one(listener, client.send(*piece(PLAINTEXT_BYTES_MAX))))  # leaves its buffer behind

    event = hear_one(listener, client.send(*piece(size)))

    assert len(event.bulk.obj) <= 2 * len(event.bulk)  # type: ignore[arg-type]  # a memoryview of bytes


def test_a_bulk_cannot_be_written_to():
    client, listener = uploading()

    for size in (100, 30_000):
        assert hear_one(listener, client.send(*piece(size))).bulk.readonly


# Faults of the caller


@pytest.mark.parametrize(
    ("stream", "message", "bulk_bytes"),
    [
        pytest.param(1, Contents(Piece(1, 0)), PLAINTEXT_BYTES_MAX, id="too long"),
        pytest.param(1, Outcomes([]), 0, id="of the other side"),
        pytest.param(0, HELLO, 0, id="out of turn"),
        pytest.param(1, Ping(1), 0, id="on the wrong stream"),
        pytest.param(2, Open("posix", b"/", "source", "\udcff", ""), 0, id="of no text"),  # type: ignore[arg-type]  # a style that is sent as text
        pytest.param(1, Finish(), PLAINTEXT_BYTES_MAX, id="an end that is too long"),
    ],
)
def test_what_may_not_be_sent_changes_nothing(stream: int, message: Message, bulk_bytes: int):
    client, listener = uploading()

    with pytest.raises(MessageInvalid):
        client.send(stream, message, [bytes(bulk_bytes)])

    data = bytes(client.send(1, Changes([]))) + bytes(client.send(2, Scan(False)))
    assert hear_all(listener, data) == [(1, Changes([]), b""), (2, Scan(False), b"")]
