"""The scenarios of keys: what comes of them, and by what they tell a target that does otherwise."""

from typing import Any

import pytest

from conformance.scenarios import encryption
from tests.conformance.scenarios.playing import (
    Fault,
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
TIMID = asked_otherwise("listener.start", lambda params: params["settings"].pop("unauthenticated", None))


@pytest.mark.parametrize("id", ids_of(encryption))
def test_psync_does_as_it_should(id: str) -> None:
    result = played(id)

    assert is_as_expected(result), result.message


def test_who_warns_where_nobody_has_accepted_anything_may_start() -> None:
    assert played("encryption-listener-without-a-key-is-no-accident", CARELESS).state == "pass"


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
        ("nothing-is-learnt-before-the-key", [LISTENER_HAS_NO_KEY, CLIENT_HAS_NO_KEY], LEARNT),
        ("listener-without-a-key-warns", [SILENT], "it said nothing of it"),
        ("listener-without-a-key-warns", [WARNS_ALWAYS], "it said nothing of it"),
        ("listener-without-a-key-warns", [TIMID], "listener.start is rejected with NETWORK_UNAUTHENTICATED"),
        ("listener-without-a-key-is-no-accident", [CARELESS, SILENT], "it started, and said nothing of it"),
    ],
)
def test_a_target_that_does_otherwise_fails_for_it(id: str, faults: list[Fault], complaint: str) -> None:
    assert played(f"encryption-{id}", *faults).message.startswith(complaint)
