"""A call that makes a name is known from one that only opens it."""

import os
from typing import Any

import pytest

from conformance.adapters.simulated_changes import is_change, is_making
from sim.gate import Call
from sim.world import World


@pytest.mark.parametrize(
    ("name", "arguments", "changes", "makes"),
    [
        ("open", (b"a", os.O_RDONLY), False, False),
        ("open", (b"a", os.O_WRONLY | os.O_CREAT), True, True),
        ("mkdir", (b"a",), True, True),
        ("fsync", (3,), True, False),
        ("stat", (b"a",), False, False),
    ],
)
def test_what_a_call_does(name: str, arguments: tuple[Any, ...], changes: bool, makes: bool) -> None:
    with World(seed=1) as world:
        process = world.machine("far").start(_ends, None)
        call = Call(process, 1, name, arguments, {})

    assert (is_change(call), is_making(call)) == (changes, makes)


async def _ends(_settings: None, _system: object) -> int:
    return 0
