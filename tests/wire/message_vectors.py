"""One vector a message, and one for each kind of value that lists hold; PROTOCOL.md has their bytes."""

import re
from dataclasses import dataclass

from psync.core.changes import (
    Delete,
    FinishFolder,
    MakeFolder,
    MakeLink,
    OpenFolder,
    RenameEntry,
    SetMode,
    WriteFile,
)
from psync.core.content import Begin, End, Outcome, Pack, PackedFile, Piece, Request, Unsupplied
from psync.core.manifest import Entry, Kind, Listing, Stamp
from psync.core.paths import PathStyle
from psync.core.problems import Problem, ProblemCode
from psync.core.settings import Durability, OpenRole
from psync.wire.messages import (
    Apply,
    Changes,
    Close,
    Contents,
    Credit,
    Fail,
    Finish,
    Hello,
    Listings,
    Message,
    Open,
    Opened,
    Outcomes,
    Ping,
    Pong,
    Requests,
    Scan,
    Supply,
)
from tests.checkout import ROOT

TEXT = (ROOT / "psync/wire/PROTOCOL.md").read_text("utf-8")


@dataclass(frozen=True)
class Vector:
    """A message; its plaintext stands in PROTOCOL.md under its name."""

    stream: int
    message: Message
    bulk: bytes = b""


STAMP = Stamp(inode=7, size=5, mtime_ns=1_700_000_000_000_000_000, ctime_ns=0)
DIGEST = bytes(range(32))
PROBLEM = Problem((b"a", b"\xff"), ProblemCode.PERMISSION, "why")
FOLDER = Entry(b"a", Kind.FOLDER, 0o755, 0, -1, 7, 8)
LINK = Entry(b"l", Kind.LINK, 0o777, 0, 2**63 - 1, 2**64 - 1, 9, b"../x")

VECTORS = {
    "Hello of a client": Vector(0, Hello("psync 0.1.0", "desk")),
    "Hello of a listener": Vector(0, Hello("psync 0.1.0", "host", b"\x11" * 32, b"\x22" * 64, ("x",))),
    "Credit": Vector(0, Credit(3, 1_048_576)),
    "Ping": Vector(0, Ping(1)),
    "Pong": Vector(0, Pong(2**63 - 1)),
    "Close": Vector(0, Close()),
    "Close with a failure": Vector(0, Close("LISTENER_FAILED", {"reason": "stopped"})),
    "Open": Vector(1, Open(PathStyle.WINDOWS, b"C:\\Data", OpenRole.SOURCE, "Replication", "0f")),
    "Open of a target": Vector(1, Open(PathStyle.POSIX, b"/srv/\xc3\xa9", OpenRole.TARGET, "", "")),
    "Open apart from a source": Vector(
        1, Open(PathStyle.POSIX, b"/t", OpenRole.TARGET, "J", "1", (bytes(range(16)),))
    ),
    "Open to look": Vector(1, Open(PathStyle.POSIX, b"/", OpenRole.INSPECT, "J", "")),
    "Opened": Vector(1, Opened(True, PathStyle.POSIX, 1, False, 2**40)),
    "Opened a source": Vector(1, Opened(True, PathStyle.POSIX, 1, False, 7, True, (bytes(16), b"\xff" * 16))),
    "Opened nothing": Vector(1, Opened(False, PathStyle.WINDOWS, 100, True, 0, modes_kept=False)),
    "Scan": Vector(2, Scan(False)),
    "Scan with patterns": Vector(2, Scan(True, (b"*.tmp", b"/\xff"))),
    "Listings": Vector(2, Listings([Listing((), Entry(b"", Kind.FOLDER), [FOLDER, LINK])])),
    "Listings with a problem": Vector(2, Listings([Listing((b"a",), FOLDER, [], [PROBLEM], False)], True)),
    "Supply": Vector(3, Supply()),
    "Requests": Vector(3, Requests([Request(1, (b"a",)), Request(2, (b"b", b"c"))])),
    "Contents, a pack": Vector(
        3, Contents(Pack([PackedFile(1, 2, 3, DIGEST), PackedFile(2, 0, -1, DIGEST)])), b"ab"
    ),
    "Contents, a begin": Vector(3, Contents(Begin(1, 2**20, True))),
    "Contents, a piece": Vector(3, Contents(Piece(1, 65_536)), b"some bytes"),
    "Contents, a piece of nothing": Vector(3, Contents(Piece(1, 2**28))),
    "Contents, an end": Vector(3, Contents(End(1, 2**20, 3, DIGEST))),
    "Contents, none": Vector(3, Contents(Unsupplied(1, PROBLEM))),
    "Apply batch": Vector(4, Apply(Durability.BATCH)),
    "Apply file": Vector(4, Apply(Durability.FILE)),
    "Apply none": Vector(4, Apply(Durability.NONE)),
    "Changes, a folder": Vector(4, Changes([MakeFolder(1, (b"a",))])),
    "Changes, a file": Vector(4, Changes([WriteFile(2, (b"a", b"f"), 0o644, 5, STAMP)])),
    "Changes, a link": Vector(4, Changes([MakeLink(3, (b"l",), b"../x", 1, None)])),
    "Changes, a mode": Vector(4, Changes([SetMode(4, (b"f",), 0o600, STAMP)])),
    "Changes, a name": Vector(4, Changes([RenameEntry(5, (b"F",), b"f", STAMP)])),
    "Changes, a folder opened": Vector(4, Changes([OpenFolder(6, (b"a",))])),
    "Changes, a folder finished": Vector(4, Changes([FinishFolder(7, (), 0o755, 1)])),
    "Changes, a delete": Vector(4, Changes([Delete(8, (b"f",), Kind.FILE, STAMP)])),
    "Outcomes": Vector(4, Outcomes([Outcome(1), Outcome(2, STAMP), Outcome(3, None, PROBLEM)])),
    "Finish": Vector(4, Finish()),
    "Fail": Vector(2**32 - 1, Fail("BUSY", {"what": "The target", "reason": "é"})),
}


# Name, fields and bytes of each vector as PROTOCOL.md has them.
_BLOCK = TEXT.partition("\n## Message vectors\n")[2].partition("```\n")[2].partition("```")[0]
_WRITTEN = re.findall(r"^(\S.*)\n  (\S.*)\n((?: {4}[0-9a-f]+\n)+)", _BLOCK, re.MULTILINE)

NOTATIONS: dict[str, str] = {name: notation for name, notation, _ in _WRITTEN}
PLAINTEXTS = {name: bytes.fromhex(digits) for name, _, digits in _WRITTEN}
