"""A target file is open in another program on a Windows machine (guide, "Troubleshooting" 2)."""

import asyncio

from psync.core.errors import locked_file_text
from psync.core.paths import PathStyle
from psync.engine.events import ProblemFound
from sim.handles import Handle
from sim.machine import Machine
from sim.replication import Replication
from sim.scenarios.scenario import not_yet, scenario
from sim.trees import Tree
from sim.windows import READING
from sim.world import World

OLD: Tree = {b"Document.doc": b"old document", b"Letter.doc": b"old letter"}
NEW: Tree = {b"Document.doc": b"the new document", b"Letter.doc": b"the new letter"}

# The interval of the retry settings, and what an attempt itself may take.
RETRY_SECONDS, EPSILON_SECONDS = 60.0, 10.0


ADDRESS = r"TCP:\\far\c$\Target"
TARGET = b"C:\\Target"

# The documented text up to its suffix, which stands exactly when the file is on the retry list.
TEXT = (
    r"PSListener responded with - Update Failure [LockFiles] Error Opening Handle: C:\Target\Document.doc "
    "(The process cannot access the file because it is being used by another process)"
)


@scenario
async def locked_target_file_stays_as_it_was(world: World) -> None:
    """The locked file keeps its content and is told as [LockFiles], the other one arrives, no retry is claimed."""
    replication, near, far, lock = await _locked(world)

    assert await replication.copy(near, "/data", ADDRESS) == 1

    (problem,) = (event.problem for event in replication.events if isinstance(event, ProblemFound))
    assert (problem.path, problem.tag) == ((b"Document.doc",), "LockFiles")
    assert locked_file_text(r"C:\Target\Document.doc", is_on_retry_list=False) == TEXT
    assert far.files.tree(TARGET) == {**NEW, b"Document.doc": b"old document"}
    lock.close()
    world.note("the other program closes the file")
    assert await replication.copy(near, "/data", ADDRESS) == 0
    assert far.files.tree(TARGET) == NEW


@not_yet("the retry list")
async def locked_target_file_arrives_once_it_is_closed(world: World) -> None:
    """The other program closes the file: it arrives with the next tick of the retry list, without another run."""
    replication, near, far, lock = await _locked(world)
    assert await replication.copy(near, "/data", ADDRESS) == 1
    lock.close()
    world.note("the other program closes the file")
    await asyncio.sleep(RETRY_SECONDS + EPSILON_SECONDS)

    assert far.files.tree(TARGET) == NEW, "nobody has tried again"


async def _locked(world: World) -> tuple[Replication, Machine, Machine, Handle]:
    near, far = world.machine("near"), world.machine("far", PathStyle.WINDOWS)
    near.files.plant(b"/data", NEW)
    far.files.plant(TARGET, OLD)
    lock = far.disk.open_elsewhere(b"/C:/Target/Document.doc", READING)
    world.note(r"another program on far has C:\Target\Document.doc open for reading")
    replication = Replication(world)
    await replication.listen(far, "C:\\")
    return replication, near, far, lock
