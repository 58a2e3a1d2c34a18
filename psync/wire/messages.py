"""The messages inside sealed records, and the table that says who may send which where.

A message is `code u8 | stream u32 | header length u32 | header | bulk`. The header is
MessagePack, an array of the fields in order; bulk bytes follow it as they are and
never pass through the encoder. Fields that a version does not know are ignored at
the end of an array; an unknown code ends the connection.

Adding a message is a row of `TABLE`, a vector in the tests and a line of
PROTOCOL.md.
"""

import struct
from collections.abc import Mapping
from enum import IntFlag
from typing import Any, TypeAlias

import msgspec
from msgspec import Struct

from psync.core.changes import Change
from psync.core.content import Buffer, ContentHeader, Length, Outcome, Request
from psync.core.manifest import Listing
from psync.core.paths import PathStyle
from psync.core.settings import Durability, OpenRole
from psync.wire.keys import Role

HEAD = struct.Struct(">BII")

# Stream 0 is the connection itself.
CONNECTION_STREAM = 0


class MessageInvalid(Exception):
    """The peer is authenticated but does not speak this protocol; the connection must end."""


class Hello(Struct, frozen=True, array_like=True):
    """First message of each side. A client's `public_key` and `signature` are empty."""

    software: str
    host_name: str
    public_key: bytes = b""
    signature: bytes = b""
    capabilities: tuple[str, ...] = ()


class Credit(Struct, frozen=True, array_like=True):
    """The sender can take that many more bytes of messages on `stream`."""

    stream: int
    bytes: Length


class Ping(Struct, frozen=True, array_like=True):
    """Ask for a `Pong` with the same number."""

    number: int


class Pong(Struct, frozen=True, array_like=True):
    """Answer a `Ping`."""

    number: int


class Close(Struct, frozen=True, array_like=True):
    """Nothing follows. A connection that ends without it was cut; `code` is empty at a normal end."""

    code: str = ""
    fields: dict[str, str] = {}


class Open(Struct, frozen=True, array_like=True):
    """Open the folder of the job: `style` and `path` as the client's operator wrote them."""

    style: PathStyle
    path: bytes
    role: OpenRole
    job: str
    job_id: str


class Opened(Struct, frozen=True, array_like=True):
    """The folder is open, or `exists` is False (role `inspect` only)."""

    exists: bool
    style: PathStyle
    time_granularity_ns: int
    names_folded: bool
    free_bytes: int


class Scan(Struct, frozen=True, array_like=True):
    """List the folder tree in the agreed order, without what the patterns exclude."""

    folded: bool
    exclude: tuple[str, ...] = ()


class Listings(Struct, frozen=True, array_like=True):
    """Folders of the tree; a listing with `more` is continued by the next one."""

    listings: list[Listing]
    more: bool = False


class Supply(Struct, frozen=True, array_like=True):
    """Send the contents that `Requests` on this stream ask for."""


class Requests(Struct, frozen=True, array_like=True):
    """Ask for contents."""

    requests: list[Request]


class Contents(Struct, frozen=True, array_like=True):
    """A content header; its bytes are the bulk of the message."""

    header: ContentHeader


class Apply(Struct, frozen=True, array_like=True):
    """Carry out the changes and contents that follow on this stream."""

    durability: Durability


class Changes(Struct, frozen=True, array_like=True):
    """Changes in the order in which they are to be carried out."""

    changes: list[Change]


class Outcomes(Struct, frozen=True, array_like=True):
    """What became of changes, in any order."""

    outcomes: list[Outcome]


class Finish(Struct, frozen=True, array_like=True):
    """The sender sends nothing more on this stream."""


class Fail(Struct, frozen=True, array_like=True):
    """The sender gives the stream up and reads it no further: a failure of `psync.core.errors`."""

    code: str
    fields: dict[str, str] = {}


Message: TypeAlias = (
    Hello
    | Credit
    | Ping
    | Pong
    | Close
    | Open
    | Opened
    | Scan
    | Listings
    | Supply
    | Requests
    | Contents
    | Apply
    | Changes
    | Outcomes
    | Finish
    | Fail
)


class Place(IntFlag):
    """Where a message may stand."""

    CONNECTION = 1
    START = 2
    STREAM = 4


class Row(Struct, frozen=True):
    """One message: its code, its type, where it stands, who may send it, whether bulk may follow."""

    code: int
    type: type
    place: Place
    senders: tuple[Role, ...]
    has_bulk: bool = False


_BOTH = (Role.CLIENT, Role.LISTENER)
_CLIENT = (Role.CLIENT,)
_LISTENER = (Role.LISTENER,)

TABLE = (
    Row(1, Hello, Place.CONNECTION, _BOTH),
    Row(2, Credit, Place.CONNECTION, _BOTH),
    Row(3, Ping, Place.CONNECTION, _BOTH),
    Row(4, Pong, Place.CONNECTION, _BOTH),
    Row(5, Close, Place.CONNECTION, _BOTH),
    Row(16, Open, Place.START, _CLIENT),
    Row(17, Scan, Place.START, _CLIENT),
    Row(18, Supply, Place.START, _CLIENT),
    Row(19, Apply, Place.START, _CLIENT),
    Row(32, Opened, Place.STREAM, _LISTENER),
    Row(33, Listings, Place.STREAM, _LISTENER),
    Row(34, Requests, Place.STREAM, _CLIENT),
    Row(35, Contents, Place.STREAM, _BOTH, has_bulk=True),
    Row(36, Changes, Place.STREAM, _CLIENT),
    Row(37, Outcomes, Place.STREAM, _LISTENER),
    Row(62, Finish, Place.STREAM, _BOTH),
    Row(63, Fail, Place.STREAM, _BOTH),
)

ROW_BY_TYPE: Mapping[type, Row] = {row.type: row for row in TABLE}
_ROW_BY_CODE: Mapping[int, Row] = {row.code: row for row in TABLE}
_ENCODER = msgspec.msgpack.Encoder()
_DECODERS: Mapping[int, msgspec.msgpack.Decoder[Any]] = {
    row.code: msgspec.msgpack.Decoder(row.type) for row in TABLE
}


class Frame(Struct):
    """A decoded message with its place and its bulk bytes, a view into the record's buffer."""

    stream: int
    message: Message
    bulk: memoryview


def encode(stream: int, message: Message) -> bytes:
    """Give head and header; the bulk follows them."""
    header = _ENCODER.encode(message)
    return HEAD.pack(ROW_BY_TYPE[type(message)].code, stream, len(header)) + header


def decode(plaintext: memoryview, sender: Role) -> Frame:
    """Read one message of `sender`; raise `MessageInvalid` for anything the table does not allow."""
    if len(plaintext) < HEAD.size:
        raise MessageInvalid("a message shorter than its head")
    code, stream, header_bytes = HEAD.unpack_from(plaintext)
    row = _ROW_BY_CODE.get(code)
    if row is None:
        raise MessageInvalid(f"unknown message {code}")
    if sender not in row.senders or (stream == CONNECTION_STREAM) != (row.place is Place.CONNECTION):
        raise MessageInvalid(f"message {code} out of place")
    body = HEAD.size + header_bytes
    if body > len(plaintext) or (body < len(plaintext) and not row.has_bulk):
        raise MessageInvalid(f"message {code} of the wrong length")
    return Frame(stream, _decode_header(code, plaintext[HEAD.size : body]), plaintext[body:])


def _decode_header(code: int, header: Buffer) -> Message:
    try:
        message: Message = _DECODERS[code].decode(header)
    except (msgspec.DecodeError, RecursionError, OverflowError) as error:
        raise MessageInvalid(f"message {code}: {error}") from error
    return message
