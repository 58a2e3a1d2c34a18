"""What became of each file of the target, in the order of events: absent, old, which version, or torn."""

from collections.abc import Iterable

from msgspec import Struct

from psync.core.paths import is_temporary_name
from sim.picture.calls import BYTES, paths_in, readable
from sim.trace import CONTENT, Event

TEMPORARY = "temporary files"

# What a file of the target is at the end, in the order in which it is told.
AT_THE_END = {
    "current": "as the source has them",
    "earlier": "in an earlier version of the source",
    "old": "as before the first run",
    "torn": "torn",
    "absent": "deleted",
}


class Folder(Struct, frozen=True):
    """A folder of the job: its machine and its path, without a slash at the end."""

    machine: str
    path: bytes


class State(Struct, frozen=True):
    """From the event of that number on. `kind`: absent, old, current, earlier, torn, or temporary."""

    sequence: int
    kind: str
    label: str


class Lane(Struct):
    """The history of one file."""

    name: str
    states: list[State]


def end_of_files(lanes: Iterable[Lane]) -> str:
    """What the target holds at the end, in words."""
    lasts = [lane.states[-1].kind for lane in lanes if lane.name != TEMPORARY and lane.states]
    told = [f"{lasts.count(kind)} {words}" for kind, words in AT_THE_END.items() if kind in lasts]
    return f"Files of the target at the end: {', '.join(told)}." if told else ""


class States:
    """Follows the contents of two folders. A file is old until the first run begins."""

    def __init__(self, source: Folder, target: Folder) -> None:
        self._source = source
        self._target = target
        self._versions: dict[bytes, list[str]] = {}
        self._latest: dict[bytes, str] = {}
        self._written_ns: dict[bytes, int] = {}
        self._old: dict[bytes, str] = {}
        self._held: dict[bytes, str] = {}
        self._temporary: set[bytes] = set()
        self._lanes: dict[bytes, list[State]] = {}
        self._count: list[State] = []
        self._has_begun = False

    def follow(self, events: Iterable[Event]) -> list[Lane]:
        """Give a lane for each file that the target ever held, by name, and one for all temporary ones."""
        for event in events:
            self._has_begun |= event.kind == "process"
            if event.kind == CONTENT:
                self._see(event)
        lanes = [Lane(readable(path), self._lanes[path]) for path in sorted(self._lanes)]
        return [*lanes, Lane(TEMPORARY, self._count)] if self._count else lanes

    def _see(self, event: Event) -> None:
        machine = event.place.partition("/")[0]
        [path] = paths_in(event.detail)
        content = BYTES.sub("", event.detail, count=1).strip()
        if (inside := _inside(self._source, machine, path)) is not None:
            self._see_source(event, inside, content)
        elif (inside := _inside(self._target, machine, path)) is not None:
            self._see_target(event.sequence, inside, content)

    def _see_source(self, event: Event, path: bytes, content: str) -> None:
        versions = self._versions.setdefault(path, [])
        if (
            self._written_ns.get(path) == event.time_ns
        ):  # what a file holds while it is being written is no version
            versions[:] = [version for version in versions if version != self._latest[path]]
        self._latest[path], self._written_ns[path] = content, event.time_ns
        if content != "gone" and content not in versions:
            versions.append(content)
        if path in self._held:
            self._judge(event.sequence, path)

    def _see_target(self, sequence: int, path: bytes, content: str) -> None:
        if is_temporary_name(path.rpartition(b"/")[2]):
            self._count_temporary(sequence, path, content)
            return
        self._held[path] = content
        if not self._has_begun:
            self._old[path] = content
        self._judge(sequence, path)

    def _count_temporary(self, sequence: int, path: bytes, content: str) -> None:
        before = len(self._temporary)
        (self._temporary.discard if content == "gone" else self._temporary.add)(path)
        count = len(self._temporary)
        if count != before:
            self._count.append(State(sequence, "temporary" if count else "absent", str(count or "")))

    def _judge(self, sequence: int, path: bytes) -> None:
        state = State(sequence, *self._kind(path))
        known = self._lanes.setdefault(path, [])
        if not known or (known[-1].kind, known[-1].label) != (state.kind, state.label):
            known.append(state)

    def _kind(self, path: bytes) -> tuple[str, str]:
        content, versions = self._held[path], self._versions.get(path, [])
        if content == "gone":
            return "absent", ""
        if content in versions:
            is_current = content == self._latest[path]
            return "current" if is_current else "earlier", f"v{versions.index(content) + 1}"
        return ("old", "old") if content == self._old.get(path) else ("torn", "torn")


def _inside(folder: Folder, machine: str, path: bytes) -> bytes | None:
    prefix = folder.path + b"/"
    return path[len(prefix) :] if machine == folder.machine and path.startswith(prefix) else None
