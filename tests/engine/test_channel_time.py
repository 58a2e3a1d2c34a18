"""What a connection does as time passes: hours of silence, a peer that dies, one that does not let go."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest

from psync.core.content import Piece
from psync.core.errors import ConnectionLost
from psync.core.settings import Durability
from psync.engine.channel import CLOSE_SECONDS, DEAD_PEER_SECONDS, PING_SECONDS
from psync.engine.stream import Stream
from psync.wire.messages import CONNECTION_STREAM, Apply, Contents, Hello, Ping, Pong
from tests.engine.loops import run_virtually
from tests.engine.pair import connected, facing_a_client, facing_a_listener
from tests.engine.peer import Peer

T = TypeVar("T")

# The sockets of a simulated machine need less.
MOMENT_SECONDS = 0.1


async def lasts(seconds: float, waiting: Awaitable[T]) -> T:
    """Hold that something takes so long, on the clock of the loop."""
    loop = asyncio.get_running_loop()
    started = loop.time()
    result = await waiting
    assert loop.time() - started == pytest.approx(seconds, abs=MOMENT_SECONDS)
    return result


def play(main: Callable[[], Awaitable[None]]) -> None:
    run_virtually(lambda _system: main())


async def answer_pings(peer: Peer) -> int:
    """Answer until the stream ends; give how often."""
    count = 0
    while (received := await peer.hear()) is not None:
        if isinstance(received.message, Ping):
            count += 1
            peer.say(CONNECTION_STREAM, Pong(received.message.number))
    return count


def test_two_idle_sides_keep_their_connection_for_hours() -> None:
    async def main() -> None:
        async with connected() as pair:
            await asyncio.sleep(3 * 3600)
            assert pair.client.failure is None
            assert pair.listener.failure is None

    play(main)


def test_a_silent_peer_is_asked_for_a_sign_of_life_every_half_minute() -> None:
    async def main() -> None:
        async with facing_a_listener() as (client, peer):
            answering = asyncio.create_task(answer_pings(peer))
            await asyncio.sleep(10 * PING_SECONDS + 1)
            await client.close()
            assert await answering == 10

    play(main)


@pytest.mark.parametrize("facing", [facing_a_client, facing_a_listener])
def test_a_peer_without_a_sign_of_life_is_gone_after_two_minutes(facing) -> None:
    async def main() -> None:
        async with facing() as (near, _):
            await lasts(DEAD_PEER_SECONDS, near.ended)
            assert "lost: no sign of life for 120 seconds." in str(near.failure)

    play(main)


def trickle(connection_bytes: bytes, every_seconds: float) -> Callable[[Peer], Awaitable[None]]:
    """Send bytes one after another, for ever."""

    async def go_on(peer: Peer) -> None:
        for position in range(len(connection_bytes)):
            peer.say_bytes(connection_bytes[position : position + 1])
            await asyncio.sleep(every_seconds)

    return go_on


def test_bytes_of_a_record_that_never_ends_are_no_sign_of_life() -> None:
    """Saved from seed 168 of `chaos`: a length that was changed on its way kept both sides waiting for ever."""

    async def main() -> None:
        async with facing_a_client() as (listener, peer):
            endless = (1024 * 1024).to_bytes(4, "big") + bytes(100)
            trickling = asyncio.create_task(trickle(endless, 10.0)(peer))
            await lasts(DEAD_PEER_SECONDS, listener.ended)
            assert isinstance(listener.failure, ConnectionLost)
            trickling.cancel()

    play(main)


def test_a_question_waits_until_its_side_has_greeted() -> None:
    """Saved from seed 25 of `chaos`: a disk that stalled kept a listener from greeting until a Ping was due."""

    async def main() -> None:
        async with connected(greeted=False) as pair:
            await asyncio.gather(pair.client.established, pair.listener.established)
            asked = asyncio.create_task(pair.client.is_alive(5.0))
            await asyncio.sleep(2.0)
            for side in (pair.client, pair.listener):
                side.send_soon(Hello("psync test", "here"))
            assert await asked

    play(main)


async def send_on_and_on(stream: Stream) -> None:
    for number in range(100):
        await stream.send(Contents(Piece(1, number)), [bytes(500_000)])


def test_a_sender_behind_a_full_socket_gives_a_dead_peer_up_too() -> None:
    async def main() -> None:
        async with facing_a_listener() as (client, _):
            stream = await client.start(Apply(Durability.NONE))
            with pytest.raises(ConnectionLost, match="no sign of life"):
                await send_on_and_on(stream)
            assert asyncio.get_running_loop().time() >= DEAD_PEER_SECONDS

    play(main)


def test_a_peer_that_only_ever_says_something_before_the_limit_stays() -> None:
    async def main() -> None:
        async with facing_a_listener() as (client, peer):
            for _ in range(20):
                await asyncio.sleep(DEAD_PEER_SECONDS - 1)
                peer.say(CONNECTION_STREAM, Ping(1))
            assert client.failure is None

    play(main)


def test_a_goodbye_that_both_sides_say_is_over_at_once() -> None:
    async def main() -> None:
        async with connected() as pair:
            await lasts(0, pair.client.close())
            await lasts(0, pair.listener.close())
            assert "closed here" in str(pair.client.failure)
            assert isinstance(pair.listener.failure, ConnectionLost)

    play(main)


def test_a_goodbye_behind_a_full_socket_is_the_last_word() -> None:
    async def main() -> None:
        async with facing_a_listener() as (client, peer):
            stream = await client.start(Apply(Durability.NONE))
            sending = asyncio.create_task(send_on_and_on(stream))
            await asyncio.sleep(MOMENT_SECONDS)
            client.leave()
            assert await lasts(0, peer.hear_goodbye()) is not None
            assert await lasts(0, peer.hear()) is None
            await asyncio.wait([sending])
            sending.exception()

    play(main)


@pytest.mark.parametrize("is_reading", [True, False])
def test_a_peer_that_does_not_let_go_is_dropped(is_reading: bool) -> None:
    async def main() -> None:
        async with facing_a_listener() as (client, peer):
            stream = await client.start(Apply(Durability.NONE))
            for number in range(8):
                if not is_reading:
                    asyncio.get_running_loop().call_soon(peer.say, CONNECTION_STREAM, Ping(number))
                sending = asyncio.create_task(stream.send(Contents(Piece(1, number)), [bytes(500_000)]))
                await asyncio.wait([sending], timeout=0.001)
                if not sending.done():
                    break
            if is_reading:
                reading = asyncio.create_task(answer_pings(peer))
            await lasts(CLOSE_SECONDS, client.close())
            await asyncio.wait([sending])
            assert isinstance(sending.exception(), ConnectionLost)
            if is_reading:
                await reading

    play(main)


def test_a_peer_that_talks_on_after_a_goodbye_is_dropped_and_not_heard() -> None:
    async def main() -> None:
        async with facing_a_listener() as (client, peer):
            client.leave()
            received = client.bytes_received
            closing = asyncio.create_task(lasts(CLOSE_SECONDS, client.close()))
            while not closing.done():
                peer.say(CONNECTION_STREAM, Ping(1))
                await asyncio.sleep(0.01)
            await closing
            assert client.bytes_received == received

    play(main)
