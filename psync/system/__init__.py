"""The seam: what production code may know of the machine it runs on.

Two doors lead to the world. The event loop is the network, the monotonic
clock, timers and threads. `System` is all the rest and is passed explicitly.
This package holds Protocols and plain errors only; `psync.real` builds a
`System` on a real machine.
"""

from psync.system.databases import Database, Databases, Row, Value
from psync.system.operating_system import Buffer, DirectoryEntry, OperatingSystem, StatResult
from psync.system.system import (
    Claim,
    FolderLock,
    FolderLocked,
    InstanceClaimed,
    System,
    Volume,
)

__all__ = [
    "Buffer",
    "Claim",
    "Database",
    "Databases",
    "DirectoryEntry",
    "FolderLock",
    "FolderLocked",
    "InstanceClaimed",
    "OperatingSystem",
    "Row",
    "StatResult",
    "System",
    "Value",
    "Volume",
]
