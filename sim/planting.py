"""What stands on a disk before its world begins.

It is put there as inodes: nobody has made it by calls, which would only take
their time, and be told to whoever reads the trace.
"""

from pyfakefs.fake_file import FakeDirectory

from sim.disk import Disk
from sim.trees import Link, Tree

FOLDER_MODE = 0o755
FILE_MODE = 0o644


def plant(disk: Disk, root: bytes, tree: Tree) -> None:
    """Make what `tree` lists below `root`, a path of the disk, and the folders on the way."""
    _make_folders(disk, root)
    for below, content in tree.items():
        path = root + b"/" + below
        if content is None:
            _make_folders(disk, path)
        else:
            _plant_leaf(disk, path, content)


def _plant_leaf(disk: Disk, path: bytes, content: bytes | Link) -> None:
    above, _, last = path.rpartition(b"/")
    folder, name = _make_folders(disk, above), last.decode("utf-8", "surrogateescape")
    if isinstance(content, Link):
        disk.make_link(folder, name, content.target.decode("utf-8", "surrogateescape"))
    else:
        disk.store(disk.look_up(folder, name) or disk.make_file(folder, name, FILE_MODE), content)


def _make_folders(disk: Disk, path: bytes) -> FakeDirectory:
    folder = disk.root
    for name in filter(None, path.decode("utf-8", "surrogateescape").split("/")):
        found = disk.look_up(folder, name) or disk.make_folder(folder, name, FOLDER_MODE)
        assert isinstance(found, FakeDirectory), f"{name!r} of {path!r} is no folder"
        folder = found
    return folder
