"""A connection and its streams: order, independence, and every way to end."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from psync.core.content import Piece
from psync.core.errors import Busy, ConnectionLost, ListenerFailed, ProtocolViolation, SourceMissing
from psync.core.settings import Durability
from psync.engine.channel import PENDING_MAX, Channel
from psync.engine.stream import CREDIT_BYTES, Stream
from psync.wire.keys import Role
from psync.wire.messages import (
    CONNECTION_STREAM,
    Apply,
    Close,
    Contents,
    Ping,
    Pong,
    Requests,
    Scan,
    Supply,
)
from tests.engine.loops import run, run_virtually
from tests.engine.pair import Pair, channel, connected, facing_a_client, facing_a_listener

PIECE_BYTES = 500_000
APPLY = Apply(Durability.NONE)


def piece(number: int) -> bytes:
    """A piece's content that no other piece has."""
    return number.to_bytes(4, "big") * (PIECE_BYTES // 4)


async def send_pieces(stream: Stream, count: int) -> None:
    """Send them out of one buffer, which is used again at once."""
    buffer = bytearray(PIECE_BYTES)
    for number in range(count):
        buffer[:] = piece(number)
        await stream.send(Contents(Piece(1, number)), [buffer])
    await stream.finish()


async def read_pieces(stream: Stream, *, slowly: bool = False) -> list[bool]:
    """Read to the end; give for each piece whether it is what was sent."""
    right: list[bool] = []
    while (received := await stream.receive()) is not None:
        right.append(received.bulk == piece(len(right)))
        await asyncio.sleep(0.01 if slowly else 0)
    return right


@pytest.fixture(params=["real", "virtual"])
def play(request: pytest.FixtureRequest) -> Callable[[Callable[[], Awaitable[None]]], None]:
    """Runs a coroutine function on real sockets, or on simulated ones, whose buffers are small."""
    if request.param == "real":
        return lambda main: run(main())  # type: ignore[arg-type]  # it is a coroutine
    return lambda main: run_virtually(lambda _system: main())


Play = Callable[[Callable[[], Awaitable[None]]], None]


# Streams


@pytest.mark.parametrize("slowly", [False, True])
def test_what_is_sent_is_what_arrives_though_all_buffers_are_reused(slowly: bool, play: Play) -> None:
    async def main() -> None:
        async with connected() as pair:
            near, far = await pair.stream(APPLY)
            sending = asyncio.create_task(send_pieces(near, 30))
            assert await read_pieces(far, slowly=slowly) == [True] * 30
            await sending

    play(main)


def test_a_reader_that_never_reads_stops_nobody_but_its_own_sender(play: Play) -> None:
    async def main() -> None:
        async with connected() as pair:
            unread, _ = await pair.stream(APPLY)
            read, reader = await pair.stream(Supply())
            blocked = asyncio.create_task(send_pieces(unread, 30))
            for _ in range(30):
                await read.send(Requests([]))
                assert await reader.receive() is not None
            _, answers = await _sent_back(pair)
            assert await read_pieces(answers) == [True] * 30
            assert not blocked.done()
            await _stopped(blocked)

    play(main)


async def _sent_back(pair: Pair) -> tuple[Stream, Stream]:
    near, far = await pair.stream(Supply())
    sending = asyncio.create_task(send_pieces(far, 30))
    sending.add_done_callback(lambda done: done.result())
    return far, near


async def _stopped(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.wait([task])


def test_what_nobody_reads_is_bounded_by_the_credit(play: Play) -> None:
    async def main() -> None:
        async with connected() as pair:
            near, far = await pair.stream(APPLY)
            blocked = asyncio.create_task(send_pieces(near, 30))
            before = -1
            while before != pair.listener.bytes_received:
                before = pair.listener.bytes_received
                await asyncio.sleep(0.05)
            assert CREDIT_BYTES <= before < CREDIT_BYTES + 2 * PIECE_BYTES
            assert await read_pieces(far) == [True] * 30
            await blocked

    play(main)


def test_more_than_its_credit_ends_the_connection_by_name_on_both_sides(play: Play) -> None:
    async def main() -> None:
        async with connected() as pair:
            near, _ = await pair.stream(APPLY)
            with pytest.raises(ProtocolViolation):
                await send_without_credit(pair.client, near.number)
            assert str(pair.listener.failure) == (
                "the client broke the protocol: more than its credit on a stream."
            )

    play(main)


def test_what_still_arrives_on_a_failed_stream_is_thrown_away(play: Play) -> None:
    async def main() -> None:
        async with connected() as pair:
            near, far = await pair.stream(APPLY)
            await far.fail(SourceMissing(path="/a"))
            pair.listener.forget(far)
            await near.send(Contents(Piece(1, 0)), [piece(0)])
            with pytest.raises(SourceMissing):
                await near.receive()
            near, far = await pair.stream(Supply())
            await near.send(Requests([]))
            assert await far.receive() is not None

    play(main)


# The end


def test_a_goodbye_is_heard_by_the_other_side(play: Play) -> None:
    async def main() -> None:
        async with connected() as pair:
            await pair.client.close()
            await pair.listener.ended

            assert pair.listener.is_ended_by_peer
            assert str(pair.listener.failure) == (
                "The connection to the client was lost: closed by the other side."
            )

    play(main)


@pytest.mark.parametrize("waiting_for", ["credit", "a message", "the first answer"])
def test_an_end_without_a_goodbye_is_a_failure_for_all_who_wait(waiting_for: str, play: Play) -> None:
    async def main() -> None:
        async with facing_a_listener() as (client, peer):
            stream = await client.start(APPLY)
            waiting = {
                "credit": lambda: send_pieces(stream, 30),
                "a message": stream.receive,
                "the first answer": stream.expect,
            }
            task = asyncio.ensure_future(waiting[waiting_for]())
            await asyncio.sleep(0.01)
            if waiting_for == "credit":
                while (await peer.hear()) and client.bytes_sent < CREDIT_BYTES:
                    pass
            peer.hang_up()
            with pytest.raises(
                ConnectionLost, match=r"was lost: (it ended without a goodbye|connection reset)"
            ):
                await task

    play(main)


def test_a_stream_that_ends_with_the_connection_was_never_finished(play: Play) -> None:
    async def main() -> None:
        async with facing_a_listener() as (client, peer):
            stream = await client.start(Scan(folded=False))
            peer.say(CONNECTION_STREAM, Close())
            with pytest.raises(ConnectionLost, match="closed by the other side"):
                await stream.receive()

    play(main)


def test_a_goodbye_says_why(play: Play) -> None:
    async def main() -> None:
        async with connected() as pair:
            near, _ = await pair.stream(Supply())
            await pair.listener.close(ListenerFailed(host="whatever it calls itself", reason="it stops"))
            with pytest.raises(ListenerFailed, match="The listener at the listener ended the run: it stops"):
                await near.receive()
            assert pair.client.is_origin_of(pair.client.failure)

    play(main)


def test_no_reset_overtakes_a_goodbye_when_much_is_still_on_its_way(play: Play) -> None:
    async def main() -> None:
        async with connected() as pair:
            near, far = await pair.stream(APPLY)
            sending = asyncio.create_task(send_pieces(near, 30))
            await far.receive()
            pair.listener.leave(Busy(what="The target", reason="test"))
            with pytest.raises(Busy):
                await sending

    play(main)


def test_a_goodbye_waits_behind_a_full_socket(play: Play) -> None:
    async def main() -> None:
        async with facing_a_listener() as (client, peer):
            stream = await client.start(APPLY)
            sending = asyncio.create_task(send_pieces(stream, 30))
            await asyncio.sleep(0.05)  # the peer reads nothing: credit or the socket is used up
            client.leave(Busy(what="The target", reason="test"))
            with pytest.raises(Busy):
                await sending
            goodbye = await peer.hear_goodbye()
            assert goodbye == Close("BUSY", {"what": "The target", "reason": "test"})
            assert await peer.hear() is None

    play(main)


def test_an_answer_to_a_goodbye_waits_behind_a_full_socket(play: Play) -> None:
    async def main() -> None:
        async with facing_a_listener() as (client, peer):
            stream = await client.start(APPLY)
            sending = asyncio.create_task(send_pieces(stream, 30))
            await asyncio.sleep(0.05)
            peer.say(CONNECTION_STREAM, Close())
            assert await peer.hear_goodbye() == Close()
            await asyncio.wait([sending])
            assert isinstance(sending.exception(), ConnectionLost)

    play(main)


def test_sending_after_a_goodbye_raises_what_ended_the_connection(play: Play) -> None:
    async def main() -> None:
        async with connected() as pair:
            near, _ = await pair.stream(APPLY)
            pair.client.leave(Busy(what="The target", reason="test"))
            with pytest.raises(Busy):
                await near.send(Contents(Piece(1, 0)))
            with pytest.raises(Busy):
                await near.receive()

    play(main)


async def _send_for_ever(stream: Stream) -> None:
    while True:
        await stream.send(Contents(Piece(1, 0)), [b"small"])


def test_a_sender_stops_when_its_socket_fails(caplog: pytest.LogCaptureFixture) -> None:
    """Nothing is sealed for nobody, of which asyncio would warn the user."""

    async def main() -> None:
        async with facing_a_listener() as (client, peer):
            stream = await client.start(APPLY)
            peer.hang_up()
            await asyncio.sleep(0)
            with pytest.raises(ConnectionLost):
                await _send_for_ever(stream)

    run(main())
    assert caplog.messages == []


def test_two_goodbyes_at_once_are_one_end(play: Play) -> None:
    async def main() -> None:
        async with connected() as pair:
            await asyncio.gather(pair.client.close(), pair.listener.close(), pair.client.close())
            assert str(pair.client.failure) == "The connection to the listener was lost: closed here."
            assert str(pair.listener.failure) == "The connection to the client was lost: closed here."

    play(main)


def test_a_channel_that_was_never_connected_can_be_closed() -> None:
    async def main() -> None:
        never = channel(Role.CLIENT)
        never.abort(ConnectionLost(host="nobody", reason="test"))
        await never.close()
        assert isinstance(never.failure, ConnectionLost)

    run(main())


def test_a_channel_that_ended_before_it_was_connected_hangs_up(play: Play) -> None:
    async def main() -> None:
        async with facing_a_client(busy=True) as (listener, peer):
            assert await peer.hear() is None
            assert isinstance(listener.failure, Busy)

    play(main)


def test_a_length_that_no_record_has_is_told_as_that(play: Play) -> None:
    async def main() -> None:
        async with facing_a_client() as (listener, peer):
            peer.say_bytes(bytes([0, 0, 0, 16]))
            goodbye = await peer.hear_goodbye()
            assert goodbye is not None
            assert goodbye.code == "PROTOCOL"
            assert "announces a length that none can have" in str(listener.failure)

    play(main)


@pytest.mark.parametrize("place", [0, 4, -1], ids=["of the length", "of the content", "of the tag"])
def test_a_changed_bit_ends_the_connection_and_delivers_nothing(place: int, play: Play) -> None:
    async def main() -> None:
        async with facing_a_client() as (listener, peer):
            record = bytearray(peer.connection.send(1, Supply()))
            record[place] ^= 1
            peer.say_bytes(bytes(record))
            goodbye = await peer.hear_goodbye()
            assert goodbye is not None
            assert goodbye.code == "PROTOCOL"
            assert "changed on its way" in str(listener.failure)

    play(main)


@pytest.mark.parametrize("role", Role)
def test_what_is_no_message_ends_the_connection_by_name(role: Role, play: Play) -> None:
    facing = facing_a_client if role is Role.CLIENT else facing_a_listener

    async def main() -> None:
        async with facing() as (near, peer):
            peer.say(CONNECTION_STREAM, Ping(1))
            peer.say_record(b"\xff\0\0\0\0\0\0\0\0")
            goodbye = await peer.hear_goodbye()
            assert goodbye is not None
            assert "unknown message 255" in goodbye.fields["reason"]
            assert isinstance(near.failure, ProtocolViolation)

    play(main)


# Cancellation


@pytest.mark.parametrize("what", ["credit", "the socket", "a message", "a pong", "the end"])
def test_whoever_waits_can_be_cancelled_and_nothing_is_left_of_him(what: str, play: Play) -> None:
    async def main() -> None:
        async with facing_a_listener() as (client, peer):
            stream = await client.start(APPLY)
            waits = {
                "credit": lambda: send_pieces(stream, 30),
                "the socket": lambda: send_without_credit(client, stream.number),
                "a message": stream.receive,
                "a pong": lambda: client.is_alive(1000),
                "the end": client.close,
            }
            task = asyncio.ensure_future(waits[what]())
            await asyncio.sleep(0.05)
            assert not task.done()
            task.cancel()
            await asyncio.wait([task])
            assert task.cancelled()
            peer.hang_up()

    play(main)


async def send_without_credit(client: Channel, number: int) -> None:
    for _ in range(100):
        await client.send(number, Contents(Piece(1, 0)), [piece(0)])


def test_one_of_two_who_wait_for_the_socket_can_be_cancelled(play: Play) -> None:
    async def main() -> None:
        async with facing_a_listener() as (client, peer):
            stream = await client.start(APPLY)
            filling = asyncio.create_task(send_without_credit(client, stream.number))
            waiting = asyncio.create_task(stream.send(Contents(Piece(1, 0))))
            await asyncio.sleep(0.05)
            await _stopped(filling)
            assert not waiting.done()
            while not waiting.done():
                assert await peer.hear() is not None
            await waiting

    play(main)


def test_a_stream_whose_reader_was_cancelled_can_be_read_on(play: Play) -> None:
    async def main() -> None:
        async with connected() as pair:
            near, far = await pair.stream(Supply())
            for _ in range(3):
                reading = asyncio.ensure_future(far.receive())
                await asyncio.sleep(0)
                await _stopped(reading)
            await near.send(Requests([]))
            assert await far.receive() is not None

    play(main)


# Pings


def test_a_peer_that_answers_is_alive_and_one_that_does_not_is_not(play: Play) -> None:
    async def main() -> None:
        async with facing_a_listener() as (client, peer):
            asking = asyncio.ensure_future(client.is_alive(1000))
            while not isinstance((question := await peer.expect()).message, Ping):
                pass
            peer.say(CONNECTION_STREAM, Pong(question.message.number + 1))  # an answer to no question
            await asyncio.sleep(0.01)
            assert not asking.done()
            peer.say(CONNECTION_STREAM, Pong(question.message.number))
            assert await asking
            assert not await client.is_alive(0.01)
            peer.hang_up()
            await client.ended
            assert not await client.is_alive(1000)

    play(main)


def test_a_peer_that_asks_and_never_reads_the_answers_is_sent_away(play: Play) -> None:
    async def main() -> None:
        async with facing_a_listener() as (client, peer):
            stream = await client.start(APPLY)
            sending = asyncio.create_task(send_without_credit(client, stream.number))
            for number in range(10 * PENDING_MAX):  # the first ones are answered while there is room to write
                peer.say(CONNECTION_STREAM, Ping(number))
                await asyncio.sleep(0.001)
                if sending.done():
                    break
            with pytest.raises(ProtocolViolation):
                await sending
            assert "questions without reading the answers" in str(client.failure)

    play(main)
