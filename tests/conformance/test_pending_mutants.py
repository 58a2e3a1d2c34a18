"""Bugs of what psync has not built yet: an imitation that has the feature and the bug dies for the reason that is named."""

import re

import pytest

from conformance.mutant import load_mutants
from conformance.scenarios import SCENARIOS
from tests.conformance.scenarios.delta import Delta
from tests.conformance.scenarios.installer import Installer
from tests.conformance.scenarios.playing import Fault, played
from tests.conformance.scenarios.staying import Staying

# Of these features there are imitations.
IMITATED = ("byte", "lcf", "ret", "svc")

PENDING = {
    name: mutant
    for name, mutant in load_mutants().items()
    if mutant.pending and name.partition(".")[0] in IMITATED
}

# Where each dies, and who has the bug.
DEATHS: dict[str, tuple[str, Fault]] = {
    "byte.push_only": ("byte-level-small-edit-is-small-in-a-pull", Delta(push_only=True).operations),
    "lcf.hot_job": ("service-saving-a-job-disturbs-no-run", Installer("follows").operations),
    "lcf.hot_reload": ("service-settings-count-from-the-next-start-on", Installer("hot").operations),
    "lcf.save_kills": ("service-saving-disturbs-no-run", Installer("ends").operations),
    "lcf.torn": ("installation-settings-are-saved-whole-or-not-at-all", Installer("torn").operations),
    "ret.backs_off": ("locked-files-retried-on-the-interval", Staying("backs-off").operations),
    "ret.busy_loop": ("locked-files-retried-on-the-interval", Staying("busy").operations),
    "ret.memory_only": ("locked-files-retry-list-survives-a-crash", Staying("memory").operations),
    "ret.stale_content": ("locked-files-newest-content-is-tried-again", Staying("stale").operations),
    "ret.without_source": ("locked-files-entry-is-dropped-with-its-source", Staying("keeps").operations),
    "svc.flagless": ("installation-flags-of-the-guide-do-it-too", Installer("flagless").operations),
    "svc.half_removed": ("installation-service-that-runs-is-not-half-removed", Installer("half").operations),
    "svc.nameless": ("installation-service-is-found-under-its-name", Installer("nameless").operations),
    "svc.stays_installed": ("installation-service-comes-and-goes", Installer("stays").operations),
}


def test_each_bug_of_what_is_imitated_dies_somewhere() -> None:
    assert sorted(DEATHS) == sorted(PENDING)


@pytest.mark.parametrize("name", DEATHS)
def test_it_dies_for_its_requirement_and_for_the_reason_that_is_named(name: str) -> None:
    id, fault = DEATHS[name]
    [(requirement, pattern)] = PENDING[name].killed_by.items()

    message = played(id, fault).message

    assert requirement in SCENARIOS[id].requirements
    assert re.search(pattern, message), message
