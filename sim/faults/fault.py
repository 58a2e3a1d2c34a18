"""What every fault can do, and what it needs for that."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Protocol

from msgspec import Meta

from sim.configuration import Setup
from sim.crash import Choose
from sim.gate import Call, Watcher
from sim.machine import Machine
from sim.process import Process
from sim.runs import Runs
from sim.world import World

if TYPE_CHECKING:
    from sim.faults.unfit import EntryUnfit

# Ends a fault for good; may be called when it is over already.
Heal = Callable[[], None]

# How long something lasts. No trial takes ten days; what counts nanoseconds ends at some 300 years.
SECONDS_MAX = 1e6
Seconds = Annotated[float, Meta(ge=0, le=SECONDS_MAX)]

# The fields in which faults name machines.
MACHINE_FIELDS = ("machine", "source", "target", "name")


class Site(Protocol):
    """Where faults happen."""

    @property
    def world(self) -> World: ...

    @property
    def runs(self) -> Runs: ...

    @property
    def setups(self) -> dict[str, Setup]:
        """How each machine is set up, by its name; what is changed counts from the next start on."""
        ...

    def machine(self, name: str) -> Machine: ...

    def took_effect(self, fault: object, what: str = "") -> None:
        """A fault has happened; `what` tells its kinds apart."""
        ...

    def choose(self, stream: str) -> Choose:
        """Chance, in a stream of its own."""
        ...

    def write_half_of_source(self, machine: str, path: bytes) -> bool:
        """Have the user begin to write the source file at a path of the disk; False if it is none."""
        ...

    def start_second_run(self) -> bool:
        """Have somebody start the same job once more."""
        ...

    def write_target(self) -> bool:
        """Have a user write a file of the target that the source has otherwise or not; False if there is none."""
        ...

    def change_source(self, machine: str, path: bytes) -> bool:
        """Have the user change the source file at a path of the disk; False if it is none."""
        ...

    def make_unfit(self, fault: "EntryUnfit") -> Heal | None:
        """Have a user make what a job cannot replicate; give what removes it, None if it would be no trouble."""
        ...

    def stop(self, process: Process) -> None:
        """Have an operator end a program, which may finish what it is at."""
        ...

    def start_rival(self, machine: str, instance: str) -> Heal:
        """Start a second listener right before the run; give what ends it, should it still be there."""
        ...


def machines_of(fault: object) -> tuple[str, ...]:
    """The machines that a fault needs."""
    return tuple(getattr(fault, field) for field in MACHINE_FIELDS if hasattr(fault, field))


def at_call(machine: Machine, number: int, act: Callable[[Call], None], name: str = "") -> Heal:
    """Do something right before the call of that number, counted from now, of all calls or those of one name."""
    seen = 0

    def watch(call: Call) -> None:
        nonlocal seen
        if name and call.name != name:
            return
        seen += 1
        if seen == number:
            heal()
            act(call)

    heal = watching(machine, watch)
    return heal


def watching(machine: Machine, watch: Watcher) -> Heal:
    """Watch the calls of a machine until healed."""
    machine.watchers.append(watch)

    def heal() -> None:
        if watch in machine.watchers:
            machine.watchers.remove(watch)

    return heal
