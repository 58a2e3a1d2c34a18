r"""The file calls of a process on a Windows machine: the same allow-list, with descriptors for handles.

Real code would open each name relative to the handle of its folder (NtCreateFile
with RootDirectory), reparse points as themselves, and share reading, writing and
deleting with everybody. So two programs of psync never keep each other from a
file; others can, see `sim.handles`. Folders cannot be synced (EINVAL), whole volumes
neither; permission bits do not exist.
"""

import errno
import os

from pyfakefs.fake_file import FakeDirectory, FakeFile

from sim.crash import CrashProfile
from sim.descriptor import Descriptor
from sim.disk import Disk
from sim.entries import make_link, rename
from sim.failure import failure
from sim.gate import Gate
from sim.handles import Handle
from sim.operating_system import SimOperatingSystem
from sim.process import Process
from sim.walk import Last, Place
from sim.windows import (
    ACCESS_DENIED,
    CLOSED,
    FOLDER,
    INVALID_NAME,
    LOCKED_BYTES,
    PRIVILEGE_NOT_HELD,
    READING,
    WRITING,
    as_windows,
    check,
    fold,
    windows_failure,
)
from sim.windows_walk import PATH_NOT_FOUND, WindowsWalk, is_complete

NO_UNICODE = 1113
DRIVE = "C:"
TIME_STEP_NS = 100


def format_disk(disk: Disk) -> None:
    """Give an empty disk the rules of NTFS, and a drive C."""
    disk.make_folder(disk.root, DRIVE, 0o755)
    disk.time_granularity_ns = TIME_STEP_NS
    disk.modes_kept = False
    disk.fold = fold
    disk.journal.profile = CrashProfile.NTFS
    disk.journal.sync_all()


class WindowsDescriptor(Descriptor):
    """An open handle; ranges that others have locked cannot be read."""

    def __init__(self, disk: Disk, flags: int, handle: Handle) -> None:
        super().__init__(disk, handle.node, flags)
        self.handle = handle

    def read(self, length: int) -> bytes:
        """Read at the position, and move it."""
        self._check_range(self._position)
        return super().read(length)

    def read_at(self, length: int, offset: int) -> bytes:
        """Read at `offset`."""
        self._check_range(offset)
        return super().read_at(length, offset)

    def _check_range(self, offset: int) -> None:
        if 0 <= offset < LOCKED_BYTES:
            check("read first 4 bytes", self._disk.handles.states(self.node))


class WindowsOperatingSystem(SimOperatingSystem):
    """The files of a Windows machine as one of its processes may use them."""

    def __init__(self, disk: Disk, gate: Gate, process: Process) -> None:
        super().__init__(disk, gate)
        self._process = process
        gate.translate = as_windows

    def drop(self, fd: int) -> None:
        """Give a descriptor back, and close its handle."""
        descriptor = self.descriptor(fd)
        super().drop(fd)
        assert isinstance(descriptor, WindowsDescriptor)
        self._process.disown(descriptor.handle)
        descriptor.handle.close()

    def _walk(self, path: bytes, dir_fd: int | None, last: Last) -> Place:
        try:
            path.decode("utf-8", "surrogatepass")
        except UnicodeDecodeError:
            raise windows_failure(NO_UNICODE) from None
        text = path.decode("utf-8", "surrogateescape")
        if not text:
            raise windows_failure(INVALID_NAME)
        start = self._disk.root if is_complete(text) or dir_fd is None else self.descriptor(dir_fd).node
        if start is self._disk.root and not is_complete(text):
            raise windows_failure(PATH_NOT_FOUND)
        place = WindowsWalk(self._disk, start, last).run(text)
        self._check_place(place, last)
        return place

    def _check_place(self, place: Place, last: Last) -> None:
        """Refuse what is marked for deletion, and to make, move or remove a drive."""
        marked = (place.folder, place.node)
        if any(node is not None and self._disk.handles.is_marked(node) for node in marked):
            raise windows_failure(ACCESS_DENIED)
        if place.folder is self._disk.root and last is Last.ENTRY:
            raise windows_failure(ACCESS_DENIED if place.node else PATH_NOT_FOUND)

    def _check_open(self, place: Place, flags: int) -> None:
        if place.node is None or isinstance(place.node, FakeDirectory) or flags & os.O_PATH:
            return
        if flags & os.O_EXCL:
            operation = "create new"
        elif flags & os.O_TRUNC:
            operation = "open and truncate"
        else:
            operation = "open to read" if flags & os.O_ACCMODE == os.O_RDONLY else "open to write"
        check(operation, self._disk.handles.states(place.node) or [CLOSED])

    def _describe(self, node: FakeFile, flags: int) -> Descriptor:
        state = READING if flags & os.O_ACCMODE == os.O_RDONLY else WRITING
        handle = self._disk.handles.open(node, FOLDER if isinstance(node, FakeDirectory) else state)
        self._process.own(handle)
        return WindowsDescriptor(self._disk, flags, handle)

    def _sync(self, descriptor: Descriptor) -> None:
        if isinstance(descriptor.node, FakeDirectory):
            raise failure(errno.EINVAL)
        if not descriptor.is_writable:
            raise failure(errno.EACCES)
        super()._sync(descriptor)

    def _remove_file(self, place: Place) -> None:
        self._disk.check_writable()
        if isinstance(place.found, FakeDirectory):
            raise failure(errno.EACCES)
        check("delete", self._disk.handles.states(place.found))
        self._disk.handles.mark(place.found)

    def _remove_folder(self, place: Place) -> None:
        self._disk.check_writable()
        folder = place.found
        if not isinstance(folder, FakeDirectory):
            raise failure(errno.ENOTDIR)
        if folder.entries:
            raise failure(errno.ENOTEMPTY)
        check("delete, then remove its folder", self._disk.handles.states(folder))
        self._disk.handles.mark(folder)

    def _rename(self, source: Place, target: Place) -> None:
        self._disk.check_writable()
        moved, replaced = source.found, target.node
        self._check_movable(moved)
        if replaced is moved:  # another spelling
            self._disk.move(source.folder, source.name, target.folder, target.name)
            return
        if replaced is not None:
            if isinstance(moved, FakeDirectory) or isinstance(replaced, FakeDirectory):
                raise failure(errno.EACCES)
            check("rename another over it", self._disk.handles.states(replaced))
        rename(self._disk, source, target)

    def _check_movable(self, moved: FakeFile) -> None:
        handles = self._disk.handles
        if not isinstance(moved, FakeDirectory):
            check("rename it away", handles.states(moved))
            return
        check("rename its folder", handles.states(moved))
        for handle in handles.below(moved):
            if isinstance(handle.node, FakeDirectory):
                raise windows_failure(ACCESS_DENIED)
            check("rename its folder", [handle.state])

    def _make_link(self, place: Place, target: bytes) -> None:
        if not self._disk.links_permitted:
            raise windows_failure(PRIVILEGE_NOT_HELD)
        make_link(self._disk, place, target)
