"""The scenarios of keys: what comes of them, and by what they tell a target that does otherwise."""

from typing import Any

import pytest

from conformance.adapters.serving import Operation, Refusal
from conformance.scenarios import encryption
from tests.conformance.scenarios.playing import (
    Fault,
    Fields,
    Operations,
    asked_otherwise,
    changed_file,
    done_besides,
    ids_of,
    is_as_expected,
    played,
    told_otherwise,
)


def _without_key(settings: dict[str, Any]) -> None:
    settings.pop("user", None)
    settings.pop("password", None)


LEARNT = "the answers differ: {'/srv/root': ('converged', ()), '/srv/root/missing': ('failed', ('SOURCE_MISSING',))"

# The key is asked for and not used.
LISTENER_HAS_NO_KEY = asked_otherwise("listener.start", lambda params: _without_key(params["settings"]))
CLIENT_HAS_NO_KEY = asked_otherwise("client.start", lambda params: _without_key(params["job"]))

# What travels can be read.
IN_CLEAR = told_otherwise("net.search", lambda told: told.update(found=[True for _ in told["found"]]))


# What it says of itself is nothing, or the same to everybody; and who accepts nothing is taken to accept all.
SILENT = told_otherwise("listener.start", lambda told: told.update(warnings=[]))
WARNS_ALWAYS = told_otherwise("listener.start", lambda told: told.update(warnings=["be careful"]))
CARELESS = asked_otherwise("listener.start", lambda params: params["settings"].update(unauthenticated=True))
GOES = asked_otherwise("client.start", lambda params: params["job"].pop("unauthenticated", None))
TIMID = asked_otherwise("listener.start", lambda params: params["settings"].pop("unauthenticated", None))


@pytest.mark.parametrize("id", ids_of(encryption))
def test_psync_does_as_it_should(id: str) -> None:
    result = played(id)

    assert is_as_expected(result), result.message


# It never asks anybody; it says that it has done all.
FAILS_ALWAYS = [told_otherwise("client.wait", lambda told: told.update(state="failed"))]
UNHEARD = told_otherwise("client.wait", lambda told: told.update(causes=["CONNECT_REFUSED"]))


def done_nothing(operations: Operations) -> dict[str, Operation]:
    return {"client.start": lambda params: {}, "client.wait": lambda params: {"state": "converged"}}


def goes_and_refuses(operations: Operations) -> dict[str, Operation]:
    """It says that it will not go, and has been there."""

    def start(params: Fields) -> Fields:
        operations["client.start"]({**params, "job": {**params["job"], "unauthenticated": True}})
        operations["client.wait"]({"name": params["name"], "seconds": 30})
        raise Refusal("NETWORK_UNAUTHENTICATED")

    return {"client.start": start}


def test_who_warns_where_nobody_has_accepted_anything_may_start_and_go() -> None:
    assert played("encryption-listener-without-a-key-is-no-accident", CARELESS).state == "pass"

    warned = told_otherwise("client.wait", lambda told: told.update(warnings=["nobody knows who that is"]))
    assert played("encryption-client-without-a-key-goes-nowhere-by-accident", GOES, warned).state == "pass"


@pytest.mark.parametrize(
    ("id", "faults", "complaint"),
    [
        ("encrypted-by-default", [IN_CLEAR], "what could be read on the wire: ['canary content', "),
        ("nothing-is-read-of-a-refusal", [IN_CLEAR], "what could be read on the wire: ['canary content', "),
        ("user-password-or-both", [CLIENT_HAS_NO_KEY], "the run with user: 'failed', expected 'converged'"),
        (
            "keys-differ",
            [LISTENER_HAS_NO_KEY, CLIENT_HAS_NO_KEY],
            "the messages with another user at the client: (), expected ('Could not initialize target device: ",
        ),
        (
            "keys-differ",
            [told_otherwise("client.wait", lambda told: told.update(causes=["CONNECTION"]))],
            "the cause with another user at the client is ('CONNECTION',)",
        ),
        (
            "keys-differ",
            [done_besides("client.wait", "fs.plant", **changed_file("far", "/srv/backup", seen="x"))],
            "the target with another user at the client: seen is there, and should not be",
        ),
        (
            "keys-differ-at-the-listener",
            [LISTENER_HAS_NO_KEY, CLIENT_HAS_NO_KEY],
            "the messages with another user at the listener: (), expected ('Could not initialize target device: ",
        ),
        ("nothing-is-learnt-before-the-key", [LISTENER_HAS_NO_KEY, CLIENT_HAS_NO_KEY], LEARNT),
        ("nothing-is-learnt-before-the-key", FAILS_ALWAYS, "the run with the key: 'failed', expected "),
        ("nothing-is-read-of-a-refusal", [UNHEARD], "the cause, which only the listener knows: ('CONNECT_"),
        ("user-password-or-both", [done_nothing], "the target with user: changed.txt is {"),
        ("listener-without-a-key-warns", [SILENT], "it said nothing of it"),
        ("listener-without-a-key-warns", [WARNS_ALWAYS], "it said nothing of it"),
        ("listener-without-a-key-warns", [TIMID], "listener.start is rejected with NETWORK_UNAUTHENTICATED"),
        ("listener-without-a-key-is-no-accident", [CARELESS, SILENT], "it started, and said nothing of it"),
        ("client-without-a-key-goes-nowhere-by-accident", [GOES], "it went there, and said nothing of it"),
        (
            "client-without-a-key-goes-nowhere-by-accident",
            [goes_and_refuses],
            "whom it dialled: [('far', 7333)], ",
        ),
    ],
)
def test_a_target_that_does_otherwise_fails_for_it(id: str, faults: list[Fault], complaint: str) -> None:
    assert played(f"encryption-{id}", *faults).message.startswith(complaint)


def off(operations: Operations) -> dict[str, Operation]:
    """An imitation of what psync has not built: who does not encrypt has a key of his own, and is heard where he meets another one."""
    who: list[str] = []

    def start(op: str, key: str) -> Operation:
        def operation(params: Fields) -> Fields:
            settings = dict(params[key])
            if settings.pop("encryption", True) is False:
                settings["password"] = "in clear"
                who.append(op)
            return operations[op]({**params, key: settings})

        return operation

    def search(params: Fields) -> Fields:
        told = operations["net.search"](params)
        return {**told, "found": [len(set(who)) == 2 for _ in told["found"]]}

    starts = {
        "listener.start": start("listener.start", "settings"),
        "client.start": start("client.start", "job"),
    }
    return {**starts, "net.search": search}


# Each encrypts whatever it is told; nobody encrypts, whatever he is told.
TAKES_THE_SETTING = [
    asked_otherwise("listener.start", lambda params: params["settings"].pop("encryption", None)),
    asked_otherwise("client.start", lambda params: params["job"].pop("encryption", None)),
]
DOWNGRADES = [
    asked_otherwise("listener.start", lambda params: params["settings"].update(encryption=False)),
    asked_otherwise("client.start", lambda params: params["job"].update(encryption=False)),
]
BOTH, CLIENT, LISTENER = "on-both-sides", "at-the-client-only", "at-the-listener-only"


@pytest.mark.parametrize("where", [BOTH, CLIENT, LISTENER])
def test_who_can_switch_it_off_passes(where: str) -> None:
    result = played(f"encryption-switched-off-{where}", off)

    assert (result.state, result.message) == ("pass", "")


@pytest.mark.parametrize(
    ("where", "faults", "complaint"),
    [
        (BOTH, TAKES_THE_SETTING, "it was encrypted"),
        (CLIENT, TAKES_THE_SETTING, "the messages: (), expected ("),
        (LISTENER, TAKES_THE_SETTING, "the messages: (), expected ("),
        (BOTH, FAILS_ALWAYS, "the run: 'failed', expected 'converged'"),
        (CLIENT, DOWNGRADES, "the messages: (), expected ("),
        (LISTENER, DOWNGRADES, "the messages: (), expected ("),
        (CLIENT, FAILS_ALWAYS, "the run of a client that has it: 'failed', expected 'converged'"),
        (LISTENER, FAILS_ALWAYS, "the run of a client without it: 'failed', expected 'converged'"),
        (CLIENT, [IN_CLEAR], "what could be read on the wire: ['changed.txt', 'new content'], expected []"),
    ],
)
def test_who_only_takes_the_setting_fails(where: str, faults: list[Fault], complaint: str) -> None:
    assert played(f"encryption-switched-off-{where}", off, *faults).message.startswith(complaint)
