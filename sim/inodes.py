"""Names and inodes: how an inode of pyfakefs hangs in its folder, and where that is.

pyfakefs's own add_entry and remove_entry check the rights of one user for all
machines of the world, so these two take their place.
"""

import weakref

from pyfakefs.fake_file import FakeDirectory, FakeFile

# An attribute of ours on an inode that has no name.
FORMER_PARENT = "former_parent"


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
    above = parent(node)
    while above is not None:
        names.append(str(node.name))
        node, above = above, parent(above)
    return tuple(reversed(names))
