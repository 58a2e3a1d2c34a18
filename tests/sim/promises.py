"""What psync has promised of each path while a plan is carried out: one of the states from its last acknowledgement on.

Not promised: the time of a link, for nobody can sync a link, and the next run sees to it; the mode
that `OpenFolder` gives for a while; the time of a folder before `FinishFolder`; and on NTFS, which syncs no
folders and has no modes, the time of a folder at all.
"""

from collections.abc import Iterator, Mapping

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
from psync.core.paths import is_temporary_name
from sim.trees import Link
from tests.sim.workloads import FileSpec, FolderSpec, Spec, Specs

# Content, mode and time of each path. A folder's content is None, as in every tree.
Found = dict[bytes, tuple[bytes | Link | None, int, int]]

FRESH_FOLDER_MODE = 0o700


class State(Struct, frozen=True):
    """What a path holds; no `modes`: any, no `mtime_ns`: any."""

    content: bytes | Link | None
    modes: tuple[int, ...] = ()
    mtime_ns: int | None = None

    def is_found(self, content: object, mode: int, mtime_ns: int) -> bool:
        return (
            self.content == content
            and (not self.modes or mode in self.modes)
            and self.mtime_ns in (None, mtime_ns)
        )


States = Mapping[bytes, State]
Between = dict[bytes, State | None]  # None: nothing is there


class Promises:
    """The states of all paths: `before` at first, those of the source in the end.

    `uncertain`: a folder that may be lost with all that is in it, until something in it is acknowledged.
    """

    def __init__(
        self, before: Specs, after: Specs, *, modes_kept: bool, uncertain: bytes | None = None
    ) -> None:
        self._modes_kept = modes_kept
        self._after = after
        self._states: list[States] = [
            {b"": State(None)} | {path: self._state(spec) for path, spec in before.items()}
        ]
        self._between: list[Between] = [{}]
        self._renames: list[tuple[bytes, bytes] | None] = [None]
        self._allowed: dict[bytes, dict[State | None, None]] = {}
        self.key = ""  # the same for the same promises
        self._begun: list[Change | None] = [None]
        self._uncertain = uncertain
        self._between[0] = self._without_uncertain()
        self._look_again()

    def begin(self, change: Change) -> None:
        """A change may now be carried out."""
        before, path = self._states[-1], b"/".join(change.path)
        after = dict(before)
        between: Between = {}
        rename = None
        if isinstance(change, RenameEntry):
            new = b"/".join((*change.path[:-1], change.name))
            moved = [known for known in before if known == path or known.startswith(path + b"/")]
            after |= {new + known[len(path) :]: after.pop(known) for known in moved}
            between = dict.fromkeys([*moved, *(new + known[len(path) :] for known in moved)])
            rename = path, new
        elif isinstance(change, Delete):
            del after[path]
        else:
            after[path] = self._changed(change, before.get(path))
            if isinstance(change, MakeFolder) and change.replaces is not None:
                between = {path: None}
            if isinstance(change, FinishFolder):
                between = {path: structs.replace(after[path], mtime_ns=None)}
        between |= self._under_old_names(change, after)
        self._states.append(after)
        self._between.append(between)
        self._renames.append(rename)
        self._begun.append(change)
        self._look_again()

    def acknowledge(self, count: int) -> None:
        """The next so many changes are done for good."""
        assert count < len(self._states)
        for change in self._begun[1 : count + 1]:
            assert change is not None
            if change.path[:1] == (self._uncertain,) and not isinstance(change, Delete | OpenFolder):
                self._uncertain = None
        del self._states[:count], self._between[:count], self._renames[:count], self._begun[:count]
        self._between[0] = self._without_uncertain()
        self._renames[0] = None
        self._look_again()

    def broken(self, found: Found) -> Iterator[str]:
        """Say what a disk holds that was not promised."""
        for path, allowed in self._allowed.items():
            entry = found.get(path)
            if entry is None:
                if None not in allowed:
                    yield f"{path!r} is lost"
            elif not any(state is not None and state.is_found(*entry) for state in allowed):
                yield f"{path!r} holds {str(entry[0])[:20]}, mode {entry[1]:o}, time {entry[2]}"
        for path in found:
            if path not in self._allowed and not any(map(is_temporary_name, path.split(b"/"))):
                yield f"nobody has made {path!r}"

    def unfulfilled(self, found: Found) -> list[str]:
        """Say what is not as at the source, once all is acknowledged."""
        strange = [f"{path!r} is there" for path in found if path not in self._states[-1]]
        assert len(self._states) == 1, "not all is acknowledged"
        return [*self.broken(found), *strange]

    def _under_old_names(self, change: Change, after: States) -> Between:
        """What a change does to an entry, or in a folder, whose rename before it is not acknowledged and may be lost."""
        name = change.name if isinstance(change, RenameEntry) else change.path[-1] if change.path else b""
        path = b"/".join((*change.path[:-1], name))
        if isinstance(change, SetMode | OpenFolder | FinishFolder):
            known = self._spellings(path)
        else:
            known = {_join(folder, name) for folder in self._spellings(b"/".join(change.path[:-1]))}
        return {spelled: after.get(path) for spelled in known if spelled != path}

    def _spellings(self, path: bytes) -> set[bytes]:
        """All that a path may be called after a cut now."""
        found = {path}
        for old, new in filter(None, reversed(self._renames)):
            found |= {old + one[len(new) :] for one in found if one == new or one.startswith(new + b"/")}
        return found

    def _without_uncertain(self) -> Between:
        top = self._uncertain
        return {
            path: None
            for path in self._states[0]
            if top is not None and (path == top or path.startswith(top + b"/"))
        }

    def _changed(self, change: Change, before: State | None) -> State:
        match change:
            case WriteFile():
                return self._state(self._after[b"/".join(change.path)])
            case MakeFolder():
                return self._folder((FRESH_FOLDER_MODE,), None)
            case MakeLink():
                return State(Link(change.link_target))
            case FinishFolder():
                return self._folder((change.mode,), change.mtime_ns)
            case SetMode():
                assert before is not None
                return structs.replace(before, modes=(change.mode,))
            case OpenFolder():
                # Nobody has promised that it stays open.
                modes = before.modes if before is not None else ()
                return self._folder((*modes, *(mode | 0o700 for mode in modes)), None)
        raise AssertionError(change)

    def _folder(self, modes: tuple[int, ...], mtime_ns: int | None) -> State:
        return State(None, modes, mtime_ns) if self._modes_kept else State(None)

    def _state(self, spec: Spec) -> State:
        if isinstance(spec, FileSpec):
            return State(spec.content, (spec.mode,) if self._modes_kept else (), spec.mtime_ns)
        if isinstance(spec, FolderSpec):
            return self._folder((spec.mode,), None)
        return State(spec)

    def _look_again(self) -> None:
        paths = [path for states in (*self._states, *self._between) for path in states]
        allowed: dict[bytes, dict[State | None, None]] = {path: {} for path in paths}
        for states in self._states:
            for path, some in allowed.items():
                some[states.get(path)] = None
        for between in self._between:
            for path, state in between.items():
                allowed[path][state] = None
        self._allowed = allowed
        self.key = repr(sorted((path, list(map(repr, some))) for path, some in allowed.items()))


def _join(folder: bytes, name: bytes) -> bytes:
    return folder + b"/" + name if folder else name
