"""Disks that fill up: a folder gets a small file system of its own, which only this process and its programs see.

Where nobody may mount anything, that is told as `Unsupported`.
"""

import ctypes
import os
import shutil
from pathlib import Path
from typing import Any

from conformance.adapters.serving import Unsupported

# Of sched.h and sys/mount.h.
CLONE_NEWNS = 0x00020000
MS_REMOUNT, MS_REC, MS_PRIVATE = 0x20, 0x4000, 0x40000
MNT_DETACH = 2

# A file takes whole pages of it.
PAGE_BYTES = 4096

# What a disk has on which there is room again.
ROOM_BYTES = 1 << 30

LIBRARY = ctypes.CDLL(None, use_errno=True)


class SmallDisks:
    """Those of one world. `library`: the C library, of which it needs three functions."""

    def __init__(self, library: Any = LIBRARY) -> None:
        self._folders: list[Path] = []
        self._library = library

    def limit(self, folder: Path, more_bytes: int, more_entries: int | None) -> None:
        """Let so much more fit into a folder, and so many more entries; nobody may have opened it yet."""
        found = list(folder.rglob("*"))
        pages = sum(-(-path.lstat().st_size // PAGE_BYTES) for path in found if path.is_file())
        size = max(PAGE_BYTES, pages * PAGE_BYTES + more_bytes)
        inodes = "" if more_entries is None else f",nr_inodes={len(found) + more_entries + 1}"
        aside = folder.with_name(f"{folder.name} aside")
        self._call("unshare", CLONE_NEWNS)
        self._mount(None, Path("/"), MS_REC | MS_PRIVATE, None)
        folder.rename(aside)
        folder.mkdir()
        try:
            self._mount("tmpfs", folder, 0, f"size={size}{inodes}")
            self._folders.append(folder)
            shutil.copytree(aside, folder, symlinks=True, dirs_exist_ok=True)
        finally:
            if folder not in self._folders:
                folder.rmdir()
                aside.rename(folder)
        shutil.rmtree(aside)

    def lift(self, folder: Path) -> None:
        """Let there be room again."""
        self._mount("tmpfs", folder, MS_REMOUNT, f"size={ROOM_BYTES},nr_inodes={ROOM_BYTES // PAGE_BYTES}")

    def end(self) -> None:
        """Take all of them away."""
        while self._folders:
            self._call("umount2", os.fsencode(self._folders.pop()), MNT_DETACH)

    def _mount(self, kind: str | None, folder: Path, flags: int, options: str | None) -> None:
        name = kind.encode() if kind else None
        data = options.encode() if options else None
        self._call("mount", name, os.fsencode(folder), name, ctypes.c_ulong(flags), data)

    def _call(self, name: str, *arguments: object) -> None:
        if getattr(self._library, name)(*arguments):
            raise Unsupported(f"no small disk can be mounted here: {os.strerror(ctypes.get_errno())}")
