"""From a path to an inode, as path_resolution(7) says."""

import errno
import stat
from enum import Enum

from msgspec import Struct
from pyfakefs.fake_file import FakeDirectory, FakeFile

from sim.disk import EXECUTE, NAME_BYTES_MAX, Disk, permits
from sim.failure import failure
from sim.inodes import folder_above

PATH_BYTES_MAX = 4095
LINKS_MAX = 40

# Names of so many letters are never too long, whatever letters they are.
PLAIN_LETTERS_MAX = NAME_BYTES_MAX // 4

# Ends of paths that name no entry which could be made, moved or removed.
SPECIAL_NAMES = frozenset({".", "..", "/"})


class Last(Enum):
    """What becomes of a link at the end of a path: followed, kept unless a slash follows, or always kept.

    LATER: kept, and who asked looks later whether the name is too long, as rename(2) and open(2) do.
    """

    FOLLOWED = 1
    KEPT = 2
    ENTRY = 3
    LATER = 4


class Place(Struct, frozen=True):
    """Where a path ends: `name` in `folder` is `node`, or nothing yet (None).

    `name` may be one of SPECIAL_NAMES, then `node` is `folder`. `is_folder`: a
    slash at the end says that it has to be one.
    """

    folder: FakeDirectory
    name: str
    node: FakeFile | None
    is_folder: bool = False
    is_too_long: bool = False

    @property
    def looked_up(self) -> FakeFile | None:
        """The inode or None; ENAMETOOLONG if the last name could not even be looked up."""
        if self.is_too_long:
            raise failure(errno.ENAMETOOLONG)
        return self.node

    @property
    def is_special(self) -> bool:
        """Whether no entry is named."""
        return self.name in SPECIAL_NAMES

    @property
    def found(self) -> FakeFile:
        """The inode; ENOENT if there is none, ENOTDIR if it should be a folder."""
        node = self.looked_up if self.is_too_long else self.node
        if node is None:
            raise failure(errno.ENOENT)
        if self.is_folder and not isinstance(node, FakeDirectory):
            raise failure(errno.ENOTDIR)
        return node


def walk(disk: Disk, start: FakeFile, path: bytes, last: Last) -> Place:
    """Resolve `path` from the folder `start`.

    Raises ENOENT, ENOTDIR, EACCES, ELOOP or ENAMETOOLONG.
    """
    if not path:
        raise failure(errno.ENOENT)
    if len(path) > PATH_BYTES_MAX:
        raise failure(errno.ENAMETOOLONG)
    name = path.decode("utf-8", "surrogateescape")
    return _plain_place(start, name) or Walk(disk, start, last).run(name)


def _plain_place(folder: FakeFile, name: str) -> Place | None:
    """Where most walks end: at a short name of a folder that is no link, of which no rule says more. Else None."""
    if "/" in name or len(name) > PLAIN_LETTERS_MAX or name in SPECIAL_NAMES:
        return None
    if not isinstance(folder, FakeDirectory) or not permits(folder, EXECUTE):
        return None
    node = folder.entries.get(name)
    if node is not None and stat.S_ISLNK(node.stat_result.st_mode):
        return None
    return Place(folder, name, node)


def link_target(link: FakeFile) -> bytes:
    """What a symbolic link says."""
    return link.byte_contents or b""


class Walk:
    """One walk under the rules of Linux."""

    def __init__(self, disk: Disk, start: FakeFile, last: Last) -> None:
        self._disk = disk
        self._node = start
        self._last = last
        self._pending: list[str] = []
        self._links = 0
        self._is_folder = False
        self._is_too_long = False

    def run(self, path: str) -> Place:
        """Walk to the end of a path."""
        self._push(path)
        name = "/"
        while self._pending:
            folder = self._node
            if not isinstance(folder, FakeDirectory):
                raise failure(errno.ENOTDIR)
            if not permits(folder, EXECUTE):
                raise failure(errno.EACCES)
            name = self._pending.pop()
            node = self._look_up(folder, name)
            if node is not None and stat.S_ISLNK(node.stat_result.st_mode) and self._is_followed():
                self._push(link_target(node).decode("utf-8", "surrogateescape"))
            elif not (self._pending or name in SPECIAL_NAMES):
                name = self._name_of(folder, name)
                return Place(folder, name, node, self._is_folder, self._is_too_long)
            else:
                self._node = Place(folder, name, node).found
        # The last one has been reached; to enter it is another matter.
        assert isinstance(self._node, FakeDirectory), "only a folder has a special name"
        return Place(self._node, name, self._node)

    def _push(self, path: str) -> None:
        if path.startswith("/"):
            self._node = self._disk.root
        if not self._pending and path.endswith("/"):
            self._is_folder = True
        self._pending += reversed([name for name in path.split("/") if name])

    def _name_of(self, folder: FakeDirectory, name: str) -> str:
        return name

    def _look_up(self, folder: FakeDirectory, name: str) -> FakeFile | None:
        if name == ".":
            return folder
        if name == "..":
            return folder_above(folder)
        if len(name.encode("utf-8", "surrogateescape")) > NAME_BYTES_MAX:
            self._refuse_length(folder)
        return folder.entries.get(name)

    def _refuse_length(self, folder: FakeDirectory) -> None:
        """A folder that was removed is not even asked."""
        self._is_too_long = not self._disk.is_removed(folder)
        if self._is_too_long and (self._pending or self._last is not Last.LATER):
            raise failure(errno.ENAMETOOLONG)

    def _is_followed(self) -> bool:
        """Whether the link that has been reached is."""
        is_kept = self._last in (Last.ENTRY, Last.LATER) or (self._last is Last.KEPT and not self._is_folder)
        if is_kept and not self._pending:
            return False
        self._links += 1
        if self._links > LINKS_MAX:
            raise failure(errno.ELOOP)
        return True
