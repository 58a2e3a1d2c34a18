"""Contents as values: their tags, their limits, and how large a message they make."""

import msgspec
import pytest

from psync.core.content import (
    PACK_BYTES_MIN,
    PACK_FILES_MAX,
    PIECE_BYTES_MAX,
    SMALL_BYTES_MAX,
    Begin,
    Content,
    ContentHeader,
    End,
    Outcome,
    Pack,
    PackedFile,
    Piece,
    Request,
    Unsupplied,
)
from psync.core.manifest import Stamp
from psync.core.problems import Problem, ProblemCode
from tests.expectations import does_not_raise

RECORD_BYTES_MAX = 1024 * 1024
DIGEST = bytes(range(32))
LENGTH_MAX = 2**63 - 1
PROBLEM = Problem((b"a",), ProblemCode.SOURCE_CHANGED)

HEADERS = [
    (Pack([PackedFile(9, 5, -1, DIGEST)]), [1, [[9, 5, -1, DIGEST]]]),
    (Begin(9, 5, is_sparse=True), [2, 9, 5, True]),
    (Piece(9, 7), [3, 9, 7]),
    (End(9, 5, -1, DIGEST), [4, 9, 5, -1, DIGEST]),
    (Unsupplied(9, PROBLEM), [5, 9, [[b"a"], "SOURCE_CHANGED", ""]]),
]


@pytest.mark.parametrize(("header", "fields"), HEADERS, ids=lambda value: type(value).__name__)
def test_a_header_is_an_array_that_begins_with_its_tag(header: ContentHeader, fields: list[object]):
    encoded = msgspec.msgpack.encode(header)

    assert msgspec.msgpack.decode(encoded) == fields
    assert msgspec.msgpack.decode(encoded, type=ContentHeader) == header


@pytest.mark.parametrize(
    ("value", "fields"),
    [
        (Request(9, (b"a", b"b")), [9, [b"a", b"b"]]),
        (Outcome(9, Stamp(1, 2, 3, 4)), [9, [1, 2, 3, 4], None]),
        (Outcome(9, problem=PROBLEM), [9, None, [[b"a"], "SOURCE_CHANGED", ""]]),
    ],
    ids=["a request", "a success", "a problem"],
)
def test_requests_and_outcomes_are_arrays(value: Request | Outcome, fields: list[object]):
    encoded = msgspec.msgpack.encode(value)

    assert msgspec.msgpack.decode(encoded) == fields
    assert msgspec.msgpack.decode(encoded, type=type(value)) == value


@pytest.mark.parametrize(
    "fields", [[3, 9, -1], [3, 9, LENGTH_MAX + 1]], ids=["before the start", "no offset"]
)
def test_an_offset_that_no_file_has_is_refused(fields: list[int]):
    with pytest.raises(msgspec.ValidationError):
        msgspec.msgpack.decode(msgspec.msgpack.encode(fields), type=ContentHeader)


def test_the_fullest_pack_and_the_longest_piece_fit_into_a_record():
    widest = PackedFile(2**63, LENGTH_MAX, -(2**63), DIGEST)
    pack = msgspec.msgpack.encode(Pack([widest] * PACK_FILES_MAX))

    assert PACK_BYTES_MIN - 1 + SMALL_BYTES_MAX + len(pack) < RECORD_BYTES_MAX
    assert PIECE_BYTES_MAX + len(msgspec.msgpack.encode(Piece(2**63, LENGTH_MAX))) < RECORD_BYTES_MAX


def test_buffers_that_nobody_wants_back_are_released_all_the_same():
    content = Content(Piece(1, 0), (b"x",))

    with does_not_raise():
        content.release()
