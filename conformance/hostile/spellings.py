"""Names that no honest client sends: in place of one name, and in place of the path to an entry.

They are seen from a folder two below the one that is not to be touched, which has a folder `sub`; each leads to
`last` out there, or would if whoever reads it did what it says.
"""

from collections.abc import Mapping

from conformance.hostile.messages import Path

DEPTH_MAX = 255
NAME_BYTES_MAX = 255

TEMPORARY = b".psync-abcdefghijklmnopqrstuvwxyz.part"


def names(outside: bytes, last: bytes) -> dict[str, bytes]:
    """By what is wrong with it; `outside` is the complete path of the folder that is not to be touched."""
    return {
        "a way up": b"../" + last,
        "a way out": b"../../" + last,
        "a way down and out": b"sub/../../../" + last,
        "an absolute path": outside + b"/" + last,
        "two dots": b"..",
        "a dot": b".",
        "nothing": b"",
        "two names": b"sub/" + last,
        "a slash at the end": last + b"/",
        "a zero byte": last + b"\0",
        "a zero byte behind a way out": b"../../" + last + b"\0.txt",
        "a long name": b"x" * (NAME_BYTES_MAX + 1),
        "psync's own form": TEMPORARY,
    }


def names_on_windows(outside: bytes, last: bytes) -> dict[str, bytes]:
    """Those that mean nothing on POSIX; `outside` begins with a drive."""
    return {
        "a way up with a backslash": b"..\\" + last,
        "a way out with backslashes": b"..\\..\\" + last,
        "two names with a backslash": b"sub\\" + last,
        "a complete path": outside + b"\\" + last,
        "a path of the drive": b"\\srv\\" + last,
        "relative to a drive": b"C:" + last,
        "a share": b"\\\\nas\\v\\" + last,
        "a stream": last + b":s",
        "a device": b"nul",
        "a device with an extension": b"COM1.txt",
        "a dot at the end": last + b".",
        "a space at the end": last + b" ",
        "a pattern": b"*",
        "a control character": last + b"\x1f",
    }


def paths(outside: bytes, last: bytes, single: Mapping[str, bytes]) -> dict[str, Path]:
    """Each of the single names alone, at the end of a path and on the way, and what takes several names."""
    return {
        "two dots, twice": (b"..", b"..", last),
        "two dots behind a folder": (b"sub", b"..", b"..", b"..", last),
        "two dots at the end": (b"sub", b".."),
        "an absolute folder": (outside, last),
        "too many names": (b"x",) * (DEPTH_MAX + 1),
        **{what: (name,) for what, name in single.items()},
        **{f"{what} in a folder": (b"sub", name) for what, name in single.items()},
        **{f"{what} on the way": (name, last) for what, name in single.items()},
    }
