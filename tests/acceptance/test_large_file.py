"""A file that needs more than 32 bits for its size, and is mostly a hole."""

import asyncio
import os
from pathlib import Path

import pytest

from tests.acceptance.site import site
from tests.acceptance.snapshot import differences, snapshot

SIZE_BYTES = 5 * 1024**3
DATA = bytes(range(256)) * 1024

# Where the data lies: at the start, across the 4 GiB boundary, and up to the very end.
OFFSETS = (0, 4 * 1024**3 - len(DATA) // 2, SIZE_BYTES - len(DATA))


def make_sparse_file(path: Path) -> None:
    with path.open("wb") as file:
        for offset in OFFSETS:
            file.seek(offset)
            file.write(DATA)
    os.utime(path, ns=(1, 1_234_567_890_123_456_789))


def disk_bytes(path: Path) -> int:
    return path.stat().st_blocks * 512


@pytest.mark.parametrize("topology", ["push", "pull"])
def test_a_sparse_file_of_5_gib_arrives_identical_and_sparse(topology: str, root: Path) -> None:
    source, target = root / "source", root / "target"
    source.mkdir()
    make_sparse_file(source / "image")

    async def once():
        async with site(root) as at:
            return await at.copy(topology, source, target)

    ran = asyncio.run(once())

    assert (ran.exit_code, ran.problems, ran.summary.files_sent) == (0, [], 1)
    assert differences(snapshot(source), snapshot(target)) == {}
    assert disk_bytes(target / "image") <= disk_bytes(source / "image") + len(DATA)
    assert ran.summary.bytes_literal <= 2 * len(OFFSETS) * len(DATA)
