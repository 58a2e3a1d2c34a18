"""What is replicated: generated trees, each the same at every run, or a tree of the user's own."""

import os
from collections.abc import Callable
from pathlib import Path
from random import Random

from msgspec import Struct

# As in source trees: half of all files below 5.5 KB, a few of some MB, and their mean near 15 KB.
MEDIAN_BYTES = 5_500
SPREAD = 1.4
FILE_BYTES_MAX = 4_000_000
FILES_PER_FOLDER = 17
FOLDERS_PER_FOLDER = 8

BLOCK_BYTES = 1 << 20
MODIFIED_NS = 1_600_000_000_123_456_789


class Workload(Struct, frozen=True):
    """A tree: its name for the table, and the way to make it in a folder that does not exist yet."""

    name: str
    make: Callable[[Path], None]


class Amount(Struct, frozen=True):
    """What stands below a folder."""

    files: int
    bytes: int


def small_files(count: int) -> Workload:
    """Give a tree like that of a large program's sources."""
    return Workload(f"{count:,} small files", lambda folder: _make_small_files(folder, count))


def large_file(mebibytes: int) -> Workload:
    """Give one file of random bytes."""
    name = f"one file of {mebibytes / 1024:g} GiB" if mebibytes >= 1024 else f"one file of {mebibytes} MiB"
    return Workload(name, lambda folder: _make_large_file(folder, mebibytes))


def own_tree(tree: Path) -> Workload:
    """Give a tree of the user's, through a link: it is only read."""
    return Workload(f"the tree {tree.name}", lambda folder: folder.symlink_to(tree.resolve()))


def amount(folder: Path) -> Amount:
    """Count what a run should have brought, as a check that it did."""
    files = size = 0
    for path, _, names in os.walk(folder):
        for name in names:
            files += 1
            size += os.lstat(os.path.join(path, name)).st_size
    return Amount(files, size)


def _make_small_files(folder: Path, count: int) -> None:
    """Fill folders of a few files each, eight to a folder above; content is cut from one random block."""
    random = Random(1)
    block = random.randbytes(2 * FILE_BYTES_MAX)
    for first in range(0, count, FILES_PER_FOLDER):
        below = folder.joinpath(*_digits(first // FILES_PER_FOLDER))
        below.mkdir(parents=True, exist_ok=True)
        for number in range(first, min(first + FILES_PER_FOLDER, count)):
            size = min(int(MEDIAN_BYTES * random.lognormvariate(0, SPREAD)), FILE_BYTES_MAX)
            start = random.randrange(FILE_BYTES_MAX)
            _write(below / f"source_file_{number:06}.c", block[start : start + size])


def _digits(number: int) -> list[str]:
    """Name a folder by the path to it, so that folders nest as those of programs do."""
    digits = [f"folder_{number % FOLDERS_PER_FOLDER}"]
    while number := number // FOLDERS_PER_FOLDER:
        digits.insert(0, f"folder_{number % FOLDERS_PER_FOLDER}")
    return digits


def _make_large_file(folder: Path, mebibytes: int) -> None:
    random = Random(2)
    folder.mkdir()
    path = folder / "large.bin"
    with path.open("wb") as file:
        for _ in range(mebibytes):
            file.write(random.randbytes(BLOCK_BYTES))
    os.utime(path, ns=(MODIFIED_NS, MODIFIED_NS))


def _write(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    os.utime(path, ns=(MODIFIED_NS, MODIFIED_NS))
