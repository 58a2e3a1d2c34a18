"""What a program tells while it works. The command line prints it; nothing else depends on it."""

from collections.abc import Callable
from enum import StrEnum
from typing import TypeAlias

from msgspec import Struct

from psync.core.changes import Change
from psync.core.errors import Failure
from psync.core.manifest import EntryPath
from psync.core.problems import Problem


class RunState(StrEnum):
    """How a run ended."""

    CONVERGED = "converged"
    PARTIAL = "partial"
    HELD = "held"
    FAILED = "failed"


class ListenerReady(Struct, frozen=True):
    """The listener accepts clients; `addresses` as the system reports them."""

    addresses: tuple[str, ...]
    port: int
    root_path: str | None
    is_keyed: bool
    is_read_only: bool
    is_exposed: bool


class SessionEnded(Struct, frozen=True):
    """One client is gone. `connection` is safe to log; `reason` is empty after a run that was served.

    `defect`: an error that should not have been, and that ended the session.
    """

    client: str
    connection: str
    job: str
    path: str
    is_keyed: bool
    bytes_received: int
    bytes_sent: int
    seconds: float
    reason: str
    defect: BaseException | None = None


class RunStarted(Struct, frozen=True):
    """Both ends answer; their folders are opened next."""

    job: str
    source: str
    target: str


class ChangePlanned(Struct, frozen=True):
    """A dry run would do this."""

    change: Change


class ChangeDone(Struct, frozen=True):
    """The target has acknowledged a change; `size` in bytes for a file."""

    change: Change
    size: int


class ContentMoved(Struct, frozen=True):
    """So many bytes of content are on their way to the target, the last of them for the file at `path`."""

    path: EntryPath
    bytes: int


class ProblemFound(Struct, frozen=True):
    """Trouble with one entry. `path_on_host`: of one at a listener's target, as the client asked for it."""

    problem: Problem
    path_on_host: str = ""


class ConnectionFailed(Struct, frozen=True):
    """One end could not be opened, or was lost: the documented texts, then cause and remedy."""

    role: str
    uri: str
    job: str
    cause: Failure
    is_retry_scheduled: bool


class RunRefused(Struct, frozen=True):
    """The run cannot take place, and trying again without a change is of no use.

    `role` and `uri` name the end whose listener refused it; they are empty where this side did.
    """

    cause: Failure
    role: str = ""
    uri: str = ""


class Summary(Struct, frozen=True):
    """The end of a run. `bytes_wire` crossed connections, `bytes_literal` were file content."""

    job: str
    state: RunState
    files_sent: int = 0
    files_unchanged: int = 0
    files_deleted: int = 0
    bytes_wire: int = 0
    bytes_literal: int = 0
    failed: int = 0
    seconds: float = 0.0


Event: TypeAlias = (
    ListenerReady
    | SessionEnded
    | RunStarted
    | ChangePlanned
    | ChangeDone
    | ContentMoved
    | ProblemFound
    | ConnectionFailed
    | RunRefused
    | Summary
)
Report: TypeAlias = Callable[[Event], None]
