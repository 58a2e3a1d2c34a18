"""What every file of a machine holds, written into the trace at each change.

Calls tell what programs have tried, and a power cut is no call; so that a
reader of the trace need not work out what has come of them, it says so:

    b'/srv/data/a' 3000 96d1b899     length in bytes and CRC-32
    b'/srv/data/a' gone
    b'/srv/data/a' link              or a pipe
"""

import stat
import zlib

from pyfakefs.fake_file import FakeDirectory, FakeFile

from sim.disk import Disk
from sim.process import CURRENT
from sim.trace import CONTENT, Trace

Known = dict[bytes, bytes | None]


class Contents:
    """Files of one machine by path; None is what has no content of its own."""

    def __init__(self, machine: str, disk: Disk, trace: Trace) -> None:
        self._machine = machine
        self._disk = disk
        self._trace = trace
        self._known: Known = {}

    def look(self, _node: FakeFile) -> None:
        """Something has changed; write down what, in the order of the paths."""
        before, self._known = self._known, _files(self._disk.root, b"")
        for path in sorted(before.keys() | self._known.keys()):
            if path not in self._known:
                self._tell(path, "gone")
            elif path not in before or before[path] != self._known[path]:
                self._tell(path, _described(self._known[path]))

    def _tell(self, path: bytes, what: str) -> None:
        process = CURRENT.get()
        is_own = process is not None and process.stack.name == self._machine
        place = process.name if process and is_own else self._machine
        self._trace.record(place, CONTENT, f"{path!r} {what}")


def _files(folder: FakeDirectory, path: bytes) -> Known:
    found: Known = {}
    for name, node in folder.entries.items():
        below = path + b"/" + name.encode("utf-8", "surrogateescape")
        if isinstance(node, FakeDirectory):
            found |= _files(node, below)
        else:
            found[below] = node.byte_contents or b"" if stat.S_ISREG(node.stat_result.st_mode) else None
    return found


def _described(content: bytes | None) -> str:
    return "link" if content is None else f"{len(content)} {zlib.crc32(content):08x}"
