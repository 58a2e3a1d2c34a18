"""System calls in words: `write(5, 600 bytes 72ad5de0) 600` is "writes 600 bytes to /srv/data/b".

An error is a failure only where production code takes it for one. What it asks for
and is refused, as a matter of course, is an answer: a name that is not there yet, a
file system that reserves nothing, a folder that no system can sync.
"""

import ast
import errno
import re
from collections.abc import Callable

from msgspec import Struct

from psync.core.paths import is_temporary_name
from psync.disk.folder import FOLDER_SYNC_ABSENT
from psync.disk.stage import RESERVES_NOTHING

CALL = re.compile(r"(\w+)\((.*)\) ?(.*)", re.DOTALL)
BYTES = re.compile(r"""b'(?:[^'\\]|\\.)*'|b"(?:[^"\\]|\\.)*\"""")
ERROR = re.compile(r"E[A-Z0-9]+|error")
LENGTH = re.compile(r"(\d+) bytes")
FOLDER = re.compile(r"\b(?:src_)?dir_fd=(\d+)")

O_CREAT = 64
O_DIRECTORY = 65536

# Where a Windows path begins with a drive, its parts are parted as there.
DRIVE = re.compile(rb"[A-Za-z]:\\")

# Enough of a temporary name to tell it from others of its run.
TEMPORARY_LETTERS = 4

# What changes a disk, or makes it certain; all other calls only look.
CHANGES = {
    "write": "writes {length} to {path}",
    "pwrite": "writes {length} to {path}",
    "pwritev": "writes {length} to {path}",
    "ftruncate": "cuts {path}",
    "posix_fallocate": "makes room in {path}",
    "fsync": "syncs {path}",
    "sync_volume": "syncs the whole disk",
    "rename": "renames {path} to {other}",
    "unlink": "removes {path}",
    "mkdir": "makes folder {path}",
    "rmdir": "removes folder {path}",
    "symlink": "makes link {other}",
    "utime": "sets the time of {path}",
    "fchmod": "sets the mode of {path}",
}
LOOKS = {
    "open": "opens {path}",
    "close": "closes {path}",
    "read": "reads {length} of {path}",
    "pread": "reads {length} of {path}",
    "preadv": "reads {length} of {path}",
    "stat": "looks at {path}",
    "fstat": "looks at {path}",
    "scandir": "lists {path}",
    "readlink": "reads link {path}",
    "lock_folder": "locks {path}",
}


class Reading(Struct, frozen=True):
    """What a call does, in words; whether it changes something, and whether it fails as nobody expects."""

    text: str
    is_change: bool = False
    is_failure: bool = False


def readable(path: bytes) -> str:
    """A path as text, without anything that would not be seen; psync's own long names short."""
    slash = b"\\" if DRIVE.match(path) else b"/"
    folder, slash, name = path.rpartition(slash)
    if is_temporary_name(name):
        letters = name.rpartition(b".")[0][-TEMPORARY_LETTERS:].decode("ascii")
        return f"{readable(folder)}{slash.decode()}⟨temporary {letters}⟩"
    text = path.decode("utf-8", "backslashreplace")
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)


def paths_in(detail: str) -> list[bytes]:
    """The paths that an event's text shows as the `repr` of bytes."""
    return [ast.literal_eval(found) for found in BYTES.findall(detail)]


class Calls:
    """Reads the calls of a world in their order, and knows by that which descriptor is which file."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, str], bytes] = {}
        self._folders: set[tuple[str, str]] = set()

    def read(self, place: str, detail: str) -> Reading:
        """Put a call into words."""
        parsed = CALL.fullmatch(detail)
        if parsed is None:
            return Reading(detail)
        name, arguments, outcome = parsed.groups()
        path, other = self._paths(place, arguments)
        is_refused = ERROR.fullmatch(outcome) is not None
        if not is_refused:
            self._follow(place, name, arguments, outcome, path)
        is_made = name == "open" and bool(_flags(arguments) & O_CREAT)
        template = "makes {path}" if is_made else CHANGES.get(name) or LOOKS.get(name) or detail
        words = _filled(template, path, other, _length(name, arguments, outcome))
        if not is_refused:
            return Reading(words, is_made or name in CHANGES)
        answer = _answer(name, outcome, is_folder=(place, arguments) in self._folders)
        if answer:
            return Reading(f"{words}: {answer} ({outcome})")
        return Reading(f"{words}: {outcome}", is_made or name in CHANGES, is_failure=True)

    def _paths(self, place: str, arguments: str) -> tuple[bytes, bytes]:
        found = paths_in(arguments)
        plain = BYTES.sub("", arguments)
        if not found:
            fd = plain.partition(",")[0]
            return self._open.get((place, fd), b"descriptor " + fd.encode()), b""
        folder = FOLDER.search(plain)
        above = self._open.get((place, folder[1]), b"") if folder else b""
        return _below(above, found[0]), _below(above, found[-1])

    def _follow(self, place: str, name: str, arguments: str, outcome: str, path: bytes) -> None:
        if name == "open":
            self._open[place, outcome] = path
            (self._folders.add if _flags(arguments) & O_DIRECTORY else self._folders.discard)(
                (place, outcome)
            )
        elif name == "close":
            self._open.pop((place, arguments), None)


def _answer(name: str, error: str, *, is_folder: bool) -> str:
    """What an error tells that production code expects and goes on from; nothing if it is a failure."""
    number = getattr(errno, error, 0)
    if name == "fsync" and is_folder and number in FOLDER_SYNC_ABSENT:
        return "no folder can be synced here, as expected"
    if name == "posix_fallocate" and number in RESERVES_NOTHING:
        return "nothing can be reserved here, as expected"
    return {"ENOENT": "not there", "EEXIST": "there already"}.get(error, "")


def _below(folder: bytes, name: bytes) -> bytes:
    is_whole = name.startswith(b"/") or DRIVE.match(name)
    if is_whole or not folder:
        return name
    slash = b"\\" if DRIVE.match(folder) else b"/"
    return folder.rstrip(slash) + slash + name


def _flags(arguments: str) -> int:
    found = re.match(r",\s*(\d+)", BYTES.sub("", arguments))
    return int(found[1]) if found else 0


def _length(name: str, arguments: str, outcome: str) -> str:
    shown = LENGTH.search(outcome)
    if shown:
        return shown[0]
    return f"{outcome} bytes" if name.endswith(("write", "writev")) and outcome.isdigit() else "bytes"


def _filled(template: str, path: bytes, other: bytes, length: str) -> str:
    fill: dict[str, Callable[[], str]] = {
        "{path}": lambda: readable(path),
        "{other}": lambda: readable(other),
        "{length}": lambda: length,
    }
    return re.sub(r"\{(?:path|other|length)\}", lambda found: fill[found[0]](), template)
