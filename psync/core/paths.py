r"""A path on a host, as a value.

The client names a folder of another machine, and the listener decides where
that is. Both must read one text alike, whatever system, Python or current folder
they run under. So nothing here asks the running system, and the standard
library's path modules stay out: `os.path` makes `a\..\b` into `b`, and
`PureWindowsPath` takes KELVIN SIGN for the letter k, which NTFS does not.

Four rules, of which the rest of the file is a consequence:

* A path is a drive, a share or the POSIX root, and a list of components. A text
  that is not complete (that depends on a current folder or drive) is no path.
* Whatever a host would read as another name than the one written is refused, not
  repaired: `..`, device names, streams, trailing dots and spaces, namespaces.
  Only doubled separators and `.` are dropped, in which all systems agree.
* The spelling is kept. Windows compares ASCII letters without case and all else
  exactly: the full table lies on each volume and cannot be known here. To miss
  an equality is harmless, a RootPath then makes a new folder inside itself; to
  invent one would join two folders.
* A host bounds only itself. `nul` and `a\b` are good names on POSIX, and refused
  when they would have to become names on Windows.

Names travel as bytes: POSIX names as they are, Windows names as WTF-8, which is
UTF-8 that may hold lone surrogates, as NTFS does.
"""

import re
from base64 import b32encode
from collections.abc import Iterable
from enum import StrEnum
from string import ascii_letters, ascii_lowercase, ascii_uppercase
from typing import NamedTuple

from msgspec import Struct

from psync.core.errors import PathRefused, RefusedPath


class PathStyle(StrEnum):
    """How a host writes its paths. The values are stable: they travel."""

    WINDOWS = "windows"
    POSIX = "posix"


class _Host(NamedTuple):
    """What a host allows in names; lengths in its own units."""

    encoding: str
    encoding_errors: str
    unit_bytes: int
    component_units_max: int
    path_units_max: int
    component_wire_bytes_max: int
    forbidden: frozenset[str]


# Lengths are those of NTFS and of the \\?\ form, and NAME_MAX and PATH_MAX of Linux.
# A UTF-16 unit takes at most three bytes on the wire.
_HOSTS = {
    PathStyle.WINDOWS: _Host(
        encoding="utf-16-le",
        encoding_errors="surrogatepass",
        unit_bytes=2,
        component_units_max=255,
        path_units_max=32_767,
        component_wire_bytes_max=765,
        forbidden=frozenset('<>"|?*/\\') | {chr(code) for code in range(0x20)},
    ),
    PathStyle.POSIX: _Host(
        encoding="utf-8",
        encoding_errors="surrogateescape",
        unit_bytes=1,
        component_units_max=255,
        path_units_max=4_096,
        component_wire_bytes_max=255,
        forbidden=frozenset("/\0"),
    ),
}

# Device names open a device in whatever folder they stand, and whatever extension they bear.
# The superscript digits belong to Latin-1, in which Windows takes them for digits.
_DEVICES = frozenset({"con", "prn", "aux", "nul", "conin$", "conout$"}) | {
    port + digit for port in ("com", "lpt") for digit in "123456789¹²³"
}

_ASCII_FOLD = str.maketrans(ascii_uppercase, ascii_lowercase)

# A staged file lies beside the one it will replace. The form is exact, because users own all other names.
TEMPORARY_PREFIX = b".psync-"
TEMPORARY_SUFFIX = b".part"
TEMPORARY_RANDOM_BYTES = 16  # nobody guesses 128 bits, and no two names ever meet
TEMPORARY_RANDOM_LENGTH = 26  # 128 bits in base32
TEMPORARY_NAME_LENGTH = len(TEMPORARY_PREFIX) + TEMPORARY_RANDOM_LENGTH + len(TEMPORARY_SUFFIX)
_TEMPORARY_NAME = re.compile(rb"\.psync-[a-z2-7]{26}\.part")


class Drive(Struct, frozen=True):
    """A drive of Windows: one ASCII letter, as it was written."""

    letter: str

    def __post_init__(self) -> None:
        assert is_drive_letter(self.letter), self.letter


class Share(Struct, frozen=True):
    r"""The `\\server\name` that a UNC path begins with."""

    server: str
    name: str


class HostPath(Struct, frozen=True):
    r"""A complete path that a host of its style can hold; `str()` writes it as that host does.

    `root` is None on POSIX. No component is empty, `.` or `..`; POSIX components hold bytes that
    are not UTF-8 as lone surrogates (`surrogateescape`). Raises `PathRefused` for all else.
    """

    style: PathStyle
    root: Drive | Share | None
    components: tuple[str, ...]

    def __post_init__(self) -> None:
        assert (self.root is None) == (self.style is PathStyle.POSIX), self
        text, units_max = str(self), _HOSTS[self.style].path_units_max
        refusals = [_text_refusal(name, self.style) for name in self.names]
        refusals += [_own_refusal(name) for name in self.components]
        refusals.append(_size_refusal(text, self.style, units_max, RefusedPath.PATH_LONG))
        if reason := next(filter(None, refusals), None):
            raise PathRefused(path=text, reason=reason)

    def __str__(self) -> str:
        return _written(self.root, self.components)

    @property
    def names(self) -> tuple[str, ...]:
        r"""The whole path as plain names, root included: `C:\Backup` is `C`, `Backup`.

        A share is `UNC`, server, name: three letters cannot clash with a drive's one.
        """
        match self.root:
            case Drive(letter):
                return (letter.upper(), *self.components)
            case Share(server, name):
                return ("UNC", server, name, *self.components)
        return self.components

    def below(self, folder: "HostPath") -> tuple[str, ...] | None:
        """List the components that lead from `folder` to this path; None where it is elsewhere."""
        if self.style is not folder.style:
            return None
        depth = len(folder.names)
        is_inside = _folded(self.names[:depth], self.style) == _folded(folder.names, self.style)
        return self.names[depth:] if is_inside else None


def parse_host_path(text: str, style: PathStyle) -> HostPath:
    """Read a complete path as a host of `style` does; raise `PathRefused` with the text as given."""
    try:
        root, names = _split_windows(text) if style is PathStyle.WINDOWS else _split_posix(text)
        return HostPath(style, root, tuple(name for name in names if name not in ("", ".")))
    except PathRefused as refused:
        raise PathRefused(path=text, reason=refused.reason) from None


def _split_windows(text: str) -> tuple[Drive | Share, list[str]]:
    match text.replace("/", "\\").split("\\"):
        case ["", "", "?" | ".", *_] | ["", "??", *_]:
            reason = RefusedPath.NAMESPACE
        case ["", "", server, share, *names] if server and share:
            return Share(server, share), names
        case [drive, *names] if names and drive[1:] == ":" and is_drive_letter(drive[0]):
            return Drive(drive[0]), names
        case [start, *_] if start[1:2] == ":" and is_drive_letter(start[0]):
            reason = RefusedPath.DRIVE_RELATIVE
        case [name] if _is_device(name):  # alone it is as complete as a device can be
            reason = RefusedPath.RESERVED
        case _:
            reason = RefusedPath.INCOMPLETE
    raise PathRefused(path=text, reason=reason)


def _split_posix(text: str) -> tuple[None, list[str]]:
    if not text.startswith("/"):
        raise PathRefused(path=text, reason=RefusedPath.INCOMPLETE)
    return None, text.split("/")


def is_drive_letter(text: str) -> bool:
    """Whether this is the letter of a drive, and nothing more."""
    return len(text) == 1 and text in ascii_letters


def fold_ascii(text: str) -> str:
    """Make ASCII capitals small and leave all other characters alone."""
    return text.translate(_ASCII_FOLD)


def _folded(names: Iterable[str], style: PathStyle) -> list[str]:
    return [fold_ascii(name) if style is PathStyle.WINDOWS else name for name in names]


def folders_of(path: HostPath) -> tuple[bytes, ...]:
    """Give the root of a path, each folder on the way and the path itself, as the host's calls take them."""
    lengths = range(len(path.components) + 1)
    folders = (_written(path.root, path.components[:length]) for length in lengths)
    return tuple(encode_name(folder, path.style) for folder in folders)


def _written(root: Drive | Share | None, components: tuple[str, ...]) -> str:
    match root:
        case Drive(letter):
            return f"{letter}:\\" + "\\".join(components)
        case Share(server, name):
            return "\\\\" + "\\".join((server, name, *components))
    return "/" + "/".join(components)


# Names as bytes


def encode_name(name: str, style: PathStyle) -> bytes:
    """Write a host's own name as it travels; raise `UnicodeEncodeError` for text that is no name there."""
    return name.encode("utf-8", _HOSTS[style].encoding_errors)


def decode_name(name: bytes, style: PathStyle) -> str:
    """Read a name that travelled as a host of `style` writes it; raise `UnicodeDecodeError` if it cannot."""
    return name.decode("utf-8", _HOSTS[style].encoding_errors)


def name_refusal(name: bytes, style: PathStyle) -> RefusedPath | None:
    """Say why a host of `style` cannot hold an entry of this name; None where it can."""
    try:
        return _text_refusal(decode_name(name, style), style)
    except UnicodeDecodeError:
        return RefusedPath.CHARS


def component_refusal(name: bytes, style: PathStyle = PathStyle.WINDOWS) -> RefusedPath | None:
    """Say why `name` may not be a component of a relative path on the wire; None where it may.

    `style` is that of the host whose name it is; until that is known, the wider limit holds. This
    is what no host may be sent. Whether one can hold the name, `name_refusal` tells.
    """
    if name in (b"", b"."):
        return RefusedPath.EMPTY
    if name == b"..":
        return RefusedPath.DOTDOT
    if b"/" in name or b"\0" in name:
        return RefusedPath.CHARS
    if len(name) > _HOSTS[style].component_wire_bytes_max:
        return RefusedPath.NAME_LONG
    return RefusedPath.TEMPORARY if is_temporary_name(name) else None


def temporary_name(random: bytes) -> bytes:
    """Name a staged file after `TEMPORARY_RANDOM_BYTES` random bytes."""
    assert len(random) == TEMPORARY_RANDOM_BYTES
    return TEMPORARY_PREFIX + b32encode(random).rstrip(b"=").lower() + TEMPORARY_SUFFIX


def is_temporary_name(name: bytes) -> bool:
    """Whether this has exactly the form of psync's own temporary files (RFC 4648 base32, small letters)."""
    return _TEMPORARY_NAME.fullmatch(name) is not None


def entry_text(folder: HostPath, below: tuple[bytes, ...]) -> str:
    """Write the path of an entry below a folder as the folder's host does; for messages only."""
    separator = "\\" if folder.style is PathStyle.WINDOWS else "/"
    names = [name.decode("utf-8", "surrogateescape") for name in below]
    return separator.join([str(folder).rstrip(separator), *names])


# What a host can hold


def _text_refusal(name: str, style: PathStyle) -> RefusedPath | None:
    if name in ("", "."):
        return RefusedPath.EMPTY
    if name == "..":
        return RefusedPath.DOTDOT
    host = _HOSTS[style]
    if not host.forbidden.isdisjoint(name):
        return RefusedPath.CHARS
    if style is PathStyle.WINDOWS and (refused := _windows_refusal(name)):
        return refused
    return _size_refusal(name, style, host.component_units_max, RefusedPath.NAME_LONG)


def _windows_refusal(name: str) -> RefusedPath | None:
    if ":" in name:
        return RefusedPath.STREAM
    if name.endswith((".", " ")):
        return RefusedPath.TRAILING
    return RefusedPath.RESERVED if _is_device(name) else None


def _own_refusal(name: str) -> RefusedPath | None:
    """Refuse a folder that has the name of a staged file: a run onto the folder around it would remove it."""
    return RefusedPath.TEMPORARY if is_temporary_name(name.encode("utf-8", "replace")) else None


def _is_device(name: str) -> bool:
    stem, _, _ = name.partition(".")
    return fold_ascii(stem.rstrip(" ")) in _DEVICES


def _size_refusal(text: str, style: PathStyle, units_max: int, too_long: RefusedPath) -> RefusedPath | None:
    """Measure `text` in the host's units, and hold it to the one spelling that these units have.

    Two surrogates that make a pair, or escapes that make UTF-8, would be another text of one name.
    """
    host = _HOSTS[style]
    try:
        units = text.encode(host.encoding, host.encoding_errors)
    except UnicodeEncodeError:
        return RefusedPath.CHARS
    if units.decode(host.encoding, host.encoding_errors) != text:
        return RefusedPath.CHARS
    return too_long if len(units) > units_max * host.unit_bytes else None
