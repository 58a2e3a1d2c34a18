"""The listener: how it starts, whom it takes, what it holds out against, and how it ends."""

import asyncio
import threading
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from psync.core.errors import ConnectionFailure, DuplicateListener, Failure, RootPathInvalid
from psync.core.paths import PathStyle
from psync.core.rootpath import RootPath
from psync.core.settings import LOOPBACK, Durability, OpenRole
from psync.engine.channel import CLOSE_SECONDS
from psync.engine.dial import HANDSHAKE_SECONDS, Destination, dial
from psync.engine.events import ListenerReady, SessionEnded
from psync.engine.listener import SESSIONS_MAX, UNPROVEN_MAX
from psync.real.system import real_system
from psync.system import System
from psync.wire.keys import UNKEYED_PRS, Secret
from psync.wire.messages import CONNECTION_STREAM, Close, Open, Ping, Pong, encode
from tests.disk.recorded_system import RecordedSystem
from tests.engine.guest import client, guest
from tests.engine.loops import run, run_virtually
from tests.engine.peer import Peer
from tests.engine.runs import Ran
from tests.engine.station import Station, listening
from tests.engine.trees import contents, plant
from tests.expectations import does_not_raise

KEY = Secret(b"k" * 32)
OTHER_KEY = Secret(b"o" * 32)
HOST_NAME = real_system().host_name


async def silent(station: Station) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Connect, and say nothing."""
    return await asyncio.open_connection(LOOPBACK, station.port)


async def leave(*writers: asyncio.StreamWriter) -> None:
    """Close connections."""
    for writer in writers:
        writer.close()
        await asyncio.gather(writer.wait_closed(), return_exceptions=True)


def virtually(main: Callable[[Station], Awaitable[None]], folder: Path) -> list[SessionEnded]:
    """Run a listener where waiting costs nothing; give its sessions."""

    async def program(system: System) -> list[SessionEnded]:
        async with listening(folder, UNKEYED_PRS, system, root=None) as station:
            await main(station)
        return station.sessions

    return run_virtually(program)


# Start


def start(folder: Path, **settings: object) -> Failure:
    """Start a listener in vain."""
    station = Station(folder, **settings)
    with pytest.raises(Failure) as refused:
        run(station.listener.main())
    assert station.events == []
    return refused.value


def test_a_listener_that_is_ready_says_where_and_how(tmp_path: Path) -> None:
    async def main() -> None:
        async with listening(tmp_path, KEY, is_read_only=True) as station:
            port = station.port
        ready = ListenerReady(
            addresses=(LOOPBACK,),
            port=port,
            root_path=str(tmp_path / "root"),
            is_keyed=True,
            is_read_only=True,
            is_exposed=False,
        )
        assert station.events == [ready]

    run(main())


def test_a_listener_on_all_interfaces_says_that_it_is_exposed_and_one_port_for_all(tmp_path: Path) -> None:
    async def main() -> None:
        async with listening(tmp_path, KEY, host="0.0.0.0", root=None) as station:
            ready = station.events[0]
            assert isinstance(ready, ListenerReady)
            assert (ready.is_exposed, ready.addresses, ready.root_path) == (True, ("0.0.0.0",), None)

    run(main())


def test_a_second_listener_of_an_instance_is_refused_and_told_the_process(tmp_path: Path) -> None:
    async def main() -> str:
        async with listening(tmp_path) as station:
            with pytest.raises(DuplicateListener) as refused:
                await Station(tmp_path, instance=station.settings.instance).listener.main()
        return str(refused.value).replace(station.settings.instance, "NAME")

    owner = real_system().process_id
    assert run(main()) == (f"Another psync listener runs on this machine (process {owner}, instance 'NAME').")


def test_a_listener_that_has_ended_leaves_its_name_and_its_port_free(tmp_path: Path) -> None:
    async def main() -> None:
        async with listening(tmp_path) as first:
            peer = await guest(first)
            first.listener.stop()
            await peer.hear_goodbye()
            await peer.gone()
        same = {"instance": first.settings.instance, "port": first.port}
        async with listening(tmp_path, **same) as second:
            assert second.port == first.port

    run(main())


def test_a_missing_root_path_is_refused_and_not_made(tmp_path: Path) -> None:
    missing = tmp_path / "missing"

    failure = start(tmp_path, root=RootPath.parse(str(missing), PathStyle.POSIX))

    assert isinstance(failure, RootPathInvalid)
    assert str(failure) == f"RootPath '{missing}' cannot be used: No such file or directory."
    assert not missing.exists()


def test_a_root_path_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")

    failure = start(tmp_path, root=RootPath.parse(str(tmp_path / "file"), PathStyle.POSIX))

    assert str(failure) == f"RootPath '{tmp_path / 'file'}' cannot be used: Not a directory."


# Clients


def test_a_run_is_one_session_with_what_it_was_about(tmp_path: Path) -> None:
    plant(tmp_path / "source", {"file": b"content"})

    async def main() -> tuple[SessionEnded, Ran]:
        async with listening(tmp_path, KEY) as station:
            ran = await station.push(tmp_path / "source", "/target", job="Nightly")
            (session,) = await station.until_sessions(1)
            return session, ran

    session, ran = run(main())
    about = (session.client, session.job, session.path, session.is_keyed, session.reason, session.defect)
    assert about == (f"{HOST_NAME} (127.0.0.1)", "Nightly", "/target", True, "", None)
    assert session.bytes_received + session.bytes_sent >= ran.summary.bytes_wire > len(b"content")
    assert len(bytes.fromhex(session.connection)) == 8


async def hang_up_at_once(station: Station) -> None:
    await leave((await silent(station))[1])


async def hang_up_without_a_goodbye(station: Station) -> None:
    await (await guest(station)).gone()


async def speak_another_language(station: Station) -> None:
    reader, writer = await silent(station)
    writer.write(b"GET / HTTP/1.0\r\n\r\n")
    assert await reader.read() == b""
    await leave(writer)


async def break_the_protocol(station: Station) -> None:
    peer = await guest(station)
    peer.say_record(b"\xff" * 32)
    goodbye = await peer.hear_goodbye()
    assert goodbye is not None
    assert goodbye.code == "PROTOCOL"
    await peer.gone()


@pytest.mark.parametrize(
    ("visit", "reason"),
    [
        (hang_up_at_once, "The connection to the client was lost: it ended without a goodbye."),
        (
            hang_up_without_a_goodbye,
            f"The connection to {'peer (127.0.0.1)'} was lost: it ended without a goodbye.",
        ),
        (speak_another_language, "NOT_PSYNC"),
        (break_the_protocol, "peer (127.0.0.1) broke the protocol: unknown message 255."),
    ],
)
def test_a_session_says_why_it_ended(
    tmp_path: Path, visit: Callable[[Station], Awaitable[None]], reason: str
) -> None:
    async def main() -> list[SessionEnded]:
        async with listening(tmp_path) as station:
            await visit(station)
            return await station.until_sessions(1)

    assert [session.reason for session in run(main())] == [reason]


async def call_with(station: Station, prs: Secret) -> None:
    with pytest.raises(ConnectionFailure):
        await dial(real_system(), Destination(LOOPBACK, station.port, prs))


def test_a_client_with_another_key_is_logged_with_its_address_and_touches_no_path(tmp_path: Path) -> None:
    async def main() -> list[tuple[str, str, str]]:
        async with listening(tmp_path, KEY) as station:
            await call_with(station, OTHER_KEY)
            await station.until_sessions(1)
            await call_with(station, UNKEYED_PRS)
            await station.until_sessions(2)
        return [(session.client, session.reason, session.path) for session in station.sessions]

    assert run(main()) == [(LOOPBACK, "KEY_MISMATCH", ""), (LOOPBACK, "MODE_MISMATCH", "")]


async def open_before_hello(station: Station) -> None:
    peer = await client(station)
    await peer.shake_hands()
    peer.say_record(encode(1, Open(PathStyle.POSIX, b"/made", OpenRole.TARGET, "job", "id")))
    await peer.hear_goodbye()
    await peer.gone()


def test_before_a_client_has_proven_and_introduced_itself_nothing_touches_the_disk(tmp_path: Path) -> None:
    system = RecordedSystem()

    async def main() -> None:
        async with listening(tmp_path, UNKEYED_PRS, system) as station:
            system.record.calls.clear()
            await hang_up_at_once(station)
            await speak_another_language(station)
            await call_with(station, KEY)
            await open_before_hello(station)
            await station.until_sessions(4)
            assert system.record.calls == []

    run(main())


# Limits

FULL = "The listener is busy: it has all the sessions it takes."


def test_one_client_too_many_is_told_to_wait_until_another_one_goes(tmp_path: Path) -> None:
    async def main(station: Station) -> None:
        guests = [await guest(station) for _ in range(SESSIONS_MAX)]
        with pytest.raises(ConnectionFailure) as refused:
            await dial(real_system(), Destination(LOOPBACK, station.port, UNKEYED_PRS))
        assert refused.value.code == "BUSY"
        await guests.pop().gone()
        await station.until_sessions(2)
        guests.append(await guest(station))
        await asyncio.gather(*(peer.gone() for peer in guests))

    sessions = virtually(main, tmp_path)
    assert sessions[0].reason == "BUSY"


def test_of_clients_that_prove_themselves_at_the_same_time_one_too_many_is_told_to_wait(
    tmp_path: Path,
) -> None:
    async def main(station: Station) -> None:
        guests = [await client(station) for _ in range(SESSIONS_MAX + 1)]
        for peer in guests:
            await peer.shake_hands()
        for peer in guests:
            await peer.greet()
        assert [session.reason for session in await station.until_sessions(1)] == [FULL]
        station.listener.stop()
        goodbyes = [await peer.hear_goodbye() for peer in guests]
        assert Counter(goodbye and goodbye.code for goodbye in goodbyes) == {
            "BUSY": 1,
            "LISTENER_STOPPED": SESSIONS_MAX,
        }
        await asyncio.gather(*(peer.gone() for peer in guests))

    virtually(main, tmp_path)


async def check_served(peer: Peer) -> None:
    peer.say(CONNECTION_STREAM, Ping(2))
    assert (await peer.expect()).message == Pong(2)


def test_of_many_clients_that_prove_nothing_the_oldest_goes_and_good_ones_are_served(tmp_path: Path) -> None:
    async def main(station: Station) -> None:
        served = await guest(station)
        callers = [await silent(station) for _ in range(UNPROVEN_MAX)]
        good = await guest(station)
        await asyncio.gather(callers[0][0].read(), return_exceptions=True)
        assert not any(caller.at_eof() for caller, _ in callers[1:])
        for peer in (served, good):
            await check_served(peer)
            await peer.gone()
        await leave(*(writer for _, writer in callers))

    sessions = virtually(main, tmp_path)
    assert sessions[0].reason == "The listener is busy: too many clients call at once."


async def say_nothing(writer: asyncio.StreamWriter) -> None:
    """Wait."""


async def trickle(writer: asyncio.StreamWriter) -> None:
    """Say a byte now and then, as the slow but honest client would."""
    for byte in b"PSYN\r\n\x1a\x01":
        writer.write(bytes((byte,)))
        await asyncio.sleep(1.5)


@pytest.mark.parametrize("talk", [say_nothing, trickle])
def test_a_handshake_has_ten_seconds_whatever_is_said_meanwhile(
    tmp_path: Path, talk: Callable[[asyncio.StreamWriter], Awaitable[None]]
) -> None:
    async def main(station: Station) -> None:
        reader, writer = await silent(station)
        talking = asyncio.create_task(talk(writer))  # type: ignore[arg-type]  # the parameter decides which coroutine it is
        await asyncio.gather(reader.read(), return_exceptions=True)
        talking.cancel()
        await leave(writer)

    (session,) = virtually(main, tmp_path)
    assert session.reason == (
        "The connection to 127.0.0.1 was lost: it did not complete the handshake within 10 seconds."
    )
    assert session.seconds == pytest.approx(HANDSHAKE_SECONDS, abs=0.1)


def test_a_client_that_is_proven_has_ten_seconds_to_introduce_itself(tmp_path: Path) -> None:
    async def main(station: Station) -> None:
        peer = await client(station)
        await peer.shake_hands()
        await asyncio.gather(peer.hear_goodbye(), return_exceptions=True)
        await peer.gone()

    (session,) = virtually(main, tmp_path)
    assert session.seconds == pytest.approx(HANDSHAKE_SECONDS, abs=0.1)


# Stop

STOPPED = Close("LISTENER_STOPPED", {"host": "this machine"})


# A goodbye that comes too early is seen within this time on a machine that is not too busy.
GRACE_SECONDS = 0.2


class Hold:
    """A call that takes as long as the test wants."""

    def __init__(self) -> None:
        self.is_reached = threading.Event()
        self.is_released = threading.Event()

    def __call__(self) -> None:
        self.is_reached.set()
        assert self.is_released.wait(60)


def test_a_listener_that_is_stopped_finishes_what_it_commits_and_tells_its_client(tmp_path: Path) -> None:
    plant(tmp_path / "source", {"file": b"content"})
    plant(tmp_path / "root" / "target", {"file": b"old"})
    system, hold = RecordedSystem(), Hold()

    async def main() -> tuple[int, list[str]]:
        async with listening(tmp_path, UNKEYED_PRS, system) as station:
            system.record.before = {"rename": hold}
            pushing = asyncio.create_task(push_durably(station, tmp_path / "source"))
            await asyncio.to_thread(hold.is_reached.wait, 60)
            station.listener.stop()
            assert await asyncio.wait([pushing], timeout=GRACE_SECONDS) == (set(), {pushing})
            hold.is_released.set()
            ran = await pushing
        return ran.exit_code, [str(cause) for cause in ran.causes]

    assert run(main()) == (3, ["The listener at 127.0.0.1 was stopped."])
    assert contents(tmp_path / "root" / "target") == {"file": b"content"}


async def push_durably(station: Station, source: Path) -> Ran:
    return await station.push(source, "/target", durability=Durability.BATCH)


def test_a_stopped_listener_says_goodbye_to_all_and_reports_every_session(tmp_path: Path) -> None:
    async def main() -> list[SessionEnded]:
        async with listening(tmp_path) as station:
            guests = [await guest(station) for _ in range(3)]
            station.listener.stop()
            goodbyes = [await peer.hear_goodbye() for peer in guests]
            await asyncio.gather(*(peer.gone() for peer in guests))
        assert goodbyes == [STOPPED] * 3
        return station.sessions

    assert [session.client for session in run(main())] == ["peer (127.0.0.1)"] * 3


def test_clients_that_prove_nothing_do_not_hold_up_a_stop(tmp_path: Path) -> None:
    async def main(station: Station) -> None:
        callers = [await silent(station) for _ in range(3)]
        started = asyncio.get_running_loop().time()
        station.listener.stop()
        await station.until_sessions(3)
        assert asyncio.get_running_loop().time() - started < 1
        await leave(*(writer for _, writer in callers))

    virtually(main, tmp_path)


def test_a_client_that_does_not_let_go_holds_up_a_stop_for_five_seconds(tmp_path: Path) -> None:
    async def main(system: System) -> float:
        loop = asyncio.get_running_loop()
        async with listening(tmp_path, UNKEYED_PRS, system, root=None) as station:
            peer = await guest(station)
            started = loop.time()
            station.listener.stop()
        seconds = loop.time() - started
        await peer.gone()
        return seconds

    assert run_virtually(main) == pytest.approx(CLOSE_SECONDS, abs=0.1)


def test_clients_of_a_listener_whose_tasks_are_cancelled_hear_a_goodbye(tmp_path: Path) -> None:
    async def main() -> Close | None:
        station = Station(tmp_path)
        serving = asyncio.create_task(station.listener.main())
        await station.until_ready()
        before = asyncio.all_tasks()
        peer = await guest(station)
        for task in {serving, *asyncio.all_tasks()} - (before - {serving}):
            task.cancel()
        goodbye = await peer.hear_goodbye()
        await peer.gone()
        await station.until_sessions(1)
        return goodbye

    assert run(main()) == STOPPED


def test_a_listener_that_is_cancelled_lets_its_name_go(tmp_path: Path) -> None:
    async def main() -> None:
        station = Station(tmp_path)
        serving = asyncio.create_task(station.listener.main())
        await station.until_ready()
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
        with does_not_raise():
            real_system().claim_instance(station.settings.instance).release()

    run(main())
