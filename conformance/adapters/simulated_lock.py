"""A file of the simulator that another program has open: a handle, which Windows looks at and POSIX does not.

Processes of a POSIX machine meet what real ones do by `conformance.adapters.lock`.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress

from pyfakefs.fake_file import FakeDirectory, FakeFile

from conformance.adapters.lock import DELETE, HELD, RENAME, RENAME_FOLDER, REPLACE, opening
from psync.core.paths import PathStyle
from sim.gate import Call
from sim.machine import Machine
from sim.walk import Last, walk
from sim.windows import check

# What is about to be done, to what is at which path, and below which folder that leads.
Look = tuple[str, bytes, int | None]


def lock(machine: Machine, node: FakeFile) -> Callable[[], None]:
    """Have another program open a file; give what closes it."""
    handle = machine.disk.handles.open(node, HELD)
    if machine.style is PathStyle.WINDOWS:
        return handle.close

    def look(call: Call) -> None:
        for operation, path, dir_fd in _looks(call):
            found = _found(machine, call, path, dir_fd)
            if found is node:
                check(operation, [HELD])
            elif operation == RENAME and isinstance(found, FakeDirectory):
                check(RENAME_FOLDER, [inside.state for inside in machine.disk.handles.below(found)])

    def close() -> None:
        machine.watchers.remove(look)
        handle.close()

    machine.watchers.append(look)
    return close


def _looks(call: Call) -> Iterator[Look]:
    folder = call.options.get("dir_fd")
    match call.name, call.arguments:
        case "open", (path, flags, *_):
            operation = opening(flags)
            if operation is not None:
                yield operation, path, folder
        case "unlink", (path,):
            yield DELETE, path, folder
        case "rename", (source, target):
            yield RENAME, source, call.options.get("src_dir_fd")
            yield REPLACE, target, call.options.get("dst_dir_fd")


def _found(machine: Machine, call: Call, path: bytes, dir_fd: int | None) -> FakeFile | None:
    """What is there, if anything is."""
    with suppress(OSError):  # of which the call itself tells
        start: FakeFile = machine.disk.root
        if dir_fd is not None and not path.startswith(b"/"):
            start = machine.systems[call.process].os.descriptor(dir_fd).node
        return walk(machine.disk, start, path, Last.ENTRY).node
    return None
