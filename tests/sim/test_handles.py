"""Open files of a Windows disk, and the end of those that are marked."""

from collections.abc import Iterator

import pytest
from pyfakefs.fake_file import FakeDirectory, FakeFile

from psync.core.paths import PathStyle
from sim.disk import Disk
from sim.windows import FOLDER, MARKED, READING, WRITING
from sim.world import World


@pytest.fixture
def disk() -> Iterator[Disk]:
    """A disk with C:\\folder\\file."""
    with World(seed=1) as world:
        machine = world.machine("far", PathStyle.WINDOWS)
        machine.files.plant(b"C:\\folder", {b"file": b"content"})
        yield machine.disk


def node(disk: Disk, *names: str) -> FakeFile:
    found: FakeFile = disk.root
    for name in names:
        assert isinstance(found, FakeDirectory)
        found = found.entries[name]
    return found


def test_a_file_is_open_in_the_ways_of_all_who_opened_it(disk: Disk):
    file = node(disk, "C:", "folder", "file")
    first = disk.open_elsewhere(b"/C:/folder/file", READING)
    second = disk.open_elsewhere(b"/c:/FOLDER/File", WRITING)

    assert disk.handles.states(file) == [READING, WRITING]
    first.close()
    first.close()
    assert disk.handles.states(file) == [WRITING]
    second.vanish()
    assert disk.handles.states(file) == []


def test_what_is_open_below_a_folder_is_found(disk: Disk):
    folder, file = node(disk, "C:", "folder"), node(disk, "C:", "folder", "file")
    handles = [disk.handles.open(folder, FOLDER), disk.handles.open(file, READING)]

    assert isinstance(folder, FakeDirectory)
    assert disk.handles.below(folder) == handles[1:]
    assert disk.handles.below(disk.root) == handles


def test_a_marked_file_keeps_its_name_until_the_last_handle_is_closed(disk: Disk):
    folder, file = node(disk, "C:", "folder"), node(disk, "C:", "folder", "file")
    handles = [disk.handles.open(file, READING), disk.handles.open(file, READING)]

    disk.handles.mark(file)
    seen = [disk.handles.states(file)]
    for handle in handles:
        handle.close()
        seen.append(disk.handles.states(file))

    assert seen == [[MARKED, READING, READING], [MARKED, READING], []]
    assert isinstance(folder, FakeDirectory)
    assert list(folder.entries) == []


def test_a_closed_file_is_removed_at_once(disk: Disk):
    disk.handles.mark(node(disk, "C:", "folder", "file"))

    assert disk.is_removed(node(disk, "C:", "folder")) is False
    assert not disk.handles.is_marked(node(disk, "C:", "folder"))
    with pytest.raises(AssertionError, match="no file at"):
        disk.open_elsewhere(b"/C:/folder/file", READING)


def test_a_way_of_being_open_that_the_table_does_not_know_is_refused(disk: Disk):
    with pytest.raises(AssertionError, match="'ajar' is none of not at all, reading"):
        disk.open_elsewhere(b"/C:/folder/file", "ajar")
