"""A machine on which listing a folder meets what a healthy disk does not show."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from psync.system import DirectoryEntry
from tests.disk.recorded_system import REAL, RecordedSystem, Status


class StrangeSystem(RecordedSystem):
    """Entries in the reverse of their order, some of which cannot be looked at; the list may break off.

    `errors`: what looking at an entry raises, by name. `fields`: what its status says instead.
    `before`: what happens just before it is looked at. `broken_after`: entries that come before an error.
    """

    def __init__(self) -> None:
        super().__init__()
        self.errors: dict[str, int] = {}
        self.fields: dict[str, dict[str, int]] = {}
        self.before: dict[str, Callable[[], None]] = {}
        self.broken_after: int | None = None
        self.os = _StrangeOperatingSystem(self)


class _StrangeOperatingSystem:
    def __init__(self, system: StrangeSystem) -> None:
        self._system = system
        self._recorded = system.os

    def __getattr__(self, name: str) -> Any:
        return getattr(self._recorded, name)

    @contextmanager
    def scandir(self, fd: int) -> Iterator[Iterator[DirectoryEntry]]:
        with REAL.os.scandir(fd) as entries:
            found = sorted(entries, key=lambda entry: entry.name, reverse=True)
        yield self._strange(found)

    def _strange(self, found: list[DirectoryEntry]) -> Iterator[DirectoryEntry]:
        for number, entry in enumerate(found):
            if number == self._system.broken_after:
                raise OSError(5, os.strerror(5))
            yield _StrangeEntry(self._system, entry)


class _StrangeEntry:
    def __init__(self, system: StrangeSystem, real: DirectoryEntry) -> None:
        self.name = real.name
        self._system = system
        self._real = real

    def stat(self, *, follow_symlinks: bool) -> Any:
        system, name = self._system, self.name
        if name in system.before:
            system.before.pop(name)()
        if name in system.errors:
            raise OSError(system.errors[name], os.strerror(system.errors[name]))
        status = self._real.stat(follow_symlinks=follow_symlinks)
        return Status(status, **system.fields[name]) if name in system.fields else status
