"""What a run has acknowledged survives a power cut right after it, whoever made the folders on the way."""

import pytest

from psync.core.addresses import parse_address
from psync.core.settings import CopySettings, Durability
from sim.crash import CrashProfile
from sim.machine import Machine
from sim.replication import Replication
from sim.trees import Tree
from sim.world import World

TREE: Tree = {b"new": None, b"new/a": b"a", b"there": None, b"there/deep": None, b"there/deep/b": b"b"}


def _machines(world: World) -> tuple[Machine, Machine]:
    near, far = world.machine("near"), world.machine("far")
    for machine in (near, far):
        machine.disk.journal.profile = CrashProfile.STRICT_POSIX
    near.files.plant(b"/data", TREE)
    return near, far


async def _cut(world: World, target: str, durability: Durability, *, is_planted: bool) -> Tree:
    """Copy, lose as much as can be lost, and give what is left at the target."""
    near, far = _machines(world)
    far.files.make_folder(b"/srv")
    near.files.make_folder(b"/home")
    for machine in (near, far):
        machine.disk.journal.sync_all()
    machine, folder = (far, b"/srv/backup") if target.startswith("tcp:") else (near, b"/home/backup")
    if is_planted:  # by a run that was killed, or by a user: nobody has synced it
        machine.files.make_folder(folder + b"/there/deep")
    replication = Replication(world)
    await replication.listen(far, "/srv")
    settings = CopySettings(
        parse_address("/data"),
        parse_address(target),
        durability=durability,
        allow_unauthenticated_network=True,
    )
    assert await replication.start_copy(near, settings).wait() == 0
    machine.power_cut(lambda states: 0)
    return machine.files.tree(folder)


@pytest.mark.parametrize("durability", [Durability.BATCH, Durability.FILE])
@pytest.mark.parametrize("target", ["tcp://far/srv/backup", "/home/backup"])
@pytest.mark.parametrize("is_planted", [False, True], ids=["all made here", "some found"])
def test_nothing_that_was_acknowledged_hangs_on_a_folder_that_was_not_synced(
    target: str, durability: Durability, is_planted: bool
) -> None:
    with World(1) as world:
        assert world.run(_cut(world, target, durability, is_planted=is_planted)) == TREE


def test_without_durability_all_of_it_may_be_lost() -> None:
    with World(1) as world:
        assert world.run(_cut(world, "/home/backup", Durability.NONE, is_planted=True)) == {}
