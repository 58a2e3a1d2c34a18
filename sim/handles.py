"""Which files of a disk are open, and how: what Windows looks at before it opens, removes or renames one.

A disk under the rules of Linux keeps no handles. On a Windows disk each descriptor
of a program is one, and whatever else has files open there is played by
`Disk.open_elsewhere`.

A file that is removed while it is open is marked: its name stays, and no one can
open it, until its last handle is closed.
"""

from collections.abc import Callable, Iterator

from pyfakefs.fake_file import FakeDirectory, FakeFile

from sim.inodes import parent
from sim.windows import MARKED, OPEN_ELSEWHERE


class Handle:
    """An open file; `state` says how it is open, as the Windows table names it."""

    def __init__(self, handles: "Handles", node: FakeFile, state: str) -> None:
        assert state in OPEN_ELSEWHERE, f"{state!r} is none of {', '.join(OPEN_ELSEWHERE)}"
        self.node = node
        self.state = state
        self._handles = handles

    def close(self) -> None:
        """Close it; a second call does nothing."""
        self._handles.forget(self)

    def vanish(self) -> None:
        """The machine has lost its power."""
        self._handles.forget(self)


class Handles:
    """All handles of a disk; `remove` takes the name of a marked file away."""

    def __init__(self, remove: Callable[[FakeFile], None]) -> None:
        self._open: list[Handle] = []
        self.marked: list[FakeFile] = []
        self._remove = remove

    def open(self, node: FakeFile, state: str) -> Handle:
        """Note that a file is open from now on."""
        handle = Handle(self, node, state)
        self._open.append(handle)
        return handle

    def forget(self, handle: Handle) -> None:
        """Note that it is closed; the last one of a marked file takes its name with it."""
        if handle not in self._open:
            return
        self._open.remove(handle)
        node = handle.node
        if self.is_marked(node) and not any(other.node is node for other in self._open):
            self.marked = [marked for marked in self.marked if marked is not node]
            self._remove(node)

    def mark(self, node: FakeFile) -> None:
        """Remove a file as soon as it is closed, which may be now."""
        if any(handle.node is node for handle in self._open):
            self.marked.append(node)
        else:
            self._remove(node)

    def is_marked(self, node: FakeFile) -> bool:
        """Whether a file waits for its end."""
        return node in self.marked

    def states(self, node: FakeFile) -> list[str]:
        """How a file is open, for all who have it open."""
        marks = [MARKED] if self.is_marked(node) else []
        return marks + [handle.state for handle in self._open if handle.node is node]

    def below(self, folder: FakeDirectory) -> list[Handle]:
        """What is open below a folder."""
        return [handle for handle in self._open if any(above is folder for above in _above(handle.node))]


def _above(node: FakeFile) -> Iterator[FakeFile]:
    above = parent(node)
    while above is not None:
        yield above
        above = parent(above)
