"""One writer at, above and below a folder: in one process, between processes, after a death, after a failure."""

import asyncio
import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from psync.core.errors import Busy
from psync.disk.folder import open_folder
from psync.engine.writers import Applicant, WriteRight, Writers
from psync.real.system import real_system
from psync.system import FolderLock
from tests.disk.recorded_system import REAL, RecordedSystem
from tests.disk.trees import open_descriptors
from tests.expectations import does_not_raise
from tests.real.holder import holding

HOLDER = """
import asyncio, os, sys
from psync.disk.folder import open_folder
from psync.engine.writers import Applicant, Writers
from psync.real.system import real_system
system = real_system()
folder = open_folder(system, os.fsencode(sys.argv[1]))
applicant = Applicant("never shown", ("here", "other"), None)
right = asyncio.run(Writers(system).claim(folder, "never shown", applicant))
"""

# The folder that is held is a/b.
CONFLICTS = {
    "the same": "a/b",
    "above": "a",
    "below": "a/b/c",
    "far below": "a/b/c/d",
    "another path": "link",
}
FREE = {"beside": "a/beside", "a name that begins alike": "a/bb", "elsewhere": "elsewhere"}


@pytest.fixture
def top(tmp_path: Path) -> Iterator[Path]:
    """Some folders; in the end every descriptor has been given back."""
    for name in ("a/b/c/d", "a/beside", "a/bb", "elsewhere"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "link").symlink_to("a/b")
    before = open_descriptors()
    yield tmp_path
    assert open_descriptors() == before


async def stays() -> bool:
    return False


def applicant(name: str = "the second", client: str = "here", job: str = "two") -> Applicant:
    return Applicant(name, (client, job), stays)


def claim(writers: Writers, path: Path, by: Applicant | None = None) -> WriteRight:
    with open_folder(REAL, os.fsencode(path)) as folder:
        return asyncio.run(writers.claim(folder, "shown", by or applicant()))


def owner(writers: Writers, path: Path, by: Applicant | None = None) -> str:
    """Give who stands in the way."""
    with pytest.raises(Busy) as raised:
        claim(writers, path, by)
    assert raised.value.fields["what"] == "The target shown"
    return str(raised.value.fields["reason"]).removesuffix(" writes to it, above it or below it")


# Who excludes whom


@pytest.mark.parametrize("path", CONFLICTS.values(), ids=CONFLICTS.keys())
def test_runs_of_one_process_exclude_each_other_by_name(top: Path, path: str) -> None:
    writers = Writers(REAL)
    first = claim(writers, top / "a/b", applicant("the first", job="one"))

    assert owner(writers, top / path) == "the first"

    first.release()
    claim(writers, top / path).release()


@pytest.mark.parametrize("path", CONFLICTS.values(), ids=CONFLICTS.keys())
def test_programs_of_one_process_exclude_each_other(top: Path, path: str) -> None:
    first = claim(Writers(REAL), top / "a/b")

    assert owner(Writers(REAL), top / path) == "this process"

    first.release()
    claim(Writers(REAL), top / path).release()


def test_processes_exclude_each_other_by_process_id_until_one_is_killed(top: Path) -> None:
    with holding(HOLDER, str(top / "a/b")) as process:
        found = {name: owner(Writers(REAL), top / path) for name, path in CONFLICTS.items()}
        assert found == dict.fromkeys(CONFLICTS, f"process {process}")
        for path in FREE.values():
            claim(Writers(REAL), top / path).release()

    for path in CONFLICTS.values():
        claim(Writers(REAL), top / path).release()


def test_folders_side_by_side_have_a_writer_each(top: Path) -> None:
    writers = Writers(REAL)

    with does_not_raise():
        rights = [claim(writers, top / path) for path in ("a/b", *FREE.values())]

    for right in rights:
        right.release()


def test_a_folder_that_is_moved_under_a_writer_is_his_all_the_same(top: Path) -> None:
    writers = Writers(REAL)
    first = claim(writers, top / "a/b", applicant("the first", job="one"))
    (top / "a/b").rename(top / "moved")

    assert owner(writers, top / "moved") == "the first"
    first.release()


# Taking over


class Session:
    """The session of a run, whose client may be gone: then it gives up its right when asked."""

    def __init__(self, writers: Writers, path: Path, *, is_gone: bool) -> None:
        self.was_asked = False
        self._is_gone = is_gone
        self.right = claim(writers, path, Applicant("the first", ("here", "one"), self.yield_up))

    async def yield_up(self) -> bool:
        self.was_asked = True
        if self._is_gone:
            self.right.release()
        return self._is_gone


@pytest.mark.parametrize("path", CONFLICTS.values(), ids=CONFLICTS.keys())
def test_a_run_takes_over_from_its_dead_predecessor(top: Path, path: str) -> None:
    writers = Writers(REAL)
    Session(writers, top / "a/b", is_gone=True)

    right = claim(writers, top / path, applicant("the next", job="one"))

    assert owner(writers, top / path) == "the next"
    right.release()


STRANGERS = {
    "another job of the same client": applicant(job="two"),
    "the same job of another client": applicant(client="elsewhere", job="one"),
}


@pytest.mark.parametrize("stranger", STRANGERS.values(), ids=STRANGERS.keys())
def test_nobody_else_takes_over(top: Path, stranger: Applicant) -> None:
    writers = Writers(REAL)
    session = Session(writers, top / "a/b", is_gone=True)

    assert owner(writers, top / "a/b", stranger) == "the first"
    assert not session.was_asked
    session.right.release()


def test_a_run_whose_predecessor_lives_is_refused(top: Path) -> None:
    writers = Writers(REAL)
    session = Session(writers, top / "a/b", is_gone=False)

    assert owner(writers, top / "a/b", applicant(job="one")) == "the first"
    assert session.was_asked
    session.right.release()


def test_whoever_is_faster_than_the_successor_has_the_folder(top: Path) -> None:
    writers = Writers(REAL)
    rights: list[WriteRight] = []

    async def lose_to_a_third() -> bool:
        first.release()
        with open_folder(REAL, os.fsencode(top / "a")) as folder:
            rights.append(await writers.claim(folder, "shown", applicant("the third", job="three")))
        return True

    first = claim(writers, top / "a/b", Applicant("the first", ("here", "one"), lose_to_a_third))

    assert owner(writers, top / "a/b", applicant(job="one")) == "the third"
    rights[0].release()


# Releasing


def test_a_right_that_is_released_twice_does_not_touch_that_of_another(top: Path) -> None:
    writers = Writers(REAL)
    first = claim(writers, top / "a/b")
    first.release()
    second = claim(writers, top / "a/b", applicant("the next"))

    first.release()

    assert owner(writers, top / "a/b") == "the next"
    assert owner(Writers(REAL), top / "a/b") == "this process"
    second.release()


def test_whoever_is_refused_keeps_nothing_on_the_way_up(top: Path) -> None:
    first = claim(Writers(REAL), top / "a/b")
    writers = Writers(REAL)
    owner(writers, top / "a/b/c/d")
    first.release()

    with does_not_raise():
        for path in ("a/b/c/d", "a/b/c", "a"):
            claim(Writers(REAL), top / path).release()
            claim(writers, top / path).release()


class FaultySystem(RecordedSystem):
    """This machine, whose locks may fail from one on, counted from 0, or do nothing."""

    def __init__(self, answer: Callable[[int], OSError | None], *, is_lockless: bool = False) -> None:
        super().__init__()
        self._answer = answer
        self._is_lockless = is_lockless
        self._count = -1

    def lock_folder(self, fd: int, *, exclusive: bool) -> FolderLock | None:
        self._count += 1
        if (error := self._answer(self._count)) is not None:
            raise error
        return None if self._is_lockless else real_system().lock_folder(fd, exclusive=exclusive)


@pytest.mark.parametrize("failing", range(3))
def test_a_lock_that_fails_leaves_none_behind(top: Path, failing: int) -> None:
    writers = Writers(FaultySystem(lambda count: OSError(errno.EIO, "I/O") if count == failing else None))

    with pytest.raises(OSError, match="I/O"):
        claim(writers, top / "a/b")

    claim(Writers(REAL), top / "a/b").release()
    claim(Writers(REAL), top / "a").release()
    claim(writers, top / "a/b").release()


def test_a_folder_above_that_may_not_be_read_does_not_keep_a_writer_out(top: Path) -> None:
    writers = Writers(FaultySystem(lambda count: PermissionError(errno.EACCES, "denied") if count else None))

    right = claim(writers, top / "a/b")

    assert owner(Writers(REAL), top / "a/b") == "this process"
    right.release()


@pytest.mark.parametrize("path", CONFLICTS.values(), ids=CONFLICTS.keys())
def test_where_a_file_system_knows_no_locks_the_runs_of_one_process_exclude_each_other(
    top: Path, path: str
) -> None:
    writers = Writers(FaultySystem(lambda _: None, is_lockless=True))
    first = claim(writers, top / "a/b", applicant("the first", job="one"))

    assert owner(writers, top / path) == "the first"
    claim(Writers(REAL), top / path).release()
    first.release()


def test_what_is_locked_is_what_was_identified_since_the_way_up_is_walked_once(top: Path) -> None:
    system = RecordedSystem()
    with open_folder(system, os.fsencode(top / "a/b")) as folder:
        asyncio.run(Writers(system).claim(folder, "shown", applicant())).release()

    steps_to_the_root = len((top / "a/b").resolve().parents) + 1  # the root is known by being its own parent
    assert system.record.called("open").count(("open", b"..")) == steps_to_the_root
