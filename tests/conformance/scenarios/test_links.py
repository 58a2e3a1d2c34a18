"""The scenarios of links out of the RootPath: what comes of them, and by what they tell a target that follows one."""

from typing import Any

import pytest

from conformance.scenarios import links
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


def _followed(params: dict[str, Any]) -> None:
    for end in (params["job"]["source"], params["job"]["target"]):
        end["path"]["path"] = end["path"]["path"].replace("/srv/users/up", "/srv")


FOLLOWED = [
    asked_otherwise("listener.start", lambda params: params["settings"]["root_path"].update(path="/")),
    asked_otherwise("client.start", _followed),
]
READ = done_besides("client.wait", "fs.plant", **changed_file("near", "/srv/data/sub", leaked="do not touch"))
WRITTEN = done_besides("client.wait", "fs.plant", **changed_file("far", "/srv", **{"secret.txt": "written"}))
TOUCHED = done_besides(
    "client.wait", "fs.plant", **changed_file("far", "/srv", **{"secret.txt": "do not read"})
)
NO_END = told_otherwise("client.wait", lambda told: told.update(state="running"))
FAILS_ALWAYS = told_otherwise("client.wait", lambda told: told.update(state="failed"))
NOTHING_IS_DONE = done_besides(
    "client.wait", "fs.remove", machine="near", path={"style": "posix", "path": "/srv/data/plain.txt"}
)

LEAKED = "the folder of the client: what was read outside the RootPath: ['sub/leaked'], expected []"


@pytest.mark.parametrize("id", ids_of(links))
def test_psync_does_as_it_should(id: str) -> None:
    result = played(id)

    assert is_as_expected(result), result.message


@pytest.mark.parametrize(
    ("id", "faults", "complaint"),
    [
        (
            "of-each-kind-in-the-path-of-a-job",
            FOLLOWED,
            "a push to /srv/users/up/documents: 'converged', expected 'failed'",
        ),
        ("of-each-kind-in-the-path-of-a-job", [TOUCHED], "what is outside the RootPath: secret.txt is {"),
        (
            "of-each-kind-in-the-path-of-a-job",
            [FAILS_ALWAYS],
            "a push to a folder that is none: 'failed', expected 'converged'",
        ),
        ("that-a-job-has-brought", FOLLOWED, "a push through it: 'converged', expected 'failed'"),
        ("that-a-job-has-brought", [TOUCHED], "what is outside the RootPath: secret.txt is {"),
        ("what-is-behind-one-is-not-read", [READ], LEAKED),
        ("what-is-behind-one-is-not-read", [FAILS_ALWAYS], "the run: failed"),
        ("what-is-behind-one-is-not-read", [NOTHING_IS_DONE], "what is no link: None, expected {"),
        ("folder-of-a-source-becomes-one-during-the-run", [READ], LEAKED),
        (
            "folder-of-a-source-becomes-one-during-the-run",
            [NO_END],
            "the run has no end",
        ),
        (
            "file-of-a-target-becomes-one-during-the-run",
            [WRITTEN],
            "what is outside the RootPath: secret.txt is {",
        ),
    ],
)
def test_a_target_that_does_otherwise_fails_for_it(id: str, faults: list[Fault], complaint: str) -> None:
    assert played(f"links-{id}", *faults).message.startswith(complaint)
