"""The mount that an open file lies on: the type, device and options of its file system.

The kernel says which mount a descriptor was opened through (`mnt_id` in
/proc/self/fdinfo, since Linux 3.15), and /proc/self/mountinfo lists the mounts
by that number. This needs no path: names with blanks, bind mounts, mounts that
hide each other and the anonymous device numbers of btrfs subvolumes cannot
mislead it. Kernels that keep `mnt_id` to themselves (gVisor) are asked by
device number. A mount that cannot be found at all (no /proc, another mount
namespace, a changed root) is None, and callers then assume the least.

Formats: proc(5), sections "fdinfo" and "mountinfo".
"""

import os

from msgspec import Struct

_MOUNTINFO = b"/proc/self/mountinfo"
_FDINFO = b"/proc/self/fdinfo/%d"


class Mount(Struct, frozen=True):
    """One mount. `kind` is the type of its file system, `major` and `minor` the device of its super block."""

    kind: str
    major: int
    minor: int
    options: frozenset[str]


def mount_of(fd: int) -> Mount | None:
    """The mount that `fd` was opened through, or None where the kernel does not tell."""
    device = os.fstat(fd).st_dev
    try:
        mountinfo = _read(_MOUNTINFO)
        fdinfo = _read(_FDINFO % fd)
    except OSError:
        return None
    return find_mount(mountinfo, mount_number(fdinfo), f"{os.major(device)}:{os.minor(device)}")


def mount_number(fdinfo: str) -> str:
    """The field `mnt_id` of a fdinfo text, empty where there is none."""
    for line in fdinfo.split("\n"):
        field, _, value = line.partition(":")
        if field == "mnt_id":
            return value.strip()
    return ""


def find_mount(mountinfo: str, number: str, device: str) -> Mount | None:
    """The row of a mountinfo text with this mount number, else with this device (`major:minor`)."""
    # Lines end at "\n" and fields at one blank, nothing else: the kernel writes these two in octal
    # where a path holds them, but leaves "\r" and all that str.splitlines() takes for a line's end.
    rows = [line.split(" ", 3) for line in mountinfo.split("\n") if line]
    chosen = [row for row in rows if row[0] == number] or [row for row in rows if row[2] == device]
    return _parse(chosen[0]) if chosen else None


def _parse(row: list[str]) -> Mount:
    major, _, minor = row[2].partition(":")
    # Any number of optional fields stands before the lone hyphen; the source after it may be empty.
    kind, _, options = row[3].partition(" - ")[2].split(" ", 2)
    return Mount(kind, int(major), int(minor), frozenset(options.split(",")))


def _read(path: bytes) -> str:
    with open(path, "rb") as file:
        return file.read().decode("utf-8", "surrogateescape")
