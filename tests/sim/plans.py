"""Small plans to try things with."""

from msgspec import structs

from sim.faults import Fault
from sim.plan import FileSpec, Plan

PLAN = Plan(
    "clean",
    1,
    is_deleting=True,
    source=(FileSpec("a", 100, 1), FileSpec("b", 1500, 2), FileSpec("sub/c", 600, 3)),
    target=(FileSpec("a", 50, 1001), FileSpec("old", 20, 1002)),
)


def with_faults(*faults: Fault, **changes: object) -> Plan:
    """The small plan in a world that fails so."""
    return structs.replace(PLAN, faults=faults, **changes)
