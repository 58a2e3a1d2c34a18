"""What a scenario asks of its target: machines, folders, programs, a network and a clock. See `adapter.md`.

A scenario is judged by what it raises: `NotMet` where the target does otherwise
than it should, `NotSupported` where target or adapter cannot do what is asked.
"""

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec
from msgspec import UNSET, Struct

from conformance.answers import (
    Attempts,
    Begun,
    Ended,
    Folder,
    Heard,
    Listening,
    LookedAt,
    Outcome,
    Received,
    Saved,
    Service,
    Standing,
)
from conformance.content import Content, Entries, Tree, bare, expected, planted, with_times
from conformance.protocol import as_json
from conformance.target import ANSWER_SECONDS_MAX, Target
from conformance.verdict import Step

T = TypeVar("T")

# Longer than any deadline that a client or listener may have of its own.
RUN_SECONDS_MAX = 600.0

# What an adapter needs beyond the time that it is asked to wait.
SLACK_SECONDS = 20.0

# Between two looks at a client that is to be held under way, and how many there are: a machine may be busy.
LOOK_SECONDS = 0.5
LOOKS_MAX = 60

# The modification time of the first files, in seconds since 1970: long ago, and not 0.
FIRST_TIME = 1_600_000_000

# What goes into one line, as hexadecimal digits.
PIECE_BYTES = 400_000

# What a report shows of a text.
SHOWN_LETTERS = 200

# The RootPath, and what a job is told to use below it.
FOLDER = "backup"


class NotMet(AssertionError):
    """The target does otherwise than it should; the text says what was found and what was expected."""


class NotSupported(Exception):
    """The target, or its adapter, cannot do something that the scenario needs."""


class AdapterFailed(Exception):
    """Nobody knows what the target would have done."""


class Refused(NotMet):
    """The target has refused what it was asked, which no scenario expects unless it says so."""

    def __init__(self, op: str, code: str, text: str, detail: Mapping[str, Any]) -> None:
        super().__init__(f"{op} is rejected with {code}: {text}")
        self.code = code
        self.detail = detail


class Machine(Struct, frozen=True):
    """One machine: how others reach it, under which system it runs, and the folder that it has for the scenario."""

    name: str
    host: str
    style: str
    base: str

    def at(self, *names: str) -> dict[str, str]:
        """A path below its folder."""
        separator = "\\" if self.style == "windows" else "/"
        return {"style": self.style, "path": separator.join((self.base, *names))}


class Stage:
    """A target with a world on it. `steps` is all that was asked and answered."""

    def __init__(self, target: Target) -> None:
        self.steps: list[Step] = []
        self.machines: dict[str, Machine] = {}
        self._target = target
        self._programs = 0
        self._time = FIRST_TIME

    def ask(self, op: str, params: dict[str, Any], seconds: float = ANSWER_SECONDS_MAX) -> dict[str, Any]:
        """Ask one thing and give the `ok` of the answer; raise what the answer is otherwise."""
        answer = self._target.ask(op, params, seconds)
        self.steps.append(Step(op, _shortened(params), _shortened(as_json(answer))))
        if answer.unsupported is not UNSET:
            raise NotSupported(answer.unsupported.reason)
        if answer.error is not UNSET:
            raise AdapterFailed(answer.error.text)
        if answer.rejected is not UNSET:
            refusal = answer.rejected
            raise Refused(op, refusal.code, refusal.text, refusal.detail)
        assert answer.ok is not UNSET
        return answer.ok

    def told(self, kind: type[T], op: str, params: dict[str, Any], seconds: float = ANSWER_SECONDS_MAX) -> T:
        """Ask one thing, and read the `ok` of the answer; raise `AdapterFailed` where it lacks what it should have."""
        answer = self.ask(op, params, seconds)
        try:
            return msgspec.convert(answer, kind)
        except msgspec.ValidationError as error:
            raise AdapterFailed(f"{op!r} is answered otherwise than it should: {error}") from None

    # The world

    def begin(self, **styles: str) -> None:
        """Begin a world with these machines, by their names, each under a system: posix or windows."""
        machines = [{"name": name, "style": style} for name, style in styles.items()]
        begun = self.told(Begun, "world.begin", {"machines": machines}, SLACK_SECONDS)
        if begun.machines.keys() != styles.keys():
            raise AdapterFailed(f"the world has the machines {[*begun.machines]}, asked for {[*styles]}")
        for name, found in begun.machines.items():
            self.machines[name] = Machine(name, found.host, found.base.style, found.base.path)

    def end(self) -> None:
        """End all that runs, if a world has begun."""
        if self.machines:
            self.ask("world.end", {}, SLACK_SECONDS)
            self.machines.clear()

    def program(self, what: str) -> str:
        """A name for a program that nobody else has."""
        self._programs += 1
        return f"{what} {self._programs}"

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.ask("clock.advance", {"seconds": seconds}, seconds + SLACK_SECONDS)

    # Folders

    def plant(self, machine: str, folder: Mapping[str, str], tree: Tree) -> None:
        """Make what a tree lists below a folder, which is made, too; its files are newer than all before."""
        self._time += 60
        params = {"machine": machine, "path": folder, "entries": planted(tree), "time": self._time}
        self.ask("fs.plant", params, SLACK_SECONDS)

    def plant_pieces(self, machine: str, folder: Mapping[str, str], name: str, content: bytes) -> None:
        """Make one large file, in pieces that fit into lines."""
        self.plant(machine, folder, {name: content[:PIECE_BYTES]})
        for place in range(PIECE_BYTES, len(content), PIECE_BYTES):
            piece = content[place : place + PIECE_BYTES].hex()
            params = {"machine": machine, "path": folder, "name": name, "hex": piece, "time": self._time}
            self.ask("fs.append", params, SLACK_SECONDS)

    def tree(self, machine: str, folder: Mapping[str, str]) -> Entries | None:
        """What lies below a folder, None if it is not there."""
        params = {"machine": machine, "path": folder}
        found = self.told(Folder, "fs.tree", params, SLACK_SECONDS).entries
        return None if found is None else bare(found)

    def tree_with_times(self, machine: str, folder: Mapping[str, str]) -> Entries:
        """What lies below a folder that is there, with all that whoever touches it changes; under `.` the folder itself."""
        told = self.told(Folder, "fs.tree", {"machine": machine, "path": folder}, SLACK_SECONDS)
        entries = {".": {"kind": "folder", "time": told.time}, **(told.entries or {})}
        if any(entry.get("time") is None for entry in entries.values()):
            raise NotSupported("the adapter does not tell when entries were changed")
        return with_times(entries)

    def watch(self, machine: str, folder: Mapping[str, str]) -> None:
        """Note from now on what programs look at in a folder and below it."""
        self.ask("fs.watch", {"machine": machine, "path": folder})

    def looked_at(self, machine: str, folder: Mapping[str, str]) -> tuple[str, ...]:
        """The files that programs have read, and the folders that they have listed; `.` is the folder itself."""
        return self.told(LookedAt, "fs.looked_at", {"machine": machine, "path": folder}).paths

    def remove(self, machine: str, path: Mapping[str, str]) -> None:
        """Remove an entry and all below it."""
        self.ask("fs.remove", {"machine": machine, "path": path})

    def lock(self, machine: str, path: Mapping[str, str]) -> None:
        """Have another program open a file, so that nobody else can write or exchange it."""
        self.ask("fs.lock", {"machine": machine, "path": path})

    def unlock(self, machine: str, path: Mapping[str, str]) -> None:
        """Have the other program close it."""
        self.ask("fs.unlock", {"machine": machine, "path": path})

    def limit(self, machine: str, folder: Mapping[str, str], room: int, entries: int | None = None) -> None:
        """Let so many bytes more fit into a folder, and so many entries if that is said, and no more."""
        params = {"machine": machine, "path": folder, "bytes": room, "entries": entries}
        self.ask("fs.limit", params)

    def unlimit(self, machine: str, folder: Mapping[str, str]) -> None:
        """Let there be room again."""
        self.ask("fs.unlimit", {"machine": machine, "path": folder})

    # Programs

    def listen(self, machine: str, **settings: Any) -> "Listener":
        """Start a listener and wait until it takes clients; raises `Refused` where it does not start."""
        name = self.program("listener")
        params = {"machine": machine, "name": name, "settings": settings}
        told = self.told(Listening, "listener.start", params, SLACK_SECONDS)
        return Listener(self, name, told.pid, told.port, told.warnings)

    def start(self, machine: str, **job: Any) -> "Client":
        """Start a client with one job."""
        name = self.program("client")
        self.ask("client.start", {"machine": machine, "name": name, "job": job})
        return Client(self, name)

    # Services and settings

    def save(self, machine: str, settings: Mapping[str, Any], **how: Any) -> Saved:
        """Save settings of a listener for its next start; raises `Refused` where they are not taken."""
        params = {"machine": machine, "settings": settings, **how}
        return self.told(Saved, "listener.configure", params)

    def saved(self, machine: str) -> dict[str, Any]:
        """The settings that are saved."""
        return self.ask("listener.settings", {"machine": machine})

    def service(self, machine: str) -> Service:
        """What is known of a machine's service."""
        return self.told(Service, "service.state", {"machine": machine})

    # The network

    def fault(self, kind: str, source: str, target: str, after_bytes: int = 0) -> str:
        """Have the network between two machines fail once so many bytes have passed; give the fault's name."""
        name = self.program("fault")
        params = {"name": name, "kind": kind, "between": [source, target], "after_bytes": after_bytes}
        self.ask("net.fault", params)
        return name

    def shape(
        self, one: str, other: str, *, round_trip_seconds: float, packet_bytes: int, lost: float = 0.0
    ) -> None:
        """Let packets between two machines take so long, be no larger, and be lost so often that they are sent again."""
        shape = {"round_trip_seconds": round_trip_seconds, "packet_bytes": packet_bytes, "lost": lost}
        self.ask("net.shape", {"between": [one, other], **shape})

    def name(self, name: str, machine: str) -> None:
        """Let a name mean a machine from now on, whatever it has meant."""
        self.ask("net.name", {"name": name, "machine": machine})

    def forward(self, machine: str, port: int, to: Mapping[str, Any]) -> None:
        """Carry whoever connects to a port of a machine to `machine` and `port` of another one."""
        self.ask("net.forward", {"machine": machine, "port": port, "to": to})

    def dial(self, machine: str, far: str, port: int) -> "Dialled":
        """Connect from one machine to a port of another one, with nobody but the suite to speak on it."""
        name = self.program("connection")
        self.ask("net.dial", {"name": name, "machine": machine, "to": {"machine": far, "port": port}})
        return Dialled(self, name)

    def heal(self, fault: str) -> None:
        """End a fault of the network."""
        self.ask("net.heal", {"name": fault})

    def overheard(self, *texts: str) -> list[str]:
        """Which of these texts could be read on the wire so far, in UTF-8 or UTF-16."""
        told = self.told(Heard, "net.search", {"texts": list(texts)})
        if len(told.found) != len(texts):
            raise AdapterFailed(f"'net.search' is answered for {len(told.found)} texts of {len(texts)}")
        require(told.bytes > 0, "nothing was heard on the wire at all")
        return [text for text, is_found in zip(texts, told.found, strict=True) if is_found]

    def carried(self) -> int:
        """How many bytes were on the wire so far: what a client says of itself is no proof."""
        return self.told(Heard, "net.search", {"texts": []}).bytes

    def dialled(self) -> list[tuple[str, int]]:
        """Whom anybody has tried to connect to: machine and port of each attempt, in order."""
        attempts = self.told(Attempts, "net.connections", {}).attempts
        return [(one.machine, one.port) for one in attempts]


class Listener(Struct, frozen=True):
    """A listener that runs, or has run."""

    stage: Stage
    name: str
    pid: int
    port: int
    warnings: tuple[str, ...] = ()

    def stop(self) -> str:
        """Have its operator end it, and wait; give `clean` or `failed`."""
        return self.stage.told(Ended, "listener.stop", {"name": self.name}, SLACK_SECONDS * 2).end

    def kill(self) -> None:
        """End it without a word."""
        self.stage.ask("listener.kill", {"name": self.name})

    def kill_before_change(self, number: int) -> None:
        """End it so once it is about to change its disk for that time, counted from now on."""
        self.stage.ask("listener.kill", {"name": self.name, "before_change": number})

    def is_running(self) -> bool:
        """Whether it still runs."""
        return self.stage.told(Standing, "listener.state", {"name": self.name}).running

    def ports(self) -> list[int]:
        """The ports at which it accepts connections."""
        return list(self.stage.told(Standing, "listener.state", {"name": self.name}).ports)


class Client(Struct, frozen=True):
    """A client that runs, or has run."""

    stage: Stage
    name: str

    def wait(self, seconds: float = RUN_SECONDS_MAX) -> Outcome:
        """Wait until it ends, or for so long; give what it has told by then."""
        params = {"name": self.name, "seconds": seconds}
        return self.stage.told(Outcome, "client.wait", params, seconds + SLACK_SECONDS)

    def wait_under_way(self, size: int) -> None:
        """Wait until so many bytes have travelled, and a moment longer; demand that it still runs, held by a silent network."""
        for _ in range(LOOKS_MAX):
            equal("the run", self.wait(LOOK_SECONDS).state, "running")
            if self._has_carried(size):
                equal("the run", self.wait(LOOK_SECONDS).state, "running")
                return
        raise NotMet(f"only {self.stage.carried()} bytes travelled, {size} were waited for")

    def _has_carried(self, size: int) -> bool:
        try:
            return self.stage.carried() >= size
        except NotSupported:  # nobody counts there: the moment has to do
            return True

    def kill(self) -> None:
        """End it without a word."""
        self.stage.ask("client.kill", {"name": self.name})


class Dialled(Struct, frozen=True):
    """A connection of the suite's own, byte by byte."""

    stage: Stage
    name: str

    def send(self, data: bytes) -> None:
        """Send; nobody is told where the other side has gone."""
        for place in range(0, len(data), PIECE_BYTES):
            piece = data[place : place + PIECE_BYTES].hex()
            self.stage.ask("net.send", {"name": self.name, "hex": piece})

    def receive(self, count: int, seconds: float) -> bytes | None:
        """Give some bytes, none at the end, or None when the time is over."""
        params = {"name": self.name, "bytes": min(count, PIECE_BYTES), "seconds": seconds}
        told = self.stage.told(Received, "net.receive", params, seconds + SLACK_SECONDS)
        return None if not told.hex and not told.ended else bytes.fromhex(told.hex)

    def close(self) -> None:
        """End it on this side."""
        self.stage.ask("net.hang_up", {"name": self.name})


def equal(what: str, found: object, wanted: object) -> None:
    """Demand that something is as expected."""
    if found != wanted:
        raise NotMet(f"{what}: {found!r}, expected {wanted!r}")


def require(condition: object, complaint: str) -> None:
    """Demand that something holds."""
    if not condition:
        raise NotMet(complaint)


def holds(what: str, found: Entries | None, tree: Tree) -> None:
    """Demand that a folder is there and holds exactly a tree."""
    require(found is not None, f"{what}: is not there")
    assert found is not None
    same(what, found, expected(tree))


def same(what: str, found: Entries, wanted: Entries) -> None:
    """Demand that there are these entries and no others."""
    for path in sorted({*found, *wanted}):
        if path not in wanted:
            raise NotMet(f"{what}: {path} is there, and should not be")
        if path not in found:
            raise NotMet(f"{what}: {path} is missing")
        if found[path] != wanted[path]:
            raise NotMet(f"{what}: {path} is {found[path]}, expected {wanted[path]}")


def has(what: str, found: Entries | None, path: str, content: Content) -> None:
    """Demand that a folder has an entry, whatever else is in it."""
    entry = (found or {}).get(path)
    wanted = expected({path: content})[path]
    if entry != wanted:
        raise NotMet(f"{what}: {path} is {entry}, expected {wanted}")


def old_or_new(what: str, found: Entries | None, old: Tree, new: Tree) -> None:
    """Demand of each entry of two trees that it is as in one of them, whatever else there is."""
    before, after = expected(old), expected(new)
    for path in sorted({*before, *after}):
        now = (found or {}).get(path)
        require(now in (before.get(path), after.get(path)), f"{what}: {path} is {now}, neither old nor new")


def _shortened(value: Any) -> Any:
    """A value as a report shows it: what is long is cut."""
    if isinstance(value, dict):
        return {key: _shortened(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_shortened(inner) for inner in value]
    if isinstance(value, str) and len(value) > SHOWN_LETTERS:
        return f"{value[:SHOWN_LETTERS]}… ({len(value)} characters)"
    return value
