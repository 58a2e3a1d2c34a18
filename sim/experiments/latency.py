"""How long does a copy take on a slow way, and do many files make it longer?

    python -m sim experiment sim/experiments/latency.py --param latency_ms=1,10,50,200 \\
        --param files=1,60 --metric copy_seconds --repeats 10 --csv latency.csv --plot latency.svg

A copy that asked for each file would take as many round trips as there are
files; what is seen is a fixed number of them.
"""

from typing import Annotated

from msgspec import Meta

from sim.link import Route
from sim.replication import Replication
from sim.trees import Tree
from sim.world import World

# On a slower way a dial is given up, or a handshake, before it can be over.
LATENCY_MS_MAX = 1000.0

# Ten thousand take six seconds a repeat.
FILES_MAX = 100_000


async def experiment(
    world: World,
    *,
    latency_ms: Annotated[float, Meta(gt=0, le=LATENCY_MS_MAX)] = 1.0,
    files: Annotated[int, Meta(ge=0, le=FILES_MAX)] = 10,
) -> dict[str, float]:
    """Push a folder of small files; each way takes from `latency_ms` to a tenth more."""
    near, far = world.machine("near"), world.machine("far")
    tree: Tree = {f"file {number}".encode(): b"content" * 100 for number in range(files)}
    near.files.plant(b"/data", tree)
    far.files.make_folder(b"/srv")
    latency_ns = round(latency_ms * 1e6)
    world.network.route = Route(latency_ns_min=latency_ns, latency_ns_max=latency_ns * 11 // 10)
    replication = Replication(world)
    await replication.listen(far, "/srv")

    begun = world.loop.time()
    exit_code = await replication.copy(near, "/data", "tcp://far/backup")
    seconds = world.loop.time() - begun

    assert exit_code == 0, f"the copy ended with exit code {exit_code}"
    assert far.files.tree(b"/srv/backup") == tree, "the target is not what the source is"
    return {"copy_seconds": seconds, "round_trips": seconds / (2 * latency_ms / 1000)}
