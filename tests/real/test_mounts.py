"""Which mount a descriptor lies on: by tables of lines as kernels write them, and on this machine."""

import os
from pathlib import Path

import pytest

from psync.real.mounts import Mount, find_mount, mount_number, mount_of

MOUNTINFO = "\n".join(
    [
        "22 27 0:21 / /proc rw,nosuid,nodev - proc proc rw",
        "27 1 254:0 / / rw,relatime - ext4 /dev/vda1 rw,errors=remount-ro",
        "31 27 0:31 /@home /home rw,relatime shared:7 - btrfs /dev/sda2 rw,ssd,subvolid=257,subvol=/@home",
        "32 31 0:31 /@home/ann /srv/ann rw shared:7 master:3 - btrfs /dev/sda2 rw,ssd,subvol=/@home",
        r"40 27 8:17 / /media/ann/USB\040-\040STICK rw,nosuid shared:9 - vfat /dev/sdb1 rw,uid=1000,utf8",
        "41 27 8:33 / /media/car\rriage\x85return ro - exfat /dev/sdc1 ro",
        "50 27 0:44 / /mnt/share rw - cifs //nas/docs\\0402 rw,vers=3.1.1,nocase",
        "51 27 0:45 / /mnt/unnamed rw - tmpfs  rw,size=4k",
        "52 51 0:46 / /mnt/unnamed rw master:1 propagate_from:2 unbindable - fuse.sshfs ann@box: rw,user_id=0",
        "",
    ]
)

FOUND = {
    "no optional field": ("27", "", Mount("ext4", 254, 0, frozenset({"rw", "errors=remount-ro"}))),
    "a subvolume whose files have another device": (
        "31",
        "0:99",
        Mount("btrfs", 0, 31, frozenset({"rw", "ssd", "subvolid=257", "subvol=/@home"})),
    ),
    "a bind mount": ("32", "0:99", Mount("btrfs", 0, 31, frozenset({"rw", "ssd", "subvol=/@home"}))),
    "a blank and a hyphen in the mount point": (
        "40",
        "",
        Mount("vfat", 8, 17, frozenset({"rw", "uid=1000", "utf8"})),
    ),
    "line ends of other alphabets in the mount point": ("41", "", Mount("exfat", 8, 33, frozenset({"ro"}))),
    "an escape in the source": ("50", "", Mount("cifs", 0, 44, frozenset({"rw", "vers=3.1.1", "nocase"}))),
    "an empty source": ("51", "", Mount("tmpfs", 0, 45, frozenset({"rw", "size=4k"}))),
    "three optional fields, and over another mount": (
        "52",
        "",
        Mount("fuse.sshfs", 0, 46, frozenset({"rw", "user_id=0"})),
    ),
    "the number goes before the device": ("22", "254:0", Mount("proc", 0, 21, frozenset({"rw"}))),
    "no number is known, the device is": ("", "8:33", Mount("exfat", 8, 33, frozenset({"ro"}))),
    "a number of another namespace, the device is known": (
        "9",
        "8:33",
        Mount("exfat", 8, 33, frozenset({"ro"})),
    ),
    "neither is known": ("9", "9:9", None),
}


@pytest.mark.parametrize(("number", "device", "expected"), FOUND.values(), ids=FOUND.keys())
def test_a_mount_is_found_by_number_or_else_by_device(
    number: str, device: str, expected: Mount | None
) -> None:
    assert find_mount(MOUNTINFO, number, device) == expected


def test_no_mounts_at_all_are_no_error() -> None:
    assert find_mount("", "27", "254:0") is None


FDINFO = {
    "a folder": ("pos:\t0\nflags:\t02300000\nmnt_id:\t27\nino:\t260072\n", "27"),
    "a locked file has further rows": (
        "mnt_id:\t31\nlock:\t1: FLOCK  ADVISORY  WRITE 7 fe:00:9 0 EOF\n",
        "31",
    ),
    "a kernel that does not tell": ("pos:\t0\nflags:\t02300000\n", ""),
}


@pytest.mark.parametrize(("fdinfo", "expected"), FDINFO.values(), ids=FDINFO.keys())
def test_the_mount_number_is_read_from_fdinfo(fdinfo: str, expected: str) -> None:
    assert mount_number(fdinfo) == expected


def test_proc_is_found_to_be_a_proc_file_system() -> None:
    folder = os.open("/proc", os.O_RDONLY)
    try:
        found = mount_of(folder)
        assert found is not None
        assert (found.kind, os.makedev(found.major, found.minor)) == ("proc", os.fstat(folder).st_dev)
    finally:
        os.close(folder)


def test_a_folder_held_by_path_only_has_the_mount_of_a_folder_held_open(tmp_path: Path) -> None:
    readable = os.open(tmp_path, os.O_RDONLY)
    by_path_only = os.open(tmp_path, os.O_PATH)
    try:
        assert mount_of(by_path_only) == mount_of(readable) is not None
    finally:
        os.close(readable)
        os.close(by_path_only)


def test_a_closed_descriptor_is_an_error() -> None:
    with pytest.raises(OSError, match="Bad file descriptor"):
        mount_of(-1)
