"""What the calls that make, remove and move entries do with the places that their paths lead to."""

import errno

from pyfakefs.fake_file import FakeDirectory, FakeFile

from sim.disk import WRITE, Disk, permits
from sim.failure import failure
from sim.inodes import parent
from sim.opening import UMASK
from sim.walk import PATH_BYTES_MAX, Place

# mkdir(2) keeps these bits of its mode.
FOLDER_BITS = 0o1777


def make_folder(disk: Disk, place: Place, mode: int) -> None:
    """mkdirat(2)"""
    _check_new(place)
    disk.make_folder(place.folder, place.name, mode & FOLDER_BITS & ~UMASK)


def make_link(disk: Disk, place: Place, target: bytes) -> None:
    """symlinkat(2)"""
    _check_new(place)
    if place.is_folder:
        raise failure(errno.ENOENT)
    disk.make_link(place.folder, place.name, target.decode("utf-8", "surrogateescape"))


def check_link_target(target: bytes) -> None:
    """Raise what symlinkat(2) does before it looks where the link shall be."""
    if not target:
        raise failure(errno.ENOENT)
    if len(target) > PATH_BYTES_MAX:
        raise failure(errno.ENAMETOOLONG)


def remove_folder(disk: Disk, place: Place) -> None:
    """unlinkat(2) with AT_REMOVEDIR"""
    if place.is_special:
        raise failure({".": errno.EINVAL, "..": errno.ENOTEMPTY}.get(place.name, errno.EBUSY))
    node = _removable(disk, place)
    if not isinstance(node, FakeDirectory):
        raise failure(errno.ENOTDIR)
    if node.entries:
        raise failure(errno.ENOTEMPTY)
    disk.remove(place.folder, place.name)


def remove_file(disk: Disk, place: Place) -> None:
    """unlinkat(2)"""
    if place.is_special or (place.is_folder and isinstance(place.found, FakeDirectory)):
        raise failure(errno.EISDIR)
    if isinstance(_removable(disk, place), FakeDirectory):
        raise failure(errno.EISDIR)
    disk.remove(place.folder, place.name)


def rename(disk: Disk, source: Place, target: Place) -> None:
    """renameat(2), in the order in which Linux looks for what is wrong."""
    if source.is_special or target.is_special:
        raise failure(errno.EBUSY)
    disk.check_writable()
    moved = source.found
    if target.looked_up is None and disk.is_removed(target.folder):
        raise failure(errno.ENOENT)
    if target.is_folder and not isinstance(moved, FakeDirectory):
        raise failure(errno.ENOTDIR)
    if _is_within(target.folder, moved):
        raise failure(errno.EINVAL)
    if target.node is not None and _is_within(source.folder, target.node):
        raise failure(errno.ENOTEMPTY)
    if target.node is moved:
        return
    disk.check_changeable(source.folder)
    disk.check_changeable(target.folder)
    _check_replaceable(moved, target.node)
    if isinstance(moved, FakeDirectory) and source.folder is not target.folder and not permits(moved, WRITE):
        raise failure(errno.EACCES)
    disk.move(source.folder, source.name, target.folder, target.name)


def _check_new(place: Place) -> None:
    if place.node is not None:
        raise failure(errno.EEXIST)


def _removable(disk: Disk, place: Place) -> FakeFile:
    disk.check_writable()
    if place.node is None:
        raise failure(errno.ENOENT)
    disk.check_changeable(place.folder)
    return place.found


def _is_within(folder: FakeFile | None, ancestor: FakeFile) -> bool:
    while folder is not None and folder is not ancestor:
        folder = parent(folder)
    return folder is ancestor


def _check_replaceable(moved: FakeFile, replaced: FakeFile | None) -> None:
    if replaced is None:
        return
    if isinstance(moved, FakeDirectory) and not isinstance(replaced, FakeDirectory):
        raise failure(errno.ENOTDIR)
    if isinstance(replaced, FakeDirectory) and not isinstance(moved, FakeDirectory):
        raise failure(errno.EISDIR)
    if isinstance(replaced, FakeDirectory) and replaced.entries:
        raise failure(errno.ENOTEMPTY)
