"""Two machines with psync on them, as most scenarios need them.

`near` holds a folder and runs the client; `far` serves `/srv` with a listener.
A push brings `/data` of the one to `/srv/backup` of the other, which is
`C:\\srv\\backup` where `far` is a Windows machine. Faults of `sim.faults` can be
armed on a pair as on a trial.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Any

from psync.core.addresses import DEFAULT_PORT, parse_address
from psync.core.errors import EXIT_CONVERGED, connection_failure_text, device_text
from psync.core.paths import PathStyle
from psync.core.settings import DEFAULT_INSTANCE, CopySettings, Durability
from psync.engine.events import ConnectionFailed, Event, ListenerReady, ProblemFound, RunRefused, SessionEnded
from psync.wire.keys import UNKEYED_PRS
from sim.configuration import NO_KEYS, Keys, Setup
from sim.crash import Choose
from sim.faults import Fault, FileLocked
from sim.faults.fault import Heal
from sim.faults.unfit import EntryUnfit
from sim.layout import ROOT, Layout
from sim.machine import EPOCH_NS, Machine
from sim.plan import Place
from sim.process import Process
from sim.replication import Replication
from sim.runs import Runs
from sim.trees import Tree
from sim.world import World

SOURCE, TARGET = b"/data", b"/srv/backup"
ADDRESS = "tcp://far/backup"

TREE: Tree = {b"changed": b"new content", b"fresh": b"fresh " * 400, b"sub": None, b"sub/kept": b"same"}
OLD_TREE: Tree = {b"changed": b"old", b"sub": None, b"sub/kept": b"same"}

# Files that were there before the scenario are older than anything that it does, and those of the target
# are older still where they differ: two of one length and one time would count as the same file.
OLD_SECONDS_NS = 3600 * 10**9

# Longer than every deadline of psync's own.
RUN_SECONDS_MAX = 600.0


class Pair:
    """The two machines, their programs, and what these told. It is the `Site` of faults.

    `hear_too` is told of each event; `more_for_listener` and `more_for_client` are further fields of their settings.
    """

    def __init__(
        self,
        world: World,
        source: Tree = TREE,
        target: Tree = OLD_TREE,
        *,
        target_style: PathStyle = PathStyle.POSIX,
    ) -> None:
        self.world = world
        self.near, self.far = world.machine("near"), world.machine("far", target_style)
        layout = Layout(target_style)
        self.root = layout.typed(ROOT)
        self.target_folder = layout.files(TARGET.decode())
        self.address = ADDRESS
        if target_style is PathStyle.WINDOWS:
            self.address = layout.address(Place("far", True), TARGET.decode())
        self.effects: Counter[str] = Counter()
        self.runs = Runs()
        self.setups: dict[str, Setup] = {"near": Setup(), "far": Setup()}
        self.replication = Replication(world, hear=self._hear)
        self.more_for_listener: dict[str, Any] = {}
        self.more_for_client: dict[str, Any] = {}
        self.hear_too: Callable[[Event], None] | None = None
        self._ready = asyncio.Event()
        self._listener: Process | None = None
        self._plant(self.near, SOURCE, source, {})
        self._plant(self.far, self.target_folder, target, source)

    # Programs

    async def listen(
        self, *, port: int = DEFAULT_PORT, keys: Keys = NO_KEYS, root: str | None = None
    ) -> Process:
        """Start the listener and wait until it takes clients."""
        self._ready.clear()
        self._listener = process = self.replication.start_listener(
            self.far, root or self.root, port=port, prs=keys.secret, **self.more_for_listener
        )
        async with asyncio.timeout(RUN_SECONDS_MAX):
            await self._ready.wait()
        return process

    async def second_listener(self, instance: str = DEFAULT_INSTANCE) -> int:
        """Start another listener beside the first one; wait for its end and give its exit code."""
        async with asyncio.timeout(RUN_SECONDS_MAX):
            return await self.replication.start_listener(self.far, self.root, instance=instance).wait()

    def start_push(
        self,
        *,
        machine: Machine | None = None,
        port: int | None = None,
        keys: Keys = NO_KEYS,
        address: str | None = None,
        delete: bool = False,
        durability: Durability = Durability.BATCH,
    ) -> Process:
        """Start one push of `/data`."""
        prs = keys.secret
        settings = CopySettings(
            parse_address(SOURCE.decode()),
            parse_address(address or self.address),
            port=port,
            delete=delete,
            durability=durability,
            is_keyed=prs != UNKEYED_PRS,
            allow_unauthenticated_network=True,
            **self.more_for_client,
        )
        return self.replication.start_copy(machine or self.near, settings, prs=prs)

    async def push(
        self,
        *,
        port: int | None = None,
        keys: Keys = NO_KEYS,
        address: str | None = None,
        delete: bool = False,
        durability: Durability = Durability.BATCH,
    ) -> int:
        """Push once; give the exit code. What was told before is forgotten."""
        self.replication.events.clear()
        process = self.start_push(port=port, keys=keys, address=address, delete=delete, durability=durability)
        async with asyncio.timeout(RUN_SECONDS_MAX):
            return await process.wait()

    async def converge(self) -> None:
        """Push once more: it must arrive, whatever happened before."""
        exit_code = await self.push()
        assert exit_code == EXIT_CONVERGED, f"exit code {exit_code}, {self.causes()}{self._missing()}"
        assert self.source() == self.target(), "the target is not what the source is"

    # What has come of it

    def source(self) -> Tree:
        """What `/data` holds."""
        return self.near.files.tree(SOURCE)

    def target(self) -> Tree:
        """What the folder of `far` holds."""
        return self.far.files.tree(self.target_folder)

    def causes(self) -> list[str]:
        """The codes of what ended programs."""
        ends = [
            event for event in self.replication.events if isinstance(event, ConnectionFailed | RunRefused)
        ]
        return [event.cause.code for event in ends]

    def texts(self) -> list[str]:
        """The documented texts as an operator reads them."""
        ends = [event for event in self.replication.events if isinstance(event, ConnectionFailed)]
        return [text for event in ends for text in _documented(event)]

    def problems(self) -> list[tuple[bytes, str]]:
        """Path and code of each entry that was reported."""
        found = [event.problem for event in self.replication.events if isinstance(event, ProblemFound)]
        return [(b"/".join(problem.path), problem.code.value) for problem in found]

    def ended_sessions(self) -> list[str]:
        """Why sessions of the listener ended; empty for a goodbye."""
        return [event.reason for event in self.replication.events if isinstance(event, SessionEnded)]

    # What faults ask

    def arm(self, fault: Fault) -> Heal:
        """Have something fail from now on; give what ends it. A lock that could keep nobody from a file is a mistake."""
        if isinstance(fault, FileLocked):
            flaw = fault.flaw(self.machine(fault.machine))
            assert not flaw, flaw
        return fault.arm(self)

    def machine(self, name: str) -> Machine:
        """A machine by its name."""
        return self.world.machines[name]

    def took_effect(self, fault: object, what: str = "") -> None:
        """A fault has happened."""
        self.effects[type(fault).__name__] += 1
        self.world.trace.record(getattr(fault, "machine", "world"), "fault", f"{type(fault).__name__} {what}")

    def choose(self, stream: str) -> Choose:
        """Chance, in a stream of its own."""
        return self.world.random(stream).randrange

    def change_source(self, machine: str, path: bytes) -> bool:
        """Write a source file anew, with another content of the same length."""
        if machine != "near" or not path.startswith(SOURCE + b"/"):
            return False
        self.near.files.write(path, bytes(reversed(self.near.files.read(path))) + b"!")
        return True

    def write_half_of_source(self, machine: str, path: bytes) -> bool:
        """Put zeros before the second half of a source file."""
        if machine != "near" or not path.startswith(SOURCE + b"/"):
            return False
        content = self.near.files.read(path)
        half = len(content) // 2
        self.near.files.write(path, bytes(half) + content[half:])
        return True

    def write_target(self) -> bool:
        """Write a file of the target that is not what the source has."""
        source = self.source()
        due = [path for path, content in self.target().items() if content and source.get(path) != content]
        if due:
            self.far.files.write(self.target_folder + b"/" + due[0], b"written by somebody else")
        return bool(due)

    def stop(self, process: Process) -> None:
        """End a program in order."""
        process.stop()

    def start_second_run(self) -> bool:
        """Push once more, beside the push under way."""
        self.start_push()
        return True

    def make_unfit(self, fault: EntryUnfit) -> Heal | None:
        """No effect here: a scenario plants such entries itself."""
        return None

    def start_rival(self, machine: str, instance: str) -> Heal:
        """Start a second listener."""
        return self.replication.start_listener(self.machine(machine), self.root, instance=instance).kill

    def _missing(self) -> str:
        """What a scenario has to do before a push can arrive, behind a colon; empty if that is not the trouble."""
        if not self.far.is_up:
            return ": far has no power: pair.far.boot(), then await pair.listen()"
        if self._listener is not None and not self._listener.is_alive:
            return ": the listener of far has ended: await pair.listen()"
        return ""

    def _plant(self, machine: Machine, folder: bytes, tree: Tree, newer: Tree) -> None:
        machine.files.plant(folder, tree)
        for path, content in tree.items():
            if content is not None:
                is_older = newer.get(path, content) != content
                age_ns = OLD_SECONDS_NS * (2 if is_older else 1) + len(repr(content))
                machine.files.set_time(folder + b"/" + path, EPOCH_NS - age_ns)
        machine.disk.journal.sync_all()

    def _hear(self, event: Event) -> None:
        if isinstance(event, ListenerReady):
            self._ready.set()
        if self.hear_too is not None:
            self.hear_too(event)


def _documented(event: ConnectionFailed) -> list[str]:
    device = device_text(event.role, event.uri)
    return [
        device,
        connection_failure_text(event.uri, event.job, retry_scheduled=event.is_retry_scheduled),
    ]
