"""psync and rsync leave the same trees: 200 generated pairs of a source and what stands at the target.

`rsync -a --delete --modify-window=-1` is asked for the same as `psync copy
--delete`: all names and kinds, content by size and time to the nanosecond,
modes, times, links, and no owners that would matter here.
"""

import asyncio
import os
import subprocess
from pathlib import Path

import pytest

from psync.core.paths import temporary_name
from psync.core.settings import Durability
from tests.acceptance.site import TOPOLOGIES, Site, site
from tests.acceptance.snapshot import differences, snapshot
from tests.acceptance.trees import Folder, Grower, plant, writable

RSYNC = ("rsync", "-a", "--delete", "--modify-window=-1")
SEEDS_PER_TEST = 20


def rsync(source: Path, target: Path) -> None:
    subprocess.run([*RSYNC, "--", f"{source}/", f"{target}/"], check=True)


def grown(seed: int) -> tuple[Folder, Folder | None]:
    """Give a pair that rsync can bring together: unless it is root, it deletes nothing in a read-only folder.

    psync does (test_shapes.py).
    """
    source, target = Grower(seed).pair()
    return (source, target) if target is None or os.geteuid() == 0 else (source, writable(target))


async def disagreements(at: Site, root: Path, seed: int) -> dict:
    """Give both programs the same pair, and all that is different afterwards."""
    source, target = grown(seed)
    plant(source, root / "source")
    for program in ("rsync", "psync"):
        if target is not None:
            plant(target, root / program)
    rsync(root / "source", root / "rsync")
    topology = list(TOPOLOGIES)[seed % len(TOPOLOGIES)]
    durability = list(Durability)[seed % len(Durability)]
    ran = await at.copy(topology, root / "source", root / "psync", durability=durability)
    return {
        "exit code": ran.exit_code,
        "problems": ran.problems,
        "trees": differences(snapshot(root / "rsync"), snapshot(root / "psync")),
    }


@pytest.mark.needs_rsync
@pytest.mark.parametrize("first", range(0, 200, SEEDS_PER_TEST))
def test_both_leave_the_same_tree(first: int, root: Path) -> None:
    async def disagreeing() -> dict:
        found = {}
        async with site(root) as at:
            for seed in range(first, first + SEEDS_PER_TEST):
                (root / str(seed)).mkdir()
                found[seed] = await disagreements(at, root / str(seed), seed)
        return found

    found = asyncio.run(disagreeing())

    agreed = {"exit code": 0, "problems": [], "trees": {}}
    assert {seed: one for seed, one in found.items() if one != agreed} == {}


def set_id_file(source: Path) -> None:
    (source / "program").write_bytes(b"")
    (source / "program").chmod(0o6755)


def fifo(source: Path) -> None:
    os.mkfifo(source / "pipe")


def psync_temporary(source: Path) -> None:
    (source / os.fsdecode(temporary_name(bytes(16)))).write_bytes(b"")


MEANT = {
    # On the other machine these bits would hand out the rights of another account.
    "set-id bits are stripped": (set_id_file, ["program"]),
    # Not content, and of no use to the other machine. psync says so with a notice.
    "a fifo is not made": (fifo, ["pipe"]),
    # A psync that writes into the source at the moment owns these, and nothing else has such a name.
    "psync's own temporaries stay where they are": (
        psync_temporary,
        [os.fsdecode(temporary_name(bytes(16)))],
    ),
}


@pytest.mark.needs_rsync
@pytest.mark.parametrize("reason", MEANT)
def test_the_trees_differ_only_where_psync_means_to(reason: str, root: Path) -> None:
    make, differing = MEANT[reason]
    source = root / "source"
    source.mkdir()
    make(source)
    rsync(source, root / "rsync")

    async def once() -> None:
        async with site(root) as at:
            await at.copy("push", source, root / "psync")

    asyncio.run(once())

    found = differences(snapshot(root / "rsync"), snapshot(root / "psync"))
    assert list(found) == [os.fsencode(name) for name in differing]
