"""The unmodified client pushes one file to the unmodified listener, on two simulated machines."""

from psync.engine.events import Event
from sim.replication import Replication
from sim.scenarios.scenario import scenario
from sim.trees import Tree
from sim.world import World

TREE: Tree = {b"letter.txt": b"one file, whole\n" * 1000}


@scenario
async def push_one_file(world: World) -> list[Event]:
    """Push `/data` of one machine below the RootPath of another; give what both programs reported."""
    near, far = world.machine("near"), world.machine("far")
    near.files.plant(b"/data", TREE)
    far.files.make_folder(b"/srv")
    replication = Replication(world)
    await replication.listen(far, "/srv")

    assert await replication.copy(near, "/data", "tcp://far/backup") == 0

    assert far.files.tree(b"/srv/backup") == TREE
    return replication.events
