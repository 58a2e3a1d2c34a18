"""The real machine, with a record of its file calls, and with faults and events at chosen ones.

A call is recorded as its name and the name that its file was opened by, so that
an order can be read. A failing call does nothing, but for `close`: Linux gives
the descriptor back even then. A sync is recorded and not carried out: it would
take the time of a disk and leave nothing to see.
"""

import os
from collections.abc import Callable
from typing import Any

from psync.core.paths import PathStyle, is_temporary_name
from psync.real.system import real_system
from psync.system import Claim, FolderLock, OperatingSystem, Volume

REAL = real_system()

Call = tuple[str, bytes]

TEMPORARY = b"<temporary>"
ROOT = b"<root>"


class Status:
    """A status with some of its fields replaced."""

    def __init__(self, real: os.stat_result, **fields: int) -> None:
        self._real = real
        self._fields = fields

    def __getattr__(self, name: str) -> Any:
        return self._fields[name] if name in self._fields else getattr(self._real, name)


class Record:
    """What was called, and what is to happen at a call.

    `fail`: the calls that fail and their errors: one by its number from 0, or all of one name.
    `before`: what to run, once, before a call by its number or before the first of its name.
    """

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.names: dict[int, bytes] = {}
        self.fail: dict[int | str, int] = {}
        self.before: dict[int | str, Callable[[], None]] = {}
        self.devices: dict[bytes, int] = {}  # folders that pretend to be another volume, by name
        self.fields: dict[bytes, dict[str, int]] = {}  # what the status of an open file pretends, by name
        self.write_bytes_max: int | None = None  # what one call writes at most
        self.read_bytes_max: int | None = None  # what one call reads at most

    def enter(self, name: str, target: object) -> int:
        """Note a call; give the error it must fail with, or 0."""
        shown = self._show(target)
        self.calls.append((name, shown))
        number = len(self.calls) - 1
        for key in (number, name):
            if (event := self.before.pop(key, None)) is not None:
                event()
        return self.fail.get(number, 0) or self.fail.get(name, 0)

    def called(self, *names: str) -> list[Call]:
        """The calls of these names, in order."""
        return [call for call in self.calls if call[0] in names]

    def _show(self, target: object) -> bytes:
        if isinstance(target, int):
            return self.names.get(target, ROOT)
        assert isinstance(target, bytes)
        if target.startswith(b"/"):
            return ROOT
        return TEMPORARY if is_temporary_name(target) else target


class RecordedOperatingSystem:
    """The allow-list of calls, recorded."""

    def __init__(self, record: Record) -> None:
        self._record = record

    def __getattr__(self, name: str) -> Any:
        member = getattr(REAL.os, name)
        if not callable(member) or name == "fsencode":
            return member
        return lambda *arguments, **options: self._call(name, member, arguments, options)

    def _call(self, name: str, member: Callable[..., Any], arguments: tuple[Any, ...], options: Any) -> Any:
        record = self._record
        target = arguments[1] if name == "symlink" else arguments[0]
        failure = record.enter(name, target)
        if failure and name == "close":
            member(*arguments)
        if failure:
            raise OSError(failure, os.strerror(failure))
        if name in ("write", "pwrite") and record.write_bytes_max is not None:
            arguments = (arguments[0], arguments[1][: record.write_bytes_max], *arguments[2:])
        if name == "pread" and record.read_bytes_max is not None:
            arguments = (arguments[0], min(arguments[1], record.read_bytes_max), arguments[2])
        if name == "preadv" and record.read_bytes_max is not None:
            arguments = (arguments[0], [arguments[1][0][: record.read_bytes_max]], arguments[2])
        result = None if name == "fsync" else member(*arguments, **options)
        if name == "open":
            record.names[result] = record.calls[-1][1]
        if name == "fstat" and (device := record.devices.get(record.calls[-1][1])) is not None:
            return Status(result, st_dev=device)
        if name == "fstat" and (fields := record.fields.get(record.calls[-1][1])) is not None:
            return Status(result, **fields)
        return result


class RecordedSystem:
    """This machine, recorded; `sync_volume` is one of its calls, `random` what it takes for random."""

    path_style = PathStyle.POSIX
    host_name = REAL.host_name
    boot_id = REAL.boot_id
    databases = REAL.databases
    process_id = REAL.process_id
    user_id = REAL.user_id
    environment = REAL.environment

    def __init__(self) -> None:
        self.record = Record()
        self.random: bytes | None = None
        self.os: OperatingSystem = RecordedOperatingSystem(self.record)

    def now_ns(self) -> int:
        return REAL.now_ns()

    def random_bytes(self, length: int) -> bytes:
        return self.random or REAL.random_bytes(length)

    def volume(self, fd: int) -> Volume:
        return REAL.volume(fd)

    def sync_volume(self, fd: int) -> None:
        failure = self.record.enter("sync_volume", fd)
        if failure:
            raise OSError(failure, os.strerror(failure))

    def lock_folder(self, fd: int, *, exclusive: bool) -> FolderLock | None:
        return REAL.lock_folder(fd, exclusive=exclusive)

    def claim_instance(self, instance: str) -> Claim:
        return REAL.claim_instance(instance)
