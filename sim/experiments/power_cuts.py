"""How many runs does it take to replicate a folder to a machine whose power fails again and again?

    python -m sim experiment sim/experiments/power_cuts.py --param calls_between_cuts=75,100,200,400,800 \\
        --metric runs --repeats 20 --csv power-cuts.csv --plot power-cuts.svg

Where the power mostly holds for as long as a run takes, one or two are enough.
"""

import asyncio
from typing import Annotated

from msgspec import Meta

from sim.gate import Call
from sim.machine import Machine
from sim.replication import Replication
from sim.trees import Tree
from sim.world import World

FILES = 40
RUNS_MAX = 500


async def experiment(
    world: World, *, calls_between_cuts: Annotated[int, Meta(ge=1)] = 200
) -> dict[str, float]:
    """Push a folder until it is there; the power fails after so many system calls, by chance more or fewer."""
    near, far = world.machine("near"), world.machine("far")
    tree: Tree = {f"file {number}".encode(): b"content" * 100 for number in range(FILES)}
    near.files.plant(b"/data", tree)
    far.files.make_folder(b"/srv")
    far.disk.journal.sync_all()
    fail_now_and_then(world, far, calls_between_cuts)
    replication = Replication(world)

    begun = world.loop.time()
    runs = 0
    while runs < RUNS_MAX:
        runs += 1
        if not far.is_up:
            far.boot()
        if not any(process.is_alive for process in far.processes):
            replication.start_listener(far, "/srv")
            await asyncio.sleep(1.0)
        if await replication.copy(near, "/data", "tcp://far/backup") == 0:
            break
    else:
        raise TimeoutError(f"the folder had not arrived after {RUNS_MAX} runs")

    assert far.files.tree(b"/srv/backup") == tree, "the target is not what the source is"
    return {"runs": runs, "seconds": world.loop.time() - begun, "power_cuts": far.generation - 1}


def fail_now_and_then(world: World, machine: Machine, calls_between_cuts: int) -> None:
    """Cut the power of a machine before one of its calls, again and again."""
    chance = world.random("power")
    left = round(chance.expovariate(1 / calls_between_cuts))

    def watch(call: Call) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            left = round(chance.expovariate(1 / calls_between_cuts))
            machine.power_cut(chance.randrange)

    machine.watchers.append(watch)
