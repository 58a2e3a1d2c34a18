r"""How an operator names one end of a job: an address.

Three forms, told apart by how the text begins, in capitals or not:

    TCP:\\host\c$\Folder              the form of the guide and of every message
    tcp://host[:port]/C:/Folder       the same folder; /srv/folder on a POSIX host
    anything else                     a path on this machine, taken as typed

In the first form a complete Windows path follows the host and one backslash. Its
drive may be written `c$`, which looks like an administrative share and is none:
it is display, and nothing here ever speaks SMB. A UNC path follows as it is, and
gives `TCP:\\host\\\nas\vol1`. In the second form a first segment that begins like
a drive makes a Windows path, and all else is POSIX.

A host may be left out (`tcp:///srv`, `TCP:\\\c$\Folder`): it is then 127.0.0.1, the
documented default, and not `localhost`, whose meaning a machine can change. IPv6
stands in brackets. The path reaches verbatim to the end of the text: `%20`, `?` and
`#` are characters of names. Whether a host exists is found out at each connection.

What looks like an address and is none is no local path either: a folder called
`host:x` would be made where a copy to that host was meant. So a colon before the
first separator is refused, which for rsync ends the name of a host, and with it
`http://h`, `tcp:/h/x` and `TCP:\h`, which is what a shell leaves of the first form;
`./host:x` names the folder. Only Windows takes `C:\x` and `\\nas\vol1` for its own.

Deliberately absent: users and passwords, since addresses end up in histories and
process lists, and a port in the first form, since messages must not depend on it.
Whoever writes a password all the same is told so, and no message repeats it.
"""

import re
from ipaddress import AddressValueError, IPv6Address
from typing import TypeAlias

from msgspec import Struct

from psync.core.errors import (
    AddressFault,
    AddressInvalid,
    PathRefused,
    PortContradiction,
    PortInvalid,
    RefusedPath,
)
from psync.core.paths import Drive, HostPath, PathStyle, Share, fold_ascii, is_drive_letter, parse_host_path

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 7333
PORT_MIN = 1024
PORT_MAX = 65535

_DEVICE_PREFIX = "TCP:\\\\"
_URI_PREFIX = "tcp://"
_PREFIXES = ("tcp:\\\\", _URI_PREFIX)

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_SEPARATORS = {PathStyle.POSIX: re.compile("/"), PathStyle.WINDOWS: re.compile(r"[/\\]")}
_AUTHORITY = re.compile(r"(?:\[([^\[\]]*:[^\[\]]*)\]|([^:\[\]]*))(?::([^:]*))?")
_ADMIN_SHARE = re.compile(r"\A([A-Za-z])\$(?:[\\/]|\Z)")

# One spelling a number: int() would also read " 7333", "7_333" and full-width digits.
_PORT = re.compile(r"[1-9][0-9]{3,4}")

# Names of DNS and of Windows networks; those of other scripts have an ASCII form (xn--). Resolvers
# fail on longer labels with an error of their own kind.
_HOST_LENGTH_MAX = 253
_HOST_NAME = re.compile(r"(?:[A-Za-z0-9_-]{1,63}\.)*[A-Za-z0-9_-]{1,63}\.?")
_ZONE = re.compile(r"[A-Za-z0-9_.-]{1,63}")


class LocalAddress(Struct, frozen=True):
    """A path on this machine, exactly as typed. Raises `AddressInvalid` when empty, `PathRefused` for NUL."""

    path: str

    def __post_init__(self) -> None:
        if not self.path:
            raise AddressInvalid(address=self.path, reason=AddressFault.EMPTY)
        if "\0" in self.path:
            raise PathRefused(path=self.path, reason=RefusedPath.CHARS)


class TcpAddress(Struct, frozen=True):
    """A folder behind a listener: `host` without brackets, `port` where the address itself names one."""

    host: str
    port: int | None
    path: HostPath

    def __post_init__(self) -> None:
        assert is_host(self.host), self.host
        assert self.port is None or PORT_MIN <= self.port <= PORT_MAX, self.port


Address: TypeAlias = LocalAddress | TcpAddress


def parse_address(text: str, here: PathStyle = PathStyle.POSIX) -> Address:
    """Read an address in any of its forms; `here` is how this machine writes its own paths.

    Raises `AddressInvalid` for what cannot be a host and for what looks like an address and is
    none, `PortInvalid` for the port, and `PathRefused` for a path that is not complete or that
    the named kind of host cannot hold.
    """
    start = fold_ascii(text[: len(_URI_PREFIX)])
    if start == fold_ascii(_DEVICE_PREFIX):
        return _parse_device(text)
    if start == _URI_PREFIX:
        return _parse_uri(text)
    if fault := _local_fault(text, here):
        raise _invalid(text, fault)
    return LocalAddress(text)


def _local_fault(text: str, here: PathStyle) -> AddressFault | None:
    """Say why a text is not taken for a local path; None where it is."""
    if text.startswith("~"):
        return None
    first = _SEPARATORS[here].split(text, maxsplit=1)[0]
    start, colon, _ = first.partition(":")
    if text.startswith("\\") or (colon and is_drive_letter(start)):
        return AddressFault.WINDOWS if here is PathStyle.POSIX else None
    if not colon:
        return None
    if fold_ascii(start) == "tcp":
        return AddressFault.TCP_FORM
    return AddressFault.SCHEME if _SCHEME.match(text) else AddressFault.COLON


def _parse_device(text: str) -> TcpAddress:
    authority, _, path = text[len(_DEVICE_PREFIX) :].partition("\\")
    host, port = _split_authority(authority, text)
    if port is not None:
        raise _invalid(text, AddressFault.PORT_PLACE)
    return TcpAddress(host, None, _parse_windows_path(path))


def _parse_uri(text: str) -> TcpAddress:
    authority, slash, path = text[len(_URI_PREFIX) :].partition("/")
    host, port_text = _split_authority(authority, text)
    port = None if port_text is None else _parse_port_of(text, port_text)
    if path[1:2] == ":" and is_drive_letter(path[0]):
        return TcpAddress(host, port, _parse_windows_path(path))
    return TcpAddress(host, port, parse_host_path(slash + path, PathStyle.POSIX))


def _split_authority(authority: str, address: str) -> tuple[str, str | None]:
    """Split `host[:port]` into a host that can be one and the unread text of the port."""
    if "@" in authority:
        raise _invalid(address, AddressFault.SECRET)
    if match := _AUTHORITY.fullmatch(authority):
        ipv6, name, port = match.groups()
        host = ipv6 or name or DEFAULT_HOST
        if is_host(host):
            return host, port
    raise _invalid(address, AddressFault.HOST)


def _parse_port_of(address: str, text: str) -> int:
    """Read the port of an address; one that is none can be the start of a password with a slash."""
    try:
        return parse_port(text)
    except PortInvalid:
        if "@" in address:
            raise _invalid(address, AddressFault.SECRET) from None
        raise


def _invalid(address: str, fault: AddressFault) -> AddressInvalid:
    return AddressInvalid(address=masked(address), reason=fault)


def masked(text: str) -> str:
    """Hide what can be a user and a password in a text that should have been an address, or a part of one.

    Both end at some `@`. The last one is taken, since a password may hold any character.
    """
    secret, at, rest = text.rpartition("@")
    if not at:
        return text
    start = secret[: len(_URI_PREFIX)]
    return f"{start if fold_ascii(start) in _PREFIXES else ''}***@{rest}"


def _parse_windows_path(text: str) -> HostPath:
    """Read a complete Windows path, whose drive may be written `c$`, and make its drive a capital.

    A folder then has one address, however its drive is typed: the identity of a job rests on it.
    """
    path = parse_host_path(_ADMIN_SHARE.sub(r"\1:\\", text), PathStyle.WINDOWS)
    if isinstance(path.root, Drive):
        return HostPath(path.style, Drive(path.root.letter.upper()), path.components)
    return path


def parse_port(text: str) -> int:
    """Read a port: ASCII digits, no leading zero (guide, "PeerSync" 5). Raises `PortInvalid`."""
    if _PORT.fullmatch(text) and PORT_MIN <= int(text) <= PORT_MAX:
        return int(text)
    raise PortInvalid(value=masked(text))


def is_host(text: str) -> bool:
    """Whether this can be a host: a machine name, an IPv4 address, an IPv6 address without brackets."""
    if ":" not in text:
        return len(text) <= _HOST_LENGTH_MAX and _HOST_NAME.fullmatch(text) is not None
    number, percent, zone = text.partition("%")
    try:
        IPv6Address(number)
    except AddressValueError:
        return False
    return not percent or _ZONE.fullmatch(zone) is not None


def resolve_port(address: TcpAddress, port_option: int | None) -> int:
    """Settle the port between address, option and default; raise `PortContradiction` where two differ."""
    if address.port is None:
        return DEFAULT_PORT if port_option is None else port_option
    if port_option not in (None, address.port):
        raise PortContradiction(address=display_uri(address), address_port=address.port, port=port_option)
    return address.port


def display_uri(address: Address) -> str:
    r"""Write an address as messages show it: a local one as typed, others as `TCP:\\host\c$\Folder`.

    Never with a port. What stands for a Windows path reads back as that path; what stands for a
    POSIX path (`TCP:\\host\srv\folder`) is for the eye and no address.
    """
    if isinstance(address, LocalAddress):
        return address.path
    host = f"[{address.host}]" if ":" in address.host else address.host
    return f"{_DEVICE_PREFIX}{host}\\{_display_path(address.path)}"


def _display_path(path: HostPath) -> str:
    match path.root:
        case Drive(letter):
            return "\\".join((f"{letter.lower()}$", *path.components))
        case Share():
            return str(path)
    return "\\".join(path.components)
