"""Addresses: what an operator may type, what it means, and what messages show of it."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from psync.core.addresses import (
    LocalAddress,
    TcpAddress,
    display_uri,
    is_host,
    parse_address,
    parse_port,
    resolve_port,
)
from psync.core.errors import (
    AddressFault,
    AddressInvalid,
    PathRefused,
    PortContradiction,
    PortInvalid,
    RefusedPath,
)
from psync.core.paths import HostPath, parse_host_path
from tests.core.host_paths import POSIX, WINDOWS, host_paths, hostile_texts, styles

LABEL = "n" * 63
NAME_253 = ".".join([LABEL, LABEL, LABEL, "n" * 61])

# Reason → style of this machine, text, fault.
NEITHER = {
    "host of rsync": (POSIX, "host:x", AddressFault.COLON),
    "host of rsync, complete path": (POSIX, "host:/srv/x", AddressFault.COLON),
    "host of rsync, nothing behind": (POSIX, "host:", AddressFault.COLON),
    "module of rsync": (POSIX, "host::x", AddressFault.COLON),
    "ipv6 of rsync": (POSIX, "[::1]:x", AddressFault.COLON),
    "colon first": (POSIX, ":x", AddressFault.COLON),
    "name with a colon": (POSIX, "my:file", AddressFault.COLON),
    "backslash before the colon": (POSIX, r"a\b:c", AddressFault.COLON),
    "blank before the scheme": (POSIX, " tcp://h/x", AddressFault.COLON),
    "letters that only look like it": (POSIX, "\uff54cp://h/x", AddressFault.COLON),
    "no scheme before the slashes": (POSIX, "://h/x", AddressFault.COLON),
    "no slash": (POSIX, "tcp:x", AddressFault.TCP_FORM),
    "nothing": (POSIX, "TCP:", AddressFault.TCP_FORM),
    "one slash": (POSIX, "tcp:/h/x", AddressFault.TCP_FORM),
    "mixed separators": (POSIX, "tcp:/\\h\\x", AddressFault.TCP_FORM),
    "what a shell leaves": (POSIX, r"TCP:\serverc$x", AddressFault.TCP_FORM),
    "what a shell leaves in double quotes": (POSIX, r"TCP:\server\c$\x", AddressFault.TCP_FORM),
    "http": (POSIX, "http://h/x", AddressFault.SCHEME),
    "ssh": (POSIX, "SSH://h/x", AddressFault.SCHEME),
    "rsync": (POSIX, "rsync://h/x", AddressFault.SCHEME),
    "file": (POSIX, "file:///srv", AddressFault.SCHEME),
    "a scheme that begins like ours": (POSIX, "tcps://h/x", AddressFault.SCHEME),
    "a scheme with all it may hold": (POSIX, "a1+b-c.d://h", AddressFault.SCHEME),
    "drive": (POSIX, r"C:\Folder", AddressFault.WINDOWS),
    "drive and slash": (POSIX, "c:/Folder", AddressFault.WINDOWS),
    "drive alone": (POSIX, "C:", AddressFault.WINDOWS),
    "relative to a drive": (POSIX, "C:Folder", AddressFault.WINDOWS),
    "share": (POSIX, r"\\server\share", AddressFault.WINDOWS),
    "share as a shell leaves it": (POSIX, r"\servershare", AddressFault.WINDOWS),
    "windows, host of rsync": (WINDOWS, r"host:\x", AddressFault.COLON),
    "windows, one backslash": (WINDOWS, r"TCP:\server\c$", AddressFault.TCP_FORM),
    "windows, http": (WINDOWS, "http://h/x", AddressFault.SCHEME),
}
PATHS_REFUSED = {
    "no path": (r"TCP:\\h", "", RefusedPath.INCOMPLETE),
    "no path, separator": ("TCP:\\\\h\\", "", RefusedPath.INCOMPLETE),
    "nothing": ("TCP:\\\\", "", RefusedPath.INCOMPLETE),
    "no drive": (r"TCP:\\h\Testing", "Testing", RefusedPath.INCOMPLETE),
    "name that begins like a drive": (r"TCP:\\h\c$x", "c$x", RefusedPath.INCOMPLETE),
    "what is shown of a posix path": (r"TCP:\\h\srv\folder", r"srv\folder", RefusedPath.INCOMPLETE),
    "share with too few backslashes": (r"TCP:\\h\\nas\vol1", r"\nas\vol1", RefusedPath.INCOMPLETE),
    "drive alone": (r"TCP:\\h\C:", "C:", RefusedPath.DRIVE_RELATIVE),
    "up": (r"TCP:\\h\c$\a\..\b", r"c:\a\..\b", RefusedPath.DOTDOT),
    "namespace": (r"TCP:\\h\\\?\C:\x", r"\\?\C:\x", RefusedPath.NAMESPACE),
    "device": (r"TCP:\\h\c$\nul", r"c:\nul", RefusedPath.RESERVED),
    "uri, no path": ("tcp://h", "", RefusedPath.INCOMPLETE),
    "uri, no path, port": ("tcp://h:7333", "", RefusedPath.INCOMPLETE),
    "uri, relative to a drive": ("tcp://h/C:foo", "C:foo", RefusedPath.DRIVE_RELATIVE),
    "uri, drive alone": ("tcp://h/C:", "C:", RefusedPath.DRIVE_RELATIVE),
    "uri, up": ("tcp://h/srv/../etc", "/srv/../etc", RefusedPath.DOTDOT),
    "uri, up on windows": ("tcp://h/C:/a/../b", "C:/a/../b", RefusedPath.DOTDOT),
    "uri, NUL": ("tcp://h/a\0", "/a\0", RefusedPath.CHARS),
    "local, NUL": ("a\0", "a\0", RefusedPath.CHARS),
}
INVALID = {
    "empty": ("", AddressFault.EMPTY),
    "space": ("tcp://my host/x", AddressFault.HOST),
    "line feed": ("tcp://h\n/x", AddressFault.HOST),
    "escape": ("tcp://h\x1b[2J/x", AddressFault.HOST),
    "escaped": ("tcp://h%20/x", AddressFault.HOST),
    "backslash": (r"tcp://h\C:/x", AddressFault.HOST),
    "slash": (r"TCP:\\h/c$\x", AddressFault.HOST),
    "empty label": ("tcp://a..b/x", AddressFault.HOST),
    "dot": ("tcp://./x", AddressFault.HOST),
    "label of 64": (f"tcp://n{LABEL}/x", AddressFault.HOST),
    "name of 254": (f"tcp://{NAME_253}n/x", AddressFault.HOST),
    "other script": ("tcp://h\u00f6st/x", AddressFault.HOST),
    "ipv6 without brackets": ("tcp://::1/x", AddressFault.HOST),
    "ipv6 without brackets, first form": (r"TCP:\\::1\c$", AddressFault.HOST),
    "no ipv6": ("tcp://[::g]/x", AddressFault.HOST),
    "name in brackets": ("tcp://[host]/x", AddressFault.HOST),
    "empty brackets": ("tcp://[]/x", AddressFault.HOST),
    "open bracket": ("tcp://[::1/x", AddressFault.HOST),
    "something after the bracket": ("tcp://[::1]x/x", AddressFault.HOST),
    "empty zone": ("tcp://[::1%]/x", AddressFault.HOST),
    "space in the zone": ("tcp://[::1% ]/x", AddressFault.HOST),
    "port in the first form": (r"TCP:\\h:7333\c$\x", AddressFault.PORT_PLACE),
    "empty port in the first form": (r"TCP:\\h:\c$\x", AddressFault.PORT_PLACE),
}
# Reason → text, what is shown of it, fault.
WITH_SECRET = {
    "user": ("tcp://canary@h/x", "tcp://***@h/x", AddressFault.SECRET),
    "user and password": ("tcp://user:canary@h:7333/x", "tcp://***@h:7333/x", AddressFault.SECRET),
    "password alone": ("TCP://:canary@h/x", "TCP://***@h/x", AddressFault.SECRET),
    "at sign in the password": ("tcp://u:can@canary@h/x", "tcp://***@h/x", AddressFault.SECRET),
    "bracket in the password": ("tcp://u:[canary@h/x", "tcp://***@h/x", AddressFault.SECRET),
    "slash in the password": ("tcp://user:canary/canary@h/x", "tcp://***@h/x", AddressFault.SECRET),
    "slash in the password, odd user": ("tcp://us er:canary/x@h/x", "tcp://***@h/x", AddressFault.HOST),
    "at sign in the path, too": ("tcp://canary@h/me@home", "tcp://***@home", AddressFault.SECRET),
    "no host": ("tcp://canary@", "tcp://***@", AddressFault.SECRET),
    "no scheme": ("user:canary@h/x", "***@h/x", AddressFault.COLON),
    "other scheme": ("http://user:canary@h/x", "***@h/x", AddressFault.SCHEME),
    "one slash": ("tcp:/user:canary@h/x", "***@h/x", AddressFault.TCP_FORM),
    "what a shell leaves": (r"TCP:\user:canary@hc$x", "***@hc$x", AddressFault.TCP_FORM),
    "one letter for a user": ("u:canary@h", "***@h", AddressFault.WINDOWS),
    "first form": (r"TCP:\\user:canary@h\c$\x", r"TCP:\\***@h\c$\x", AddressFault.SECRET),
    "first form, backslash in the password": (
        r"TCP:\\user:canary\canary@h\c$",
        r"TCP:\\***@h\c$",
        AddressFault.PORT_PLACE,
    ),
}


def rows(table):
    return pytest.mark.parametrize("row", table.values(), ids=table.keys())


def test_an_address_may_hold_names_that_are_no_unicode():
    """As no vector can, since JSON is Unicode."""
    assert parse_address("tcp://h/\udcff") == TcpAddress("h", None, parse_host_path("/\udcff", POSIX))
    assert parse_address("/\udcff") == LocalAddress("/\udcff")


@rows(NEITHER)
def test_what_looks_like_an_address_and_is_none_makes_no_local_folder(row):
    style, text, fault = row

    with pytest.raises(AddressInvalid) as caught:
        parse_address(text, style)

    assert caught.value.fields == {"address": text, "reason": fault}


@given(st.text(), styles)
def test_a_text_without_colon_and_backslash_is_local_and_any_is_below_the_current_folder(text, style):
    plain = "".join(sign for sign in text if sign not in ":\\\0") or "x"

    assert parse_address(plain, style) == LocalAddress(plain)
    assert parse_address(f"./{plain}:", style) == LocalAddress(f"./{plain}:")


@rows(PATHS_REFUSED)
def test_an_address_whose_path_is_refused_names_that_path(row):
    text, path, reason = row

    with pytest.raises(PathRefused) as caught:
        parse_address(text)

    assert (caught.value.fields["path"], caught.value.reason) == (path, reason)


@rows(INVALID)
def test_an_address_without_a_possible_host_is_refused_as_a_whole(row):
    text, fault = row

    with pytest.raises(AddressInvalid) as caught:
        parse_address(text)

    assert caught.value.fields == {"address": text, "reason": fault}


@rows(WITH_SECRET)
def test_an_address_with_a_user_or_a_password_is_refused_without_showing_either(row):
    text, shown, fault = row

    with pytest.raises(AddressInvalid) as caught:
        parse_address(text)

    assert caught.value.fields == {"address": shown, "reason": fault}
    assert "canary" not in str(caught.value).lower()


@pytest.mark.parametrize("port", ["", "80", "7333x", "65536"])
def test_an_address_with_an_impossible_port_is_refused(port):
    with pytest.raises(PortInvalid) as caught:
        parse_address(f"tcp://h:{port}/x")

    assert caught.value.fields == {"value": port}


def test_messages_show_no_port():
    assert display_uri(parse_address("tcp://h:7334/C:/x")) == r"TCP:\\h\c$\x"


def test_messages_show_a_local_path_as_typed():
    assert display_uri(parse_address("./a b")) == "./a b"


def test_messages_show_a_share_of_this_machine_as_typed():
    assert display_uri(parse_address(r"\\nas\vol1", WINDOWS)) == r"\\nas\vol1"


def test_a_refused_port_is_named_as_given():
    with pytest.raises(PortInvalid) as caught:
        parse_port(" 7333")

    assert caught.value.fields == {"value": " 7333"}


@given(st.integers(min_value=-(10**6), max_value=10**6))
def test_the_ports_that_are_read_are_exactly_those_from_1024_to_65535(port):
    try:
        is_read = parse_port(str(port)) == port
    except PortInvalid:
        is_read = False

    assert is_read == (port in range(1024, 65536))


@pytest.mark.parametrize(
    ("in_address", "option", "expected"),
    [(None, None, 7333), (None, 7334, 7334), (7335, None, 7335), (7335, 7335, 7335)],
    ids=["default", "option", "address", "both, equal"],
)
def test_the_port_is_that_of_the_address_the_option_or_the_default(in_address, option, expected):
    address = TcpAddress("h", in_address, parse_host_path("/srv", POSIX))

    assert resolve_port(address, option) == expected


def test_an_address_and_an_option_that_name_different_ports_contradict_each_other():
    with pytest.raises(PortContradiction) as caught:
        resolve_port(parse_address("tcp://h:7334/C:/x"), 7335)

    assert caught.value.fields == {"address": r"TCP:\\h\c$\x", "address_port": 7334, "port": 7335}


@pytest.mark.parametrize(
    ("host", "port"), [("a b", None), ("", None), ("[::1]", None), ("h", 1023), ("h", 65536)]
)
def test_an_address_made_of_unchecked_parts_is_a_programming_error(host, port):
    with pytest.raises(AssertionError):
        TcpAddress(host, port, parse_host_path("/srv", POSIX))


@pytest.mark.parametrize("text", ["h", "a-b.c_d", "x.", "::ffff:10.0.0.1"])
def test_a_host_is_a_name_or_an_ip_address(text):
    assert is_host(text)


hosts = st.from_regex(r"[A-Za-z0-9_-]{1,9}(\.[a-z]{1,5}){0,2}", fullmatch=True) | st.ip_addresses().map(str)


@given(hosts, st.none() | st.integers(min_value=1024, max_value=65535), host_paths(WINDOWS))
def test_what_is_shown_of_a_windows_path_reads_back_as_that_path_without_the_port(host, port, path):
    shown = display_uri(TcpAddress(host, port, path))
    again = parse_address(shown)

    assert display_uri(again) == shown
    assert again.host == host
    assert again.port is None
    assert (again.path.names, again.path.style) == (path.names, WINDOWS)


@given(hosts, st.none() | st.integers(min_value=1024, max_value=65535), host_paths(POSIX))
def test_a_posix_path_in_a_uri_is_taken_verbatim(host, port, path):
    assume(not is_like_a_drive(path))
    authority = (f"[{host}]" if ":" in host else host) + ("" if port is None else f":{port}")

    assert parse_address(f"tcp://{authority}{path}") == TcpAddress(host, port, path)


@given(
    styles.flatmap(hostile_texts),
    st.sampled_from(["tcp://h", "tcp://h/", "TCP:\\\\h\\", "TCP:\\\\", "tcp://"]),
)
def test_a_hostile_text_is_refused_for_a_reason_or_names_a_host(text, start):
    try:
        address = parse_address(start + text)
    except (AddressInvalid, PathRefused, PortInvalid):
        return

    assert isinstance(address, TcpAddress)
    assert not set(address.host) & set(" @/\\[]\n\0")


def is_like_a_drive(path: HostPath) -> bool:
    return bool(path.components) and path.components[0][1:2] == ":"
