"""Behaviour as short functions: what the unmodified programs do in a simulated world.

A scenario is a coroutine that is given a world. `SCENARIOS` is what
`python -m sim run NAME` knows.
"""

from collections.abc import Callable, Coroutine
from typing import Any, TypeAlias

from sim.scenarios.push_one_file import push_one_file
from sim.world import World

Scenario: TypeAlias = Callable[[World], Coroutine[Any, Any, object]]

SCENARIOS: dict[str, Scenario] = {"push_one_file": push_one_file}
