"""Behaviour that takes more than one question: written once, carried out at every level that a target offers."""

import inspect
from collections.abc import Callable
from pathlib import PurePath

from msgspec import Struct

from conformance.stage import Stage

# Carries out a scenario; raises what `stage` raises where the target does not do as it should.
Play = Callable[[Stage], None]

# How a level is shown, see `adapter.md`: S where the clock is virtual, P where it is real.
BOTH = ("S", "P")


class Scenario(Struct, frozen=True):
    """A case that needs machines. `levels`: where it can be carried out at all."""

    id: str
    requirements: tuple[str, ...]
    about: str
    play: Play
    levels: tuple[str, ...] = BOTH
    strength: str = "must"


REGISTERED: dict[str, Scenario] = {}


def scenario(*requirements: str, levels: tuple[str, ...] = BOTH) -> Callable[[Play], Play]:
    """Make a function a scenario: its id is its module's name and its own, its docstring what it is about."""

    def register(play: Play) -> Play:
        module = PurePath(inspect.getfile(play)).stem
        id = f"{module}-{play.__name__}".replace("_", "-")
        assert id not in REGISTERED, f"there are two scenarios {id}"
        about = " ".join(inspect.getdoc(play).split())  # type: ignore[union-attr]  # each has one, a test says
        REGISTERED[id] = Scenario(id, requirements, about, play, levels)
        return play

    return register
