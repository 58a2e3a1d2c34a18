"""The scenarios of hostile names: what comes of them, and by what each tells a listener that follows one."""

import re

import pytest

from conformance.adapters.planted import planted
from conformance.mutant import load_mutants
from conformance.scenarios import SCENARIOS, hostile_names
from tests.conformance.scenarios.playing import (
    Fault,
    changed_file,
    done_besides,
    ids_of,
    is_as_expected,
    played,
    told_otherwise,
)

MUTANTS = load_mutants()


@pytest.mark.parametrize("id", ids_of(hostile_names))
def test_psync_does_as_it_should(id: str) -> None:
    result = played(id)

    assert is_as_expected(result), result.message


# Where each bug dies.
DEATHS = {
    "root.rename_dst_unchecked": "as-new-names-are-refused",
    "root.dot_dot_is_a_name": "in-changes-are-refused",
    "root.absolute_is_a_name": "in-changes-are-refused",
    "root.slash_splits": "in-changes-are-refused",
    "root.way_unchecked": "in-changes-are-refused",
    "root.delete_unchecked": "in-changes-are-refused",
    "root.request_unchecked": "in-requests-are-refused",
    "root.windows_names_unchecked": "of-windows-are-refused",
}


@pytest.mark.parametrize("name", DEATHS)
def test_a_listener_with_a_bug_is_told_by_the_harm_that_is_done(name: str) -> None:
    id = f"hostile-names-{DEATHS[name]}"
    [(requirement, pattern)] = MUTANTS[name].killed_by.items()

    with planted([name]):
        message = played(id).message

    assert requirement in SCENARIOS[id].requirements
    assert re.search(pattern, message), message


WRITES = done_besides("net.hang_up", "fs.plant", **changed_file("far", "/srv/documents", new="x"))
WRITES_ALWAYS = done_besides("net.send", "fs.plant", **changed_file("far", "/srv", new="x"))
CHANGES = done_besides(
    "net.hang_up", "fs.plant", **changed_file("far", "/srv/users/target", **{"own.txt": "another"})
)
SERVES_NOBODY = told_otherwise("client.wait", lambda told: told.update(state="failed"))
AROUND = "what is around the folder after"
NOBODY = "the run of an honest client afterwards: 'failed', expected 'converged'"


@pytest.mark.parametrize(
    ("id", "fault", "complaint"),
    [
        ("in-changes-are-refused", WRITES, f"{AROUND} MakeFolder: documents/new is there"),
        ("in-changes-are-refused", SERVES_NOBODY, NOBODY),
        ("as-new-names-are-refused", CHANGES, "what is in the folder after RenameEntry of own.txt: own.txt is"),
        ("as-new-names-are-refused", SERVES_NOBODY, NOBODY),
        ("in-requests-are-refused", WRITES, f"{AROUND} the requests: documents/new is there"),
        ("in-requests-are-refused", SERVES_NOBODY, NOBODY),
        ("of-another-form-end-the-session", WRITES_ALWAYS, f"{AROUND} two names where there is one: new is there"),
        ("of-another-form-end-the-session", SERVES_NOBODY, NOBODY),
        ("behind-links-are-refused", WRITES_ALWAYS, f"{AROUND} MakeFolder: new is there"),
        ("behind-links-are-refused", SERVES_NOBODY, NOBODY),
        ("of-windows-are-refused", SERVES_NOBODY, NOBODY),
    ],
)  # fmt: skip
def test_a_target_that_does_otherwise_fails_for_it(id: str, fault: Fault, complaint: str) -> None:
    assert played(f"hostile-names-{id}", fault).message.startswith(complaint)
