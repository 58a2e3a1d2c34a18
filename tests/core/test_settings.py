"""What a program may be told at its start: without a key, nobody else's machine."""

import pytest

from psync.core.addresses import parse_address
from psync.core.errors import NetworkUnauthenticated, PatternInvalid
from psync.core.paths import PathStyle
from psync.core.rootpath import RootPath
from psync.core.settings import CopySettings, ListenerSettings, is_loopback

ROOT = RootPath.parse("/srv", PathStyle.POSIX)
HERE, LOOPBACK, ELSEWHERE = (parse_address(text) for text in ("/a", "tcp://127.0.0.1/a", "tcp://nas/a"))

HOSTS = {
    "127.0.0.1": True,
    "127.200.3.4": True,
    "::1": True,
    "0:0:0:0:0:0:0:1": True,
    "localhost": True,
    "LocalHost": True,
    "127.example.com": False,
    "127.0.0.1.example.com": False,
    "localhost.example.com": False,
    "0.0.0.0": False,
    "128.0.0.1": False,
    "::": False,
    "": False,
    "nas": False,
}


@pytest.mark.parametrize(("host", "expected"), HOSTS.items(), ids=[host or "empty" for host in HOSTS])
def test_a_host_is_this_machine_by_its_spelling(host: str, expected: bool):
    assert is_loopback(host) is expected


LISTENERS = {
    "without a key, this machine only": (ListenerSettings(), "127.0.0.1"),
    "with a key, all interfaces": (ListenerSettings(is_keyed=True), ""),
    "an address that was asked for": (ListenerSettings(host="::1"), "::1"),
    "a key allows any address": (ListenerSettings(host="10.0.0.1", is_keyed=True), "10.0.0.1"),
    "the risk is accepted below a root": (
        ListenerSettings(host="", root=ROOT, allow_unauthenticated_network=True),
        "",
    ),
}


@pytest.mark.parametrize(("settings", "address"), LISTENERS.values(), ids=LISTENERS.keys())
def test_a_listener_listens_at(settings: ListenerSettings, address: str):
    assert settings.address == address


REFUSED_LISTENERS = {
    "all interfaces": {"host": ""},
    "a name that begins like this machine": {"host": "127.example.com"},
    "the risk is accepted, but without a root": {"host": "", "allow_unauthenticated_network": True},
    "a root, but the risk is not accepted": {"host": "", "root": ROOT},
}


@pytest.mark.parametrize("options", REFUSED_LISTENERS.values(), ids=REFUSED_LISTENERS.keys())
def test_a_listener_without_a_key_that_others_could_reach_is_refused(options: dict[str, object]):
    with pytest.raises(NetworkUnauthenticated, match="Without a key the listener would be"):
        ListenerSettings(**options)


COPIES = {
    "both ends here": (HERE, HERE, {}),
    "a listener of this machine": (HERE, LOOPBACK, {}),
    "with a key, another machine": (ELSEWHERE, HERE, {"is_keyed": True}),
    "the risk is accepted": (HERE, ELSEWHERE, {"allow_unauthenticated_network": True}),
}


@pytest.mark.parametrize(("source", "target", "options"), COPIES.values(), ids=COPIES.keys())
def test_a_copy_is_allowed(source, target, options: dict[str, bool]):
    settings = CopySettings(source, target, **options)

    assert (settings.source, settings.target) == (source, target)


@pytest.mark.parametrize("ends", [(ELSEWHERE, HERE), (LOOPBACK, ELSEWHERE)], ids=["source", "target"])
def test_a_copy_without_a_key_to_another_machine_is_refused(ends):
    with pytest.raises(NetworkUnauthenticated, match="Without a key the connection to nas would be"):
        CopySettings(*ends)


EXPOSED = {
    "a listener of this machine": (ListenerSettings(), False),
    "a listener of this machine with a key": (ListenerSettings(host="::1", is_keyed=True), False),
    "a listener at all interfaces": (ListenerSettings(is_keyed=True), True),
    "a listener at one address": (ListenerSettings(host="10.0.0.1", is_keyed=True), True),
    "a copy on this machine": (CopySettings(HERE, HERE), False),
    "a copy to this machine": (CopySettings(HERE, LOOPBACK), False),
    "a copy from elsewhere": (CopySettings(ELSEWHERE, HERE, is_keyed=True), True),
    "a copy to elsewhere": (CopySettings(LOOPBACK, ELSEWHERE, is_keyed=True), True),
}


@pytest.mark.parametrize(("settings", "expected"), EXPOSED.values(), ids=EXPOSED.keys())
def test_what_other_machines_can_reach_or_be_is_exposed(
    settings: ListenerSettings | CopySettings, expected: bool
):
    assert settings.is_exposed is expected


def test_a_pattern_that_cannot_be_read_is_refused_before_anything_is_opened():
    with pytest.raises(PatternInvalid):
        CopySettings(HERE, HERE, exclude=("[z-a]",), is_keyed=True)
