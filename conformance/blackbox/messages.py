"""The messages that the suite sends or understands. Those that change anything, or list folders, are not among them."""

from typing import ClassVar

import msgspec
from msgspec import Struct

HEAD_BYTES = 9
CONNECTION = 0


class MessageInvalid(Exception):
    """A plaintext that is no message which a listener may send here."""


class Hello(Struct, array_like=True, frozen=True):
    """Who speaks."""

    code: ClassVar[int] = 1
    software: str
    host_name: str
    public_key: bytes = b""
    signature: bytes = b""
    capabilities: tuple[str, ...] = ()


class Credit(Struct, array_like=True, frozen=True):
    """Bytes given back."""

    code: ClassVar[int] = 2
    stream: int
    bytes: int


class Ping(Struct, array_like=True, frozen=True):
    """Asks for a `Pong`."""

    code: ClassVar[int] = 3
    number: int


class Pong(Struct, array_like=True, frozen=True):
    """Answers a `Ping`."""

    code: ClassVar[int] = 4
    number: int


class Close(Struct, array_like=True, frozen=True):
    """Nothing follows; `failure` is empty if all is well."""

    code: ClassVar[int] = 5
    failure: str = ""
    fields: dict[str, str] = {}


class Open(Struct, array_like=True, frozen=True):
    """Opens a folder. The suite asks for the roles `inspect` and `source` only, which change nothing."""

    code: ClassVar[int] = 16
    style: str
    path: bytes
    role: str = "inspect"
    job: str = "conformance"
    job_id: str = ""
    source: tuple[bytes, ...] = ()


class Opened(Struct, array_like=True, frozen=True):
    """The folder, if it is there."""

    code: ClassVar[int] = 32
    exists: bool
    style: str
    time_granularity_ns: int
    names_folded: bool
    free_bytes: int
    modes_kept: bool = True
    marks: tuple[bytes, ...] = ()


class Finish(Struct, array_like=True, frozen=True):
    """The end of a half of a stream."""

    code: ClassVar[int] = 62


class Fail(Struct, array_like=True, frozen=True):
    """The end of a verb that failed."""

    code: ClassVar[int] = 63
    failure: str
    fields: dict[str, str] = {}


Message = Hello | Credit | Ping | Pong | Close | Open | Opened | Finish | Fail

TYPES: dict[int, type[Message]] = {
    kind.code: kind for kind in (Hello, Credit, Ping, Pong, Close, Open, Opened, Finish, Fail)
}


def encode(message: Message, stream: int = CONNECTION) -> bytes:
    """Write the plaintext of a record."""
    return raw(message.code, stream, msgspec.msgpack.encode(message))


def raw(code: int, stream: int, header: bytes) -> bytes:
    """Write a plaintext whose header is whatever it is."""
    return bytes([code]) + stream.to_bytes(4, "big") + len(header).to_bytes(4, "big") + header


def decode(plaintext: bytes) -> tuple[int, Message]:
    """Read a stream and a message; raise `MessageInvalid`."""
    kind = TYPES.get(plaintext[0])
    if kind is None:
        raise MessageInvalid(f"a message with the code {plaintext[0]}")
    length = int.from_bytes(plaintext[5:HEAD_BYTES], "big")
    if len(plaintext) != HEAD_BYTES + length:
        raise MessageInvalid(f"a {kind.__name__} of another length than it says")
    try:
        message = msgspec.msgpack.decode(plaintext[HEAD_BYTES:], type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MessageInvalid(f"a {kind.__name__} that cannot be read: {error}") from None
    return int.from_bytes(plaintext[1:5], "big"), message
