"""What an adapter has to answer in a world, by operation: read strictly where a scenario depends on it. See `adapter.md`."""

from typing import Any, Literal

from msgspec import Struct

from conformance.content import Entry


class Place(Struct, frozen=True):
    """A path of one system."""

    style: Literal["posix", "windows"]
    path: str


class Found(Struct, frozen=True):
    """One machine of a new world."""

    host: str
    base: Place


class Begun(Struct, frozen=True):
    """`world.begin`"""

    machines: dict[str, Found]


class Folder(Struct, frozen=True):
    """`fs.tree`"""

    entries: dict[str, Entry] | None
    time: int | None = None
    """When the folder itself was changed, as `time` of an entry."""


class LookedAt(Struct, frozen=True):
    """`fs.looked_at`"""

    paths: tuple[str, ...]


class Listening(Struct, frozen=True):
    """`listener.start`"""

    port: int
    pid: int = 0
    warnings: tuple[str, ...] = ()


class Ended(Struct, frozen=True):
    """`listener.stop`"""

    end: Literal["clean", "failed"]


class Standing(Struct, frozen=True):
    """`listener.state`"""

    running: bool
    ports: tuple[int, ...] = ()


class Problem(Struct, frozen=True):
    """Trouble with one path of a job. `reason`: what the system has said."""

    path: str
    code: str
    reason: str = ""


class Saved(Struct, frozen=True):
    """`listener.configure`: whether the tool that saves was killed, as it was asked for."""

    killed: bool = False


class Service(Struct, frozen=True):
    """`service.state`: `display_name` as the system shows it, `documented_name` as its documentation has it."""

    installed: bool
    running: bool
    display_name: str = ""
    documented_name: str = ""


class FirstUse(Struct, frozen=True):
    """`client.first_use`"""

    missing: tuple[str, ...]


class Checked(Struct, frozen=True):
    """`client.check`"""

    differs: tuple[str, ...]


class Outcome(Struct, frozen=True):
    """`client.wait`: what a client has told so far."""

    state: Literal["running", "converged", "partial", "failed"]
    messages: tuple[str, ...] = ()
    causes: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    warnings: tuple[str, ...] = ()
    retry_scheduled: bool = False
    files_sent: int = 0
    bytes_wire: int = 0


class Received(Struct, frozen=True):
    """`net.receive`: what has come, and whether nothing more will."""

    hex: str
    ended: bool = False


class Heard(Struct, frozen=True):
    """`net.search`"""

    found: tuple[bool, ...]
    bytes: int


class Attempt(Struct, frozen=True):
    """Somebody has tried to connect."""

    machine: str
    port: int


class Attempts(Struct, frozen=True):
    """`net.connections`"""

    attempts: tuple[Attempt, ...]


# Of those that answer with something; the others answer with an empty object.
ANSWERS: dict[str, type[Any]] = {
    "world.begin": Begun,
    "fs.tree": Folder,
    "fs.looked_at": LookedAt,
    "listener.start": Listening,
    "listener.stop": Ended,
    "listener.state": Standing,
    "listener.configure": Saved,
    "client.wait": Outcome,
    "client.first_use": FirstUse,
    "client.check": Checked,
    "service.state": Service,
    "net.receive": Received,
    "net.search": Heard,
    "net.connections": Attempts,
}

# What every `ok` to a question without a world has to have, whatever a vector expects in it.
MEMBERS: dict[str, tuple[str, ...]] = {
    "map": ("path",),
    "validate_config": ("value",),
    "parse_address": ("kind", "path"),
    "format_uri": ("uri",),
    "format_message": ("text",),
    "derive_key": ("key",),
    "rebuild": ("sha256",),
}
