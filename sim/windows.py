"""The rules of Windows that psync can meet: sharing, names, and the numbers of errors.

What becomes of an operation on a file that is open elsewhere stands in
`windows_table.json`, which a probe prints and this module reads: `answer` looks it
up. Where the table has `on_windows`, that is the rule.

Names follow Win32, which is stricter than NTFS and hides what it does: trailing
dots and spaces are dropped, so that `a.` opens `a`; `a:b` would be a stream of `a`
and `NUL` a device, which no program of a simulated world may touch (`NotSimulated`).

Two names are one if they differ only in case, as far as ASCII, Latin-1 and Latin
Extended-A go: `fold`. The table of a real volume knows more scripts.

CPython makes an errno of each error of Windows, for most of them EINVAL, and keeps
the number in `winerror` (PC/errmap.h); so does `windows_failure`.

Absent: the read-only attribute, short names, access lists, junctions, and all but
local drives.
"""

import errno
import json
import os
import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from sim.failure import NotSimulated

ACCESS_DENIED = 5
FOLDER_NOT_EMPTY = 145
WRITE_PROTECT = 19
SHARING_BUFFER_EXCEEDED = 36
SHARING_VIOLATION = 32
LOCK_VIOLATION = 33
INVALID_NAME = 123
BAD_NETPATH = 53
PRIVILEGE_NOT_HELD = 1314

# How a file can be open elsewhere, as the table names it. Programs of psync have their own
# files open as READING or WRITING.
CLOSED = "not at all"
READING = "reading, sharing READ|WRITE|DELETE"
WRITING = "writing, sharing READ|WRITE|DELETE"
FOLDER = "its folder, sharing READ|WRITE|DELETE"
EXCLUSIVE = "reading, sharing nothing"
MARKED = "marked for deletion"
RANGE_LOCKED = "first 4 bytes locked"
LOCKED_BYTES = 4

_ROWS = json.loads(Path(__file__).with_name("windows_table.json").read_text("utf-8"))["rows"]
TABLE: dict[tuple[str, str], int] = {
    (row["operation"], row["open_elsewhere"]): row.get("on_windows", row["result"]) for row in _ROWS
}
OPEN_ELSEWHERE = tuple(dict.fromkeys(row["open_elsewhere"] for row in _ROWS))


def answer(operation: str, states: Iterable[str]) -> int:
    """What an operation on a file gives that is open elsewhere in these ways: a number, 0 for success."""
    return next(filter(None, (TABLE[operation, state] for state in states)), 0)


def check(operation: str, states: Iterable[str]) -> None:
    """Raise what the table says, if it says that an operation fails."""
    number = answer(operation, states)
    if number:
        raise windows_failure(number)


# Errors

_ERRNO = {
    2: errno.ENOENT,
    3: errno.ENOENT,
    4: errno.EMFILE,
    5: errno.EACCES,
    6: errno.EBADF,
    8: errno.ENOMEM,
    17: errno.EXDEV,
    53: errno.ENOENT,
    80: errno.EEXIST,
    109: errno.EPIPE,
    112: errno.ENOSPC,
    145: errno.ENOTEMPTY,
    183: errno.EEXIST,
    206: errno.ENOENT,
    267: errno.ENOTDIR,
}

# What Windows answers where Linux answers with an errno of its own.
_WINERROR = {
    errno.ENOENT: 2,
    errno.EMFILE: 4,
    errno.EACCES: 5,
    errno.EPERM: 5,
    errno.EROFS: 19,
    errno.EISDIR: 5,
    errno.EBUSY: 5,
    errno.EBADF: 6,
    errno.EXDEV: 17,
    errno.EINVAL: 87,
    errno.ENOSPC: 112,
    errno.ENAMETOOLONG: 123,
    errno.ENOTEMPTY: 145,
    errno.EEXIST: 183,
    errno.EFBIG: 223,
    errno.EDQUOT: 1295,
    errno.ENOTDIR: 267,
    errno.EIO: 1117,
}


def errno_of(winerror: int) -> int:
    """The errno that CPython makes of an error of Windows."""
    if WRITE_PROTECT <= winerror <= SHARING_BUFFER_EXCEEDED:
        return errno.EACCES
    return _ERRNO.get(winerror, errno.EINVAL)


def windows_failure(winerror: int) -> OSError:
    """Make the error that CPython raises for an error of Windows."""
    number = errno_of(winerror)
    error = OSError(number, f"[WinError {winerror}] {os.strerror(number)}")
    vars(error)["winerror"] = winerror
    return error


def as_windows(error: OSError) -> OSError:
    """Give the error that Windows has for one of Linux; what psync's own layer there refuses has no number."""
    winerror = _WINERROR.get(error.errno or 0)
    if winerror is None or hasattr(error, "winerror"):
        return error
    return windows_failure(winerror)


# Names

_FORBIDDEN = re.compile(r'[<>"|?*/\x00-\x1f]')
_DEVICE = re.compile(
    r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[1-9¹²³]) *(\..*)?", re.IGNORECASE | re.DOTALL
)
NAME_UNITS_MAX = 255
LAST_FOLDED = "\u024f"

# Those of a large world; temporaries have new ones all the time.
NAMES_REMEMBERED = 1024


@lru_cache(NAMES_REMEMBERED)
def name_on_disk(name: str) -> str:
    """Give the name that Win32 looks for when it is given one; 123 for what is none.

    Both as a disk has them, whose bytes are WTF-8: a lone surrogate stands as three escaped bytes.
    """
    if ":" in name:
        raise NotSimulated(f"the stream {name!r}")
    if _DEVICE.fullmatch(name):
        raise NotSimulated(f"the device {name!r}")
    kept = name.rstrip(". ")
    text = kept.encode("utf-8", "surrogateescape").decode("utf-8", "surrogatepass")
    units = len(text.encode("utf-16-le", "surrogatepass")) // 2
    if not kept or _FORBIDDEN.search(kept) or units > NAME_UNITS_MAX:
        raise windows_failure(INVALID_NAME)
    return kept


@lru_cache(NAMES_REMEMBERED)
def fold(name: str) -> str:
    """Make equal what Windows takes for one name."""
    return "".join(map(_upper, name))


# Their upper case is one that the table of NTFS does not give them: micro, dotless i, long s.
_UNFOLDED = frozenset("\xb5\u0131\u017f")


def _upper(character: str) -> str:
    upper = character.upper()
    is_folded = character <= LAST_FOLDED and len(upper) == 1 and character not in _UNFOLDED
    return upper if is_folded else character
