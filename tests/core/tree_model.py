"""Trees in memory: their scan, a planner that is driven over two of them, and a target that obeys.

A tree maps paths to entries, () to its root folder. Inodes tell entries apart,
and the content of a file is its size. `TargetModel` has the rights of an owner
who is not root and asserts, at each change, what a real target would refuse.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from msgspec import structs

from psync.core.changes import (
    Change,
    Delete,
    FinishFolder,
    MakeFolder,
    MakeLink,
    OpenFolder,
    RenameEntry,
    SetMode,
    WriteFile,
)
from psync.core.manifest import Entry, EntryPath, Kind, Listing, Order, Stamp
from psync.core.plan import Planner, PlanOptions
from psync.core.problems import Problem, ProblemCode

Tree: TypeAlias = dict[EntryPath, Entry]

MODES = {Kind.FILE: 0o644, Kind.FOLDER: 0o755, Kind.LINK: 0o777, Kind.SPECIAL: 0o600}
NOW = 1_000_000
OWNER_WRITE_ENTER = 0o300
OWNER_READ = 0o400


def file(size: int = 1, mtime_ns: int = 0, mode: int = 0o644) -> Entry:
    return Entry(b"", Kind.FILE, mode, size, mtime_ns)


def folder(mode: int = 0o755, mtime_ns: int = 0) -> Entry:
    return Entry(b"", Kind.FOLDER, mode, 0, mtime_ns)


def link(target: bytes = b"x", mtime_ns: int = 0) -> Entry:
    return Entry(b"", Kind.LINK, 0o777, 0, mtime_ns, link_target=target)


def special() -> Entry:
    return Entry(b"", Kind.SPECIAL, 0o600)


def tree(entries: dict[str, Entry], first_inode: int = 1) -> Tree:
    """Make a tree of entries by their path, such as `a/b`; folders above them are made."""
    return build_tree(
        [(tuple(path.encode().split(b"/")), entry) for path, entry in entries.items()], first_inode
    )


def build_tree(
    entries: Iterable[tuple[EntryPath, Entry]], first_inode: int = 1, *, folded: bool = False
) -> Tree:
    """Make a tree; an entry with no folder to stand in, or whose name is taken, is left out."""
    made: Tree = {(): folder()}
    for path, entry in entries:
        for length in range(1, len(path)):
            if _is_free(made, path[:length], folded):
                made[path[:length]] = folder()
        if _is_free(made, path, folded):
            made[path] = entry
    inodes = range(first_inode, first_inode + len(made))
    return {
        path: structs.replace(made[path], name=path[-1] if path else b"", inode=inode, ctime_ns=1)
        for path, inode in zip(sorted(made), inodes, strict=True)
    }


def _is_free(made: Tree, path: EntryPath, folded: bool) -> bool:
    above = made.get(path[:-1])
    return above is not None and above.kind is Kind.FOLDER and _find(made, path, folded) is None


def _find(tree: Tree, path: EntryPath, folded: bool) -> EntryPath | None:
    """Find how a tree spells a path."""
    if path in tree or not folded:
        return path if path in tree else None
    key = [name for name, _ in Order(folded=True).path_key(path)]
    same = (known for known in tree if [name for name, _ in Order(folded=True).path_key(known)] == key)
    return next(same, None)


@dataclass(frozen=True)
class Damage:
    """What a scan does not see: folders listed in part, entries without status, names left out."""

    incomplete: frozenset[EntryPath] = frozenset()
    unreadable: frozenset[EntryPath] = frozenset()
    hidden: frozenset[EntryPath] = frozenset()


def scan(tree: Tree, order: Order, damage: Damage = Damage()) -> Iterator[Listing]:
    """List a tree as `psync.disk.scan` does."""
    pending: list[EntryPath] = [()]
    while pending:
        path = pending.pop()
        listing = _list_folder(tree, path, order, damage)
        pending += [(*path, entry.name) for entry in reversed(listing.entries) if entry.kind is Kind.FOLDER]
        yield listing


def _list_folder(tree: Tree, path: EntryPath, order: Order, damage: Damage) -> Listing:
    inside = [below for below in tree if below and below[:-1] == path and below not in damage.hidden]
    unreadable = [below for below in inside if below in damage.unreadable]
    entries = [Entry(below[-1], Kind.UNREADABLE) if below in unreadable else tree[below] for below in inside]
    problems = [Problem(below, ProblemCode.IO_ERROR) for below in unreadable]
    order.sort(entries)
    if path not in damage.incomplete:
        return Listing(path, tree[path], entries, problems)
    problems.append(Problem(path, ProblemCode.PERMISSION))
    return Listing(path, tree[path], entries[: len(entries) // 2], problems, complete=False)


@dataclass
class Plan:
    """What a planner said: the changes in the order in which they are carried out, and the problems."""

    planner: Planner
    changes: list[Change] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def reported(self) -> set[EntryPath]:
        return {problem.path for problem in self.problems}


def plan(options: PlanOptions, source: Iterable[Listing], target: Iterable[Listing]) -> Plan:
    """Drive a planner over two scans, as a run does."""
    made = Plan(Planner(options))
    sources, targets = iter(source), iter(target)
    new, old = next(sources, None), next(targets, None)
    while new or old:
        matched = made.planner.match(new, old)
        step = made.planner.pair(*matched)
        made.changes += step.changes
        made.problems += step.problems
        new = next(sources, None) if matched[0] else new
        old = next(targets, None) if matched[1] else old
    for phase in (made.planner.deletes(), made.planner.late_changes(), made.planner.finish()):
        made.changes += phase
    return made


class TargetModel:
    """A target that carries out changes and asserts that each is possible and was announced in order."""

    def __init__(self, tree: Tree, source: Tree, options: PlanOptions, *, folded: bool = False) -> None:
        self.tree = dict(tree)
        self.kept: set[EntryPath] = set()
        self._source = source
        self._granularity_ns = options.granularity_ns
        # Where an end keeps no modes, what stands here keeps its own.
        self._own_modes = {} if options.modes_kept else {path: entry.mode for path, entry in tree.items()}
        self._folded = folded
        self._next = 1_000
        self._written: set[int] = set()
        self._finished: set[EntryPath] = set()
        self._ids: list[int] = []

    def apply(self, changes: Iterable[Change]) -> Tree:
        for change in changes:
            assert change.id not in self._ids, f"id {change.id} twice"
            self._ids.append(change.id)
            tops = {change.path[:length] for length in range(len(change.path) + 1)}
            assert not tops & self._finished, f"{change} after its folder was finished"
            getattr(self, f"_{type(change).__name__}")(change)
        return self.tree

    def _WriteFile(self, change: WriteFile) -> None:
        new = self._source[change.path]
        assert (new.kind, new.size) == (Kind.FILE, change.size)
        assert change.mode in (new.mode, self._own_modes.get(change.path))
        self._put(change.path, change.replaces, structs.replace(new, mode=change.mode))

    def _MakeLink(self, change: MakeLink) -> None:
        new = self._source[change.path]
        assert (new.link_target, new.mtime_ns) == (change.link_target, change.mtime_ns)
        self._put(change.path, change.replaces, new)

    def _MakeFolder(self, change: MakeFolder) -> None:
        assert self._source[change.path].kind is Kind.FOLDER
        self._put(change.path, change.replaces, folder(0o700, NOW))

    def _SetMode(self, change: SetMode) -> None:
        found = self._expected(change.path, change.expected)
        assert self.tree[found].kind is Kind.FILE
        assert self.tree[found].mode & OWNER_READ, "a file must be opened before its mode is set"
        self._change(found, mode=change.mode)

    def _RenameEntry(self, change: RenameEntry) -> None:
        found = self._expected(change.path, change.expected)
        new = (*change.path[:-1], change.name)
        assert _find(self.tree, new, self._folded) in (None, found), f"{new} is taken"
        self._touch(new[:-1])
        moved = {path: entry for path, entry in self.tree.items() if path[: len(found)] == found}
        self.tree = {path: entry for path, entry in self.tree.items() if path not in moved}
        self.tree |= {new + path[len(found) :]: entry for path, entry in moved.items()}
        self._change(new, name=change.name)

    def _OpenFolder(self, change: OpenFolder) -> None:
        assert self.tree[change.path].mode & 0o700 != 0o700, "opened for nothing"
        self._change(change.path, mode=self.tree[change.path].mode | 0o700)

    def _FinishFolder(self, change: FinishFolder) -> None:
        new = self._source[change.path]
        assert (new.kind, new.mtime_ns) == (Kind.FOLDER, change.mtime_ns)
        assert change.mode in (new.mode, self._own_modes.get(change.path))
        self._finished.add(change.path)
        self._change(change.path, mode=change.mode, mtime_ns=self._truncated(change.mtime_ns))

    def _Delete(self, change: Delete) -> None:
        entry = self.tree[change.path]
        assert entry.inode not in self._written, f"{change.path} was written by this run"
        if change.kind is Kind.FOLDER:
            assert entry.inode == change.expected.inode
            if any(path[:-1] == change.path for path in self.tree if path):
                self.kept.add(change.path)
                return
        else:
            self._expected(change.path, change.expected)
        del self.tree[change.path]
        self._touch(change.path[:-1])

    def _put(self, path: EntryPath, replaces: Stamp | None, entry: Entry) -> None:
        found = _find(self.tree, path, self._folded)
        if replaces is None and found in self.kept:
            return  # a real target answers CONFLICT: the folder could not be deleted
        assert (found is None) == (replaces is None), f"{path} against {found}"
        if replaces is not None:
            found = self._expected(path, replaces)
            assert self.tree[found].kind is not Kind.FOLDER
        self._touch(path[:-1])
        place = found or path  # a volume that folds case keeps the spelling that it has
        self._written.add(self._next + 1)
        mtime_ns = self._truncated(entry.mtime_ns)
        self.tree[place] = structs.replace(
            entry, name=place[-1], inode=self._next + 1, ctime_ns=NOW, mtime_ns=mtime_ns
        )
        self._next += 1

    def _expected(self, path: EntryPath, expected: Stamp) -> EntryPath:
        found = _find(self.tree, path, self._folded)
        assert found is not None, f"{path} is not there"
        assert self.tree[found].stamp.matches(expected), f"{path} is another one"
        return found

    def _touch(self, folder: EntryPath) -> None:
        assert self.tree[folder].kind is Kind.FOLDER
        assert self.tree[folder].mode & OWNER_WRITE_ENTER == OWNER_WRITE_ENTER, f"{folder} is closed"
        self._change(folder, mtime_ns=NOW)

    def _change(self, path: EntryPath, **attributes: object) -> None:
        self._next += 1
        self.tree[path] = structs.replace(self.tree[path], ctime_ns=self._next, **attributes)

    def _truncated(self, time_ns: int) -> int:
        return time_ns // self._granularity_ns * self._granularity_ns


def shape(entry: Entry) -> tuple[object, ...]:
    """What replication keeps of an entry."""
    mode = 0 if entry.kind is Kind.LINK else entry.mode
    return entry.name, entry.kind, mode, entry.size, entry.mtime_ns, entry.link_target


def shapes(tree: Tree) -> dict[EntryPath, tuple[object, ...]]:
    return {path: shape(entry) for path, entry in tree.items()}
