"""What a listener does for one client, and what no client can have it do."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from psync.core.changes import Change, MakeFolder, WriteFile
from psync.core.content import Begin, End, Pack, PackedFile, Piece
from psync.core.errors import PathRefused, ReadOnlyListener, SourceMissing
from psync.core.paths import PathStyle
from psync.core.settings import Durability, OpenRole
from psync.engine.events import SessionEnded
from psync.engine.session import TAKEOVER_SECONDS
from psync.system import System
from psync.wire.keys import UNKEYED_PRS
from psync.wire.messages import (
    CONNECTION_STREAM,
    Apply,
    Changes,
    Close,
    Contents,
    Fail,
    Finish,
    Listings,
    Message,
    Open,
    Opened,
    Ping,
    Pong,
    Scan,
    Supply,
)
from tests.disk.recorded_system import RecordedSystem
from tests.engine.guest import ask, guest, opening, say_at_once
from tests.engine.loops import run, run_virtually
from tests.engine.peer import Peer
from tests.engine.runs import Ran
from tests.engine.station import Station, listening
from tests.engine.trees import Link, Tree, contents, look, plant

TREE: Tree = {"file": b"content", "folder/inner": b"more"}
OLD: Tree = {"kept": b"old"}


def serve(main: Callable[[Station], Awaitable[None]], folder: Path, *arguments: System, **settings: object):
    """Run a listener for `main`; give its sessions."""

    async def program() -> list[SessionEnded]:
        async with listening(folder, UNKEYED_PRS, *arguments, **settings) as station:
            await main(station)
        return station.sessions

    return run(program())


# RootPath


def path_outside(folder: Path) -> str:
    return str(folder / "outside")


def path_in_place(folder: Path) -> str:
    return str(folder / "root" / "in place")


@pytest.mark.parametrize(
    ("asked", "actual"),
    [
        pytest.param(lambda _: "/target", "target", id="made again below"),
        pytest.param(lambda _: "/", ".", id="the whole disk"),
        pytest.param(lambda _: "/C:/My Documents", "C/My Documents", id="of Windows"),
        pytest.param(path_in_place, "in place", id="below RootPath in place"),
        pytest.param(path_outside, "{outside}", id="a folder that exists outside"),
    ],
)
def test_every_path_lands_below_root_path_and_nothing_outside_is_touched(
    tmp_path: Path, asked: Callable[[Path], str], actual: str
) -> None:
    plant(tmp_path / "source", TREE)
    outside = look(plant(tmp_path / "outside", OLD))
    landed = tmp_path / "root" / actual.format(outside=path_outside(tmp_path)[1:])

    async def main(station: Station) -> None:
        assert (await station.push(tmp_path / "source", asked(tmp_path), delete=True)).exit_code == 0
        assert (await station.pull(asked(tmp_path), tmp_path / "back")).exit_code == 0

    sessions = serve(main, tmp_path)
    assert contents(landed) == contents(tmp_path / "back") == {**TREE, "folder": None}
    assert look(tmp_path / "outside") == outside
    assert [session.path for session in sessions] == [asked(tmp_path).replace("/C:/", "C:\\")] * 2


def test_what_lies_outside_of_root_path_can_be_neither_read_nor_listed_nor_inspected(tmp_path: Path) -> None:
    plant(tmp_path / "outside", OLD)

    async def main(station: Station) -> None:
        for role in (OpenRole.INSPECT, OpenRole.SOURCE):
            peer = await guest(station)
            answers.append((await ask(peer, 1, opening(path_outside(tmp_path), role)))[0])
            await peer.gone()

    answers: list[Message] = []
    serve(main, tmp_path)
    inspected, supplied = answers
    assert isinstance(inspected, Opened)
    assert not inspected.exists
    assert supplied == Fail("SOURCE_MISSING", {"path": path_outside(tmp_path)})


@pytest.mark.parametrize("role", OpenRole)
def test_a_link_below_root_path_leads_nobody_out(tmp_path: Path, role: OpenRole) -> None:
    outside = look(plant(tmp_path / "outside", OLD))
    plant(tmp_path / "root", {"link": Link("../outside")})

    async def main(station: Station) -> None:
        peer = await guest(station)
        (answer,) = await ask(peer, 1, opening("/link", role))
        assert isinstance(answer, Fail)
        assert (answer.code, answer.fields["path"]) == ("LINK_ON_THE_WAY", "/link")
        await peer.gone()

    serve(main, tmp_path)
    assert look(tmp_path / "outside") == outside


def test_a_listener_without_root_path_makes_missing_folders_where_they_are_asked_for(tmp_path: Path) -> None:
    plant(tmp_path / "source", TREE)

    async def main(station: Station) -> None:
        ran = await station.push(tmp_path / "source", str(tmp_path / "a" / "b" / "c"))
        assert ran.exit_code == 0

    serve(main, tmp_path, root=None)
    assert contents(tmp_path / "a" / "b" / "c") == {**TREE, "folder": None}


# Refusals


def test_a_missing_source_is_an_error_and_never_an_empty_tree(tmp_path: Path) -> None:
    plant(tmp_path / "target", OLD)

    async def main(station: Station) -> None:
        ran = await station.pull("/missing", tmp_path / "target", delete=True)
        (cause,) = ran.causes
        assert isinstance(cause, SourceMissing)
        assert (ran.exit_code, str(cause)) == (2, "The source folder '/missing' does not exist.")

    serve(main, tmp_path)
    assert contents(tmp_path / "target") == OLD
    assert contents(tmp_path / "root") == {}


def test_a_read_only_listener_takes_no_target_but_gives_and_shows(tmp_path: Path) -> None:
    plant(tmp_path / "source", TREE)
    plant(tmp_path / "root" / "given", OLD)

    async def main(station: Station) -> None:
        refused = await station.push(tmp_path / "source", "/target")
        assert [type(cause) for cause in refused.causes] == [ReadOnlyListener]
        assert refused.exit_code == 2
        assert (await station.push(tmp_path / "source", "/given", dry_run=True)).exit_code == 0
        assert (await station.pull("/given", tmp_path / "got")).exit_code == 0

    serve(main, tmp_path, is_read_only=True)
    assert contents(tmp_path / "got") == OLD
    assert contents(tmp_path / "root") == {"given": None, "given/kept": b"old"}


REFUSED = [
    pytest.param("docs", PathStyle.POSIX, "INCOMPLETE", id="relative"),
    pytest.param("/a/../b", PathStyle.POSIX, "DOTDOT", id="upwards"),
    pytest.param("/a\0b", PathStyle.POSIX, "CHARS", id="a zero"),
    pytest.param("C:docs", PathStyle.WINDOWS, "DRIVE_RELATIVE", id="depends on a current folder"),
    pytest.param("C:\\a:b", PathStyle.WINDOWS, "STREAM", id="a stream of Windows"),
]


@pytest.mark.parametrize(("path", "style", "reason"), REFUSED)
def test_a_path_that_a_client_let_pass_is_refused_here_too(
    tmp_path: Path, path: str, style: PathStyle, reason: str
) -> None:
    async def main(station: Station) -> None:
        peer = await guest(station)
        (answer,) = await ask(peer, 1, opening(path, OpenRole.TARGET, style=style))
        assert isinstance(answer, Fail)
        assert (answer.code, answer.fields["reason"]) == ("PATH_REFUSED", reason)
        await peer.gone()

    serve(main, tmp_path)
    assert contents(tmp_path / "root") == {}


def test_a_path_that_is_no_text_is_refused(tmp_path: Path) -> None:
    async def main(station: Station) -> None:
        peer = await guest(station)
        verb = Open(PathStyle.WINDOWS, b"C:\\\xff", OpenRole.TARGET, "job", "id")
        (answer,) = await ask(peer, 1, verb)
        assert isinstance(answer, Fail)
        assert (answer.code, answer.fields["reason"]) == ("PATH_REFUSED", "CHARS")
        assert answer.fields["path"] == r"C:\\xff"
        await peer.gone()

    serve(main, tmp_path)


@pytest.mark.parametrize(
    ("path", "reason", "settings"),
    [
        pytest.param("/C:/docs", "FOREIGN", {"root": None}, id="of another system"),
        pytest.param(f"/C:/{'字' * 200}", "NAME_LONG", {}, id="too long for this host only"),
    ],
)
def test_a_path_that_only_the_listener_can_refuse_has_the_same_code_at_the_client(
    tmp_path: Path, path: str, reason: str, settings: dict[str, None]
) -> None:
    async def main(station: Station) -> None:
        ran = await station.push(plant(tmp_path / "source", TREE), path)
        (cause,) = ran.causes
        assert isinstance(cause, PathRefused)
        assert (ran.exit_code, cause.code, cause.reason) == (2, "PATH_REFUSED", reason)

    serve(main, tmp_path, **settings)
    assert contents(tmp_path / "root") == {}


def test_a_refusal_leaves_the_connection_as_it_was(tmp_path: Path) -> None:
    async def main(station: Station) -> None:
        peer = await guest(station)
        await ask(peer, 1, opening("/missing", OpenRole.SOURCE))
        peer.say(CONNECTION_STREAM, Ping(7))
        assert (await peer.expect()).message == Pong(7)
        peer.say(CONNECTION_STREAM, Close())
        await peer.gone()

    (session,) = serve(main, tmp_path)
    assert (session.reason, session.path, session.job) == ("SOURCE_MISSING", "/missing", "job")


REFUSED_OPENINGS = {
    "a way out": (opening("/a/../b", OpenRole.SOURCE), "PATH_REFUSED", ""),
    "a target": (opening("/docs", OpenRole.TARGET), "READ_ONLY", "/docs"),
}


@pytest.mark.parametrize(("verb", "code", "path"), REFUSED_OPENINGS.values(), ids=REFUSED_OPENINGS.keys())
def test_what_a_listener_refused_stands_in_its_log(tmp_path: Path, verb: Open, code: str, path: str) -> None:
    async def main(station: Station) -> None:
        peer = await guest(station)
        await ask(peer, 1, verb)
        peer.say(CONNECTION_STREAM, Close())
        await peer.gone()

    (session,) = serve(main, tmp_path, is_read_only=True)
    assert (session.reason, session.path, session.job) == (code, path, "job")


# Order


async def goodbye_to(station: Station, role: OpenRole | None, *messages: tuple[int, Message]) -> Close | None:
    """Open the folder `/given` for `role`, say something, and hear what the listener makes of it."""
    peer = await guest(station)
    if role is not None:
        await ask(peer, 1, opening("/given", role))
    say_at_once(peer, *messages)
    goodbye = await peer.hear_goodbye()
    await peer.gone()
    return goodbye


SCAN = Scan(False)
APPLY = Apply(Durability.NONE)
UNEXPECTED = End(99, 0, 0, bytes(32))


@pytest.mark.parametrize(
    ("role", "messages", "reason"),
    [
        pytest.param(None, [(1, SCAN)], "Scan before a folder is open", id="scan first"),
        pytest.param(None, [(1, Supply())], "Supply before a folder is open", id="supply first"),
        pytest.param(None, [(1, APPLY)], "Apply before a folder is open", id="apply first"),
        pytest.param(
            OpenRole.SOURCE, [(2, opening("/other", OpenRole.TARGET))], "a second Open", id="open again"
        ),
        pytest.param(
            OpenRole.TARGET, [(2, Supply())], "Supply on a folder opened as target", id="read a target"
        ),
        pytest.param(
            OpenRole.SOURCE, [(2, APPLY)], "Apply on a folder opened as source", id="write a source"
        ),
        pytest.param(
            OpenRole.INSPECT, [(2, APPLY)], "Apply on a folder opened as inspect", id="write unasked"
        ),
        pytest.param(OpenRole.TARGET, [(2, APPLY), (3, APPLY)], "two Apply at once", id="twice at once"),
        pytest.param(
            OpenRole.TARGET,
            [(2, APPLY), (2, Contents(UNEXPECTED))],
            "a piece of file 99",
            id="unannounced content",
        ),
        pytest.param(
            OpenRole.TARGET,
            [(2, APPLY), (2, Contents(Pack([PackedFile(98, 0, 0, bytes(32))])))],
            "file 98",
            id="unannounced pack",
        ),
    ],
)
def test_what_is_asked_out_of_turn_ends_the_session_and_changes_nothing(
    tmp_path: Path, role: OpenRole | None, messages: list[tuple[int, Message]], reason: str
) -> None:
    given = look(plant(tmp_path / "root", {"given/file": b"as it was"}))

    async def main(station: Station) -> None:
        goodbye = await goodbye_to(station, role, *messages)
        assert goodbye is not None
        assert (goodbye.code, goodbye.fields["reason"]) == ("PROTOCOL", reason)

    (session,) = serve(main, tmp_path)
    assert session.reason == f"peer (127.0.0.1) broke the protocol: {reason}."
    assert look(tmp_path / "root") == given


def test_a_source_opened_is_described_scanned_and_asked_in_turn(tmp_path: Path) -> None:
    plant(tmp_path / "root" / "given", {**OLD, "draft.tmp": b""})

    async def main(station: Station) -> None:
        peer = await guest(station)
        opened, end = await ask(peer, 1, opening("/given", OpenRole.SOURCE))
        assert isinstance(opened, Opened)
        assert (opened.exists, opened.style, end) == (True, PathStyle.POSIX, Finish())
        listings, _ = await ask(peer, 2, Scan(False, (b"*.tmp",)))
        assert isinstance(listings, Listings)
        assert [entry.name for entry in listings.listings[0].entries] == [b"kept"]
        assert await ask(peer, 3, Supply()) == [Finish()]
        await peer.gone()

    serve(main, tmp_path)


# The end of a session


async def half_a_file(station: Station, system: RecordedSystem) -> Peer:
    """Send the first half of a file, and wait until it is written."""
    is_written = threading.Event()
    peer = await guest(station)
    await ask(peer, 1, opening("/target", OpenRole.TARGET))
    change: Change = WriteFile(1, (b"file",), 0o644, 2_000_000)
    system.record.before["pwrite"] = is_written.set
    peer.say(2, APPLY)
    peer.say(2, Changes([MakeFolder(2, (b"folder",)), change]))
    peer.say(2, Contents(Begin(1, 2_000_000, False)))
    peer.say(2, Contents(Piece(1, 0)), bytes(100_000))
    await asyncio.to_thread(is_written.wait, 60)
    return peer


def test_a_client_that_is_lost_in_the_middle_of_a_file_leaves_nothing_of_it_and_the_target_free(
    tmp_path: Path,
) -> None:
    plant(tmp_path / "source", TREE)
    system = RecordedSystem()

    async def main(station: Station) -> None:
        peer = await half_a_file(station, system)
        await peer.gone()
        (session,) = await station.until_sessions(1)
        assert session.reason == "The connection to peer (127.0.0.1) was lost: it ended without a goodbye."
        assert contents(station.root) == {"target": None, "target/folder": None}
        assert (await station.push(tmp_path / "source", "/target")).exit_code == 0

    serve(main, tmp_path, system)


def test_an_error_that_should_not_be_ends_its_own_session_only_and_stands_in_the_log(tmp_path: Path) -> None:
    plant(tmp_path / "source", TREE)
    plant(tmp_path / "root" / "given", OLD)
    system = RecordedSystem()
    error = RuntimeError("planted")

    def fail() -> None:
        raise error

    async def main(station: Station) -> None:
        other = await guest(station)
        await ask(other, 1, opening("/given", OpenRole.SOURCE))
        system.record.before["scandir"] = fail
        check_failed(await station.push(tmp_path / "source", "/target"))
        (session,) = await station.until_sessions(1)
        assert (session.defect, session.reason) == (error, "internal error: RuntimeError('planted')")
        assert len(await ask(other, 2, SCAN)) == 2
        assert (await station.push(tmp_path / "source", "/target")).exit_code == 0
        await other.gone()

    serve(main, tmp_path, system)


def check_failed(ran: Ran) -> None:
    """See that a client was told that the listener has a defect, and no more."""
    text = "The listener at 127.0.0.1 ended the run: it met an internal error."
    assert (ran.exit_code, [str(cause) for cause in ran.causes]) == (3, [text])


# One writer


def test_a_target_that_is_being_written_is_refused_and_its_writer_named(tmp_path: Path) -> None:
    async def main(station: Station) -> None:
        first, second = await guest(station), await guest(station)
        await ask(first, 1, opening("/target", OpenRole.TARGET))
        (answer,) = await ask(second, 1, opening("/target", OpenRole.TARGET, "another"))
        assert answer == Fail(
            "BUSY",
            {
                "what": "The target /target",
                "reason": "job 'job' of peer (127.0.0.1) writes to it, above it or below it",
            },
        )
        await asyncio.gather(first.gone(), second.gone())

    serve(main, tmp_path)


async def answer_pings(peer: Peer) -> None:
    while (received := await peer.hear()) is not None:
        if isinstance(received.message, Ping):
            peer.say(CONNECTION_STREAM, Pong(received.message.number))


@pytest.mark.parametrize("is_alive", [True, False])
def test_a_new_run_of_a_job_takes_over_from_a_client_that_is_gone_and_from_no_other(
    tmp_path: Path, is_alive: bool
) -> None:
    async def main(system: System) -> list[SessionEnded]:
        loop = asyncio.get_running_loop()
        async with listening(tmp_path, UNKEYED_PRS, system, root=None) as station:
            first, second = await guest(station), await guest(station)
            await ask(first, 1, opening("/target", OpenRole.TARGET))
            answering = asyncio.create_task(answer_pings(first) if is_alive else asyncio.sleep(0))
            started = loop.time()
            answer, *_ = await ask(second, 1, opening("/target", OpenRole.TARGET))
            assert isinstance(answer, Fail if is_alive else Opened)
            assert loop.time() - started == pytest.approx(0 if is_alive else TAKEOVER_SECONDS, abs=0.1)
            second.say(CONNECTION_STREAM, Close())
            await second.gone()
            first.hang_up()
            await asyncio.gather(answering, first.gone(), return_exceptions=True)
        return station.sessions

    reasons = {session.reason for session in run_virtually(main)}
    assert ("The target is busy: a new run of the same job took over." in reasons) is not is_alive
