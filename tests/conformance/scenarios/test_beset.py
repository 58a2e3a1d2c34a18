"""A beset listener lets its hostile client into one folder, and whatever happens around that is noticed."""

from collections.abc import Iterator
from typing import Any

import pytest

from conformance.adapters.simulated_world import SimulatedWorld
from conformance.adapters.worlds import world_operations
from conformance.scenarios.beset import SECRET, TWIN, Beset
from conformance.stage import NotMet, Stage
from tests.conformance.served import Served


@pytest.fixture(params=["posix", "windows"])
def beset(request: pytest.FixtureRequest) -> Iterator[Beset]:
    stage = Stage(Served(world_operations(SimulatedWorld)))
    yield Beset(stage, style=request.param)
    stage.end()


def test_nothing_has_happened_and_an_honest_client_is_served(beset: Beset) -> None:
    with beset.intrude():
        pass

    beset.is_unharmed("nothing")
    beset.serves_on()


def test_windows_has_names_of_its_own(beset: Beset) -> None:
    assert ("a stream" in beset.names(b"x")) == (beset.far.style == "windows")
    assert beset.names(b"x").keys() <= beset.paths(b"x").keys()


def test_the_file_outside_can_be_known_where_it_has_two_names(beset: Beset) -> None:
    found = beset.at(beset.folder) or {}

    assert (TWIN in found) == (beset.far.style == "posix")
    if TWIN in found:
        assert found[TWIN] == (beset.at(beset.far.at()) or {})[SECRET.decode()]


@pytest.mark.parametrize("role", ["source", "target"])
def test_a_folder_can_be_asked_for_in_either_role(beset: Beset, role: str) -> None:
    assert beset.ask_for("windows", "C:\\a\\..\\b", role) == "PATH_REFUSED"
    assert beset.ask_for(beset.folder["style"], beset.folder["path"], role).startswith("Opened(")


HARM: dict[str, tuple[tuple[str, ...], Any, str]] = {
    "a new entry outside": ((), {"new": "x"}, "around the folder after that: new is there, and should not be"),
    "another content outside": ((), {"secret.txt": "x"}, "around the folder after that: secret.txt is {"),
    "another time outside": ((), {"secret.txt": "do not read"}, "around the folder after that: secret.txt is {"),
    "a new entry of another job": (("users", "neighbour"), {"new": "x"}, "around the folder after that: users/"),
    "a new entry in the folder": (("users", "target"), {"new": "x"}, "in the folder after that: new is there"),
    "another content in the folder": (("users", "target"), {"own.txt": "x"}, "in the folder after that: own.txt is"),
}  # fmt: skip


@pytest.mark.parametrize(("folder", "tree", "complaint"), HARM.values(), ids=HARM)
def test_harm_is_noticed(beset: Beset, folder: tuple[str, ...], tree: Any, complaint: str) -> None:
    beset.stage.plant("far", beset.far.at(*folder), tree)

    with pytest.raises(NotMet) as met:
        beset.is_unharmed("that")
    assert str(met.value).startswith(f"what is {complaint}")


def test_an_honest_client_waits_for_the_end_of_a_session_that_ends() -> None:
    operations = world_operations(SimulatedWorld)
    beset = Beset(Stage(Served(operations)))
    advance, holding = operations["clock.advance"], [beset.intrude()]

    def let_go(params: dict[str, Any]) -> dict[str, Any]:
        while holding:
            with holding.pop():
                pass
        return advance(params)

    operations["clock.advance"] = let_go
    beset.serves_on()
    beset.stage.end()
    assert holding == []
