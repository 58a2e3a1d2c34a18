"""The ways in which a world fails, as values: a plan lists them, a replay file holds them.

A fault is armed before the first run and healed after the last one. It is
counted when it takes *effect*, and not when it was planned: a kill at a system
call that nobody makes has not tried anything.
"""

from typing import TypeAlias

from sim.faults.configuration import KeyMismatch, PortMismatch, SecondListener
from sim.faults.disks import (
    CallFails,
    DiskFull,
    DiskHangs,
    DiskReadOnly,
    DiskSlow,
    FileSizeLimited,
    SourceChanges,
)
from sim.faults.locks import FileLocked
from sim.faults.networks import (
    ConnectionReset,
    LinkClogged,
    NameLost,
    NetworkSilent,
    PortFiltered,
    SegmentTampered,
)
from sim.faults.people import RivalRun, SourceWritten, TargetWritten
from sim.faults.processes import ClockJumps, PowerCut, ProcessHangs, ProcessKilled, ProcessStopped
from sim.faults.unfit import EntryUnfit

Fault: TypeAlias = (
    CallFails
    | ClockJumps
    | ConnectionReset
    | DiskFull
    | DiskHangs
    | DiskReadOnly
    | DiskSlow
    | EntryUnfit
    | FileLocked
    | FileSizeLimited
    | KeyMismatch
    | LinkClogged
    | NameLost
    | NetworkSilent
    | PortFiltered
    | PortMismatch
    | PowerCut
    | ProcessHangs
    | ProcessKilled
    | ProcessStopped
    | SecondListener
    | SegmentTampered
    | RivalRun
    | SourceChanges
    | SourceWritten
    | TargetWritten
)

__all__ = [
    "CallFails",
    "ClockJumps",
    "ConnectionReset",
    "DiskFull",
    "DiskHangs",
    "DiskReadOnly",
    "DiskSlow",
    "EntryUnfit",
    "Fault",
    "FileLocked",
    "FileSizeLimited",
    "KeyMismatch",
    "LinkClogged",
    "NameLost",
    "NetworkSilent",
    "PortFiltered",
    "PortMismatch",
    "PowerCut",
    "ProcessHangs",
    "ProcessKilled",
    "ProcessStopped",
    "RivalRun",
    "SecondListener",
    "SegmentTampered",
    "SourceChanges",
    "SourceWritten",
    "TargetWritten",
]
