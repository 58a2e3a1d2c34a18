"""Disks that fail, fill up, hang or are slow, and files that change under the reader."""

import asyncio
import errno
import inspect
from typing import Annotated

from msgspec import Meta, Struct

from psync.system import OperatingSystem, System
from sim.failure import failure
from sim.faults.fault import Heal, Seconds, Site, at_call, watching
from sim.gate import Call
from sim.link import SECOND_NS
from sim.process import Process
from sim.windows import as_windows

# A disk of this speed takes so much longer for each call.
SLOW_CALL_SECONDS = 0.05

# Every system call that psync may make.
CALLS = frozenset(
    name
    for seam in (OperatingSystem, System)
    for name, value in vars(seam).items()
    if inspect.isfunction(value) and not name.startswith("_")
)

# Calls by which psync looks into a file that it has open.
READS = ("fstat", "pread", "preadv")

# Calls that wait for a device, and not only for the cache.
DEVICE_CALLS = frozenset({"fsync", "sync_volume"})


def _check_call(name: str) -> None:
    if name not in CALLS:
        raise ValueError(f"there is no system call {name!r}; there are: {', '.join(sorted(CALLS))}")


class CallFails(Struct, frozen=True, tag="call-fails"):
    """From the call of that number on, so many calls of one name fail with an error (its name in `errno`)."""

    machine: str
    call: str
    number: int
    error: str
    times: Annotated[int, Meta(ge=0)] = 1

    def __post_init__(self) -> None:
        _check_call(self.call)
        if not isinstance(getattr(errno, self.error, None), int):
            raise ValueError(f"there is no error {self.error!r}; use a name of errno, such as 'EIO'")

    def arm(self, site: Site) -> Heal:
        """Fail the calls."""
        machine = site.machine(self.machine)
        seen = 0

        def watch(call: Call) -> None:
            nonlocal seen
            if call.name != self.call:
                return
            seen += 1
            if self.number <= seen < self.number + self.times:
                site.took_effect(self, f"{self.call} {self.error}")
                if call.name in DEVICE_CALLS:
                    _lose_pages(site, call)
                if call.name == "close":  # Linux gives the descriptor back even then
                    machine.systems[call.process].os.drop(call.arguments[0])
                raise failure(getattr(errno, self.error))

        return watching(machine, watch)


def check_read(call: str) -> None:
    """Raise `ValueError` for a call by which no open file is read."""
    if call not in READS:
        raise ValueError(f"no source file is read by {call!r}, but by: {', '.join(READS)}")


def _lose_pages(site: Site, call: Call) -> None:
    """A failed sync leaves pages that the kernel takes for written: the next sync succeeds, and means nothing."""
    machine = site.machine(call.process.stack.name)
    journal = machine.disk.journal
    if call.name == "sync_volume":
        journal.fail_all()
    else:
        descriptor = machine.systems[call.process].os.descriptor(call.arguments[0])
        journal.fail_sync(descriptor.node)
        descriptor.take_failure()  # by the error of this very call


class DiskFull(Struct, frozen=True, tag="disk-full"):
    """The files of a machine may grow by so many bytes and no more."""

    machine: str
    bytes: Annotated[int, Meta(ge=0)]

    def arm(self, site: Site) -> Heal:
        """Set the quota."""
        disk = site.machine(self.machine).disk
        disk.quota_bytes = disk.used_bytes + self.bytes

        def lift() -> None:
            disk.quota_bytes = None

        return _counting(site, self, errno.ENOSPC, lift)


class FileSizeLimited(Struct, frozen=True, tag="file-size-limited"):
    """No file of a machine can grow beyond so many bytes, as those of vfat end at 4 GiB."""

    machine: str
    bytes: Annotated[int, Meta(ge=0)]

    def arm(self, site: Site) -> Heal:
        """Set the limit."""
        disk = site.machine(self.machine).disk
        disk.file_bytes_max = self.bytes

        def lift() -> None:
            disk.file_bytes_max = None

        return _counting(site, self, errno.EFBIG, lift)


class DiskReadOnly(Struct, frozen=True, tag="disk-read-only"):
    """From the call of that number on, a disk lets nothing be changed, as Linux answers an error in a file system."""

    machine: str
    number: int

    def arm(self, site: Site) -> Heal:
        """Protect the disk."""
        machine = site.machine(self.machine)

        def protect(call: Call) -> None:
            machine.disk.is_read_only = True

        stop = at_call(machine, self.number, protect)

        def lift() -> None:
            stop()
            machine.disk.is_read_only = False

        return _counting(site, self, errno.EROFS, lift)


def _counting(site: Site, fault: DiskFull | DiskReadOnly | FileSizeLimited, number: int, lift: Heal) -> Heal:
    """Count the calls that a limit lets fail with an error of Linux, or what Windows has for it, until it is lifted."""
    machine = site.machine(fault.machine)
    winerror = vars(as_windows(failure(number)))["winerror"]

    def witness(call: Call, outcome: object) -> None:
        is_refused = isinstance(outcome, OSError) and outcome.errno == number
        if is_refused or getattr(outcome, "winerror", None) == winerror:
            site.took_effect(fault)

    def heal() -> None:
        lift()
        if witness in machine.witnesses:
            machine.witnesses.remove(witness)

    machine.witnesses.append(witness)
    return heal


class DiskSlow(Struct, frozen=True, tag="disk-slow"):
    """The device takes its time, which the programs of the machine see as time that has passed."""

    machine: str
    number: int
    seconds: Seconds

    def arm(self, site: Site) -> Heal:
        """Let time pass in a call."""

        def stall(call: Call) -> None:
            site.took_effect(self)
            site.world.agenda.now_ns += round(self.seconds * 1_000_000_000)

        return at_call(site.machine(self.machine), self.number, stall)


class DiskHangs(Struct, frozen=True, tag="disk-hangs"):
    """From the call of that name and number on, a disk answers nobody for a while.

    A call that a program makes in a thread stands still alone. One that it makes
    on its loop stops the program.
    """

    machine: str
    call: str
    number: int
    seconds: Seconds

    def __post_init__(self) -> None:
        _check_call(self.call)

    def arm(self, site: Site) -> Heal:
        """Hold the calls until the time is over."""
        world, jobs = site.world, site.world.loop.jobs
        jobs.is_interleaved = True
        is_over = asyncio.Event()
        stopped: list[Process] = []
        seen = 0

        def end() -> None:
            is_over.set()
            for process in stopped:
                process.resume()

        def watch(call: Call) -> None:
            nonlocal seen
            if call.name == self.call:
                seen += 1
                if seen == self.number:
                    world.agenda.after(round(self.seconds * SECOND_NS), end)
            if seen < self.number or is_over.is_set():
                return
            if jobs.is_beside_loop:
                site.took_effect(self, "in a thread")
                jobs.hold(is_over)
            elif not call.process.is_hung:
                site.took_effect(self, "on the loop")
                stopped.append(call.process)
                call.process.hang()

        cancel = watching(site.machine(self.machine), watch)

        def heal() -> None:
            cancel()
            end()

        return heal


class SourceChanges(Struct, frozen=True, tag="source-changes"):
    """The user writes a source file anew, right before the read of that number, counted over all files."""

    machine: str
    number: int
    call: str = "pread"

    def __post_init__(self) -> None:
        check_read(self.call)

    def arm(self, site: Site) -> Heal:
        """Change the file that is being read."""
        machine = site.machine(self.machine)

        def change(call: Call) -> None:
            node = machine.systems[call.process].os.descriptor(call.arguments[0]).node
            if site.change_source(self.machine, machine.disk.path(node)):
                site.took_effect(self)

        return at_call(machine, self.number, change, self.call)
