"""The allow-list of file calls: every machine has each of them."""

import inspect
import os
from typing import Any

import pytest

from psync.system import DirectoryEntry, OperatingSystem, StatResult, System
from tests.system.machines import MACHINES, Look, missing_in, named_by

CONSTANTS = sorted(OperatingSystem.__annotations__)
CALLS = [name for name in named_by(OperatingSystem) if name not in CONSTANTS]


@pytest.mark.parametrize("machine", MACHINES.values(), ids=MACHINES.keys())
def test_a_machine_has_every_call_and_constant(machine: Look[list[str]]) -> None:
    assert machine(lambda system: missing_in(system.os, OperatingSystem)) == []


@pytest.mark.parametrize("machine", MACHINES.values(), ids=MACHINES.keys())
def test_constants_are_those_of_this_system(machine: Look[dict[str, Any]]) -> None:
    found = machine(lambda system: {name: getattr(system.os, name) for name in CONSTANTS})

    assert found == {name: getattr(os, name) for name in CONSTANTS}


@pytest.mark.parametrize("machine", MACHINES.values(), ids=MACHINES.keys())
def test_a_status_and_an_entry_have_all_that_is_read_of_them(machine: Look[list[str]]) -> None:
    def look(system: System) -> list[str]:
        fd = system.os.open(b"/", system.os.O_RDONLY)
        with system.os.scandir(fd) as entries:
            lacking = [name for entry in entries for name in missing_in(entry, DirectoryEntry)]
        lacking += missing_in(system.os.fstat(fd), StatResult)
        lacking += missing_in(system.os.stat(b"/"), StatResult)
        system.os.close(fd)
        return lacking

    assert machine(look) == []


@pytest.mark.parametrize("call", CALLS)
def test_a_simulated_call_takes_what_the_protocol_says(call: str) -> None:
    """Calls of module `os` are built in, and tell less of themselves."""
    expected = names_of_parameters(getattr(OperatingSystem, call))

    found = MACHINES["a simulated machine"](lambda system: names_of_parameters(getattr(system.os, call)))

    assert found == [name for name in expected if name != "self"]


def names_of_parameters(call: object) -> list[str]:
    assert callable(call)
    return list(inspect.signature(call).parameters)
