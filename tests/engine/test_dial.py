"""Whatever answers at a port, or does not: the client gets a proven listener, or the reason why there is none."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from socket import AF_INET, SOCK_STREAM
from typing import Any

import pytest

import psync
from psync.core.errors import ConnectionFailure
from psync.core.settings import LOOPBACK
from psync.engine.dial import CONNECT_SECONDS, HANDSHAKE_SECONDS, Destination, dial
from psync.real.system import real_system
from psync.system import System
from psync.wire.greeting import MAGIC, OFFER_BYTES, Alert, Verdict, VerdictKind
from psync.wire.identity import Identity, sign_transcript
from psync.wire.keys import UNKEYED_PRS, Mode, Role, Secret
from psync.wire.messages import CONNECTION_STREAM, Close, Hello
from psync.wire.terms import Terms
from tests.engine.loops import run, run_virtually
from tests.engine.peer import IDENTITY, Peer, connection
from tests.engine.services import Play, answering, hanging_up, peer, saying, service, silent
from tests.engine.station import listening

KEY = Secret(b"k" * 32)
OTHER_KEY = Secret(b"o" * 32)

RUNNING = "Check that the listener is up and running there and listens on the same port number."
KEYS = "Check that user name and password are the same on both sides."
SINGLE = "Make sure that a single listener runs on that machine."
UNPROVEN = f"Do not send it anything. {KEYS} Look for a machine in between."
OTHER = f"Another service uses that port. {RUNNING}"
WAIT = "Wait until the other run has ended, or stop it."
SAME_VERSION = f"Install the same psync version on both sides. {SINGLE}"
SLOW = f"Another service may use that port. {RUNNING}"
UP_AGAIN = "Run the job again when it is up: what was acknowledged is kept, the rest is sent again."
AGAIN = "Run the job again: what was acknowledged is kept, the rest is sent again."


@dataclass
class Told:
    """What an operator is told of a failure; PORT in the text stands for the port."""

    code: str
    text: str
    remedy: str


async def fail(system: System, host: str, port: int, prs: Secret = UNKEYED_PRS) -> Told:
    """Dial in vain."""
    with pytest.raises(ConnectionFailure) as failed:
        await dial(system, Destination(host, port, prs))
    failure = failed.value
    return Told(failure.code, str(failure).replace(str(port), "PORT"), failure.remedy)


def meet(play: Play, prs: Secret = UNKEYED_PRS) -> Told:
    """Dial a service that is no listener, or not a good one."""

    async def main() -> Told:
        async with service(play) as port:
            return await fail(real_system(), LOOPBACK, port, prs)

    return run(main())


def meet_virtually(play: Play) -> tuple[Told, float]:
    """Dial where waiting costs nothing; give how long it took, too."""

    async def main(system: System) -> tuple[Told, float]:
        loop = asyncio.get_running_loop()
        async with service(play) as port:
            started = loop.time()
            told = await fail(system, LOOPBACK, port)
            return told, loop.time() - started

    return run_virtually(main)


# No connection


@pytest.mark.parametrize("host", [LOOPBACK, "localhost"])
def test_a_port_where_nothing_listens_is_refused_and_said_once(host: str) -> None:
    async def main() -> Told:
        async with service(silent) as port:
            pass
        return await fail(real_system(), host, port)

    text = f"Nothing accepts connections at {host} port PORT (connection refused)."
    assert run(main()) == Told("CONNECT_REFUSED", text, RUNNING)


class TwoAddressesLoop(asyncio.SelectorEventLoop):
    """A machine where every name has two addresses."""

    async def getaddrinfo(self, _host: Any, port: Any, **_options: Any) -> Any:
        return [(AF_INET, SOCK_STREAM, 6, "", (address, port)) for address in ("127.0.0.1", "127.0.0.2")]


def test_a_name_of_two_addresses_is_tried_at_both_and_the_same_reason_said_once() -> None:
    async def main() -> Told:
        async with service(silent) as port:
            pass
        return await fail(real_system(), "twofold", port)

    with asyncio.Runner(loop_factory=TwoAddressesLoop) as runner:
        told = runner.run(main())

    assert told.text == "Nothing accepts connections at twofold port PORT (connection refused)."


def test_a_host_that_does_not_answer_is_given_up_after_ten_seconds() -> None:
    async def main(system: System) -> Told:
        told = await fail(system, "10.9.9.9", 7333)
        assert asyncio.get_running_loop().time() == pytest.approx(CONNECT_SECONDS, abs=0.1)
        return told

    text = "10.9.9.9 port PORT did not answer within 10 seconds."
    assert run_virtually(main) == Told("CONNECT_TIMEOUT", text, RUNNING)


def test_a_host_name_that_nobody_knows_is_said_with_the_name() -> None:
    remedy = "Check the host name, or give the IP address of the remote host."
    text = "The host name 'nowhere' cannot be resolved (Name or service not known)."

    told = run_virtually(lambda system: fail(system, "nowhere", 7333))

    assert told == Told("HOST_UNKNOWN", text, remedy)


# Not a listener


@pytest.mark.parametrize(
    "play",
    [
        pytest.param(saying(b"SSH-2.0-OpenSSH_9.2\r\n"), id="a greeting"),
        pytest.param(saying(b"2"), id="one byte"),
        pytest.param(saying(MAGIC[:-1] + b"\x02"), id="another form of the handshake"),
        pytest.param(answering(b"HTTP/1.0 400 Bad Request\r\n\r\n"), id="an answer"),
        pytest.param(hanging_up, id="hangs up"),
        pytest.param(saying(MAGIC), id="begins well and says no more"),
    ],
)
def test_another_service_is_told_from_a_listener(play: Play) -> None:
    async def and_hangs_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await play(reader, writer)
        writer.close()

    text = "What answers at 127.0.0.1 port PORT is not a psync listener."
    assert meet(and_hangs_up) == Told("NOT_PSYNC", text, OTHER)


def test_a_listener_that_is_lost_during_the_handshake_is_not_taken_for_another_service() -> None:
    async def answers_and_hangs_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        listener = connection(Role.LISTENER)
        offer = await reader.readexactly(OFFER_BYTES)
        listener.receive_buffer()[: len(offer)] = offer
        for _ in listener.received(len(offer)):
            pass
        writer.write(listener.take_reply())
        writer.close()

    text = "The connection to 127.0.0.1 was lost: it ended without a goodbye."
    assert meet(answers_and_hangs_up) == Told("CONNECTION_LOST", text, AGAIN)


async def trickle(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Send a byte now and then, each of which might become an answer."""
    for byte in MAGIC:
        writer.write(bytes((byte,)))
        await asyncio.sleep(HANDSHAKE_SECONDS / 4)


@peer
async def reticent(near: Peer) -> None:
    """Shake hands, and never say hello."""
    await near.shake_hands()


@pytest.mark.parametrize("play", [silent, trickle, reticent])
def test_a_handshake_ends_ten_seconds_after_the_connection_whatever_is_said_meanwhile(play: Play) -> None:
    told, seconds = meet_virtually(play)

    text = "127.0.0.1 port PORT accepts connections but did not complete the handshake within 10 seconds."
    assert told == Told("HANDSHAKE_TIMEOUT", text, SLOW)
    assert seconds == pytest.approx(HANDSHAKE_SECONDS, abs=0.1)


# Refused by a listener


def alert(code: Alert) -> Play:
    """Answer the offer with an alert."""
    return answering(Terms(Mode.UNKEYED).answer_refusing(code).encode())


def test_a_listener_of_another_version_is_said_to_be_one() -> None:
    text = "The listener at 127.0.0.1 speaks no protocol version in common with this psync."
    assert meet(alert(Alert.VERSION)) == Told("VERSION", text, SAME_VERSION)


@pytest.mark.parametrize(
    ("here", "there", "told"),
    [
        pytest.param(
            KEY,
            UNKEYED_PRS,
            Told("MODE_MISMATCH", "This side has a key and the listener at 127.0.0.1 has none.", KEYS),
            id="a key on this side only",
        ),
        pytest.param(
            UNKEYED_PRS,
            KEY,
            Told("MODE_MISMATCH", "The listener at 127.0.0.1 has a key and this side has none.", KEYS),
            id="a key there only",
        ),
        pytest.param(
            KEY,
            OTHER_KEY,
            Told("KEY_MISMATCH", "The listener at 127.0.0.1 has another key.", f"{KEYS} {SINGLE}"),
            id="two keys",
        ),
    ],
)
def test_a_listener_with_another_key_or_none_is_told_apart(
    tmp_path: Path, here: Secret, there: Secret, told: Told
) -> None:
    async def main() -> Told:
        async with listening(tmp_path, there) as station:
            return await fail(real_system(), LOOPBACK, station.port, here)

    assert run(main()) == told


def impostor(public: Identity | None, signing: Identity | None) -> Play:
    """Announce IDENTITY in the handshake, then show one key and sign with another."""

    async def play(near: Peer) -> None:
        established = await near.shake_hands()
        key = public.public_key if public else b""
        signature = sign_transcript(signing, established.transcript) if signing else b""
        near.say(CONNECTION_STREAM, Hello("psync test", "peer", key, signature))

    return peer(play)


STRANGER = Identity.from_bytes(bytes(range(32)))


@pytest.mark.parametrize(
    ("public", "signing"),
    [
        pytest.param(None, None, id="shows no key"),
        pytest.param(STRANGER, STRANGER, id="shows another key than it announced"),
        pytest.param(IDENTITY, STRANGER, id="cannot sign with the key that it shows"),
        pytest.param(IDENTITY, None, id="does not sign"),
    ],
)
def test_a_listener_that_is_not_whom_it_announced_is_not_believed(
    public: Identity | None, signing: Identity | None
) -> None:
    text = "What answers at 127.0.0.1 could not prove that it is the listener it claims to be."
    assert meet(impostor(public, signing)) == Told("LISTENER_UNPROVEN", text, UNPROVEN)


async def verdict(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, said: Verdict) -> None:
    """Answer an offer, as any peer can, and then a proof."""
    near = Peer(Role.LISTENER, reader, writer)
    near.connection.receive_buffer()[:64] = await reader.readexactly(64)
    list(near.connection.received(64))
    writer.write(near.connection.take_reply())
    await reader.readexactly(64)
    writer.write(said.encode())


def test_a_listener_that_does_not_prove_that_it_has_the_key_is_not_believed() -> None:
    accepting = Verdict(VerdictKind.ACCEPTED, 0, bytes(32))

    told = meet(lambda reader, writer: verdict(reader, writer, accepting))

    assert (told.code, told.remedy) == ("LISTENER_UNPROVEN", UNPROVEN)


@peer
async def busy_after_all(near: Peer) -> None:
    """Take the client, and find the last place taken."""
    await near.shake_hands()
    near.say(CONNECTION_STREAM, Close("BUSY", {"what": "The listener", "reason": "whatever it says"}))


@pytest.mark.parametrize(
    "play",
    [
        pytest.param(alert(Alert.BUSY), id="at the first message"),
        pytest.param(
            lambda reader, writer: verdict(
                reader, writer, Verdict(VerdictKind.REFUSED, Alert.BUSY, bytes(32))
            ),
            id="at the proof",
        ),
        pytest.param(busy_after_all, id="after the handshake"),
    ],
)
def test_a_busy_listener_is_said_to_be_busy_in_our_own_words(play: Play) -> None:
    text = "The listener at 127.0.0.1 is busy: it has all the sessions it takes."
    assert meet(play) == Told("BUSY", text, WAIT)


# Lost before it was of use


@peer
async def hanging_up_later(near: Peer) -> None:
    """Prove itself, and go."""
    await near.shake_hands()
    near.hang_up()


@peer
async def being_stopped(near: Peer) -> None:
    """Say goodbye instead of hello."""
    await near.shake_hands()
    near.say(CONNECTION_STREAM, Close("LISTENER_STOPPED", {"host": "itself"}))


def test_a_proven_listener_that_hangs_up_is_lost_and_not_another_service() -> None:
    text = "The connection to 127.0.0.1 was lost: it ended without a goodbye."
    assert meet(hanging_up_later) == Told("CONNECTION_LOST", text, AGAIN)


def test_a_listener_that_says_goodbye_is_named_as_this_side_knows_it() -> None:
    text = "The listener at 127.0.0.1 was stopped."
    assert meet(being_stopped) == Told("LISTENER_STOPPED", text, UP_AGAIN)


def test_whoever_gives_up_dialling_leaves_no_connection_behind() -> None:
    async def main() -> None:
        reached = asyncio.Event()

        async def play(_: asyncio.StreamReader, __: asyncio.StreamWriter) -> None:
            reached.set()

        async with service(play) as port:  # it ends when the client has hung up
            dialling = asyncio.create_task(dial(real_system(), Destination(LOOPBACK, port, UNKEYED_PRS)))
            await reached.wait()
            dialling.cancel()
            with pytest.raises(asyncio.CancelledError):
                await dialling

    run(main())


# A listener


@pytest.mark.parametrize("prs", [UNKEYED_PRS, KEY])
def test_a_listener_that_proves_itself_has_introduced_itself(tmp_path: Path, prs: Secret) -> None:
    async def main() -> tuple[str, str]:
        async with listening(tmp_path, prs) as station:
            channel = await dial(real_system(), Destination(LOOPBACK, station.port, prs))
            hello = channel.greeted.result()
            await channel.close()
            return hello.software, hello.host_name

    assert run(main()) == (f"psync {psync.__version__}", real_system().host_name)
