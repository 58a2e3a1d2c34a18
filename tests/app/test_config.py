"""Options as typed, made into checked settings: each wrong one is refused by name."""

import pytest

from psync.app.config import CopyOptions, ListenOptions, copy_settings, has_connection, listener_settings
from psync.core.addresses import LocalAddress, parse_address
from psync.core.errors import (
    AddressInvalid,
    Failure,
    HostInvalid,
    InstanceInvalid,
    JobNameInvalid,
    NetworkUnauthenticated,
    PathRefused,
    PatternInvalid,
    PortContradiction,
    PortInvalid,
    RootPathInvalid,
    StateFolderInvalid,
    UsageInvalid,
)
from psync.core.paths import PathStyle
from psync.core.rootpath import RootPath
from psync.core.settings import CopySettings, Durability, ListenerSettings
from tests.app.machine import Machine

STATE = {"PSYNC_STATE_DIR": "/state"}

PORTS_REFUSED = (
    "0",
    "1023",
    "65536",
    "-1",
    "7333.5",
    "",
    "7333x",
    "0x1CA5",
    " 7333",
    "7333 ",
    "7_333",
    "７３３３",  # noqa: RUF001  # full-width digits, which int() reads
    "07333",
    "+7333",
    "http",
    "9" * 5000,
)


def copying(source: str = "/a", target: str = "/b", *, is_keyed: bool = True, **options) -> CopySettings:
    return copy_settings(CopyOptions(source, target, **options), Machine(), is_keyed=is_keyed)


def listening(*, is_keyed: bool = True, **options) -> ListenerSettings:
    return listener_settings(ListenOptions(**options), Machine(STATE), is_keyed=is_keyed)


def test_a_run_without_options_has_the_documented_defaults():
    assert copying("/a", "tcp://server/b") == CopySettings(
        LocalAddress("/a"),
        parse_address("tcp://server/b"),
        port=None,
        job="Replication",
        durability=Durability.BATCH,
        is_keyed=True,
    )


def test_every_option_of_a_run_arrives():
    same = {
        "delete": True,
        "exclude": ("*.tmp", "!keep.tmp"),
        "job": "Nightly",
        "dry_run": True,
        "allow_unauthenticated_network": True,
    }

    settings = copying("/a", "/b", is_keyed=False, port="7400", durability="file", **same)

    assert settings == CopySettings(
        LocalAddress("/a"), LocalAddress("/b"), port=7400, durability=Durability.FILE, **same
    )


def test_a_listener_without_options_has_the_documented_defaults():
    assert listening() == ListenerSettings(port=7333, is_keyed=True, state_folder="/state")


def test_every_option_of_a_listener_arrives():
    settings = listening(
        is_keyed=False,
        host="[::]",
        port="7400",
        root_path="/srv/backup/",
        instance="second",
        read_only=True,
        allow_unauthenticated_network=True,
    )

    assert settings == ListenerSettings(
        host="::",
        port=7400,
        root=RootPath.parse("/srv/backup", PathStyle.POSIX),
        is_keyed=False,
        is_read_only=True,
        instance="second",
        allow_unauthenticated_network=True,
        state_folder="/state",
    )


@pytest.mark.parametrize("port", PORTS_REFUSED)
def test_a_port_that_is_no_whole_number_from_1024_to_65535_is_refused(port: str):
    for make in (copying, listening):
        with pytest.raises(PortInvalid) as refused:
            make(port=port)
        assert repr(port) in str(refused.value)


@pytest.mark.parametrize("port", ["1024", "7333", "65535"])
def test_a_port_at_the_ends_of_the_range_is_taken(port: str):
    assert (copying(port=port).port, listening(port=port).port) == (int(port), int(port))


@pytest.mark.parametrize(
    ("options", "failure"),
    [
        pytest.param({"source": ""}, AddressInvalid, id="no source"),
        pytest.param({"target": "tcp://ho st/x"}, AddressInvalid, id="no host name"),
        pytest.param({"source": "server:/b"}, AddressInvalid, id="a source as rsync has it"),
        pytest.param({"target": "C:\\b"}, AddressInvalid, id="a target of another system"),
        pytest.param({"target": "tcp://server"}, PathRefused, id="no path on host"),
        pytest.param({"target": "tcp://server/C:foo"}, PathRefused, id="drive-relative"),
        pytest.param({"target": "tcp://server/srv/../etc"}, PathRefused, id="dotdot"),
        pytest.param({"target": r"TCP:\\server\Folder"}, PathRefused, id="incomplete"),
        pytest.param({"source": "tcp://server:80/srv"}, PortInvalid, id="port of the address"),
        pytest.param(
            {"source": "tcp://s:7400/a", "port": "7333"}, PortContradiction, id="two ports for the source"
        ),
        pytest.param(
            {"target": "tcp://s:7400/a", "port": "7333"}, PortContradiction, id="two ports for the target"
        ),
        pytest.param({"job": ""}, JobNameInvalid, id="no job name"),
        pytest.param({"job": "x" * 256}, JobNameInvalid, id="a long job name"),
        pytest.param({"job": "\udcff"}, JobNameInvalid, id="a job name that cannot travel"),
        pytest.param({"verbose": True, "quiet": True}, UsageInvalid, id="loud and quiet"),
        pytest.param({"password_file": "x", "ask_password": True}, UsageInvalid, id="two passwords"),
        pytest.param(
            {"target": "tcp://server/b", "is_keyed": False}, NetworkUnauthenticated, id="no key, target"
        ),
        pytest.param(
            {"source": "tcp://server/b", "is_keyed": False}, NetworkUnauthenticated, id="no key, source"
        ),
    ],
)
def test_what_is_wrong_with_a_run_is_refused_before_anything_is_opened(options: dict, failure: type[Failure]):
    with pytest.raises(failure):
        copying(**options)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "localhost", "[::1]", ""])
def test_no_key_is_needed_to_reach_this_machine(host: str):
    assert not copying("/a", f"tcp://{host}/b", is_keyed=False).is_keyed


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        pytest.param("", "gitignore takes it for no pattern", id="empty"),
        pytest.param("  ", "gitignore takes it for no pattern", id="blank"),
        pytest.param("# x", "gitignore takes it for no pattern", id="a comment"),
        pytest.param("!", "gitignore takes it for no pattern", id="a negation of nothing"),
        pytest.param("/", "gitignore takes it for no pattern", id="the folder itself"),
        pytest.param("a\\", "gitignore takes it for no pattern", id="an escape of nothing"),
        pytest.param("[a", "gitignore takes it for no pattern", id="an open bracket"),
        pytest.param("[z-a]", "bad character range z-a", id="a range backwards"),
        pytest.param("\udcff", "it is not valid Unicode text", id="bytes that cannot travel"),
    ],
)
def test_a_pattern_that_would_exclude_nothing_is_refused_by_name(pattern: str, reason: str):
    with pytest.raises(PatternInvalid) as refused:
        copying(exclude=("*.tmp", pattern))

    assert str(refused.value).startswith(f"The pattern '{pattern}' cannot be used with --exclude: {reason}")


@pytest.mark.parametrize("pattern", ["*.tmp", "/cache/", "!keep", "a b", r"\#x", "**/x", "[abc]", "文書"])
def test_a_pattern_of_gitignore_is_taken_as_it_is(pattern: str):
    assert copying(exclude=(pattern,)).exclude == (pattern,)


@pytest.mark.parametrize(
    ("options", "failure"),
    [
        pytest.param({"host": ""}, HostInvalid, id="no host"),
        pytest.param({"host": "a b"}, HostInvalid, id="no host name"),
        pytest.param({"host": "1.2.3.4:7333"}, HostInvalid, id="a port has no place there"),
        pytest.param({"instance": ""}, InstanceInvalid, id="no instance name"),
        pytest.param({"instance": "a b"}, InstanceInvalid, id="a blank in the instance"),
        pytest.param({"instance": "x" * 65}, InstanceInvalid, id="longer than a socket's name can be"),
        pytest.param({"root_path": "srv"}, RootPathInvalid, id="a relative root"),
        pytest.param({"root_path": ""}, RootPathInvalid, id="an empty root"),
        pytest.param({"root_path": "C:\\x"}, RootPathInvalid, id="a root of another system"),
        pytest.param({"root_path": "/srv/../etc"}, RootPathInvalid, id="dotdot in the root"),
        pytest.param({"password_file": "x", "ask_password": True}, UsageInvalid, id="two passwords"),
        pytest.param({"is_keyed": False, "host": "0.0.0.0"}, NetworkUnauthenticated, id="no key, all"),
        pytest.param({"is_keyed": False, "host": "::"}, NetworkUnauthenticated, id="no key, all of IPv6"),
        pytest.param(
            {"is_keyed": False, "host": "0.0.0.0", "allow_unauthenticated_network": True},
            NetworkUnauthenticated,
            id="no key and no root",
        ),
    ],
)
def test_what_is_wrong_with_a_listener_is_refused_before_anything_is_opened(
    options: dict, failure: type[Failure]
):
    with pytest.raises(failure):
        listening(**options)


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        ("/a", "/b", False),
        ("tcp://server/a", "/b", True),
        ("/a", "tcp://server/b", True),
        ("tcp://server/a", "tcp://server/b", True),
    ],
)
def test_a_key_is_of_use_only_for_a_connection(source: str, target: str, expected: bool):
    assert has_connection(copying(source, target)) is expected


def test_a_listener_needs_a_state_folder():
    with pytest.raises(StateFolderInvalid):
        listener_settings(ListenOptions(), Machine({"PSYNC_STATE_DIR": "."}), is_keyed=True)
