"""Workloads of psync's writing side, cut at each of their system calls, in every state that may be left.

A workload is carried out once. Before each of its calls, its disk is cut in every way, looked at,
and brought back to what it was. A promise concerns one entry at a time, and entries settle independently of each
other after a cut. So all prefixes of the journal are tried with every state of
a file, but not every mixture of the states of several files: the first choice
that a cut makes is varied in full, all others alike.
"""

import stat
from collections.abc import Callable, Iterator
from typing import Any

from msgspec import Struct
from pyfakefs.fake_file import FakeDirectory

from psync.core.changes import Change, Delete, FinishFolder, WriteFile
from psync.core.content import Content
from psync.core.paths import PathStyle
from psync.disk.folder import Folder, open_folder
from psync.disk.stage import TemporaryNames
from psync.disk.target import Target
from psync.system import System
from sim.crash import CrashProfile, EntryChange
from sim.gate import Call
from sim.machine import Machine
from sim.trees import Link, content_of
from sim.world import World
from tests.disk.contents import begin, end, pack, piece
from tests.disk.verbs import take
from tests.sim.promises import Found, Promises
from tests.sim.workloads import (
    LARGE,
    SOURCE_NS,
    TARGET_NS,
    FileSpec,
    FolderSpec,
    Specs,
    Workload,
    operations,
    plan,
)

# Calls that leave a disk as it is; `open` may make a file.
READING = frozenset({"stat", "fstat", "read", "pread", "preadv", "lseek", "readlink", "scandir", "close"})

PIECE_BYTES = 400  # of a large file, which has 750

Disturb = Callable[[System], System]


class Tally(Struct):
    """What was tried; `seen` are the moments that an earlier workload has been cut in."""

    workloads: int = 0
    cuts: int = 0
    states: int = 0
    seen: set[int] = set()

    def covers(self, other: "Tally") -> bool:
        """Whether at least as much was tried."""
        return self.workloads >= other.workloads and self.cuts >= other.cuts and self.states >= other.states

    def __str__(self) -> str:
        return f"{self.workloads} workloads, {self.cuts} cuts, {self.states} states"


def broken_promises(
    workload: Workload,
    disturb: Disturb = lambda system: system,
    tally: Tally | None = None,
    operations_max: int = 3,
) -> list[str]:
    """Cut the power at every call and in every way; give what is then neither old nor new, or lost.

    A workload of more operations is not carried out and counts for nothing.
    """
    return Run(workload, disturb, tally or Tally(), operations_max).broken()


class Alike:
    """Chooses `first` at first and `others` from then on, or the last there is."""

    def __init__(self, first: int, others: int) -> None:
        self._first = first
        self._others = others
        self._first_count = 0
        self._other_count = 1

    def __call__(self, count: int) -> int:
        if not self._first_count:
            self._first_count = count
            return min(self._first, count - 1)
        self._other_count = max(self._other_count, count)
        return min(self._others, count - 1)

    def __str__(self) -> str:
        return f"choices {self._first} and {self._others}"

    def following(self) -> "Alike | None":
        """The next choices, once these were made; None after the last."""
        if self._others + 1 < self._other_count:
            return Alike(self._first, self._others + 1)
        return Alike(self._first + 1, 0) if self._first + 1 < self._first_count else None


class Run:
    """A workload carried out once, and cut on its way; `look` is told of every call."""

    def __init__(self, workload: Workload, disturb: Disturb, tally: Tally, operations_max: int) -> None:
        self.calls = 0
        self.wrong: list[str] = []
        self._workload = workload
        self._disturb = disturb
        self._tally = tally
        self._operations_max = operations_max
        self._is_new = True
        self._moment = hash(repr(workload.pair[0]) + workload.profile)

    def broken(self) -> list[str]:
        """Carry it out; say which promises the disk would not keep."""
        is_windows = self._workload.profile is CrashProfile.NTFS
        with World(1, keeps_trace=False) as world:
            machine = world.machine("alpha", PathStyle.WINDOWS if is_windows else PathStyle.POSIX)
            machine.disk.links_permitted = True
            self._drive = b"C:\\" if is_windows else b"/"
            self._machine = machine
            for root, specs, time_ns in zip(
                (b"old", b"new"), self._workload.pair, (TARGET_NS, SOURCE_NS), strict=True
            ):
                plant(machine, self._drive + root, specs, time_ns)
            machine.disk.journal.profile = self._workload.profile
            machine.disk.journal.sync_all()
            if self._workload.is_found_uncertain:
                self._make_uncertain(b"d")
            assert world.run(machine.start(self._write, None).wait()) == 0
        return self.wrong

    def _make_uncertain(self, name: bytes) -> None:
        disk = self._machine.disk
        root = disk.folder(self._root_on_disk)
        disk.journal.note_names(EntryChange(root, name.decode(), None, root.entries[name.decode()]))

    async def _write(self, settings: None, system: System) -> int:
        modes_kept = self._machine.disk.modes_kept
        with (
            open_folder(system, self._drive + b"new") as source,
            open_folder(system, self._drive + b"old") as old,
        ):
            phases = plan(source, old, modes_kept=modes_kept)
        if not 0 <= operations(phases) <= self._operations_max:
            return 0
        self._tally.workloads += 1
        uncertain = b"d" if self._workload.is_found_uncertain else None
        self._promises = Promises(*self._workload.pair, modes_kept=modes_kept, uncertain=uncertain)
        system = self._disturb(system)
        with open_folder(system, self._drive + b"old") as opened:
            folder = Folder(system, opened.root.hold(), modes_kept=modes_kept)
            self._machine.watchers.append(self._watch)
            target = Target(folder, TemporaryNames(system), self._workload.durability)
            for part in self._parts(phases):
                self._carry_out(target, part)
            self._settle(target)
            target.close()
            self._machine.watchers.clear()
            folder.close()
        self._cut()
        self.wrong += [f"in the end {what}" for what in self._promises.unfulfilled(self._found())]
        return 0

    def _carry_out(self, target: Target, part: list[Change]) -> None:
        """Bring one part of the plan, and then the contents; what needs quiet waits for all before, as in `engine.local`."""
        needs_quiet = any(isinstance(change, Delete | FinishFolder) for change in part)
        if not target.is_settled and (needs_quiet or self._workload.is_settled_each):
            self._settle(target)
        for change in part:
            self._promises.begin(change)
            take(target, change)
        for content in contents(
            [change for change in part if isinstance(change, WriteFile)], self._workload.pair[1]
        ):
            take(target, content)

    def _parts(self, phases: list[list[Change]]) -> Iterator[list[Change]]:
        for phase in phases:
            if self._workload.is_settled_each:
                yield from ([change] for change in phase)
            elif phase:
                yield phase

    def _settle(self, target: Target) -> None:
        outcomes = target.settle()
        assert all(outcome.problem is None for outcome in outcomes), outcomes
        self._promises.acknowledge(len(outcomes))
        self._is_new |= bool(outcomes)

    def _watch(self, call: Call) -> None:
        self.calls += 1
        if self._is_new:
            self._is_new = False
            self._cut()
        if call.name not in READING:
            self._is_new = True
            self._moment = hash(
                (self._moment, call.name, _plain(call.arguments), _plain(call.options.values()))
            )

    def _cut(self) -> None:
        """Try each state that a cut now may leave, unless an earlier workload has come to here in the same way."""
        moment = hash((self._moment, self._promises.key))
        if moment in self._tally.seen:
            return
        self._tally.seen.add(moment)
        self._tally.cuts += 1
        bring_back = self._machine.disk.journal.keep()
        choices: Alike | None = Alike(0, 0)
        while choices is not None:
            self._tally.states += 1
            self._machine.disk.cut(choices)
            self.wrong += [
                f"{what} ({self._workload.name}, cut at call {self.calls}, {choices})"
                for what in self._promises.broken(self._found())
            ]
            choices = choices.following()
            bring_back()

    def _found(self) -> Found:
        return look(self._machine.disk.folder(self._root_on_disk))

    @property
    def _root_on_disk(self) -> bytes:
        return self._drive.replace(b"\\", b"/") + b"old"


def _plain(values: Any) -> str:
    return repr([bytes(value) if isinstance(value, memoryview) else value for value in values])


def plant(machine: Machine, root: bytes, specs: Specs, time_ns: int) -> None:
    """Make a tree with its modes and times, folders last."""
    trees = {path: spec.content if isinstance(spec, FileSpec) else spec for path, spec in specs.items()}
    machine.files.plant(
        root, {path: None if isinstance(entry, FolderSpec) else entry for path, entry in trees.items()}
    )
    disk = machine.disk
    top = root.replace(b"\\", b"/") if machine.style is PathStyle.WINDOWS else root
    top = top if top.startswith(b"/") else b"/" + top
    for path, spec in sorted({b"": FolderSpec(), **specs}.items(), reverse=True):
        node = disk.find(top + b"/" + path if path else top)
        assert node is not None
        if not isinstance(spec, Link):
            if disk.modes_kept:
                disk.set_mode(node, spec.mode)
            disk.set_time(node, spec.mtime_ns if isinstance(spec, FileSpec) else time_ns)


def contents(changes: list[WriteFile], source: Specs) -> Iterator[Content]:
    """What the source supplies for announced files: the small ones together, the large one in pieces."""
    specs = [(change.id, source[b"/".join(change.path)]) for change in changes]
    files = [(id, spec.content) for id, spec in specs if isinstance(spec, FileSpec)]
    small = [(id, content) for id, content in files if content != LARGE.content]
    if small:
        yield pack(*small, mtime_ns=SOURCE_NS)
    for id, content in files:
        if content == LARGE.content:
            yield begin(id, len(content))
            for offset in range(0, len(content), PIECE_BYTES):
                yield piece(id, offset, content[offset : offset + PIECE_BYTES])
            yield end(id, content, SOURCE_NS)


def look(folder: FakeDirectory, prefix: bytes = b"") -> Found:
    """What lies in a folder, itself included: content, mode and time by path."""
    status = folder.stat_result
    found: Found = {prefix.rstrip(b"/"): (None, stat.S_IMODE(status.st_mode), status.st_mtime_ns)}
    for name, node in folder.entries.items():
        path = prefix + name.encode("utf-8", "surrogateescape")
        if isinstance(node, FakeDirectory):
            found |= look(node, path + b"/")
        else:
            status = node.stat_result
            found[path] = (content_of(node), stat.S_IMODE(status.st_mode), status.st_mtime_ns)
    return found
