"""A confined pair has a listener below which all is free, and notices whatever happens beside it."""

from collections.abc import Iterator
from typing import Any

import pytest

from conformance.adapters.simulated_world import SimulatedWorld
from conformance.adapters.worlds import world_operations
from conformance.scenarios.confined import TRIPWIRE, Confined
from conformance.scenarios.pair import TREE
from conformance.stage import NotMet, Stage, holds
from tests.conformance.served import Served


@pytest.fixture(params=["posix", "windows"])
def pair(request: pytest.FixtureRequest) -> Iterator[Confined]:
    stage = Stage(Served(world_operations(SimulatedWorld)))
    yield Confined(stage, style=request.param)
    stage.end()


def test_a_folder_of_the_machine_is_made_again_below_its_root(pair: Confined) -> None:
    assert pair.push(path=pair.far.at("elsewhere")).state == "converged"

    made = pair.mapped("elsewhere")
    holds("what was made", pair.at(made), TREE)
    names = ("C", "srv") if pair.far.style == "windows" else ("srv",)
    assert made == pair.below(*names, "elsewhere")


def test_what_happens_below_the_root_is_no_matter(pair: Confined) -> None:
    pair.stage.plant("far", pair.below("a", "b"), {"c": "d"})

    pair.is_untouched()


@pytest.mark.parametrize(
    ("tree", "complaint"),
    [
        ({"documents/mine.txt": "touched"}, "documents/mine.txt is {"),
        (TRIPWIRE, "documents/mine.txt is {"),
        ({"new.txt": "x"}, "new.txt is there, and should not be"),
        ({"documents/new.txt": "x"}, "documents is {"),
    ],
)
def test_what_happens_beside_it_is_noticed(pair: Confined, tree: Any, complaint: str) -> None:
    pair.stage.plant("far", pair.far.at(), tree)

    with pytest.raises(NotMet) as met:
        pair.is_untouched()
    assert str(met.value).startswith(f"what is outside the RootPath: {complaint}")
