"""The lines of the adapter protocol: requests and answers as values, read and written. See `adapter.md`."""

from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Struct, UnsetType

LINE_BYTES_MAX = 1 << 20
VERSION = 1

# What is said of a line that cannot be read.
SHOWN_BYTES = 120


class LineInvalid(Exception):
    """A line that is no answer; the text says why and shows its beginning."""


class Request(Struct, frozen=True):
    """What an adapter is asked."""

    id: int
    op: str
    params: dict[str, Any]


class Rejected(Struct, frozen=True):
    """The implementation has refused. `text` is for people and never compared, `detail` is for programs."""

    code: str
    text: str = ""
    detail: dict[str, Any] = {}


class Unsupported(Struct, frozen=True):
    """The implementation, or its adapter, cannot do this, and says why: else it would be a silent skip."""

    reason: Annotated[str, msgspec.Meta(pattern=r"\S")]


class Failed(Struct, frozen=True):
    """The adapter itself has failed."""

    text: str


class Answer(Struct, frozen=True):
    """What came back: exactly one of the four is set."""

    id: int
    ok: dict[str, Any] | UnsetType = UNSET
    rejected: Rejected | UnsetType = UNSET
    unsupported: Unsupported | UnsetType = UNSET
    error: Failed | UnsetType = UNSET

    def __post_init__(self) -> None:
        kinds = (self.ok, self.rejected, self.unsupported, self.error)
        if sum(kind is not UNSET for kind in kinds) != 1:
            raise ValueError("an answer is one of ok, rejected, unsupported and error")


def as_json(answer: Answer) -> dict[str, Any]:
    """An answer without its number."""
    found: dict[str, Any] = msgspec.to_builtins(answer)
    found.pop("id")
    return found


def write_request(request: Request) -> bytes:
    """Give the line of a request."""
    return msgspec.json.encode(request) + b"\n"


def read_answer(line: bytes) -> Answer:
    """Read a line without its line feed; raise `LineInvalid` for one that is no answer."""
    try:
        return msgspec.json.decode(line, type=Answer)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        shown = line[:SHOWN_BYTES].decode("utf-8", "backslashreplace")
        raise LineInvalid(f"{error}: {shown}") from None
