"""The running interpreter's own standard library and a folder of hostile names, over every topology."""

import asyncio
import shutil
import sysconfig
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from tests.acceptance.names import HOSTILE_NAMES
from tests.acceptance.room import room
from tests.acceptance.site import Ran, site
from tests.acceptance.snapshot import Snapshot, differences, snapshot
from tests.acceptance.trees import FILE_MODES, FOLDER_MODES, File, Folder, Link, Node, plant

# What is installed beside the library is not its own, and compiled files may be written at any moment,
# by this very interpreter.
NOT_THE_LIBRARY = ("site-packages", "__pycache__")


@pytest.fixture(scope="module")
def source() -> Iterator[tuple[Path, Snapshot]]:
    """A tree that is only read by the tests, and what stands in it."""
    with room() as root:
        tree = root / "source"
        ignored = shutil.ignore_patterns(*NOT_THE_LIBRARY)
        shutil.copytree(sysconfig.get_path("stdlib"), tree, symlinks=True, ignore=ignored)
        plant(hostile_folder(), tree / "hostile names")
        yield tree, snapshot(tree)


@pytest.fixture
def stops(source: tuple[Path, Snapshot], route: str) -> list[Path]:
    """Where the legs of a route end."""
    return [source[0].parent / f"{route}, {leg}" for leg in ROUTES[route]]


def hostile_folder() -> Folder:
    """A file, a folder with a file in it, and a link to nowhere under every hostile name."""
    times = iter(range(1_000_000_000_123_456_789, 2_000_000_000_000_000_000, 987_654_321))
    by_kind: dict[bytes, dict[bytes, Node]] = {b"files": {}, b"folders": {}, b"links": {}}
    for number, name in enumerate(HOSTILE_NAMES.values()):
        file = File(100 * number, number, FILE_MODES[number % len(FILE_MODES)], next(times))
        mode = FOLDER_MODES[number % len(FOLDER_MODES)]
        by_kind[b"files"][name] = file
        by_kind[b"folders"][name] = Folder({name: file}, mode, next(times))
        by_kind[b"links"][name] = Link(name, next(times))
    return Folder({kind: Folder(entries, 0o755, next(times)) for kind, entries in by_kind.items()}, 0o755, 1)


# The ways from the tree to a copy of it, leg by leg.
ROUTES = {
    "pushed and pulled back": ("push", "pull"),
    "from a listener to a listener": ("both ends TCP",),
    "on one machine": ("both ends local",),
}


async def travel(legs: tuple[str, ...], start: Path, stops: list[Path]) -> list[tuple[Ran, Ran]]:
    """Make each leg twice; give both runs of each."""
    async with site(start.parent) as at:
        places = pairwise([start, *stops])
        return [
            (await at.copy(leg, source, target), await at.copy(leg, source, target))
            for leg, (source, target) in zip(legs, places, strict=True)
        ]


@pytest.mark.parametrize("route", ROUTES)
def test_it_arrives_identical_and_a_second_run_sends_nothing(
    route: str, source: tuple[Path, Snapshot], stops: list[Path]
) -> None:
    tree, expected = source

    runs = asyncio.run(travel(ROUTES[route], tree, stops))

    files = sum(seen.kind == "file" for seen in expected.values())
    assert differences(expected, snapshot(stops[-1])) == {}
    for first, second in runs:
        assert (first.exit_code, first.summary.files_sent, first.problems) == (0, files, [])
        assert (second.exit_code, second.summary.files_unchanged) == (0, files)
        assert (second.changes, second.problems, second.summary.bytes_literal) == ([], [], 0)
