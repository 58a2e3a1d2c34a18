"""The file calls of a Windows machine, held against the table that the probe printed."""

from collections.abc import Callable, Iterator

import pytest

from psync.core.paths import PathStyle
from sim.machine import Machine
from sim.operating_system import SimOperatingSystem
from sim.windows import CLOSED, EXCLUSIVE, FOLDER, MARKED, OPEN_ELSEWHERE, READING, TABLE
from sim.world import World

FILE = b"C:\\folder\\file"
OF_THE_FILE = tuple(state for state in OPEN_ELSEWHERE if not state.startswith("its folder"))

Operation = Callable[[SimOperatingSystem], object]


@pytest.fixture
def machine() -> Iterator[Machine]:
    """A machine with two files in C:\\folder, and an empty folder."""
    with World(seed=1) as world:
        machine = world.machine("far", PathStyle.WINDOWS)
        machine.files.plant(b"C:\\folder", {b"file": b"content", b"other": b"other"})
        machine.files.make_folder(b"C:\\empty")
        yield machine


def winerror(operation: Operation, calls: SimOperatingSystem) -> int:
    """What comes of an operation: 0, or the number of its error."""
    try:
        operation(calls)
    except OSError as error:
        found: int = vars(error)["winerror"]
        return found
    return 0


def _open(flags: str) -> Operation:
    def operation(calls: SimOperatingSystem) -> None:
        calls.close(calls.open(FILE, sum(getattr(calls, flag) for flag in flags.split())))

    return operation


def _rename(source: bytes, target: bytes) -> Operation:
    return lambda calls: calls.rename(source, target, src_dir_fd=-1, dst_dir_fd=-1)


def _read(calls: SimOperatingSystem) -> None:
    fd = calls.open(FILE, calls.O_RDONLY)
    try:
        calls.pread(fd, 4, 0)
    finally:
        calls.close(fd)


OPERATIONS: dict[str, Operation] = {
    "open to read": _open("O_RDONLY"),
    "open to write": _open("O_WRONLY"),
    "create new": _open("O_WRONLY O_CREAT O_EXCL"),
    "delete": lambda calls: calls.unlink(FILE),
    "rename it away": _rename(FILE, b"C:\\folder\\new"),
    "rename another over it": _rename(b"C:\\folder\\other", FILE),
    "rename its folder": _rename(b"C:\\folder", b"C:\\renamed"),
    "remove its folder": lambda calls: calls.rmdir(b"C:\\folder"),
    "get attributes": lambda calls: calls.stat(FILE),
    "read first 4 bytes": _read,
}


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("state", OF_THE_FILE)
def test_a_call_gives_what_the_table_says(machine: Machine, operation: str, state: str):
    if state != CLOSED:
        handle = machine.disk.open_elsewhere(b"/C:/folder/file", READING if state == MARKED else state)
    if state == MARKED:
        machine.disk.handles.mark(handle.node)

    assert winerror(OPERATIONS[operation], machine.files.os) == TABLE[operation, state]


def test_a_removed_file_that_is_open_elsewhere_keeps_its_name_and_its_folder(machine: Machine):
    handle = machine.disk.open_elsewhere(b"/C:/folder/file", READING)
    calls = machine.files.os
    machine.files.remove(FILE)
    machine.files.remove(b"C:\\folder\\other")

    attempts: tuple[Operation, ...] = (
        lambda calls: calls.rmdir(b"C:\\folder"),
        _open("O_WRONLY O_CREAT"),
        _read,
    )
    assert [winerror(attempt, calls) for attempt in attempts] == [145, 5, 5]
    handle.close()
    assert [winerror(attempt, calls) for attempt in attempts] == [0, 2, 2]


def test_a_removed_folder_that_is_open_keeps_its_name_until_it_is_closed(machine: Machine):
    calls = machine.files.os
    fd = calls.open(b"C:\\empty", calls.O_RDONLY | calls.O_DIRECTORY)
    calls.rmdir(b"C:\\empty")

    assert winerror(lambda calls: calls.mkdir(b"C:\\empty"), calls) == 5
    assert winerror(lambda calls: calls.mkdir(b"below", dir_fd=fd), calls) == 5
    calls.close(fd)
    assert winerror(lambda calls: calls.mkdir(b"C:\\empty"), calls) == 0


def test_a_folder_is_not_renamed_while_one_below_it_is_open(machine: Machine):
    machine.files.make_folder(b"C:\\folder\\deep")
    rename = OPERATIONS["rename its folder"]
    handle = machine.disk.open_elsewhere(b"/C:/folder/deep", FOLDER)

    assert winerror(rename, machine.files.os) == 5
    handle.close()
    machine.disk.open_elsewhere(b"/C:/folder", FOLDER)
    assert winerror(rename, machine.files.os) == 0


ODD: dict[str, tuple[Operation, int]] = {
    "sync a folder": (lambda calls: calls.fsync(calls.open(b"C:\\folder", calls.O_RDONLY)), 87),
    "sync what is open to be read": (lambda calls: calls.fsync(calls.open(FILE, calls.O_RDONLY)), 5),
    "set a mode": (lambda calls: calls.fchmod(calls.open(FILE, calls.O_RDONLY), 0o600), 5),
    "make a link": (lambda calls: calls.symlink(b"file", b"C:\\link", dir_fd=-1), 1314),
    "make a drive that is there": (lambda calls: calls.mkdir(b"C:\\"), 5),
    "make one that is not": (lambda calls: calls.mkdir(b"Z:\\"), 3),
    "unlink a folder": (lambda calls: calls.unlink(b"C:\\empty"), 5),
    "remove a file as a folder": (lambda calls: calls.rmdir(FILE), 267),
    "rename over a folder": (_rename(FILE, b"C:\\empty"), 5),
    "rename a folder over a file": (_rename(b"C:\\empty", FILE), 5),
}


@pytest.mark.parametrize(("operation", "number"), ODD.values(), ids=ODD.keys())
def test_what_windows_does_not_do_has_its_number(machine: Machine, operation: Operation, number: int):
    assert winerror(operation, machine.files.os) == number


def test_times_have_steps_of_100_ns_and_names_are_wtf_8(machine: Machine):
    calls, name = machine.files.os, "\ud800ü".encode("utf-8", "surrogatepass")
    machine.files.write(b"C:\\empty\\" + name, b"")
    machine.files.set_time(b"C:\\empty\\" + name, 1_234_567)

    assert machine.files.tree(b"C:\\empty") == {name: b""}
    assert calls.stat(b"C:\\empty\\" + name).st_mtime_ns == 1_234_500
    assert machine.disk.path(machine.disk.open_elsewhere(b"/C:/empty/" + name, EXCLUSIVE).node).endswith(name)


def test_a_permitted_link_is_made(machine: Machine):
    machine.disk.links_permitted = True
    machine.files.os.symlink(b"file", b"C:\\folder\\link", dir_fd=-1)

    assert machine.files.os.readlink(b"C:\\folder\\link", dir_fd=-1) == b"file"
