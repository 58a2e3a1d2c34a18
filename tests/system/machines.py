"""Every machine that psync can run on, and what it offers."""

from collections.abc import Callable
from typing import TypeVar

from psync.real.system import real_system
from psync.system import System
from sim.world import World

T = TypeVar("T")

# Has a program look at its machine.
Look = Callable[[Callable[[System], T]], T]


def on_this_machine(look: Callable[[System], T]) -> T:
    return look(real_system())


def on_a_simulated_machine(look: Callable[[System], T]) -> T:
    results: list[T] = []

    async def main(_settings: None, system: System) -> int:
        results.append(look(system))
        return 0

    with World(seed=1) as world:
        world.run(world.machine("here").start(main, None).wait())
    return results[0]


MACHINES = {"this machine": on_this_machine, "a simulated machine": on_a_simulated_machine}


def named_by(protocol: type) -> list[str]:
    """What a Protocol asks for."""
    names = {*dir(protocol), *protocol.__annotations__}
    return sorted(name for name in names if not name.startswith("_"))


def missing_in(thing: object, protocol: type) -> list[str]:
    """What a Protocol asks for and a thing does not have."""
    return [name for name in named_by(protocol) if not hasattr(thing, name)]
