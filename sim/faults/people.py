"""People at the machines, who work while a copy runs."""

from msgspec import Struct

from psync.core.paths import is_temporary_name
from sim.faults.disks import check_read
from sim.faults.fault import Heal, Site, at_call, watching
from sim.gate import Call

# Nobody writes twice at the same nanosecond, and no reader could tell that he did.
WRITE_NS = 1000


class SourceWritten(Struct, frozen=True, tag="source-written"):
    """The user is half-way through a source file during the read of that number, and done right after it."""

    machine: str
    number: int
    call: str = "pread"

    def __post_init__(self) -> None:
        check_read(self.call)

    def arm(self, site: Site) -> Heal:
        """Write the file in two steps."""
        machine = site.machine(self.machine)
        half_written: list[bytes] = []

        def begin(call: Call) -> None:
            path = machine.disk.path(machine.systems[call.process].os.descriptor(call.arguments[0]).node)
            site.world.agenda.now_ns += WRITE_NS
            if site.write_half_of_source(self.machine, path):
                site.took_effect(self)
                half_written.append(path)

        def end(call: Call, outcome: object) -> None:
            while half_written:
                site.change_source(self.machine, half_written.pop())

        machine.witnesses.append(end)
        stop = at_call(machine, self.number, begin, self.call)

        def heal() -> None:
            stop()
            machine.witnesses.remove(end)

        return heal


class TargetWritten(Struct, frozen=True, tag="target-written"):
    """The user writes a file of the target while the temporary of that number is being made, after the scan."""

    machine: str
    number: int

    def arm(self, site: Site) -> Heal:
        """Write one of the files that the run is about to exchange or delete."""
        machine = site.machine(self.machine)
        seen = 0

        def write(call: Call) -> None:
            nonlocal seen
            if call.name != "open" or not is_temporary_name(call.arguments[0]):
                return
            seen += 1
            if seen == self.number and site.write_target():
                site.took_effect(self)

        return watching(machine, write)


class RivalRun(Struct, frozen=True, tag="rival-run"):
    """Somebody starts the same job once more when the target's machine makes the call of that number."""

    machine: str
    number: int

    def arm(self, site: Site) -> Heal:
        """Start it, once."""

        def start(call: Call) -> None:
            if site.start_second_run():
                site.took_effect(self)

        return at_call(site.machine(self.machine), self.number, start)
