"""The messages inside sealed records, and the table that says who may send which where.

A message is `code u8 | stream u32 | header length u32 | header | bulk`. The header is
MessagePack, an array of the fields in order; bulk bytes follow it as they are and
never pass through the encoder. Fields that a version does not know are ignored at
the end of an array; an unknown code ends the connection.

This module tells whether bytes are a message; `states`, whether it may stand there.

Adding a message is a row of `TABLE`, a vector in the tests and a line of
PROTOCOL.md.
"""

import struct
from collections.abc import Mapping
from enum import Enum, auto
from typing import Annotated, Any, TypeAlias

import msgspec
from msgspec import Meta, Struct

from psync.core.changes import Change
from psync.core.content import Buffer, ContentHeader, Length, Outcome, Pack, Piece, Request
from psync.core.lineage import FolderMarks
from psync.core.manifest import Listing
from psync.core.paths import PathStyle
from psync.core.settings import Durability, OpenRole
from psync.wire.keys import Role

HEAD = struct.Struct(">BII")

# Stream 0 is the connection itself.
CONNECTION_STREAM = 0

StreamNumber: TypeAlias = Annotated[int, Meta(ge=1, le=2**32 - 1)]

# What one side says of itself stays in memory and in logs for as long as the connection lasts.
LABEL_CHARS_MAX = 255
Label: TypeAlias = Annotated[str, Meta(max_length=LABEL_CHARS_MAX)]
CAPABILITIES_MAX = 64

# 32,767 units of a path of Windows, each of which takes up to three bytes here.
HOST_PATH_BYTES_MAX = 3 * 32_767

# Why a message is invalid goes to logs and to the peer, and may quote it (escaped, as `repr` does).
REASON_CHARS_MAX = 200


class MessageInvalid(Exception):
    """The peer is authenticated but does not speak this protocol; the connection must end."""


class Hello(Struct, frozen=True, array_like=True):
    """First message of each side. A client's `public_key` and `signature` are empty."""

    software: Label
    host_name: Label
    public_key: bytes = b""
    signature: bytes = b""
    capabilities: Annotated[tuple[Label, ...], Meta(max_length=CAPABILITIES_MAX)] = ()


class Credit(Struct, frozen=True, array_like=True):
    """The sender can take that many more bytes of messages on `stream`."""

    stream: StreamNumber
    bytes: Length


class Ping(Struct, frozen=True, array_like=True):
    """Ask for a `Pong` with the same number."""

    number: Length


class Pong(Struct, frozen=True, array_like=True):
    """Answer a `Ping`."""

    number: Length


class Close(Struct, frozen=True, array_like=True):
    """Nothing follows. A connection that ends without it was cut; `code` is empty at a normal end."""

    code: str = ""
    fields: dict[str, str] = {}


class Open(Struct, frozen=True, array_like=True):
    """Open the folder of the job: `style` and `path` as the client's operator wrote them.

    `source`: the marks of the job's source, which a target must lie apart from.
    """

    style: PathStyle
    path: Annotated[bytes, Meta(max_length=HOST_PATH_BYTES_MAX)]
    role: OpenRole
    job: Label
    job_id: Label
    source: FolderMarks = ()


class Opened(Struct, frozen=True, array_like=True):
    """The folder is open, or `exists` is False (role `inspect` only); `marks` of a source only."""

    exists: bool
    style: PathStyle
    time_granularity_ns: Annotated[int, Meta(ge=1, le=2**63 - 1)]
    names_folded: bool
    free_bytes: Length
    modes_kept: bool = True
    marks: FolderMarks = ()


class Scan(Struct, frozen=True, array_like=True):
    """List the folder tree in the agreed order, without what the patterns exclude.

    Patterns are bytes, as the names are that they are compared with.
    """

    folded: bool
    exclude: tuple[bytes, ...] = ()


class Listings(Struct, frozen=True, array_like=True):
    """Folders of the tree; with `more`, the next message goes on with the last of them."""

    listings: Annotated[list[Listing], Meta(min_length=1)]
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


class Place(Enum):
    """Where a message may stand: on stream 0, at the start of another stream, or after that."""

    CONNECTION = auto()
    START = auto()
    STREAM = auto()


class Row(Struct, frozen=True):
    """One message: its code, its type, where it stands, who may send it."""

    code: int
    type: type
    place: Place
    senders: tuple[Role, ...]


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
    Row(35, Contents, Place.STREAM, _BOTH),
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
    """Give head and header; the bulk follows them. Raise `MessageInvalid` for what cannot travel."""
    try:
        header = _ENCODER.encode(message)
        return HEAD.pack(ROW_BY_TYPE[type(message)].code, stream, len(header)) + header
    except (UnicodeEncodeError, OverflowError, struct.error) as error:
        raise MessageInvalid(f"{type(message).__name__}: {error}") from error


def decode(plaintext: memoryview) -> Frame:
    """Read one message; raise `MessageInvalid`, and nothing else, for anything that is none."""
    if len(plaintext) < HEAD.size:
        raise MessageInvalid("a message shorter than its head")
    code, stream, header_bytes = HEAD.unpack_from(plaintext)
    row = _ROW_BY_CODE.get(code)
    if row is None:
        raise MessageInvalid(f"unknown message {code}")
    body = HEAD.size + header_bytes
    if body > len(plaintext):
        raise MessageInvalid(f"message {code} is cut")
    message = _decode_header(code, plaintext[HEAD.size : body])
    bulk = plaintext[body:]
    if not _fits(message, len(bulk)):
        raise MessageInvalid(f"message {code} with bulk of a wrong length")
    return Frame(stream, message, bulk)


def _decode_header(code: int, header: Buffer) -> Message:
    try:
        message: Message = _DECODERS[code].decode(header)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MessageInvalid(f"message {code}: {error}"[:REASON_CHARS_MAX]) from error
    return message


def _fits(message: Message, bulk_bytes: int) -> bool:
    """Whether the header allows as many bytes of bulk."""
    header = message.header if isinstance(message, Contents) else None
    if isinstance(header, Pack):
        return bulk_bytes == sum(file.size for file in header.files)
    return not bulk_bytes or isinstance(header, Piece)
