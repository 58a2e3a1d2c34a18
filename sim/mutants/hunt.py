"""Running seeds until a mutant breaks a promise that production code keeps by the same seed."""

import gc
import sys
from collections.abc import Callable, Iterable

from msgspec import Struct, structs

from sim.mutants.mutant import Mutant
from sim.plan import Plan
from sim.presets import derive
from sim.trial import carry_out


class Kill(Struct, frozen=True):
    """A promise that was broken: by which plan, and after how many seeds."""

    promise: str
    seeds: int
    plan: Plan


def broken_promise(plan: Plan) -> str:
    """Carry a plan out; give the promise that was broken, or nothing.

    Code that is freed with a broken world fails at whatever it would go on with: nobody is told of that.
    """
    told: list[sys.UnraisableHookArgs] = []
    hook, sys.unraisablehook = sys.unraisablehook, told.append
    try:
        broken = carry_out(plan)[0].broken
        if broken:
            gc.collect()  # generators that were under way end here, and not in the middle of the next world
            told.clear()
    finally:
        sys.unraisablehook = hook
    for unraisable in told:
        hook(unraisable)
    return broken.partition(":")[0]


def broken_by(mutant: Mutant, plan: Plan) -> str:
    """Give the promise that a plan breaks with the mutant and keeps without it, or nothing."""
    with mutant.planted():
        promise = broken_promise(plan)
    return promise if promise and not broken_promise(plan) else ""


def hunt(mutant: Mutant, preset: str, seeds: Iterable[int], promise: str = "") -> Kill | None:
    """Give the first seed that kills the mutant, by breaking `promise` or any; None if no seed does."""
    for tried, seed in enumerate(seeds, start=1):
        plan = derive(preset, seed)
        broken = broken_by(mutant, plan)
        if broken and broken == (promise or broken):
            return Kill(broken, tried, plan)
    return None


def reduced(plan: Plan, still_kills: Callable[[Plan], bool]) -> Plan:
    """Leave out of a plan what is not needed for the kill, so that it stays true when other things change."""
    for name in ("faults", "edits", "target", "source"):
        for part in getattr(plan, name):
            rest = tuple(one for one in getattr(plan, name) if one is not part)
            smaller = structs.replace(plan, **{name: rest})
            if still_kills(smaller):
                plan = smaller
    return plan
