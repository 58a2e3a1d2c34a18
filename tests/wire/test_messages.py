"""Messages as bytes: the written vectors both ways, what is refused, what a later version may add."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from psync.core.content import Buffer, Pack, PackedFile, Piece
from psync.core.paths import PathStyle
from psync.core.settings import OpenRole
from psync.wire.messages import (
    HEAD,
    REASON_CHARS_MAX,
    ROW_BY_TYPE,
    TABLE,
    Close,
    Contents,
    Credit,
    Hello,
    Listings,
    Message,
    MessageInvalid,
    Open,
    Opened,
    Outcomes,
    Ping,
    Pong,
    Requests,
    decode,
    encode,
)
from tests.wire.message_vectors import DIGEST, PLAINTEXTS, VECTORS, Vector

DEEP = b"\x91" * 100_000


def pack(*fields: Any) -> bytes:
    return msgspec.msgpack.encode(fields)


def plaintext(kind: type, header: bytes, bulk: bytes = b"") -> bytes:
    return HEAD.pack(ROW_BY_TYPE[kind].code, 1, len(header)) + header + bulk


def read(data: Buffer) -> Message:
    return decode(memoryview(data)).message


def with_extras(value: Any) -> Any:
    """Write a value as a later version might: every array of fields has two more, of other kinds."""
    if isinstance(value, Struct):
        tag = value.__struct_config__.tag
        fields = [with_extras(getattr(value, name)) for name in value.__struct_fields__]
        return [*([] if tag is None else [tag]), *fields, {"a": [1.5, None]}, b"more"]
    if isinstance(value, list):
        return [with_extras(item) for item in value]
    return value


def may_have_bulk(vector: Vector) -> bool:
    return isinstance(vector.message, Contents) and isinstance(vector.message.header, Pack | Piece)


@pytest.mark.parametrize("vector", VECTORS.values(), ids=VECTORS)
def test_a_message_is_its_written_bytes(vector: Vector, request: pytest.FixtureRequest):
    written = PLAINTEXTS[request.node.callspec.id]

    frame = decode(memoryview(written))

    assert encode(vector.stream, vector.message) + vector.bulk == written
    assert (frame.stream, frame.message, bytes(frame.bulk)) == (vector.stream, vector.message, vector.bulk)


def test_every_written_vector_is_checked_and_every_message_has_one():
    assert list(PLAINTEXTS) == list(VECTORS)
    assert {type(vector.message) for vector in VECTORS.values()} == {row.type for row in TABLE}


def test_codes_and_types_name_one_message_each():
    assert len({row.code for row in TABLE}) == len({row.type for row in TABLE}) == len(TABLE)


def test_the_bulk_is_a_view_of_the_record():
    record = bytearray(PLAINTEXTS["Contents, a piece"])

    frame = decode(memoryview(record))
    record[-1:] = b"!"

    assert bytes(frame.bulk) == b"some byte!"


@pytest.mark.parametrize("vector", VECTORS.values(), ids=VECTORS)
def test_fields_of_a_later_version_are_ignored_at_the_end_of_every_array(vector: Vector):
    header = msgspec.msgpack.encode(with_extras(vector.message))

    assert read(plaintext(type(vector.message), header, vector.bulk)) == vector.message


def test_what_is_ignored_may_be_nested_as_deep_as_is_written():
    assert read(plaintext(Ping, b"\x92\x01" + b"\x91" * 31 + b"\x90")) == Ping(1)


def test_the_longest_path_and_labels_can_be_asked_for():
    message = Open(
        PathStyle.WINDOWS, b"\xe2\x82\xac" * 32_767, OpenRole.TARGET, "\U0001f600" * 255, "0" * 255
    )

    assert read(encode(1, message)) == message


def test_capabilities_that_nobody_knows_are_read_and_mean_nothing():
    message = Hello("psync 9", "host", capabilities=("teleport", ""))

    assert read(encode(0, message)) == message


@pytest.mark.parametrize("cut", range(HEAD.size))
def test_less_than_a_head_is_no_message(cut: int):
    with pytest.raises(MessageInvalid, match=r"^a message shorter than its head$"):
        read(PLAINTEXTS["Ping"][:cut])


def test_an_unknown_message_is_named():
    for code in set(range(256)) - {row.code for row in TABLE}:
        with pytest.raises(MessageInvalid, match=f"^unknown message {code}$"):
            read(bytes([code]) + PLAINTEXTS["Ping"][1:])


@pytest.mark.parametrize("name", VECTORS)
def test_a_message_that_is_cut_anywhere_is_refused(name: str):
    whole = PLAINTEXTS[name]
    headers_end = len(whole) - len(VECTORS[name].bulk)

    for end in range(headers_end):
        with pytest.raises(MessageInvalid):
            read(whole[:end])


def test_a_header_that_is_announced_longer_than_it_is_is_refused():
    with pytest.raises(MessageInvalid, match=r"^message 3 is cut$"):
        read(HEAD.pack(3, 0, 3) + pack(1))


@pytest.mark.parametrize("name", [name for name, vector in VECTORS.items() if not may_have_bulk(vector)])
def test_bulk_behind_a_message_that_has_none_is_refused(name: str):
    with pytest.raises(MessageInvalid, match=r"with bulk of a wrong length$"):
        read(PLAINTEXTS[name] + b"\0")


@pytest.mark.parametrize("bulk", [b"", b"a", b"abc"])
def test_a_pack_with_fewer_or_more_bytes_than_its_files_have_is_refused(bulk: bytes):
    pack = Pack([PackedFile(1, 1, 0, DIGEST), PackedFile(2, 1, 0, DIGEST)])

    with pytest.raises(MessageInvalid, match=r"^message 35 with bulk of a wrong length$"):
        read(encode(3, Contents(pack)) + bulk)


INVALID_HEADERS = {
    "nothing": (Ping, b""),
    "no array": (Ping, msgspec.msgpack.encode({"number": 1})),
    "a field less": (Ping, pack()),
    "a second value": (Ping, pack(1) + pack(1)),
    "no MessagePack": (Ping, b"\xc1"),
    "negative number": (Ping, pack(-1)),
    "number beyond 63 bits": (Pong, pack(2**63)),
    "float for a number": (Ping, pack(1.0)),
    "truth for a number": (Ping, pack(True)),
    "text for a number": (Ping, pack("1")),
    "nothing for a number": (Ping, pack(None)),
    "credit for the connection": (Credit, pack(0, 1)),
    "credit beyond stream numbers": (Credit, pack(2**32, 1)),
    "credit taken back": (Credit, pack(1, -1)),
    "bytes for text": (Close, pack(b"BUSY", {})),
    "number for a field's name": (Close, pack("", {1: ""})),
    "number for a field": (Close, pack("", {"": 1})),
    "text that is no UTF-8": (Close, b"\x92\xa1\xff\x80"),
    "text with a surrogate": (Close, b"\x92\xa3\xed\xa0\x80\x80"),
    "no UTF-8 in a field's name": (Close, b"\x92\xa0\x81\xa1\xff\xa0"),
    "a long label": (Hello, pack("x" * 256, "")),
    "a long capability": (Hello, pack("", "", b"", b"", ["x" * 256])),
    "too many capabilities": (Hello, pack("", "", b"", b"", [""] * 65)),
    "deep": (Ping, b"\x91" + DEEP),
    "deep in what is ignored": (Ping, b"\x92\x01" + DEEP),
    "a longer list than there are bytes": (Requests, b"\x91\xdd\xff\xff\xff\xff"),
    "a longer text than there are bytes": (Close, b"\x92\xdb\xff\xff\xff\xff"),
    "longer bytes than there are": (Requests, b"\x91\x91\x92\x01\x91\xc6\xff\xff\xff\xff"),
    "a larger map than there are bytes": (Close, b"\x92\xa0\xdf\xff\xff\xff\xff"),
    "more fields than there are bytes": (Close, b"\xdd\xff\xff\xff\xff\xa0\x80"),
    "a longer extension than there are bytes": (Close, b"\x93\xa0\x80\xc9\xff\xff\xff\xff\x01"),
    "unknown style": (Open, pack("vms", b"/", "source", "", "")),
    "unknown role": (Open, pack("posix", b"/", "owner", "", "")),
    "a path longer than any host has": (Open, pack("posix", b"/" * 98_302, "source", "", "")),
    "a long job name": (Open, pack("posix", b"/", "source", "x" * 256, "")),
    "a long job identity": (Open, pack("posix", b"/", "source", "", "x" * 256)),
    "text for a path": (Open, pack("posix", "/", "source", "", "")),
    "no time passes": (Opened, pack(True, "posix", 0, False, 0)),
    "less than no space": (Opened, pack(True, "posix", 1, False, -1)),
    "no listing": (Listings, pack([])),
    "unknown kind": (Listings, pack([[[], [b"", 6], []]])),
    "request without a number": (Requests, pack([[0, [b"a"]]])),
    "text for a name": (Requests, pack([[1, ["a"]]])),
    "unknown problem": (Outcomes, pack([[1, None, [[], "BORED"]]])),
    "unknown content": (Contents, pack([6, 1])),
    "tag of another type": (Contents, pack(["2", 1, 0, False])),
    "size of a pack's file": (Contents, pack([1, [[1, -1, 0, DIGEST]]])),
    "short digest": (Contents, pack([4, 1, 0, 0, DIGEST[1:]])),
    "long digest in a pack": (Contents, pack([1, [[1, 0, 0, DIGEST + b"\0"]]])),
    "offset beyond files": (Contents, pack([3, 1, 2**63])),
}


@pytest.mark.parametrize(("kind", "header"), INVALID_HEADERS.values(), ids=INVALID_HEADERS)
def test_an_invalid_header_is_refused(kind: type, header: bytes):
    with pytest.raises(MessageInvalid, match=f"^message {ROW_BY_TYPE[kind].code}: "):
        read(plaintext(kind, header))


def test_a_reason_quotes_the_peer_without_control_characters_and_not_at_length():
    style = "\x1b[2J\u202e" + "x" * 1000

    with pytest.raises(MessageInvalid) as refused:
        read(encode(1, Open(style, b"", OpenRole.SOURCE, "", "")))  # type: ignore[arg-type]  # a style that is sent as text

    shown = r"message 16: Invalid enum value '\x1b[2J\u202e" + "x" * 1000
    assert str(refused.value) == shown[:REASON_CHARS_MAX]


@pytest.mark.parametrize(
    ("stream", "message"),
    [
        pytest.param(2**32, Ping(1), id="stream beyond 32 bits"),
        pytest.param(-1, Ping(1), id="stream below zero"),
        pytest.param(0, Ping(2**64), id="number beyond 64 bits"),
        pytest.param(0, Close("\ud800"), id="text with a surrogate"),
        pytest.param(1, Open(PathStyle.POSIX, b"", OpenRole.SOURCE, "\udcff", ""), id="text of no UTF-8"),
    ],
)
def test_what_cannot_travel_is_refused_at_its_sender(stream: int, message: Message):
    with pytest.raises(MessageInvalid, match=f"^{type(message).__name__}: "):
        encode(stream, message)


@given(st.binary(max_size=200))
def test_random_bytes_are_a_message_or_invalid(data: bytes):
    read_or_refuse(data)


@given(
    st.sampled_from(TABLE),
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(2**63), 2**64 - 1)
        | st.floats()
        | st.text(max_size=5)
        | st.binary(max_size=33),
        lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
        max_leaves=12,
    ),
)
def test_any_values_are_a_message_or_invalid(row: Any, value: Any):
    read_or_refuse(plaintext(row.type, msgspec.msgpack.encode(value)))


@given(st.sampled_from(sorted(VECTORS)), st.data())
def test_a_changed_message_is_another_message_or_invalid(name: str, data: st.DataObject):
    changed = bytearray(PLAINTEXTS[name])
    for _ in range(data.draw(st.integers(1, 3))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))

    read_or_refuse(changed)


def read_or_refuse(data: Buffer) -> None:
    """Read; whatever is read can be sent on."""
    try:
        frame = decode(memoryview(data))
    except MessageInvalid:
        return
    again = decode(memoryview(encode(frame.stream, frame.message) + bytes(frame.bulk)))
    assert (again.stream, again.message, again.bulk) == (frame.stream, frame.message, frame.bulk)
