"""The user at the source of a trial, and what he does to it between two runs.

All of it is his own: he takes the rights that he lacks, and gives them back at once. A file that
another program has open stays as it is, as Windows has it.
"""

import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sim.disk import Disk
from sim.layout import Layout
from sim.ledger import Ledger
from sim.machine import Machine
from sim.plan import Edit, FileSpec
from sim.trace import NOTE, Trace

OWNER_ALL = 0o700


class User:
    """Edits what lies below `folder`, in its POSIX form; the ledger is his."""

    def __init__(self, machine: Machine, folder: str, ledger: Ledger, trace: Trace) -> None:
        self._machine = machine
        self._disk = machine.disk
        self._layout = Layout(machine.style)
        self._folder = folder
        self._ledger = ledger
        self._trace = trace

    def edit(self, edit: Edit) -> None:
        """Do it, whatever limits the disk has for others, and make it certain."""
        self._trace.record(self._machine.name, NOTE, f"source file {edit.path!r} {_in_words(edit)}")
        with self._disk.unlimited(), suppress(PermissionError):
            if edit.mode:
                self._set_mode(edit)
            else:
                with rights(self._disk, self._on_disk(edit.path)):
                    (self._remove if edit.size < 0 else self._write)(edit)
        self._disk.journal.sync_all()

    def _set_mode(self, edit: Edit) -> None:
        node = self._disk.find(self._on_disk(edit.path))
        if node is not None and not stat.S_ISLNK(node.stat_result.st_mode):
            self._disk.set_mode(node, int(edit.mode, 8))

    def _remove(self, edit: Edit) -> None:
        if self._disk.find(self._on_disk(edit.path)) is not None:
            self._machine.files.remove(self._as_typed(edit.path))
            self._ledger.remove(edit.path.encode())

    def _write(self, edit: Edit) -> None:
        content = FileSpec(edit.path, edit.size, edit.version).content
        self._machine.files.put(self._as_typed(edit.path), content)
        self._ledger.add_version(edit.path.encode(), content)

    def _on_disk(self, path: str) -> bytes:
        return self._layout.on_disk(f"{self._folder}/{path}")

    def _as_typed(self, path: str) -> bytes:
        return self._layout.files(f"{self._folder}/{path}")


@contextmanager
def rights(disk: Disk, path: bytes) -> Iterator[None]:
    """Let the owner do everything on the way to an entry and with itself, for a while."""
    closed = []
    place = len(path)
    while place > 0:
        node = disk.find(path[:place])
        if node is not None and node.stat_result.st_mode & OWNER_ALL != OWNER_ALL:
            closed.append((node, node.stat_result.st_mode))
            node.stat_result.st_mode |= OWNER_ALL
        place = path.rfind(b"/", 0, place)
    try:
        yield
    finally:
        for node, mode in closed:
            node.stat_result.st_mode = mode


def _in_words(edit: Edit) -> str:
    if edit.mode:
        return f"gets the mode {edit.mode}"
    return "is removed" if edit.size < 0 else f"is written anew, {edit.size} bytes"
