"""A simulated machine: its disk, its clock, its place in the network, and the processes on it."""

import asyncio
from collections.abc import Callable, Coroutine
from contextvars import Context
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any, TypeVar

from psync.core.paths import PathStyle
from psync.system import System
from sim.claims import Claims
from sim.contents import Contents
from sim.crash import Choose
from sim.databases import DatabaseStore
from sim.disk import Disk
from sim.files import Files
from sim.gate import Gate, Watcher, Witness
from sim.link import Link
from sim.loop import SimLoop
from sim.operating_system import SimOperatingSystem
from sim.process import Process
from sim.system import SimSystem
from sim.windows_system import WindowsOperatingSystem, format_disk

if TYPE_CHECKING:
    from sim.world import World

S = TypeVar("S")

# `async main(settings, system) -> exit code`
Program = Callable[[S, System], Coroutine[Any, Any, int]]

# 2024-01-01T00:00:00Z, when every world begins
EPOCH_NS = 1_704_067_200_000_000_000

USER_PROCESS_ID = 1
FIRST_PROCESS_ID = 1000

MACHINE = "machine"

FAILED = 1  # the exit code of a Python program that ends with an exception


class Machine:
    """One host; it is booted when it is made.

    `files`: its user's hands. `watchers` are told of every system call of its
    programs, and may fail it or kill the process; `witnesses`, of what came of it. `clock_offset_ns`: how far
    the wall clock is off.
    """

    def __init__(self, world: "World", name: str, style: PathStyle = PathStyle.POSIX) -> None:
        self.name = name
        self.style = style
        self.generation = 1
        self.is_up = True
        self.clock_offset_ns = 0
        self.environment: dict[str, str] = {}
        self.watchers: list[Watcher] = []
        self.witnesses: list[Witness] = []
        self.systems: dict[Process, SimSystem] = {}
        self.processes: list[Process] = []
        self.claims = Claims()
        self._world = world
        self._process_ids = count(FIRST_PROCESS_ID)
        self.stack = world.network.plug_in(name)
        self.disk = Disk(self.now_ns)
        if world.trace.is_kept:
            self.disk.watchers.append(Contents(name, self.disk, world.trace).look)
        self.databases = DatabaseStore(self.disk)
        user = Process(self.stack, USER_PROCESS_ID, world.loop, world.trace)
        if style is PathStyle.WINDOWS:
            format_disk(self.disk)
        self.files = Files(self.disk, self.operating_system(user, Gate(user, world.trace, [], [])), style)

    def now_ns(self) -> int:
        """The wall clock, in nanoseconds since 1970."""
        return EPOCH_NS + self._world.agenda.now_ns + self.clock_offset_ns

    def operating_system(self, process: Process, gate: Gate) -> SimOperatingSystem:
        """The file calls of one of its processes."""
        if self.style is PathStyle.WINDOWS:
            return WindowsOperatingSystem(self.disk, gate, process)
        return SimOperatingSystem(self.disk, gate)

    def start(self, program: Program[S], settings: S) -> Process:
        """Start a program as a process of its own."""
        assert self.is_up, f"{self.name} is without power"
        world = self._world
        process = Process(self.stack, next(self._process_ids), world.loop, world.trace)
        self.processes.append(process)
        world.trace.record(
            process.name, "process", f"starts {getattr(program, '__name__', 'a program').strip('_')}"
        )
        gate = Gate(process, world.trace, self.watchers, self.witnesses)
        system = SimSystem(self, process, gate, world.random(f"entropy of {process.name}"))
        self.systems[process] = system
        main = _run_program(world.loop, process, partial(program, settings, system))
        task = world.loop.create_task(main, context=process.context)
        # In nobody's context: whoever starts it, at a fault even another machine's program, may be dead by then.
        task.add_done_callback(partial(_conclude, world.loop, process), context=Context())
        return process

    def power_cut(self, choose: Choose) -> None:
        """Lose all that runs, and of the disk what was not synced, as `choose` decides; nobody is told."""
        self._world.trace.record(self.name, MACHINE, "power cut")
        for link in self._links:
            link.hold()
        self.is_up = False
        for process in self.processes:
            process.vanish()
        self.stack.forget()
        self.disk.cut(choose)
        self.databases.cut(choose)

    def boot(self) -> None:
        """Start again after a power cut, with the disk as it was left."""
        assert not self.is_up, "it is running"
        self.is_up = True
        self.generation += 1
        self._world.trace.record(self.name, MACHINE, f"boot {self.generation}")
        for link in self._links:
            link.release()

    @property
    def _links(self) -> list[Link]:
        return self._world.network.links_of(self.name)

    def ended_leaking(self) -> list[str]:
        """Name the programs that have ended by themselves with files open, each once."""
        leaking = [
            process
            for process, system in self.systems.items()
            if process.is_finished and system.os.open_files
        ]
        self.systems = {process: system for process, system in self.systems.items() if process.is_alive}
        return [process.name for process in leaking]

    def kill_all(self) -> None:
        """Kill every process, the oldest first."""
        for process in self.processes:
            process.kill()


async def _run_program(loop: SimLoop, process: Process, main: Callable[[], Coroutine[Any, Any, int]]) -> int:
    """Run a program's coroutine as `asyncio.run` does: what it has left running is cancelled after it."""
    try:
        return await main()
    finally:
        own = asyncio.current_task()
        others = [task for task, owner in loop.tasks.items() if owner is process and task is not own]
        for task in others:
            task.cancel()
        for outcome in await asyncio.gather(*others, return_exceptions=True):
            if isinstance(outcome, Exception):
                loop.call_exception_handler({"message": f"in a task of {process.name}", "exception": outcome})


def _conclude(loop: SimLoop, process: Process, task: asyncio.Task[int]) -> None:
    error = None if task.cancelled() else task.exception()
    if error is not None:
        loop.call_exception_handler({"message": f"{process.name} failed", "exception": error})
    process.end(FAILED if task.cancelled() or error else task.result())
