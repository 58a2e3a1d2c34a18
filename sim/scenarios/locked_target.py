"""A target file is open in another program on a Windows machine (guide, "Troubleshooting" 2)."""

import asyncio

from psync.core.errors import locked_file_text
from psync.core.paths import PathStyle
from psync.engine.events import ProblemFound
from sim.faults import FileLocked
from sim.faults.fault import Heal
from sim.scenarios.pair import Pair
from sim.scenarios.scenario import not_yet, scenario
from sim.trees import Tree
from sim.windows import READING
from sim.world import World

OLD: Tree = {b"Document.doc": b"old document", b"Letter.doc": b"old letter"}
NEW: Tree = {b"Document.doc": b"the new document", b"Letter.doc": b"the new letter"}

# The interval of the retry settings, and what an attempt itself may take.
RETRY_SECONDS, EPSILON_SECONDS = 60.0, 10.0

# The documented text up to its suffix, which stands exactly when the file is on the retry list.
TEXT = (
    r"PSListener responded with - Update Failure [LockFiles] Error Opening Handle: C:\srv\backup\Document.doc "
    "(The process cannot access the file because it is being used by another process)"
)


@scenario
async def locked_target_file_stays_as_it_was(world: World) -> None:
    """The locked file keeps its content and is told as [LockFiles], the other one arrives, no retry is claimed."""
    pair, close = await _locked(world)

    assert await pair.push() == 1

    (problem,) = (event.problem for event in pair.replication.events if isinstance(event, ProblemFound))
    assert (problem.path, problem.tag) == ((b"Document.doc",), "LockFiles")
    assert locked_file_text(r"C:\srv\backup\Document.doc", is_on_retry_list=False) == TEXT
    assert pair.target() == {**NEW, b"Document.doc": b"old document"}
    close()
    await pair.converge()


@not_yet("the retry list")
async def locked_target_file_arrives_once_it_is_closed(world: World) -> None:
    """The other program closes the file: it arrives with the next tick of the retry list, without another run."""
    pair, close = await _locked(world)
    assert await pair.push() == 1
    close()
    await asyncio.sleep(RETRY_SECONDS + EPSILON_SECONDS)

    assert pair.target() == NEW, "nobody has tried again"


async def _locked(world: World) -> tuple[Pair, Heal]:
    pair = Pair(world, NEW, OLD, target_style=PathStyle.WINDOWS)
    await pair.listen()
    lock = pair.arm(FileLocked("far", "/C:/srv/backup/Document.doc", 3600.0, READING))
    world.note(r"another program on far has C:\srv\backup\Document.doc open for reading")

    def close() -> None:
        lock()
        world.note("the other program closes the file")

    return pair, close
