"""The file system of one simulated machine: inodes of pyfakefs under the rules of a Linux kernel.

pyfakefs keeps the tree: its `FakeFile` and `FakeDirectory` are the inodes, so
that its own tools can look at `Disk.files`. Its path functions are not used.
They would resolve a descriptor's name anew after a rename, forward unknown calls
to the real machine, change modes on open and take any name; what psync does in
its jail of held descriptors would not be tested at all.

Known differences from a real disk, kept small by tests/sim/test_contract.py:

* No holes: every byte up to a file's size is allocated (`st_blocks`), and only
  contents count against `quota_bytes`. A file that is unlinked while open frees
  its space at once.
* Times do not move while code runs: two changes of one moment of virtual time
  cannot be told apart, as on a disk with a coarse clock. No access times.
* A file with several names is where its first one is, and nowhere once that is gone.
* All files belong to user 1000, the root folder included; inode numbers are
  never used again.
"""

import errno
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from msgspec import Struct
from pyfakefs.fake_file import FakeDirectory, FakeFile

from sim.crash import Choose, EntryChange, Journal
from sim.failure import failure
from sim.handles import Handle, Handles
from sim.inodes import Folder, Leaf, attach, attach_too, detach, empty_files, parent, path_of
from sim.trees import Tree, read_tree

USER_ID = 1000
NAME_BYTES_MAX = 255
BLOCK_BYTES = 4096
STAT_BLOCK_BYTES = 512

# What a disk without a quota has left, whatever is written to it.
UNLIMITED_BYTES = 1 << 40

# What a file system without modes shows for every entry, with the usual mask.
MODE_WITHOUT_MODES = 0o755

READ, WRITE, EXECUTE = 4, 2, 1


class Status(Struct, frozen=True):
    """What `stat` tells of an inode."""

    st_mode: int
    st_ino: int
    st_dev: int
    st_nlink: int
    st_uid: int
    st_size: int
    st_blocks: int
    st_mtime_ns: int
    st_ctime_ns: int


class Disk:
    """The inodes of one machine; `clock` gives its wall clock in nanoseconds.

    `quota_bytes`: how much the files may hold together; `file_bytes_max`: how much each one may.
    `is_read_only`: nothing can be changed, as Linux answers an error in a file system. `forbidden_characters`:
    which no name may contain, as vfat forbids `:`. `time_granularity_ns`: the
    step of modification times. `modes_kept`: without it, what is made has the mode
    that vfat shows, and no other can be set. `fold`: makes equal what it takes for one
    name. All seven may be set at any time. `links_permitted` and `handles` are for Windows.
    `journal`: what a power cut would take back. `watchers` are told of each file
    whose content is new, or whose name is.
    """

    def __init__(self, clock: Callable[[], int]) -> None:
        self.files = empty_files()
        self.root: FakeDirectory = self.files.root
        self.quota_bytes: int | None = None
        self.file_bytes_max: int | None = None
        self.is_read_only = False
        self.forbidden_characters: frozenset[str] = frozenset()
        self.time_granularity_ns = 1
        self.modes_kept = True
        self.fold: Callable[[str], str] | None = None
        self.links_permitted = False
        self.handles = Handles(self._remove_marked)
        self.journal = Journal()
        self.watchers: list[Callable[[FakeFile], None]] = []
        self._clock = clock
        self._register(self.root, 0o755)

    # Entries of folders

    def spelling(self, folder: FakeDirectory, name: str) -> str:
        """Give a name as the folder has it; one that it has not stays as it is."""
        if self.fold is None or name in folder.entries:
            return name
        folded = self.fold(name)
        return next((known for known in folder.entries if self.fold(known) == folded), name)

    def look_up(self, folder: FakeDirectory, name: str) -> FakeFile | None:
        """Give the entry of a name; None if there is none."""
        found = folder.entries.get(name)
        if found is None and self.fold is not None:
            found = folder.entries.get(self.spelling(folder, name))
        return found

    def open_elsewhere(self, path: bytes, state: str) -> Handle:
        """Open a file as another program of a Windows machine does, in one of `sim.windows.OPEN_ELSEWHERE`.

        `path` is one of the disk: `/C:/folder/file`. Programs under the rules of Linux do not notice.
        """
        node = self.find(path)
        assert node is not None, f"no file at {path!r}"
        return self.handles.open(node, state)

    def make_file(self, folder: FakeDirectory, name: str, mode: int) -> FakeFile:
        """Make an empty file."""
        return self._add(folder, name, Leaf(name, stat.S_IFREG, b"", self.files), mode)

    def make_folder(self, folder: FakeDirectory, name: str, mode: int) -> FakeFile:
        """Make an empty folder."""
        return self._add(folder, name, Folder(name, self.files), mode)

    def make_link(self, folder: FakeDirectory, name: str, target: str) -> FakeFile:
        """Make a symbolic link."""
        content = target.encode("utf-8", "surrogateescape")
        return self._add(folder, name, Leaf(name, stat.S_IFLNK, content, self.files), 0o777)

    def add_name(self, folder: FakeDirectory, name: str, node: FakeFile) -> None:
        """Give a file one more name, which no process of psync does; its users do."""
        self.check_changeable(folder)
        self._check_name(name)
        attach_too(folder, name, node)
        self.journal.note_names(EntryChange(folder, name, None, node))
        self.mark(node)
        self.touch(folder)

    def make_fifo(self, folder: FakeDirectory, name: str, mode: int) -> FakeFile:
        """Make a named pipe, which no process of psync can make; scenarios can."""
        return self._add(folder, name, Leaf(name, stat.S_IFIFO, b"", self.files), mode)

    def remove(self, folder: FakeDirectory, name: str) -> None:
        """Remove an entry; the inode lives on in open descriptors."""
        self.check_changeable(folder)
        name = self.spelling(folder, name)
        node = self._unlink(folder, name)
        self.journal.note_names(EntryChange(folder, name, node, None))
        self.journal.write_through()
        self.touch(folder)
        self._tell(node)

    def move(self, source: FakeDirectory, name: str, target: FakeDirectory, new_name: str) -> None:
        """Move an entry, over the one that has the new name."""
        self.check_changeable(source)
        self.check_changeable(target)
        self._check_name(new_name)
        name, old_name = self.spelling(source, name), self.spelling(target, new_name)
        replaced = target.entries.get(old_name)
        if replaced is source.entries[name]:
            replaced = None  # its spelling changes
        changes = [EntryChange(source, name, source.entries[name], None)]
        if replaced is not None:
            changes.append(EntryChange(target, old_name, replaced, None))
            self._unlink(target, old_name)
        node = self._unlink(source, name)
        attach(target, new_name, node)
        self.journal.note_names(*changes, EntryChange(target, new_name, None, node))
        for changed in (source, target):
            self.touch(changed)
        self.journal.write_through()
        self._tell(node)

    def check_changeable(self, folder: FakeDirectory) -> None:
        """Raise EACCES if the user may not add or remove entries."""
        if not permits(folder, WRITE | EXECUTE):
            raise failure(errno.EACCES)

    def check_writable(self) -> None:
        """Raise EROFS if nothing can be changed."""
        if self.is_read_only:
            raise failure(errno.EROFS)

    def is_removed(self, node: FakeFile) -> bool:
        """Whether an inode has lost its last name."""
        return node.parent_dir is None and node is not self.root

    # Content, times and status

    def store(self, node: FakeFile, content: bytes) -> None:
        """Exchange the content of a file, which loses its set-id bits; the caller has looked for `missing_bytes`."""
        self.journal.note_file(node)
        node.set_initial_contents(content)
        node.stat_result.st_mode = _without_set_id(node.stat_result.st_mode)
        self.touch(node)
        self._tell(node)

    def sync(self, node: FakeFile) -> None:
        """Make an inode certain, whatever happens later."""
        if stat.S_ISFIFO(node.stat_result.st_mode):
            raise failure(errno.EINVAL)
        if isinstance(node, FakeDirectory):
            self.journal.sync_folder(node)
        else:
            self.journal.sync_file(node)

    def cut(self, choose: Choose) -> None:
        """Lose what was not synced, as `choose` decides; watchers are told of the root."""
        self.journal.cut(choose)
        self._tell(self.root)

    def missing_bytes(self, growth: int) -> int:
        """How much of a file's growth the quota has no room for; a negative growth always fits."""
        return 0 if self.quota_bytes is None or growth <= 0 else max(0, growth - self.free_bytes)

    @contextmanager
    def unlimited(self) -> Iterator[None]:
        """Set quota, limit of size and protection aside for a while."""
        limits = self.quota_bytes, self.file_bytes_max, self.is_read_only
        self.quota_bytes, self.file_bytes_max, self.is_read_only = None, None, False
        try:
            yield
        finally:
            self.quota_bytes, self.file_bytes_max, self.is_read_only = limits

    @property
    def used_bytes(self) -> int:
        """What the files hold together."""
        return _used_bytes(self.root)

    def find(self, path: bytes) -> FakeFile | None:
        """The inode at an absolute path without links, or None."""
        node: FakeFile = self.root
        for name in filter(None, path.decode("utf-8", "surrogateescape").split("/")):
            found = self.look_up(node, name) if isinstance(node, FakeDirectory) else None
            if found is None:
                return None
            node = found
        return node

    def tree(self, path: bytes) -> Tree:
        """What lies below a folder, without files that wait for their end, as Windows removes open ones."""
        return read_tree(self.folder(path), self.handles.marked)

    def folder(self, path: bytes) -> FakeDirectory:
        """The folder at an absolute path without links."""
        found = self.find(path)
        if not isinstance(found, FakeDirectory):
            raise failure(errno.ENOENT)
        return found

    def path(self, node: FakeFile) -> bytes:
        """Where an inode lies, as a path from the root; of one that is removed, what is left of it."""
        return b"/" + "/".join(path_of(node)).encode("utf-8", "surrogateescape")

    @property
    def free_bytes(self) -> int:
        """What the files may still grow by."""
        return UNLIMITED_BYTES if self.quota_bytes is None else max(0, self.quota_bytes - self.used_bytes)

    def touch(self, node: FakeFile) -> None:
        """The content of an inode has changed."""
        self.journal.note_file(node)
        now_ns = self._clock()
        node.stat_result.st_mtime_ns = self.rounded(now_ns)
        node.stat_result.st_ctime_ns = now_ns

    def set_mode(self, node: FakeFile, mode: int) -> None:
        """Change permission bits; EPERM where there are none, as vfat answers all but its owner."""
        self.check_writable()
        if not self.modes_kept:
            raise failure(errno.EPERM)
        self.journal.note_file(node)
        node.stat_result.st_mode = stat.S_IFMT(node.stat_result.st_mode) | mode
        self.mark(node)

    def set_time(self, node: FakeFile, mtime_ns: int) -> None:
        """Change the modification time of an inode."""
        self.check_writable()
        self.journal.note_file(node)
        node.stat_result.st_mtime_ns = self.rounded(mtime_ns)
        self.mark(node)

    def mark(self, node: FakeFile) -> None:
        """The attributes of an inode have changed."""
        node.stat_result.st_ctime_ns = self._clock()

    def rounded(self, time_ns: int) -> int:
        """A time as this file system keeps it."""
        return time_ns // self.time_granularity_ns * self.time_granularity_ns

    def status(self, node: FakeFile) -> Status:
        """What `stat` tells of an inode."""
        found = node.stat_result
        size = BLOCK_BYTES if isinstance(node, FakeDirectory) else found.st_size
        allocated = 0 if stat.S_ISLNK(found.st_mode) else size  # a link's target lies in its inode
        return Status(
            found.st_mode,
            found.st_ino or 0,
            found.st_dev,
            found.st_nlink,
            found.st_uid,
            size,
            -(-allocated // BLOCK_BYTES) * (BLOCK_BYTES // STAT_BLOCK_BYTES),
            found.st_mtime_ns,
            found.st_ctime_ns,
        )

    def _add(self, folder: FakeDirectory, name: str, node: FakeFile, mode: int) -> FakeFile:
        self.check_writable()
        if self.is_removed(folder):
            raise failure(errno.ENOENT)
        self.check_changeable(folder)
        self._check_name(name)
        self._register(node, mode)
        attach(folder, name, node)
        self.journal.note_names(EntryChange(folder, name, None, node))
        if isinstance(node, FakeDirectory):
            self.journal.write_through()
        self.touch(folder)
        self._tell(node)
        return node

    def _check_name(self, name: str) -> None:
        if not self.forbidden_characters.isdisjoint(name):
            raise failure(errno.EINVAL)

    def _register(self, node: FakeFile, mode: int) -> None:
        self.files.last_ino += 1
        status = node.stat_result  # FakeFile looks attributes up there, slowly
        status.st_ino = self.files.last_ino
        status.st_dev = self.root.st_dev
        status.st_uid = status.st_gid = USER_ID
        status.st_mode = stat.S_IFMT(status.st_mode) | (mode if self.modes_kept else MODE_WITHOUT_MODES)
        status.st_mtime_ns = self.rounded(self._clock())
        self.touch(node)

    def _unlink(self, folder: FakeDirectory, name: str) -> FakeFile:
        node = detach(folder, name)
        self.mark(node)
        return node

    def _remove_marked(self, node: FakeFile) -> None:
        """A marked file has been closed: its name goes."""
        folder = parent(node)
        if isinstance(folder, FakeDirectory):
            self.remove(folder, str(node.name))

    def _tell(self, node: FakeFile) -> None:
        for watch in self.watchers:
            watch(node)


def permits(node: FakeFile, wanted: int) -> bool:
    """Whether the user may do all of READ, WRITE and EXECUTE that `wanted` names."""
    status = node.stat_result  # FakeFile looks attributes up there, slowly
    granted: int = status.st_mode >> 6 if status.st_uid == USER_ID else status.st_mode
    return granted & wanted == wanted


def _without_set_id(mode: int) -> int:
    """What a change of content leaves of a mode: the group's bit stays where the group may not execute."""
    return mode & ~(stat.S_ISUID | (stat.S_ISGID if mode & stat.S_IXGRP else 0))


def _used_bytes(folder: FakeDirectory) -> int:
    nodes = folder.entries.values()
    return sum(_used_bytes(node) if isinstance(node, FakeDirectory) else node.size for node in nodes)
