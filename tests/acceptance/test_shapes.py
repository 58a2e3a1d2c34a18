"""Trees of an unusual shape: very wide, very deep, with very long paths."""

import asyncio
from pathlib import Path

import pytest

from tests.acceptance.site import TOPOLOGIES, Ran, site
from tests.acceptance.snapshot import differences, snapshot
from tests.acceptance.trees import File, Folder, Node, plant

TIME_NS = 1_600_000_000_123_456_789
LEAF = File(10, 1, 0o644, TIME_NS)


def wide(count: int) -> Folder:
    return Folder({b"%05d" % number: LEAF for number in range(count)}, 0o755, TIME_NS)


def deep(levels: int, name: bytes) -> Folder:
    """A chain of folders, each with one file."""
    tree = Folder({b"leaf": LEAF}, 0o755, TIME_NS)
    for _ in range(levels):
        entries: dict[bytes, Node] = {name: tree, b"leaf": LEAF}
        tree = Folder(entries, 0o700, TIME_NS)
    return tree


SHAPES = {
    "200 levels": deep(200, b"f"),
    "a path of 51,000 bytes": deep(200, b"n" * 255),
    "20 levels of 255 bytes, just above the limit of a path": deep(20, b"\xe9" * 255),
    "a folder that ends where another begins": Folder(
        {b"a": deep(2, b"b"), b"a-b": deep(1, b"b"), b"a ": deep(1, b"b"), b"a.b": LEAF}, 0o755, TIME_NS
    ),
}


async def run_twice(topology: str, root: Path) -> tuple[Ran, Ran]:
    """Bring `source` into `target`, and once more."""
    source, target = root / "source", root / "target"
    async with site(root) as at:
        return await at.copy(topology, source, target), await at.copy(topology, source, target)


@pytest.mark.parametrize("topology", TOPOLOGIES)
@pytest.mark.parametrize("shape", SHAPES)
def test_a_tree_of_this_shape_arrives_identical(shape: str, topology: str, root: Path) -> None:
    plant(SHAPES[shape], root / "source")

    first, second = asyncio.run(run_twice(topology, root))

    assert (first.exit_code, first.problems) == (0, [])
    assert differences(snapshot(root / "source"), snapshot(root / "target")) == {}
    assert (second.exit_code, second.changes, second.problems) == (0, [], [])


def test_a_folder_of_5000_files_arrives_identical(root: Path) -> None:
    plant(wide(5000), root / "source")

    first, second = asyncio.run(run_twice("both ends TCP", root))

    assert (first.exit_code, first.problems, first.summary.files_sent) == (0, [], 5000)
    assert differences(snapshot(root / "source"), snapshot(root / "target")) == {}
    assert (second.exit_code, second.changes, second.problems) == (0, [], [])


def test_read_only_folders_are_filled_and_emptied(root: Path) -> None:
    new, old = Folder({b"new": LEAF}, 0o500, TIME_NS), Folder({b"old": LEAF}, 0o555, 1)
    plant(Folder({b"filled": new, b"both": new}, 0o500, TIME_NS), root / "source")
    plant(Folder({b"emptied": old, b"both": old}, 0o500, TIME_NS), root / "target")

    ran, again = asyncio.run(run_twice("push", root))

    assert (ran.exit_code, ran.problems, again.changes) == (0, [], [])
    assert differences(snapshot(root / "source"), snapshot(root / "target")) == {}


def test_a_deep_tree_is_deleted_from_below(root: Path) -> None:
    plant(Folder({}, 0o755, TIME_NS), root / "source")
    plant(deep(200, b"n" * 255), root / "target")

    ran, _ = asyncio.run(run_twice("push", root))

    assert (ran.exit_code, ran.problems, ran.summary.files_deleted) == (0, [], 201)
    assert differences(snapshot(root / "source"), snapshot(root / "target")) == {}
