"""A program that tells what a run over unchanged entries needs at most: `memory_probe FOLDER COUNT`.

It writes the peak of Python's own memory, in bytes, of client and listener together.
"""

import asyncio
import os
import sys
import tracemalloc
from pathlib import Path

from tests.acceptance.site import site

FILES_PER_FOLDER = 100
TIME_NS = 1_600_000_000_000_000_000


def plant_links(folder: Path, count: int, file: Path) -> None:
    """Fill a folder with `count` names of one file: quick to make, and unchanged at once."""
    folder.mkdir()
    for first in range(0, count, FILES_PER_FOLDER):
        below = folder / f"{first:08}"
        below.mkdir()
        for number in range(FILES_PER_FOLDER):
            os.link(file, below / f"a name of ordinary length {number:04}")
        os.utime(below, ns=(TIME_NS, TIME_NS))
    os.utime(folder, ns=(TIME_NS, TIME_NS))


async def peak_bytes(root: Path, count: int) -> int:
    """Run once to load what is loaded late, then measure a run that changes nothing."""
    source, target = root / "source", root / "target"
    file = root / "file"
    file.write_bytes(b"content")
    for folder in (source, target):
        plant_links(folder, count, file)
    async with site(root) as at:
        await at.copy("push", source, target)
        tracemalloc.start()
        ran = await at.copy("push", source, target)
    peak = tracemalloc.get_traced_memory()[1]
    assert (ran.exit_code, ran.changes, ran.summary.files_unchanged) == (0, [], count)
    return peak


if __name__ == "__main__":
    sys.stdout.write(f"{asyncio.run(peak_bytes(Path(sys.argv[1]), int(sys.argv[2])))}\n")
