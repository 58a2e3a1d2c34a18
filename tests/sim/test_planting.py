"""What stands on a disk before its world begins is what its user could have made."""

import pytest

from psync.core.paths import PathStyle
from sim.disk import Status
from sim.machine import Machine
from sim.planting import plant
from sim.trees import Link, Tree
from sim.world import World

TREE: Tree = {
    b"empty": b"",
    b"folder": None,
    b"folder/below": None,
    b"folder/below/file": b"content",
    b"link": Link(b"folder"),
    b"\xff": b"no text",
}


def _statuses(machine: Machine, root: bytes) -> list[Status]:
    disk = machine.disk
    found = [disk.find(root + b"/" + path) for path in (b"", *disk.tree(root))]
    return [disk.status(node) for node in found if node is not None]


def test_planting_and_making_give_the_same_entries_of_the_same_numbers():
    with World(seed=1) as world:
        planted, made = world.machine("planted"), world.machine("made")

        plant(planted.disk, b"/home/user", TREE)
        made.files.plant(b"/home/user", TREE)

        assert (
            planted.disk.tree(b"/home/user") == made.files.tree(b"/home/user") == dict(sorted(TREE.items()))
        )
        assert _statuses(planted, b"/home/user") == _statuses(made, b"/home/user")


def test_a_name_that_is_there_in_other_capitals_is_the_same_file_for_windows():
    with World(seed=1) as world:
        machine = world.machine("alpha", PathStyle.WINDOWS)

        plant(machine.disk, b"/C:/srv", {b"sub/a": b"old", b"SUB/A": b"new"})

        assert machine.disk.tree(b"/C:/srv") == {b"sub": None, b"sub/a": b"new"}


def test_nothing_lies_below_a_file():
    with World(seed=1) as world, pytest.raises(AssertionError):
        plant(world.machine("alpha").disk, b"/srv", {b"a": b"", b"a/b": b""})
