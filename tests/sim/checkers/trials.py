"""A trial that has not begun, for checkers to look at what a test does to its machines."""

from collections.abc import Iterator
from contextlib import contextmanager

from sim.plan import Plan
from sim.trial import Trial
from sim.world import World
from tests.sim.plans import PLAN


@contextmanager
def beginning(plan: Plan = PLAN) -> Iterator[Trial]:
    """Set up a trial; its target is `/srv/data` on the machine `far`."""
    with World(plan.seed) as world:
        yield Trial(plan, world)
