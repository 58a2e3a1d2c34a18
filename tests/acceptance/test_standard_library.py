"""The running interpreter's own standard library and a folder of hostile names, pushed and pulled back."""

import asyncio
import shutil
import sysconfig
from pathlib import Path

import pytest

from tests.acceptance.names import HOSTILE_NAMES
from tests.acceptance.site import Ran, site
from tests.acceptance.snapshot import differences, snapshot
from tests.acceptance.trees import FILE_MODES, FOLDER_MODES, File, Folder, Link, Node, plant

# What is installed beside the library is not its own, and compiled files may be written at any moment,
# by this very interpreter.
NOT_THE_LIBRARY = ("site-packages", "__pycache__")


@pytest.fixture
def source(root: Path) -> Path:
    tree = root / "source"
    ignored = shutil.ignore_patterns(*NOT_THE_LIBRARY)
    shutil.copytree(sysconfig.get_path("stdlib"), tree, symlinks=True, ignore=ignored)
    plant(hostile_folder(), tree / "hostile names")
    return tree


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


async def there_and_back(source: Path) -> list[tuple[Ran, Ran]]:
    """Push, and pull what has arrived; each twice. Give both runs of each."""
    pushed, pulled = source.with_name("pushed"), source.with_name("pulled")
    async with site(source.parent) as at:
        return [
            (await at.copy("push", source, pushed), await at.copy("push", source, pushed)),
            (await at.copy("pull", pushed, pulled), await at.copy("pull", pushed, pulled)),
        ]


def test_it_arrives_identical_and_a_second_run_sends_nothing(source: Path) -> None:
    expected = snapshot(source)

    runs = asyncio.run(there_and_back(source))

    files = sum(seen.kind == "file" for seen in expected.values())
    assert differences(expected, snapshot(source.with_name("pulled"))) == {}
    for first, second in runs:
        assert (first.exit_code, first.summary.files_sent, first.problems) == (0, files, [])
        assert (second.exit_code, second.summary.files_unchanged) == (0, files)
        assert (second.changes, second.problems, second.summary.bytes_literal) == ([], [], 0)
