"""Programs that are stopped, killed or hang, machines that lose their power, clocks that jump."""

from typing import Annotated

from msgspec import Meta, Struct

from sim.crash import Journal
from sim.faults.fault import Heal, Seconds, Site, at_call
from sim.gate import Call
from sim.link import SECOND_NS

# Some thirty years, either way: no time of a file comes near the ends of what a disk can hold.
JUMP_SECONDS_MAX = 1e9


class ProcessKilled(Struct, frozen=True, tag="process-killed"):
    """The program that makes the call of that number is killed before it is made."""

    machine: str
    number: int

    def arm(self, site: Site) -> Heal:
        """Kill it."""

        def kill(call: Call) -> None:
            site.took_effect(self)
            call.process.kill()

        return at_call(site.machine(self.machine), self.number, kill)


class ProcessStopped(Struct, frozen=True, tag="process-stopped"):
    """The operator ends the program that makes the call of that number; it may finish what it is at."""

    machine: str
    number: int

    def arm(self, site: Site) -> Heal:
        """Ask it to end."""

        def stop(call: Call) -> None:
            site.took_effect(self)
            site.stop(call.process)

        return at_call(site.machine(self.machine), self.number, stop)


class PowerCut(Struct, frozen=True, tag="power-cut"):
    """The machine loses its power before the call of that number is made."""

    machine: str
    number: int

    def arm(self, site: Site) -> Heal:
        """Cut the power."""
        machine = site.machine(self.machine)

        def cut(call: Call) -> None:
            site.took_effect(self, _loss(machine.disk.journal))
            machine.power_cut(site.choose(f"cut {self.machine} {self.number}"))

        return at_call(machine, self.number, cut)


def _loss(journal: Journal) -> str:
    """What a cut can take back."""
    if journal.uncertain_names:
        return "names unsynced"
    return "all synced" if journal.is_empty else "contents unsynced"


class ProcessHangs(Struct, frozen=True, tag="process-hangs"):
    """The program that makes the call of that number stops for a while."""

    machine: str
    number: int
    seconds: Seconds

    def arm(self, site: Site) -> Heal:
        """Stop it, and let it go on."""
        stopped: list[Call] = []

        def hang(call: Call) -> None:
            site.took_effect(self)
            stopped.append(call)
            call.process.hang()
            site.world.agenda.after(round(self.seconds * SECOND_NS), call.process.resume)

        ended = at_call(site.machine(self.machine), self.number, hang)

        def heal() -> None:
            ended()
            for call in stopped:
                call.process.resume()

        return heal


class ClockJumps(Struct, frozen=True, tag="clock-jumps"):
    """The wall clock of a machine is set, forwards or back, before the call of that number."""

    machine: str
    number: int
    seconds: Annotated[float, Meta(ge=-JUMP_SECONDS_MAX, le=JUMP_SECONDS_MAX)]

    def arm(self, site: Site) -> Heal:
        """Set the clock; it stays so."""
        machine = site.machine(self.machine)

        def jump(call: Call) -> None:
            site.took_effect(self)
            machine.clock_offset_ns += round(self.seconds * SECOND_NS)

        return at_call(machine, self.number, jump)
