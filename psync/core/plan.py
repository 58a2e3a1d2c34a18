"""Two ordered streams of folders in, the changes that make the target equal out.

`Planner.pair` is called once for each folder, parents first, with the listing of
either side or of both. What it returns can be carried out at once. What must
wait is kept and handed out by `deletes`, `late_changes` and `finish`:

* Deletes come last, children before parents, and never below a folder whose
  scan was not complete, on either side.
* An entry that takes the place of a folder must wait until that is deleted.
* A folder gets its mode and time after its contents: a read-only folder must be
  fillable, and filling it changes its time.

What is kept grows with the changes, never with the unchanged entries.
"""

from collections.abc import Iterator

from msgspec import Struct, structs

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
from psync.core.errors import Problem, ProblemCode
from psync.core.manifest import Entry, EntryPath, Kind, Listing, Order, Stamp, is_same_time

OWNER_ALL = 0o700


class PlanOptions(Struct, frozen=True):
    """How two trees are compared: `granularity_ns` and `order` are the coarser of both ends."""

    delete: bool = False
    granularity_ns: int = 1
    order: Order = Order()


class Step(Struct):
    """What one folder asks for: changes in the order in which they are carried out.

    `target_path` is the folder as the target spells it. `is_touched`: something
    in the folder changes, now or later, and with it the folder's own time.
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
        self._last_id = 0
        self._undeletable: set[EntryPath] = set()
        self._blocked: set[EntryPath] = set()
        self._renamed: dict[EntryPath, EntryPath] = {}
        self._closed_folders: set[EntryPath] = set()
        self._deletes: list[Delete] = []
        self._late: list[Change] = []
        self._finish: dict[EntryPath, FinishFolder] = {}

    def pair(self, source: Listing | None, target: Listing | None) -> Step:
        """Compare one folder; at least one side has it, and both lie at the same place."""
        if source is None:
            assert target is not None
            return self._pair_target_only(target)
        step = Step(source.path, target.path if target else source.path)
        if _is_below(source.path, self._blocked):
            return step
        step.problems += source.problems
        if not source.complete:
            self._undeletable.add(source.path)
        if target is None:
            self._add_all(source, step)
        else:
            self._pair_both(source, target, step)
        return step

    def deletes(self) -> Iterator[Change]:
        """Say what to remove, children before parents, folders opened first."""
        for delete in reversed(self._deletes):
            folder = delete.path[:-1]
            if _is_below(delete.path, self._undeletable):
                continue
            if folder in self._closed_folders:
                self._closed_folders.remove(folder)
                yield OpenFolder(self._next_id(), folder)
            yield delete

    def late_changes(self) -> list[Change]:
        """Say what takes the place of folders that `deletes` removed."""
        return self._late

    def finish(self) -> Iterator[FinishFolder]:
        """Say which folders get their mode and time, the deepest first."""
        return reversed(self._finish.values())

    def translate(self, target_path: EntryPath) -> EntryPath:
        """Spell a folder of the target as the source does, for pairing."""
        if self._renamed:
            for length in range(len(target_path), 0, -1):
                new = self._renamed.get(target_path[:length])
                if new is not None:
                    return new + target_path[length:]
        return target_path

    # One folder

    def _pair_target_only(self, target: Listing) -> Step:
        path = self.translate(target.path)
        step = Step(path, target.path)
        if not self.options.delete or _is_below(path, self._undeletable):
            return step
        step.problems += target.problems
        if target.complete:
            self._note_closed(target, path)
            self._delete_all(target.entries, step)
        else:
            self._undeletable.add(path)
        return step

    def _pair_both(self, source: Listing, target: Listing, step: Step) -> None:
        step.problems += target.problems
        if target.complete:
            self._note_closed(target, source.path)
            self._compare(source, target, step)
        else:
            self._block(source.path)

    def _add_all(self, source: Listing, step: Step) -> None:
        taken: set[bytes] = set()
        for entry in source.entries:
            if self._is_distinct(entry, taken, step):
                self._add(entry, None, step)
        self._finish_later(source)

    def _compare(self, source: Listing, target: Listing, step: Step) -> None:
        by_name = {entry.name: entry for entry in target.entries}
        by_fold = self._folded_names(source, by_name)
        fold = self.options.order.fold
        taken: set[bytes] = set()
        for entry in source.entries:
            old = by_name.pop(entry.name, None) or by_name.pop(by_fold.get(fold(entry.name), b""), None)
            if not self._is_distinct(entry, taken, step):
                continue
            if old is None:
                self._add(entry, None, step)
            else:
                self._compare_entry(entry, old, step)
        if self.options.delete and by_name and not _is_below(source.path, self._undeletable):
            self._delete_all(list(by_name.values()), step)
        self._compare_folder(source, target, step)

    def _compare_folder(self, source: Listing, target: Listing, step: Step) -> None:
        if step.changes and source.path in self._closed_folders:
            self._closed_folders.remove(source.path)
            step.changes.insert(0, OpenFolder(self._next_id(), source.path))
        if not step.is_touched:
            self._closed_folders.discard(source.path)
        new, old = source.folder, target.folder
        is_changed = bool(step.changes) or step.is_touched
        if is_changed or new.mode != old.mode or not self._is_same_time(new, old):
            self._finish_later(source)

    def _folded_names(self, source: Listing, target_names: dict[bytes, Entry]) -> dict[bytes, bytes]:
        """Map the folded form of names that only the target spells so to that spelling."""
        if not self.options.order.folded:
            return {}
        exact = {entry.name for entry in source.entries}
        return {self.options.order.fold(name): name for name in target_names if name not in exact}

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
            return WriteFile(self._next_id(), path, entry.mode, entry.size, replaces)
        if entry.kind is Kind.FOLDER:
            return MakeFolder(self._next_id(), path, replaces)
        if entry.kind is Kind.LINK:
            return MakeLink(self._next_id(), path, entry.link_target, entry.mtime_ns, replaces)
        return None

    def _compare_entry(self, new: Entry, old: Entry, step: Step) -> None:
        path = (*step.path, new.name)
        if new.kind is Kind.SPECIAL:
            self._undeletable.add(path)
            step.problems.append(Problem(path, ProblemCode.SPECIAL_FILE))
        elif new.kind is Kind.UNREADABLE or old.kind is Kind.UNREADABLE:
            self._block(path)
        else:
            if new.name != old.name:
                old = self._rename(new, old, step)
            self._compare_known(new, old, step)

    def _compare_known(self, new: Entry, old: Entry, step: Step) -> None:
        if new.kind is not old.kind:
            self._change_kind(new, old, step)
        elif new.kind is Kind.FILE:
            self._compare_file(new, old, step)
        elif new.kind is Kind.LINK and not self._is_same_link(new, old):
            self._add(new, old.stamp, step)

    def _compare_file(self, new: Entry, old: Entry, step: Step) -> None:
        if new.size != old.size or not self._is_same_time(new, old):
            self._add(new, old.stamp, step)
            return
        self.files_unchanged += 1
        if new.mode != old.mode:
            step.changes.append(SetMode(self._next_id(), (*step.path, new.name), new.mode, old.stamp))

    def _change_kind(self, new: Entry, old: Entry, step: Step) -> None:
        path = (*step.path, new.name)
        if old.kind is not Kind.FOLDER:
            self._add(new, old.stamp, step)
        elif self.options.delete and not _is_below(path, self._undeletable):
            self._delete_all([old], step)
            change = self._change_for(new, None, step)
            assert change is not None
            self._late.append(change)
        else:
            self._block(path)
            step.problems.append(Problem(path, ProblemCode.KIND_CONFLICT))

    def _rename(self, new: Entry, old: Entry, step: Step) -> Entry:
        path = (*step.path, old.name)
        step.changes.append(RenameEntry(self._next_id(), path, new.name, old.stamp))
        if old.kind is Kind.FOLDER:
            self._renamed[(*step.target_path, old.name)] = (*step.path, new.name)
        # A rename moves the change time: what follows cannot compare it.
        return structs.replace(old, name=new.name, ctime_ns=0)

    def _is_distinct(self, entry: Entry, taken: set[bytes], step: Step) -> bool:
        """Whether the target can tell this name from those of the folder that came before it."""
        if not self.options.order.folded:
            return True
        key = self.options.order.fold(entry.name)
        if key in taken:
            path = (*step.path, entry.name)
            self._block(path)
            step.problems.append(Problem(path, ProblemCode.NAME_CONFLICT))
            return False
        taken.add(key)
        return True

    # What waits

    def _delete_all(self, entries: list[Entry], step: Step) -> None:
        for entry in entries:
            if entry.kind is not Kind.UNREADABLE:
                path = (*step.path, entry.name)
                self._deletes.append(Delete(self._next_id(), path, entry.kind, entry.stamp))
                step.is_touched = True

    def _finish_later(self, source: Listing) -> None:
        entry = source.folder
        self._finish[source.path] = FinishFolder(self._next_id(), source.path, entry.mode, entry.mtime_ns)

    def _note_closed(self, target: Listing, path: EntryPath) -> None:
        """Remember a folder of the target that its owner may not change."""
        if target.folder.mode & OWNER_ALL != OWNER_ALL:
            self._closed_folders.add(path)

    def _block(self, path: EntryPath) -> None:
        """Neither change nor delete anything at or below `path`."""
        self._blocked.add(path)
        self._undeletable.add(path)

    def _is_same_time(self, new: Entry, old: Entry) -> bool:
        return is_same_time(new.mtime_ns, old.mtime_ns, self.options.granularity_ns)

    def _is_same_link(self, new: Entry, old: Entry) -> bool:
        return new.link_target == old.link_target and self._is_same_time(new, old)

    def _next_id(self) -> int:
        self._last_id += 1
        return self._last_id


def _is_below(path: EntryPath, tops: set[EntryPath]) -> bool:
    """Whether `path` is one of `tops` or lies below one."""
    return bool(tops) and any(path[:length] in tops for length in range(len(path) + 1))
