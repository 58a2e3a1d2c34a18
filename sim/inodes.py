"""Names and inodes: how an inode of pyfakefs is made, how it hangs in its folder, and where that is.

pyfakefs's own add_entry and remove_entry check the rights of one user for all
machines of the world, so `attach` and `detach` take their place. Its constructors look up the
real clock and user and pass each attribute through checks; a world makes some forty inodes.
"""

import stat
import weakref
from collections.abc import Callable
from copy import copy
from typing import Any, ClassVar

from pyfakefs.fake_file import FakeDirectory, FakeFile
from pyfakefs.fake_filesystem import FakeFilesystem
from pyfakefs.helpers import FakeStatResult

# An attribute of ours on an inode that has no name.
FORMER_PARENT = "former_parent"


# What a file system of pyfakefs is beside its inodes, which only its own calls would change.
_NO_FILES = FakeFilesystem()
_NO_FILES.shuffle_listdir_results = False


def empty_files() -> FakeFilesystem:
    """Give a file system that has a root and nothing else."""
    files = copy(_NO_FILES)
    files.root = Folder("/", files)
    return files


class _Status(FakeStatResult):
    """A `FakeStatResult` that keeps its times as they are told."""

    st_mtime_ns = 0
    st_ctime_ns = 0


class _Inode(FakeFile):
    """A `FakeFile` whose attributes are set without being looked up among those of `stat`."""

    def __setattr__(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)

    def set_initial_contents(self, contents: Any) -> bool:
        """Exchange the content, which is bytes; the disk itself counts how much its files hold."""
        is_new: bool = contents != self._byte_contents
        self._byte_contents = contents
        self.stat_result.st_size = len(contents)
        return is_new


class Leaf(_Inode):
    """A file, a symbolic link or a named pipe."""

    def __init__(self, name: str, file_type: int, content: bytes, files: FakeFilesystem) -> None:
        vars(self).update(_attributes(name, file_type, content, files))


class Folder(_Inode, FakeDirectory):
    """A folder; its links are its own two names. `entries`: by name, in the order in which they were made."""

    # Each folder has an attribute of its own; without this one, a property would be asked.
    entries: ClassVar[dict[str, FakeFile]] = {}

    def __init__(self, name: str, files: FakeFilesystem) -> None:
        entries: dict[str, FakeFile] = {}
        vars(self).update(_attributes(name, stat.S_IFDIR, b"", files), entries=entries, _entries=entries)
        self.stat_result.st_nlink = 1


def _attributes(name: str, file_type: int, content: bytes, files: FakeFilesystem) -> dict[str, Any]:
    """What the constructor of `FakeFile` sets, for a file that was made when time began."""
    status = _Status(is_windows=False, user_id=0, group_id=0)
    status.st_mode = file_type
    status.st_size = len(content)
    return {
        "_filesystem": weakref.ref(files),
        "_side_effect": None,
        "name": name,
        "stat_result": status,
        "encoding": None,
        "errors": "strict",
        "_byte_contents": content,
        "epoch": 0,
        "parent_dir": None,
        "xattr": {},
        "opened_as": "",
        "open_modes": None,
    }


def attach(folder: FakeDirectory, name: str, node: FakeFile) -> None:
    """Give an inode a name."""
    node.name = name  # type: ignore[assignment]  # pyfakefs gives it the type of a parameter
    node.parent_dir = weakref.ref(folder)
    vars(node).pop(FORMER_PARENT, None)
    node.stat_result.st_nlink += 1
    folder.entries[name] = node


def attach_too(folder: FakeDirectory, name: str, node: FakeFile) -> None:
    """Give an inode one more name, a hard link; `path_of` tells the first one."""
    node.stat_result.st_nlink += 1
    folder.entries[name] = node


def detach(folder: FakeDirectory, name: str) -> FakeFile:
    """Take a name away, and give the inode that had it."""
    node = folder.entries.pop(name)
    node.stat_result.st_nlink -= 1
    if parent(node) is folder and node.name == name:
        node.parent_dir = None
        vars(node)[FORMER_PARENT] = folder
    return node


def keep(node: FakeFile) -> Callable[[], None]:
    """Give what makes an inode again what it is now, the names in a folder included."""
    attributes, status = dict(vars(node)), dict(vars(node.stat_result))
    entries = dict(node.entries) if isinstance(node, FakeDirectory) else {}

    def bring_back() -> None:
        vars(node).clear()
        vars(node).update(attributes)
        vars(node.stat_result).update(status)
        if isinstance(node, FakeDirectory):
            node.entries.clear()
            node.entries.update(entries)

    return bring_back


def parent(node: FakeFile) -> FakeFile | None:
    """The folder that holds an inode; None for the root, and where it has lost its last name."""
    return node.parent_dir() if node.parent_dir else None


def folder_above(node: FakeFile) -> FakeFile:
    """Where `..` leads: a folder that was removed keeps its last parent, the root is its own."""
    former: FakeFile | None = vars(node).get(FORMER_PARENT)
    return parent(node) or former or node


def path_of(node: FakeFile) -> tuple[str, ...]:
    """The names that lead from the root, or from a folder that was removed, to an inode."""
    names: list[str] = []
    while node.parent_dir is not None and (above := node.parent_dir()) is not None:
        names.append(str(node.name))
        node = above
    return tuple(names[::-1])
