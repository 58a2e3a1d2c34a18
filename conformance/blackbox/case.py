"""One thing that a listener is judged by from outside, and the ways in which that ends."""

from collections.abc import Callable
from enum import Enum, auto

from msgspec import Struct

from conformance.blackbox.caller import Caller


class Violated(Exception):
    """The listener does what it must not, or does not do what it must; the text says what."""


class Unasked(Exception):
    """This listener cannot be asked that; the text says why."""


class Needs(Enum):
    """What has to be there before a case can be tried."""

    NOTHING = auto()
    SESSION = auto()
    """A session: the key, if the listener has one."""

    KEYED_SESSION = auto()
    UNKEYED_SESSION = auto()


class Case(Struct, frozen=True):
    """What is tried. `check` raises `Violated`, `Unasked` or `Unanswered`."""

    id: str
    requirements: tuple[str, ...]
    about: str
    check: Callable[[Caller], None]
    needs: Needs = Needs.SESSION


def demand(holds: bool, complaint: str) -> None:
    """Raise `Violated` unless it holds."""
    if not holds:
        raise Violated(complaint)
