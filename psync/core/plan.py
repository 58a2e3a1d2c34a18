"""Two ordered streams of folders in, the changes that make the target equal out.

`Planner.match` says which of the next folders belong together, and `Planner.pair`
compares them. What `pair` returns can be carried out at once. What must wait is
kept and handed out by `deletes`, `late_changes` and `finish`, in this order:

* Deletes come last, children before parents, and never below a folder whose
  scan was not complete, on either side.
* An entry that takes the place of a folder must wait until that is deleted.
* A folder gets its mode and time after its contents: a read-only folder must be
  fillable, and filling it changes its time.

What is kept grows with the changes, never with the unchanged entries.

Where one end takes `Foo` and `foo` for one name, an entry that only the target
spells otherwise is renamed, and from then on all paths are in the source's
spelling. Of two such names at the source the target can hold one: the one that
it has, else the first. The other is a problem, and nothing below it is looked at.

Where one end keeps no modes, what it shows is made up. Such modes are used for
what is new, and what the target has keeps its own.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import count

from msgspec import Struct, structs

from psync.core.changes import (
    Change,
    MakeFolder,
    MakeLink,
    OpenFolder,
    RenameEntry,
    SetMode,
    WriteFile,
)
from psync.core.manifest import Entry, EntryPath, Kind, Listing, Order, Stamp, is_same_time
from psync.core.postponed import Postponed, is_below
from psync.core.problems import Problem, ProblemCode

OWNER_ALL = 0o700
OWNER_READ = 0o400


class PlanOptions(Struct, frozen=True):
    """How two trees are compared: by what both ends keep of times, names and modes."""

    delete: bool = False
    granularity_ns: int = 1
    order: Order = Order()
    modes_kept: bool = True


class Step(Struct):
    """What one folder asks for: changes in the order in which they are carried out.

    `path` is the folder as the source spells it, `target_path` as the target did.
    `is_touched`: something in it will be deleted, which changes the folder's own time.
    """

    path: EntryPath
    target_path: EntryPath
    changes: list[Change] = []
    problems: list[Problem] = []
    is_touched: bool = False


class Planner:
    """Merges a source and a target, folder by folder."""

    def __init__(self, options: PlanOptions) -> None:
        self.options = options
        self.files_unchanged = 0
        self._ids = count(1)
        self._postponed = Postponed(self._ids)
        self._blocked: set[EntryPath] = set()
        self._renamed: dict[EntryPath, EntryPath] = {}

    def match(self, source: Listing | None, target: Listing | None) -> tuple[Listing | None, Listing | None]:
        """Give what to pair of the next folder of each scan: both, or the one that comes first."""
        if source is None or target is None:
            return source, target
        target_path = self._translate(target.path)
        if source.path == target_path:
            return source, target
        path_key = self.options.order.path_key
        return (source, None) if path_key(source.path) < path_key(target_path) else (None, target)

    def pair(self, source: Listing | None, target: Listing | None) -> Step:
        """Compare one folder; at least one side has it, and both lie at the same place."""
        if source is None:
            assert target is not None
            return self._pair_target_only(target)
        step = Step(source.path, target.path if target else source.path)
        if is_below(source.path, self._blocked):
            return step
        step.problems += source.problems
        if not source.complete:
            self._postponed.protect(source.path)
        if target is None:
            self._add_all(source, step)
        else:
            self._pair_both(source, target, step)
        return step

    def deletes(self) -> Iterator[Change]:
        """Say what to remove, children before parents."""
        return self._postponed.deletes()

    def late_changes(self) -> Iterator[Change]:
        """Say what takes the place of folders that `deletes` removed."""
        return self._postponed.replacements()

    def finish(self) -> Iterator[Change]:
        """Say which folders get their mode and time, the deepest first."""
        return self._postponed.finished_folders()

    def _translate(self, target_path: EntryPath) -> EntryPath:
        """Spell a folder of the target as the source does."""
        if self._renamed:
            for length in range(len(target_path), 0, -1):
                new = self._renamed.get(target_path[:length])
                if new is not None:
                    return new + target_path[length:]
        return target_path

    # One folder

    def _pair_target_only(self, target: Listing) -> Step:
        step = Step(self._translate(target.path), target.path)
        if not self.options.delete or self._postponed.is_protected(step.path):
            return step
        step.problems += target.problems
        if not target.complete:
            self._postponed.protect(step.path)
            return step
        if is_closed(target.folder):
            self._postponed.open_before_deletes(step.path)
        for entry in target.entries:
            self._delete(entry, step)
        return step

    def _pair_both(self, source: Listing, target: Listing, step: Step) -> None:
        step.problems += target.problems
        if target.complete:
            self._compare(source, target, step)
        else:
            self._blocked.add(source.path)
            self._postponed.protect(source.path)

    def _add_all(self, source: Listing, step: Step) -> None:
        for entry in self._distinct(source.entries, {}, step):
            self._add(entry, None, step)
        self._finish_folder(source.path, source.folder)

    def _compare(self, source: Listing, target: Listing, step: Step) -> None:
        unpaired = {entry.name: entry for entry in target.entries}
        spellings = self._target_spellings(target.entries)
        fold = self.options.order.fold
        for entry in self._distinct(source.entries, unpaired, step):
            old = unpaired.pop(entry.name, None)
            if old is None and spellings:
                old = unpaired.pop(spellings.get(fold(entry.name), b""), None)
            if old is None:
                self._add(entry, None, step)
            else:
                self._compare_entry(entry, old, step)
        if unpaired and self.options.delete and not self._postponed.is_protected(source.path):
            for entry in unpaired.values():
                self._delete(entry, step)
        self._compare_folder(source, target, step)

    def _compare_folder(self, source: Listing, target: Listing, step: Step) -> None:
        if is_closed(target.folder):
            if step.changes:
                step.changes.insert(0, OpenFolder(next(self._ids), source.path))
            elif step.is_touched:
                self._postponed.open_before_deletes(source.path)
        new, old = self._with_known_mode(source.folder, target.folder), target.folder
        is_changed = bool(step.changes) or step.is_touched
        if is_changed or new.mode != old.mode or not self._is_same_time(new, old):
            self._finish_folder(source.path, new)

    def _finish_folder(self, path: EntryPath, folder: Entry) -> None:
        if folder.kind is Kind.FOLDER:
            self._postponed.finish(path, folder)

    # Names that an end cannot tell apart

    def _distinct(
        self, entries: list[Entry], target_names: Mapping[bytes, Entry], step: Step
    ) -> Iterable[Entry]:
        """Give the entries that the target can hold; of twins the one that it has, else the first."""
        if not self.options.order.folded:
            return entries
        chosen: dict[bytes, Entry] = {}
        for entry in entries:
            first = chosen.setdefault(self.options.order.fold(entry.name), entry)
            if first.name not in target_names and entry.name in target_names:
                chosen[self.options.order.fold(entry.name)] = entry
        if len(chosen) < len(entries):
            names = {entry.name for entry in chosen.values()}
            for entry in entries:
                if entry.name not in names:
                    self._refuse_twin(entry, step)
        return chosen.values()

    def _refuse_twin(self, entry: Entry, step: Step) -> None:
        path = (*step.path, entry.name)
        self._blocked.add(path)
        self._postponed.protect(path)
        step.problems.append(Problem(path, ProblemCode.NAME_CONFLICT))

    def _target_spellings(self, target: list[Entry]) -> dict[bytes, bytes]:
        """Map the folded form of the target's names to the first name that has it.

        The first, because a folder is then met at its place in the common order.
        """
        if not self.options.order.folded:
            return {}
        return {self.options.order.fold(entry.name): entry.name for entry in reversed(target)}

    # One entry

    def _add(self, entry: Entry, replaces: Stamp | None, step: Step) -> None:
        change = self._change_for(entry, replaces, step)
        if change is not None:
            step.changes.append(change)
        elif entry.kind is Kind.SPECIAL:
            step.problems.append(Problem((*step.path, entry.name), ProblemCode.SPECIAL_FILE))

    def _change_for(self, entry: Entry, replaces: Stamp | None, step: Step) -> Change | None:
        path = (*step.path, entry.name)
        if entry.kind is Kind.FILE:
            return WriteFile(next(self._ids), path, entry.mode, entry.size, replaces)
        if entry.kind is Kind.FOLDER:
            return MakeFolder(next(self._ids), path, replaces)
        if entry.kind is Kind.LINK:
            return MakeLink(next(self._ids), path, entry.link_target, entry.mtime_ns, replaces)
        return None

    def _compare_entry(self, new: Entry, old: Entry, step: Step) -> None:
        if new.kind is Kind.SPECIAL:
            self._keep(new, old, step)
            step.problems.append(Problem((*step.path, new.name), ProblemCode.SPECIAL_FILE))
        elif new.kind is Kind.UNREADABLE or old.kind is Kind.UNREADABLE:
            self._keep(new, old, step)
        elif old.kind is Kind.FOLDER and new.kind is not Kind.FOLDER:
            self._replace_folder(new, old, step)
        else:
            if new.name != old.name:
                old = self._rename(new, old, step)
            self._compare_known(new, old, step)

    def _compare_known(self, new: Entry, old: Entry, step: Step) -> None:
        if new.kind is not old.kind:
            self._add(new, old.stamp, step)
        elif new.kind is Kind.FILE:
            self._compare_file(self._with_known_mode(new, old), old, step)
        elif new.kind is Kind.LINK and not self._is_same_link(new, old):
            self._add(new, old.stamp, step)

    def _compare_file(self, new: Entry, old: Entry, step: Step) -> None:
        is_same = new.size == old.size and self._is_same_time(new, old)
        # A mode is set through an open file, and nobody can open one that its owner may not read.
        if not is_same or (new.mode != old.mode and not old.mode & OWNER_READ):
            self._add(new, old.stamp, step)
            return
        self.files_unchanged += 1
        if new.mode != old.mode:
            step.changes.append(SetMode(next(self._ids), (*step.path, new.name), new.mode, old.stamp))

    def _replace_folder(self, new: Entry, old: Entry, step: Step) -> None:
        """Put something else in the place of a folder, if deleting is allowed."""
        if self.options.delete and not self._postponed.is_protected(step.path):
            self._delete(old, step)
            change = self._change_for(new, None, step)
            assert change is not None
            self._postponed.replace((*step.path, old.name), change)
        else:
            self._keep(new, old, step)
            step.problems.append(Problem((*step.path, new.name), ProblemCode.KIND_CONFLICT))

    def _rename(self, new: Entry, old: Entry, step: Step) -> Entry:
        path = (*step.path, old.name)
        step.changes.append(RenameEntry(next(self._ids), path, new.name, old.stamp))
        if old.kind is Kind.FOLDER:
            self._renamed[(*step.target_path, old.name)] = (*step.path, new.name)
        # A rename moves the change time: what follows cannot compare it.
        return structs.replace(old, name=new.name, ctime_ns=0)

    def _keep(self, new: Entry, old: Entry, step: Step) -> None:
        """Leave what the target has as it is, with all below it."""
        if new.kind is Kind.FOLDER:
            self._blocked.add((*step.path, new.name))
        if old.kind is Kind.FOLDER:
            self._postponed.protect((*step.path, old.name))

    def _delete(self, entry: Entry, step: Step) -> None:
        if entry.kind is not Kind.UNREADABLE:
            self._postponed.delete((*step.path, entry.name), entry)
            step.is_touched = True

    def _with_known_mode(self, new: Entry, old: Entry) -> Entry:
        """Give an entry of the source with the mode that the target shall have."""
        return new if self.options.modes_kept else structs.replace(new, mode=old.mode)

    def _is_same_time(self, new: Entry, old: Entry) -> bool:
        return is_same_time(new.mtime_ns, old.mtime_ns, self.options.granularity_ns)

    def _is_same_link(self, new: Entry, old: Entry) -> bool:
        return new.link_target == old.link_target and self._is_same_time(new, old)


def is_closed(folder: Entry) -> bool:
    """Whether not even its owner may change this folder."""
    return folder.mode & OWNER_ALL != OWNER_ALL
