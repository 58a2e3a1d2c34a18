"""One plan, carried out: runs while things fail, then all is healed, and the next run must converge.

    safety     runs of the job, edits of the source between them, faults as they come
    healing    faults end, machines boot, programs go on; a listener that died is started again, others if the plan says so
    liveness   a run must end with exit code 0 and equal trees, and the one after it, if there is one, send nothing

A checker that finds a promise broken ends the trial at once, so that the trace
ends where the trouble is.
"""

import asyncio
import stat
from collections import Counter
from collections.abc import Callable, Iterator

from msgspec import Struct

from psync.core.addresses import Address, parse_address
from psync.core.paths import PathStyle, is_temporary_name
from psync.core.settings import CopySettings, Durability
from psync.engine.channel import DEAD_PEER_SECONDS
from psync.engine.events import Event, Summary
from sim.checkers import CHECKERS
from sim.checkers.checker import Broken
from sim.configuration import KEYS, NO_KEYS, Setup
from sim.crash import Choose
from sim.exclusions import Exclusions
from sim.faults.fault import Heal
from sim.faults.unfit import EntryUnfit
from sim.layout import ROOT, SOURCE, TARGET, TRIPWIRE, Layout, folder_of
from sim.ledger import Ledger
from sim.link import SECOND_NS
from sim.machine import EPOCH_NS, Machine
from sim.oracle import differences, expected_tree
from sim.plan import CLIENT, Edit, FileSpec, Kind, Place, Plan
from sim.planting import plant
from sim.process import Process
from sim.replication import Replication
from sim.runs import Runs
from sim.sometimes import Reached
from sim.trace import BROKEN
from sim.trees import Link, Tree, content_of
from sim.unfit import UnfitEntries
from sim.user import User
from sim.windows import READING
from sim.world import Unhandled, World

# Longer than every deadline of psync's own: a run that takes more has hung.
RUN_SECONDS_MAX = 600.0

# What a commit in progress and a goodbye may take once nothing hinders them.
STOP_SECONDS_MAX = 60.0

# Time that the operator lets pass before he looks again.
PAUSE_SECONDS = 5.0


class Result(Struct):
    """What has come of a trial. `broken` is empty if every promise was kept.

    `is_run_stopped`: a promise was broken during the last run, whose exit code would be the simulator's doing.
    """

    broken: str = ""
    effects: dict[str, int] = {}
    reached: tuple[str, ...] = ()
    exit_codes: tuple[int, ...] = ()
    virtual_seconds: float = 0.0
    application_digest: str = ""
    trace_digest: str = ""
    is_run_stopped: bool = False


class Trial:
    """A plan under way. It is the `Site` of its faults and the subject of its checkers."""

    def __init__(self, plan: Plan, world: World) -> None:
        self.plan = plan
        self.world = world
        self.effects: Counter[str] = Counter()
        world.loop.jobs.is_interleaved = plan.is_interleaved
        self.reached = Reached()
        self.exit_codes: list[int] = []
        self.is_torn = False
        self.written_into_target: dict[bytes, bytes] = {}
        self.exclusions = Exclusions(plan.exclude)
        self._first_broken: Broken | None = None
        self.is_run_stopped = False
        self.is_run_dry = False
        self.runs = Runs()
        self.setups: dict[str, Setup] = {}
        self.rivals: list[Process] = []
        self.replication = Replication(world, hear=self._hear)
        for name in plan.machines:
            world.machine(name, plan.style(name)).disk.journal.profile = plan.profile(name)
            self.setups[name] = Setup(keys=KEYS if plan.is_keyed else NO_KEYS)
        self.source = self._plant(plan.source_place, plan.source, SOURCE)
        self.target = self._plant(plan.target_place, plan.target, TARGET)
        self._addresses = (
            self._address(plan.source_place, SOURCE),
            self._address(plan.target_place, TARGET),
        )
        self.target_at_first = self.tree_of_target()
        self.key: Callable[[bytes], bytes] = bytes.upper if plan.is_respelled else bytes
        self.ledger = Ledger(self.tree_of_source(), self.target_at_first, self.key)
        self.user = User(
            self.machine(plan.source_place.machine),
            folder_of(plan.source_place, SOURCE),
            self.ledger,
            world.trace,
            is_respelled=plan.is_respelled,
        )
        self.unfit = UnfitEntries(self)
        self._listeners: dict[str, tuple[Process, Setup]] = {}
        self._wanted_rivals: list[tuple[str, str]] = []
        self._second_runs: list[Process] = []
        self._stopped: list[Process] = []
        self._heals: list[Callable[[], None]] = []
        self.checkers = [checker(self) for checker in CHECKERS if checker.is_for(plan)]
        self._hearing = [checker for checker in self.checkers if checker.is_told]

    # What faults and checkers ask

    @property
    def first_broken(self) -> Broken | None:
        """The promise that a checker has found broken before all others."""
        return self._first_broken

    @first_broken.setter
    def first_broken(self, error: Broken) -> None:
        """Note it where it is found: the program whose code runs is stopped by the checker, and not by psync."""
        if self._first_broken is None:
            self.world.note(f"{BROKEN} {error}")
        self._first_broken = error

    def machine(self, name: str) -> Machine:
        """A machine by its name."""
        return self.world.machines[name]

    def layout(self, machine: str) -> Layout:
        """Where its folders lie."""
        return Layout(self.machine(machine).style)

    def took_effect(self, fault: object, what: str = "") -> None:
        """A fault has happened."""
        kind = f"{type(fault).__name__} {what}".strip()
        self.effects[kind] += 1
        self.reached.note_effect(kind)
        self.world.trace.record(getattr(fault, "machine", "world"), "fault", kind)

    def choose(self, stream: str) -> Choose:
        """Chance, in a stream of its own."""
        return self.world.random(stream).randrange

    def change_source(self, machine: str, path: bytes) -> bool:
        """Write the source file at `path` anew, as its user; False if it is none."""
        place = self.plan.source_place
        inside = path.removeprefix(self.source + b"/")
        node = self.machine(machine).disk.find(path)
        if machine != place.machine or inside == path or node is None or not stat.S_ISREG(node.st_mode):
            return False
        size = len(node.byte_contents or b"")
        self.user.edit(Edit(inside.decode(), max(size, 1), len(self.effects) + 1_000_000))
        return True

    def make_unfit(self, fault: EntryUnfit) -> Heal | None:
        """Make what cannot be replicated; None where it would be no trouble."""
        return self.unfit.make(fault)

    def start_rival(self, machine: str, instance: str) -> Callable[[], None]:
        """Have a second listener started once the first one runs."""
        self._wanted_rivals.append((machine, instance))
        return self._end_rivals

    def stop(self, process: Process) -> None:
        """End a program in order; it has to be over some time after all faults."""
        process.stop()
        self._stopped.append(process)

    def start_second_run(self) -> bool:
        """Start the job once more, on the same machine; False if that has no power."""
        if self.machine(CLIENT).is_up:
            self._second_runs.append(self._start_copy())
        return self.machine(CLIENT).is_up

    def write_half_of_source(self, machine: str, path: bytes) -> bool:
        """Begin to write the source file at `path`: a new first half before the old second one.

        False if it is none, or another program has it open, so that the other half could not follow.
        """
        if machine != self.plan.source_place.machine or not path.startswith(self.source + b"/"):
            return False
        disk = self.machine(machine).disk
        node = disk.find(path)
        if node is None or any(state != READING for state in disk.handles.states(node)):
            return False
        content = node.byte_contents or b""
        half = len(content) // 2
        disk.store(node, bytes(half) + content[half:])
        return True

    def write_target(self) -> bool:
        """Write a file of the target that the source has otherwise, or that is to be deleted."""
        disk = self.machine(self.plan.target_place.machine).disk
        path = next(self._due_at_target(), b"")
        node = disk.find(self.target + b"/" + path)
        if not path or node is None:
            return False
        content = b"written by somebody else" + bytes([len(self.written_into_target)])
        self.ledger.add_foreign(path, content)
        self.written_into_target[path] = content
        disk.store(node, content)
        disk.journal.sync_all()
        for checker in self.checkers:
            checker.target_written()
        return True

    def _due_at_target(self) -> Iterator[bytes]:
        """Name the files that a run would exchange or delete."""
        source = self.tree_of_source()
        for path, content in self.tree_of_target().items():
            is_other = source[path] != content if path in source else self.plan.is_deleting
            if self.exclusions and self.exclusions.covers(path.decode()):
                continue
            if isinstance(content, bytes) and is_other and not is_temporary_name(path.rpartition(b"/")[2]):
                yield path

    def tree_of_source(self) -> Tree:
        """What the source holds."""
        return self.machine(self.plan.source_place.machine).disk.tree(self.source)

    def tree_of_target(self) -> Tree:
        """What the target holds, temporaries included."""
        disk = self.machine(self.plan.target_place.machine).disk
        if self.plan.is_target_missing and disk.find(self.target) is None:
            return {}
        return disk.tree(self.target)

    def wanted_tree(self) -> Tree:
        """What the target should hold."""
        return expected_tree(
            self.tree_of_source(),
            self.target_at_first,
            is_deleting=self.plan.is_deleting,
            exclusions=self.exclusions,
        )

    def found_at_target(self, path: bytes) -> bytes | Link | None:
        """What the target holds at a relative path; None too if there is nothing."""
        node = self.machine(self.plan.target_place.machine).disk.find(self.target + b"/" + path)
        return None if node is None else content_of(node)

    # The course of a trial

    async def run(self) -> None:
        """Carry out the plan; raise `Broken` for the first promise that was not kept."""
        self._heals += [fault.arm(self) for fault in self.plan.faults]
        for number in range(self.plan.runs):
            self.runs.begin()
            await self._restore_listeners()
            self._start_rivals()
            if self.plan.is_dry_run_first and not number:
                await self._rehearse()
            await self._copy()
            self.runs.end()
            for edit in self.plan.edits[number] if number < len(self.plan.edits) else ():
                self.user.edit(edit)
            await asyncio.sleep(PAUSE_SECONDS)
        await self._heal()
        await self._converge()

    async def _heal(self) -> None:
        self.world.note("all faults end")
        while self._heals:
            self._heals.pop()()
        await self._see_off()
        for run in self._second_runs:
            if run.is_alive:
                run.kill()
        for name, (listener, _) in self._listeners.items():
            if self.machine(name).is_up and not self.plan.is_kept_on:
                listener.kill()
        await self._restore_listeners()

    async def _see_off(self) -> None:
        """Wait for the programs that their operators have ended."""
        for process in self._stopped:
            try:
                async with asyncio.timeout(STOP_SECONDS_MAX):
                    await process.wait()
            except TimeoutError:
                what = f"{process.name} still runs {STOP_SECONDS_MAX:g} s after its operator has ended it"
                raise Broken("orderly", what) from None

    async def _converge(self) -> None:
        if await self._copy() != 0:
            raise Broken("converges", f"exit code {self.exit_codes[-1]} although nothing fails any more")
        self._compare(self.wanted_tree())
        if (
            self.exclusions.divide(self.tree_of_source())[1]
            or self.exclusions.divide(self.target_at_first)[1]
        ):
            self.reached.note("excluded")
        if not self.plan.is_run_once:
            await self._find_nothing_to_do()
        await asyncio.sleep(PAUSE_SECONDS)  # sessions end a moment after their clients
        if any(
            self.holding_files()
        ):  # and others once it is noticed that their clients have vanished without a word
            await asyncio.sleep(DEAD_PEER_SECONDS)
        for checker in self.checkers:
            checker.finish()

    def holding_files(self) -> Iterator[Process]:
        """The programs that run and have files open, which are those of a session."""
        for machine in self.world.machines.values():
            for process, system in machine.systems.items():
                if process.is_alive and system.os.open_files:
                    yield process

    async def _find_nothing_to_do(self) -> None:
        if await self._copy() != 0 or self.replication.last(Summary).files_sent:
            raise Broken("converges", "a second run had something to do")

    def _compare(self, expected: Tree) -> None:
        found = self.tree_of_target()
        expected |= self._left_behind(found)
        source = self.tree_of_source() if self.plan.is_respelled else {}
        wrong = differences(expected, found, source, self.key)
        if wrong:
            raise Broken("converges", f"the target differs from what it should be: {wrong[:5]}")

    def _left_behind(self, found: Tree) -> Tree:
        """Of what is found, files that the target may keep: those that the source once had, and what a power cut has torn.

        The second only where nothing was synced: size and time of such a file are right, so no run sees it.
        """
        if self.is_torn and self.plan.durability is Durability.NONE:
            return {path: content for path, content in found.items() if isinstance(content, bytes)}
        if self.plan.is_deleting:
            return {}
        return {path: content for path, content in found.items() if self.ledger.has_been(path, content)}

    async def _rehearse(self) -> None:
        """Have the job tell what it would do."""
        self.is_run_dry = True
        exit_code = await self._carry_out("dry run of the job")
        self.is_run_dry = False
        for checker in self.checkers:
            checker.after_dry_run(exit_code)
        await self._restore_listeners()

    async def _copy(self) -> int:
        """Run the job once, to its end."""
        exit_code = await self._carry_out(f"run {len(self.exit_codes) + 1} of the job")
        self.exit_codes.append(exit_code)
        for checker in self.checkers:
            checker.after_run(exit_code)
        return exit_code

    async def _carry_out(self, name: str) -> int:
        """Start the job, and wait for its end."""
        for checker in self.checkers:
            checker.before_run()
        self.world.note(name)
        while not self.machine(CLIENT).is_up:  # a run beside it has met its power cut while listeners started
            await self._restore_listeners()
        process = self._start_copy(is_dry=self.is_run_dry)
        try:
            async with asyncio.timeout(RUN_SECONDS_MAX):
                exit_code = await process.wait()
        except TimeoutError:
            raise Broken("ends", f"a run was not over after {RUN_SECONDS_MAX:g} seconds") from None
        if self.first_broken is not None:
            self.is_run_stopped = True
            raise self.first_broken
        return exit_code

    def _start_copy(self, *, is_dry: bool = False) -> Process:
        plan, setup = self.plan, self.setups[CLIENT]
        settings = CopySettings(
            *self._addresses,
            delete=plan.is_deleting,
            exclude=plan.exclude,
            dry_run=is_dry,
            durability=plan.durability,
            port=setup.port,
            is_keyed=setup.keys != NO_KEYS,
            allow_unauthenticated_network=True,
        )
        return self.replication.start_copy(self.machine(CLIENT), settings, prs=setup.keys.secret)

    async def _restore_listeners(self) -> None:
        """Boot what is down and start what has died, as an operator does between two runs."""
        for machine in self.world.machines.values():
            if not machine.is_up:
                machine.boot()
                self.is_torn |= machine.name == self.plan.target_place.machine
                for checker in self.checkers:
                    checker.after_power_cut(machine)
        for place in (self.plan.source_place, self.plan.target_place):
            if place.is_remote and not self._is_served(place.machine):
                self._start_listener(place.machine)
                await asyncio.sleep(1.0)

    def _is_served(self, name: str) -> bool:
        """Whether a listener runs there, with the settings that it is to have; others are ended."""
        listener, setup = self._listeners.get(name, (None, None))
        if listener is not None and setup != self.setups[name]:
            listener.kill()
        return listener is not None and listener.is_alive

    def _start_listener(self, name: str) -> None:
        setup = self.setups[name]
        process = self.replication.start_listener(
            self.machine(name), self.layout(name).typed(ROOT), port=setup.port, prs=setup.keys.secret
        )
        self._listeners[name] = process, setup

    def _start_rivals(self) -> None:
        for name, instance in self._wanted_rivals:
            if self.machine(name).is_up:
                self.rivals.append(self._rival(name, instance))
        self._wanted_rivals.clear()

    def _rival(self, name: str, instance: str) -> Process:
        setup = self.setups[name]
        return self.replication.start_listener(
            self.machine(name),
            self.layout(name).typed(ROOT),
            port=setup.port,
            prs=setup.keys.secret,
            instance=instance,
        )

    def _end_rivals(self) -> None:
        while self.rivals:
            self.rivals.pop().kill()

    def _plant(self, place: Place, files: tuple[FileSpec, ...], local: str) -> bytes:
        """Put files on a disk and sync it; give the folder as the disk has it."""
        layout, disk = self.layout(place.machine), self.machine(place.machine).disk
        folder = layout.on_disk(folder_of(place, local))
        is_missing = place is self.plan.target_place and self.plan.is_target_missing
        plant(
            disk,
            folder.rpartition(b"/")[0] if is_missing else folder,
            {file.path.encode(): file.entry for file in files},
        )
        for file in files:
            node = disk.find(folder + b"/" + file.path.encode())
            if node is not None and file.kind is not Kind.LINK:  # whose time is that of its making
                disk.set_time(node, EPOCH_NS - file.version * SECOND_NS)
            if node is not None and file.mode:  # the last, since nobody plants in a closed folder
                disk.set_mode(node, int(file.mode, 8))
        plant(disk, layout.on_disk(TRIPWIRE), {b"secret": b"do not touch"})
        disk.journal.sync_all()
        return folder

    def _address(self, place: Place, local: str) -> Address:
        layout, folder = self.layout(place.machine), folder_of(place, local)
        if self.plan.is_mapped and layout.style is PathStyle.POSIX:
            folder = folder.removeprefix(ROOT)
        return parse_address(layout.address(place, folder), self.machine(CLIENT).style)

    def _hear(self, event: Event) -> None:
        self.reached.note_event(event)
        for checker in self._hearing:
            checker.heard(event)


def carry_out(plan: Plan, *, keeps_trace: bool = False) -> tuple[Result, World]:
    """Run a plan in a world of its own; give what came of it, and the world, closed, for its trace."""
    with World(plan.seed, keeps_trace=keeps_trace) as world:
        trial = Trial(plan, world)
        broken = ""
        try:
            world.run(trial.run())
        except Broken as error:
            broken = str(error)
        except Unhandled as error:
            broken = f"unhandled: {'; '.join(map(repr, error.exceptions))}"
        except Exception as error:  # noqa: BLE001  # a checker or a fault that fails is a finding, too
            broken = f"error: {error!r}"
        if trial.first_broken is not None:
            broken = str(trial.first_broken)
        result = Result(
            broken,
            dict(sorted(trial.effects.items())),
            trial.reached.names,
            tuple(trial.exit_codes),
            world.agenda.now_ns / 1e9,
            trial.replication.digest(),
            world.trace.digest() if keeps_trace else "",
            trial.is_run_stopped,
        )
    return result, world
