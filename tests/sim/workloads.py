"""Small workloads of psync's own writing side, cut at each of their system calls, in every state that may be left.

A promise concerns one file at a time, and files settle independently of each
other after a cut. So all prefixes of the journal are tried with every state of
a file, but not every mixture of the states of several files: the first choice
that a cut makes is varied in full, all others alike.
"""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import combinations_with_replacement
from typing import Any

from msgspec import Struct

from psync.core.changes import Change, Delete, MakeFolder, MakeLink, RenameEntry, WriteFile
from psync.core.content import Content
from psync.core.manifest import Kind, Stamp
from psync.core.paths import is_temporary_name
from psync.core.settings import Durability
from psync.disk.folder import open_folder, stamp_of
from psync.disk.stage import TemporaryNames
from psync.disk.target import Target
from psync.system import System
from sim.crash import Choose, CrashProfile
from sim.gate import Call
from sim.machine import Machine
from sim.trees import Link, Tree
from sim.world import World
from tests.disk.contents import large, pack
from tests.disk.verbs import take

ROOT = b"/data"
OLD, NEW, LARGE = b"old" * 100, b"new" * 150, b"large" * 150

# Calls that leave a disk as it is; `open` may make a file.
READING = frozenset({"stat", "fstat", "read", "pread", "preadv", "lseek", "readlink", "scandir", "close"})

# What a path holds; MISSING where it is not there. A folder is None, as in every tree.
MISSING = "missing"
States = dict[bytes, tuple[object, object]]  # path → before, after

Step = Change | Content
Disturb = Callable[[System], System]


class Deed(Struct, frozen=True):
    """One change: what it does to which paths, below a name of its own."""

    name: str
    states: Callable[[bytes], States]
    steps: Callable[[int, bytes, Stamp], list[Step]]


DEEDS = (
    Deed(
        "new file",
        lambda name: {name: (MISSING, NEW)},
        lambda id, name, _: [WriteFile(id, (name,), 0o644, len(NEW)), pack((id, NEW))],
    ),
    Deed(
        "replaced file",
        lambda name: {name: (OLD, NEW)},
        lambda id, name, stamp: [WriteFile(id, (name,), 0o644, len(NEW), stamp), pack((id, NEW))],
    ),
    Deed(
        "new file in pieces",
        lambda name: {name: (MISSING, LARGE)},
        lambda id, name, _: [WriteFile(id, (name,), 0o644, len(LARGE)), *large(id, LARGE)],
    ),
    Deed(
        "deleted file",
        lambda name: {name: (OLD, MISSING)},
        lambda id, name, stamp: [Delete(id, (name,), Kind.FILE, stamp)],
    ),
    Deed("new folder", lambda name: {name: (MISSING, None)}, lambda id, name, _: [MakeFolder(id, (name,))]),
    Deed(
        "new link",
        lambda name: {name: (MISSING, Link(b"anywhere"))},
        lambda id, name, _: [MakeLink(id, (name,), b"anywhere", 0)],
    ),
    Deed(
        "renamed file",
        lambda name: {name: (OLD, MISSING), name + b"-new": (MISSING, OLD)},
        lambda id, name, stamp: [RenameEntry(id, (name,), name + b"-new", stamp)],
    ),
)


class Workload(Struct, frozen=True):
    """Deeds one after another, acknowledged after each or all at once."""

    deeds: tuple[Deed, ...]
    profile: CrashProfile = CrashProfile.EXT4
    durability: Durability = Durability.BATCH
    is_settled_each: bool = False

    def states(self, place: int) -> States:
        """What the paths of the deed at `place` hold before and after it."""
        return self.deeds[place].states(b"%d" % place)


def broken_promises(workload: Workload, disturb: Disturb = lambda system: system) -> Iterator[str]:
    """Cut the power at every call and in every way; give what is then neither old nor new, or lost."""
    for cut_at in _cuts(workload, disturb):
        choices: _Alike | None = _Alike(0, 0)
        while choices is not None:
            run = _Run(workload, disturb, cut_at, choices)
            yield from (f"{what} (cut at call {cut_at}, {choices})" for what in run.broken())
            choices = choices.following()


def _cuts(workload: Workload, disturb: Disturb) -> Iterator[int]:
    """The calls before which the disk is not as it was before the call before, and the last one.

    Those before the last deed begins are calls of the workload without it, which is tried as well.
    """
    run = _Run(workload, disturb, 0, _Alike(0, 0))
    assert run.broken() == []
    assert run.acknowledged == len(workload.deeds), "a deed has failed"
    for number, name in enumerate(run.calls, start=1):
        if number >= run.calls_before_last and name not in READING:
            yield number + 1
    yield len(run.calls)


class _Alike:
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

    def following(self) -> "_Alike | None":
        """The next choices, once these were made; None after the last."""
        if self._others + 1 < self._other_count:
            return _Alike(self._first, self._others + 1)
        return _Alike(self._first + 1, 0) if self._first + 1 < self._first_count else None


class _Run:
    """A workload carried out once, without power from its `cut_at`th call on; 0 is never."""

    def __init__(self, workload: Workload, disturb: Disturb, cut_at: int, choose: Choose) -> None:
        self.acknowledged = 0
        self.calls: list[str] = []
        self.calls_before_last = 0
        self._choose = choose
        self._workload = workload
        self._disturb = disturb
        self._cut_at = cut_at

    def broken(self) -> list[str]:
        """Carry it out; say which promises the disk does not keep afterwards."""
        with World(1, keeps_trace=False) as world:
            machine = world.machine("alpha")
            machine.disk.journal.profile = self._workload.profile
            self._plant(machine)
            machine.watchers.append(partial(self._count, machine))
            world.run(machine.start(self._write, None).wait())
            machine.watchers.clear()
            return list(self._wrong(machine.files.tree(ROOT)))

    def _plant(self, machine: Machine) -> None:
        places = range(len(self._workload.deeds))
        states = {path: two for place in places for path, two in self._workload.states(place).items()}
        before: Any = {path: old for path, (old, _) in states.items() if old is not MISSING}
        machine.files.plant(ROOT, before)
        machine.disk.journal.sync_all()

    def _count(self, machine: Machine, call: Call) -> None:
        self.calls.append(call.name)
        if len(self.calls) == self._cut_at:
            machine.power_cut(self._choose)

    async def _write(self, settings: None, system: System) -> int:
        system = self._disturb(system)
        with open_folder(system, ROOT) as folder:
            target = Target(folder, TemporaryNames(system), self._workload.durability)
            for place, deed in enumerate(self._workload.deeds):
                name = b"%d" % place
                self.calls_before_last = len(self.calls)
                stamp = Stamp(0, 0, 0, 0)
                if self._workload.states(place)[name][0] is not MISSING:
                    stamp = stamp_of(system.os.stat(name, dir_fd=folder.root.fd, follow_symlinks=False))
                for step in deed.steps(place + 1, name, stamp):
                    take(target, step)
                if self._workload.is_settled_each:
                    self._note(target)
            self._note(target)
            target.close()
        return 0

    def _note(self, target: Target) -> None:
        self.acknowledged += sum(outcome.problem is None for outcome in target.settle())

    def _wrong(self, tree: Tree) -> Iterator[str]:
        known: set[bytes] = set()
        for place, deed in enumerate(self._workload.deeds):
            for path, (before, after) in self._workload.states(place).items():
                known.add(path)
                found = tree.get(path, MISSING)
                if found not in ([after] if place < self.acknowledged else [before, after]):
                    yield f"{deed.name} {path!r} holds {str(found)[:20]}"
        strange = [path for path in tree if path not in known and not is_temporary_name(path)]
        if strange:
            yield f"nobody has made {strange}"


def workloads(length: int, **options: Any) -> Iterator[Workload]:
    """All workloads of so many deeds; their files are strangers to each other, so that one order is enough."""
    for deeds in combinations_with_replacement(DEEDS, length):
        yield Workload(deeds, **options)
