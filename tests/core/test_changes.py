"""Changes keep their kind and their values in an encoding: each has a tag that never changes."""

import msgspec
import pytest

from psync.core.changes import (
    Change,
    Delete,
    FinishFolder,
    MakeFolder,
    MakeLink,
    OpenFolder,
    RenameEntry,
    SetMode,
    WriteFile,
)
from psync.core.manifest import Kind, Stamp

PATH, STAMP = (b"a", b"\xff"), Stamp(1, 2, -3, 4)
WIRE_PATH, WIRE_STAMP = [b"a", b"\xff"], [1, 2, -3, 4]

CHANGES = [
    (MakeFolder(9, PATH), [1, 9, WIRE_PATH, None]),
    (WriteFile(9, PATH, 0o644, 5, STAMP), [2, 9, WIRE_PATH, 0o644, 5, WIRE_STAMP]),
    (MakeLink(9, PATH, b"to", -6), [3, 9, WIRE_PATH, b"to", -6, None]),
    (SetMode(9, PATH, 0o600, STAMP), [4, 9, WIRE_PATH, 0o600, WIRE_STAMP]),
    (RenameEntry(9, PATH, b"A", STAMP), [5, 9, WIRE_PATH, b"A", WIRE_STAMP]),
    (OpenFolder(9, PATH), [6, 9, WIRE_PATH]),
    (FinishFolder(9, PATH, 0o755, 7), [7, 9, WIRE_PATH, 0o755, 7]),
    (Delete(9, PATH, Kind.LINK, STAMP), [8, 9, WIRE_PATH, 3, WIRE_STAMP]),
]


@pytest.mark.parametrize(("change", "fields"), CHANGES, ids=lambda value: type(value).__name__)
def test_a_change_is_an_array_that_begins_with_its_tag(change: Change, fields: list[object]):
    encoded = msgspec.msgpack.encode(change)

    assert msgspec.msgpack.decode(encoded) == fields
    assert msgspec.msgpack.decode(encoded, type=Change) == change
