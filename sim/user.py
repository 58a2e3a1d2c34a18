"""The user at the source of a trial, and what he does to it between two runs.

All of it is his own: he takes the rights that he lacks, and gives them back at once. A file that
another program has open stays as it is, as Windows has it, and so does a folder.
"""

import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from msgspec import structs
from pyfakefs.fake_file import FakeDirectory

from sim.disk import Disk
from sim.files import NO_FOLDER
from sim.layout import Layout
from sim.ledger import Ledger
from sim.machine import Machine
from sim.plan import Edit, FileSpec, Kind, folders_above
from sim.trace import NOTE, Trace
from sim.trees import Link

OWNER_ALL = 0o700

KINDS = {Kind.FILE: stat.S_IFREG, Kind.LINK: stat.S_IFLNK, Kind.FOLDER: stat.S_IFDIR}


class User:
    """Edits what lies below `folder`, in its POSIX form; the ledger is his."""

    def __init__(
        self, machine: Machine, folder: str, ledger: Ledger, trace: Trace, *, is_respelled: bool = False
    ) -> None:
        self._machine = machine
        self._disk = machine.disk
        self._layout = Layout(machine.style)
        self._folder = folder
        self._ledger = ledger
        self._trace = trace
        self._is_respelled = is_respelled

    def edit(self, edit: Edit) -> None:
        """Do it, whatever limits the disk has for others, and make it certain."""
        self._trace.record(self._machine.name, NOTE, f"source file {edit.path!r} {_in_words(edit)}")
        if self._is_respelled:
            edit = structs.replace(edit, path=self._spelled(edit.path))
        with self._disk.unlimited(), suppress(PermissionError):
            if edit.mode:
                self._set_mode(edit)
            else:
                with rights(self._disk, self._on_disk(edit.path)):
                    self._change(edit)
        self._disk.journal.sync_all()

    def _change(self, edit: Edit) -> None:
        if edit.name:
            self._spell(edit)
        elif edit.size < 0:
            self._remove(edit.path)
        else:
            self._make_room(edit)
            self._write(edit)

    def _spelled(self, path: str) -> str:
        """A path as it is spelled now."""
        node, names = self._disk.find(self._layout.on_disk(self._folder)), path.split("/")
        for place, name in enumerate(names):
            known = dict(node.entries) if isinstance(node, FakeDirectory) else {}
            alike = (other for other in known if other.upper() == name.upper())
            names[place] = name if name in known else next(alike, name)
            node = known.get(names[place])
        return "/".join(names)

    def _spell(self, edit: Edit) -> None:
        above, slash, _ = edit.path.rpartition("/")
        new = f"{above}{slash}{edit.name}"
        if self._disk.find(self._on_disk(edit.path)) is not None and edit.path != new:
            old, new_typed = self._as_typed(edit.path), self._as_typed(new)
            self._machine.files.os.rename(old, new_typed, src_dir_fd=NO_FOLDER, dst_dir_fd=NO_FOLDER)

    def _set_mode(self, edit: Edit) -> None:
        node = self._disk.find(self._on_disk(edit.path))
        if node is not None and not stat.S_ISLNK(node.stat_result.st_mode):
            self._disk.set_mode(node, int(edit.mode, 8))

    def _remove(self, path: str) -> None:
        """Remove what stands there, with all that is in it."""
        node, files = self._disk.find(self._on_disk(path)), self._machine.files
        if isinstance(node, FakeDirectory):
            if self._disk.handles.states(node):
                raise PermissionError(f"{path!r} is open, and would be there until it is closed")
            for name in sorted(node.entries):
                self._remove(f"{path}/{name}")
            if node.entries:
                raise PermissionError(
                    f"{path!r} has files that are open, and are there until they are closed"
                )
            with rights(self._disk, self._on_disk(path)):
                files.os.rmdir(self._as_typed(path), dir_fd=NO_FOLDER)
        elif node is not None:
            with rights(self._disk, self._on_disk(path)):
                files.remove(self._as_typed(path))
            self._ledger.remove(path.encode())

    def _make_room(self, edit: Edit) -> None:
        """Remove what is no folder on the way, and what is of another kind than that which follows."""
        for above in [*folders_above(edit.path)][::-1]:
            self._ledger.add_folder(above.encode())
            if not isinstance(self._disk.find(self._on_disk(above)), FakeDirectory):
                self._remove_at_once(above)
        node = self._disk.find(self._on_disk(edit.path))
        if node is not None and (
            edit.kind is Kind.LINK or KINDS[edit.kind] != stat.S_IFMT(node.stat_result.st_mode)
        ):
            self._remove_at_once(edit.path)

    def _remove_at_once(self, path: str) -> None:
        """Remove what stands there, unless Windows only will once another program has closed it."""
        self._remove(path)
        if self._disk.find(self._on_disk(path)) is not None:
            raise PermissionError(f"{path!r} is open, and is there until it is closed")

    def _write(self, edit: Edit) -> None:
        entry = FileSpec(edit.path, edit.size, edit.version, edit.kind).entry
        files, path = self._machine.files, self._as_typed(edit.path)
        if entry is None:
            files.make_folder(path)
            self._ledger.add_folder(edit.path.encode())
            return
        if isinstance(entry, Link):
            files.make_folder(path.rpartition(b"/")[0])
            files.os.symlink(entry.target, path, dir_fd=NO_FOLDER)
        else:
            files.put(path, entry)
        self._ledger.add_version(edit.path.encode(), entry)

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
    if edit.name:
        return f"is spelled {edit.name!r}"
    if edit.kind is not Kind.FILE:
        return f"becomes a {edit.kind}"
    return "is removed" if edit.size < 0 else f"is written anew, {edit.size} bytes"
