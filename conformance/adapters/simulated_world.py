"""A world of the simulator behind the operations of the adapter protocol: psync's own client and listener in it."""

import asyncio
import errno
import hashlib
import io
import re
import stat
from collections.abc import Callable, Coroutine
from functools import cache, partial
from typing import Any, TypeVar

from msgspec import structs
from pyfakefs.fake_file import FakeDirectory, FakeFile

from conformance.adapters.dialling import Dialling
from conformance.adapters.psync_programs import (
    Fields,
    address_of,
    check_built,
    content_of,
    events_in,
    heard_of,
    outcome,
    port_of,
    refusal,
)
from conformance.adapters.serving import Refusal, Unsupported
from conformance.adapters.simulated_changes import is_change, is_making
from conformance.adapters.simulated_line import SimulatedLine
from conformance.adapters.simulated_lock import lock
from conformance.adapters.simulated_looks import Looks
from conformance.adapters.simulated_network import Tap, forward, lose
from conformance.adapters.version import of_version
from psync.app.events import JsonReport
from psync.app.output import Output
from psync.core.addresses import DEFAULT_PORT, parse_address
from psync.core.errors import Failure
from psync.core.paths import PathStyle
from psync.core.settings import CopySettings
from psync.engine.events import Event
from psync.wire.keys import Secret, stretch
from sim.failure import failure
from sim.faults import ConnectionReset, NetworkSilent
from sim.gate import Call
from sim.link import SECOND_NS
from sim.machine import Machine
from sim.process import Process, current_process
from sim.replication import Replication
from sim.trees import Link
from sim.world import World

T = TypeVar("T")

SEED = 1
BASES = {PathStyle.POSIX: "/srv", PathStyle.WINDOWS: "C:\\srv"}

# Between two looks at a program that somebody waits for.
LOOK_SECONDS = 0.01

# How long a listener may take to start.
START_SECONDS_MAX = 60.0

FOR_EVER_SECONDS = 1e6


class Told:
    """The lines of JSON that one program has told."""

    def __init__(self) -> None:
        self._lines = io.BytesIO()
        self.report = JsonReport(Output(self._lines, None), lambda: 0)

    @property
    def events(self) -> list[Fields]:
        """What it has told so far."""
        return events_in(self._lines.getvalue())


class SimulatedWorld(Dialling):
    """One world from `world.begin` to `world.end`."""

    def __init__(self, machines: list[Fields]) -> None:
        super().__init__()
        self.world = World(SEED)
        self._told: dict[Process, Told] = {}
        self._programs: dict[str, Process] = {}
        self._locks: dict[tuple[str, str], Callable[[], None]] = {}
        self._heals: dict[str, Callable[[], None]] = {}
        self._limits: dict[str, Callable[[], None]] = {}
        self._forwarders: set[str] = set()
        self._replication = Replication(self.world, hear=self._hear)
        for machine in machines:
            style = PathStyle(machine["style"])
            made = self.world.machine(machine["name"], style)
            made.files.make_folder(BASES[style].encode())
        self._tap = Tap(self.world)

    @property
    def about(self) -> Fields:
        """What `world.begin` answers."""
        return {
            "machines": {
                name: {"host": name, "base": {"style": machine.style.value, "path": BASES[machine.style]}}
                for name, machine in self.world.machines.items()
            }
        }

    # Folders

    def plant(self, params: Fields) -> Fields:
        """`fs.plant`"""
        files = self._machine(params).files
        entries = params["entries"]
        names, junctions = (_targets(entries, kind) for kind in ("hard_link", "junction"))
        others = entries.keys() - names.keys() - junctions.keys()
        tree = {path.encode(): _content(entry) for path, entry in entries.items() if path in others}
        root = params["path"]["path"].encode()
        files.plant(root, tree)
        separator = b"\\" if self._machine(params).style is PathStyle.WINDOWS else b"/"
        for path, content in tree.items():
            if isinstance(content, bytes):
                files.set_time(separator.join((root, *path.split(b"/"))), params["time"] * SECOND_NS)
        for path, target in names.items():
            files.add_name(target.encode(), root + b"/" + path.encode())
        for path, target in junctions.items():
            self._join(params, path, target)
        self._machine(params).disk.journal.sync_all()
        return {}

    def _join(self, params: Fields, path: str, target: str) -> None:
        """Make a junction: what the simulated Windows has for one is a link that takes no privilege to make."""
        disk = self._machine(params).disk
        above, _, name = f"{_on_disk(self._machine(params), params).decode()}/{path}".rpartition("/")
        disk.make_link(disk.folder(above.encode()), name, target)

    def append(self, params: Fields) -> Fields:
        """`fs.append`"""
        machine = self._machine(params)
        files, name = machine.files, params["name"]
        separator = "\\" if machine.style is PathStyle.WINDOWS else "/"
        path = f"{params['path']['path']}{separator}{name}".encode()
        files.write(path, files.read(path) + bytes.fromhex(params["hex"]))
        files.set_time(path, params["time"] * SECOND_NS)
        machine.disk.journal.sync_all()
        return {}

    def deny(self, params: Fields) -> Fields:
        """`fs.deny`: whoever opens it is told that he may not."""
        path = params["path"]["path"].encode()
        named = (path, re.split(rb"[\\/]", path)[-1])

        def refuse(call: Call) -> None:
            if call.name == "open" and call.arguments[0] in named:
                raise failure(errno.EACCES)

        self._machine(params).watchers.append(refuse)
        return {}

    def tree(self, params: Fields) -> Fields:
        """`fs.tree`"""
        machine = self._machine(params)
        folder = _node(machine, params)
        if not isinstance(folder, FakeDirectory):
            return {"entries": None}
        tree = machine.files.tree(params["path"]["path"].encode())
        entries = {
            name.decode(): {**_entry(content), **_marks(_below(folder, name))}
            for name, content in tree.items()
        }
        return {"entries": entries, "time": _marks(folder)["time"]}

    def watch(self, params: Fields) -> Fields:
        """`fs.watch`"""
        machine = self._machine(params)
        self._looks = Looks(machine, machine.disk.folder(_on_disk(machine, params)))
        return {}

    def looked_at(self, params: Fields) -> Fields:
        """`fs.looked_at`"""
        return {"paths": self._looks.paths}

    def remove(self, params: Fields) -> Fields:
        """`fs.remove`"""
        machine = self._machine(params)
        files, path = machine.files, params["path"]["path"].encode()
        if not isinstance(_node(machine, params), FakeDirectory):
            files.remove(path)
            return {}
        for name, content in sorted(files.tree(path).items(), reverse=True):
            inner = path + b"/" + name
            files.os.rmdir(inner) if content is None else files.remove(inner)
        files.os.rmdir(path)
        return {}

    def lock(self, params: Fields) -> Fields:
        """`fs.lock`"""
        machine, path = self._machine(params), params["path"]["path"]
        node = _node(machine, params)
        if node is None or isinstance(node, FakeDirectory):
            raise FileNotFoundError(path)
        self._locks[machine.name, path] = lock(machine, node)
        return {}

    def unlock(self, params: Fields) -> Fields:
        """`fs.unlock`"""
        self._locks.pop((params["machine"], params["path"]["path"]))()
        return {}

    def limit(self, params: Fields) -> Fields:
        """`fs.limit`: for the bytes all of the machine is one disk."""
        machine, path = self._machine(params), params["path"]["path"].encode()
        machine.disk.quota_bytes = machine.disk.used_bytes + params["bytes"]
        if params["entries"] is not None:
            entries_max = len(machine.files.tree(path)) + params["entries"]

            def refuse(call: Call) -> None:
                if is_making(call) and len(machine.files.tree(path)) >= entries_max:
                    raise failure(errno.ENOSPC)

            machine.watchers.append(refuse)
            self._limits[machine.name] = lambda: machine.watchers.remove(refuse)
        return {}

    def unlimit(self, params: Fields) -> Fields:
        """`fs.unlimit`"""
        machine = self._machine(params)
        machine.disk.quota_bytes = None
        self._limits.pop(machine.name, lambda: None)()
        return {}

    # Programs

    def start_listener(self, params: Fields) -> Fields:
        """`listener.start`"""
        settings = params["settings"]
        check_built(settings)
        try:
            with of_version(settings.get("version", "")):
                return self._run(self._start_listener(params["name"], self._machine(params), settings))
        except Failure as failure:
            raise Refusal(failure.code, str(failure)) from failure

    async def _start_listener(self, name: str, machine: Machine, settings: Fields) -> Fields:
        more: Fields = {"instance": settings["instance"]} if settings.get("instance") else {}
        if settings.get("exposed"):  # of all others nothing is said, and each listener here can be reached
            more["allow_unauthenticated_network"] = settings.get("unauthenticated", False)
        process = self._replication.start_listener(
            machine,
            settings["root_path"]["path"] if settings.get("root_path") else None,
            prs=_key(settings.get("user") or "", settings.get("password") or ""),
            port=settings.get("port") or DEFAULT_PORT,
            **more,
        )
        self._programs[name] = process
        async with asyncio.timeout(START_SECONDS_MAX):
            while True:
                told = self._events(process)
                ready = next((one for one in told if one["event"] == "ready"), None)
                if ready is not None:
                    warnings = [one["text"] for one in told if one["event"] == "warning"]
                    return {"pid": process.process_id, "port": ready["port"], "warnings": warnings}
                if not process.is_alive:
                    raise _refusal(told, process.exit_code)
                await asyncio.sleep(LOOK_SECONDS)

    def stop_listener(self, params: Fields) -> Fields:
        """`listener.stop`"""
        process = self._programs[params["name"]]
        process.stop()
        code = self._run(process.wait())
        return {"end": "clean" if code == 0 else "failed"}

    def kill(self, params: Fields) -> Fields:
        """`listener.kill`, `client.kill`"""
        process = self._programs[params["name"]]
        if "before_change" not in params:
            process.kill()
            return {}
        left = params["before_change"]

        def watch(call: Call) -> None:
            nonlocal left
            if call.process is process and is_change(call):
                left -= 1
                if not left:
                    process.kill()

        self.world.machines[process.stack.name].watchers.append(watch)
        return {}

    def listener_state(self, params: Fields) -> Fields:
        """`listener.state`"""
        process = self._programs[params["name"]]
        return {"running": process.is_alive, "ports": process.stack.ports_of(process)}

    def start_client(self, params: Fields) -> Fields:
        """`client.start`"""
        job, machine = params["job"], self._machine(params)
        check_built(job)
        prs = _key(job.get("user") or "", job.get("password") or "")
        try:
            settings = CopySettings(
                parse_address(address_of(job["source"]), machine.style),
                parse_address(address_of(job["target"]), machine.style),
                port=port_of(job),
                job=job.get("name", "Replication"),
                delete=job.get("delete", False),
                is_keyed=bool(job.get("user") or job.get("password")),
                allow_unauthenticated_network=job.get("unauthenticated", True),
            )
        except Failure as failure:
            raise Refusal(failure.code, str(failure)) from failure
        self._programs[params["name"]] = self._replication.start_copy(machine, settings, prs=prs)
        return {}

    def wait_for_client(self, params: Fields) -> Fields:
        """`client.wait`"""
        process = self._programs[params["name"]]
        self._run(_wait(process, params["seconds"]))
        return outcome(self._events(process), is_running=process.is_alive)

    # Network and clock

    def fault(self, params: Fields) -> Fields:
        """`net.fault`"""
        near, far = params["between"]
        match params["kind"]:
            case "silent":
                arm = partial(NetworkSilent(near, far, True, 1, FOR_EVER_SECONDS).arm, self)  # type: ignore[arg-type]  # all of a site that it asks for
            case "reset":
                arm = partial(ConnectionReset(near, far, 1).arm, self)  # type: ignore[arg-type]  # likewise
            case "flip":
                self._heals[params["name"]] = self._tap.flip((near, far), params["after_bytes"])
                return {}
            case other:
                raise Unsupported(f"the simulator's network has no fault {other!r} here")
        after = params["after_bytes"]
        self._heals[params["name"]] = self._tap.when_carried((near, far), after, arm) if after else arm()
        return {}

    def shape(self, params: Fields) -> Fields:
        """`net.shape`"""
        near, far = params["between"]
        latency_ns = round(params["round_trip_seconds"] / 2 * SECOND_NS)
        for source, target in ((near, far), (far, near)):
            link = self.world.network.link(source, target)
            link.route = structs.replace(
                link.route,
                latency_ns_min=latency_ns,
                latency_ns_max=latency_ns,
                segment_bytes_max=params["packet_bytes"],
            )
            if params["lost"]:
                lose(self.world, link, params["lost"])
        return {}

    def name(self, params: Fields) -> Fields:
        """`net.name`"""
        self.world.network.aliases[params["name"].lower()] = params["machine"].lower()
        return {}

    def forward(self, params: Fields) -> Fields:
        """`net.forward`"""
        to = params["to"]
        self._machine(params).start(forward, (params["port"], to["machine"], to["port"]))
        self._forwarders.add(params["machine"])
        self._run(asyncio.sleep(LOOK_SECONDS))
        return {}

    def heal(self, params: Fields) -> Fields:
        """`net.heal`"""
        self._heals.pop(params["name"])()
        return {}

    def line(self, machine: str, far: str, port: int) -> SimulatedLine:
        """Connect from a program of that machine, which does nothing else."""
        return SimulatedLine(self.world, self.world.machines[machine], far, port)

    def search(self, params: Fields) -> Fields:
        """`net.search`"""
        return heard_of(params["texts"], bytes(self._tap.heard))

    def connections(self, _params: Fields) -> Fields:
        """`net.connections`"""
        words = [event.detail.split() for event in self.world.trace.events if event.kind == "net"]
        ends = [ends.partition(">") for ends, packet, *_ in words if packet == "SYN"]
        pairs = [
            target.rpartition(":")
            for source, _, target in ends
            if source.partition(":")[0] not in self._forwarders
        ]
        return {"attempts": [{"machine": machine, "port": int(port)} for machine, _, port in pairs]}

    def advance(self, params: Fields) -> Fields:
        """`clock.advance`"""
        self._run(asyncio.sleep(params["seconds"]))
        return {}

    def end(self, _params: Fields) -> Fields:
        """`world.end`"""
        self.world.close()
        return {}

    # What faults ask

    def took_effect(self, fault: object, what: str = "") -> None:
        """A fault has happened."""
        self.world.note(f"{type(fault).__name__} {what}")

    # Inside

    def _run(self, scenario: Coroutine[Any, Any, T]) -> T:
        return self.world.run(scenario)

    def _machine(self, params: Fields) -> Machine:
        return self.world.machines[params["machine"]]

    def _events(self, process: Process) -> list[Fields]:
        told = self._told.get(process)
        return [] if told is None else told.events

    def _hear(self, event: Event) -> None:
        self._told.setdefault(current_process(), Told()).report(event)


def _node(machine: Machine, params: Fields) -> FakeFile | None:
    """What stands at the path that is asked for."""
    return machine.disk.find(_on_disk(machine, params))


def _on_disk(machine: Machine, params: Fields) -> bytes:
    path: str = params["path"]["path"]
    on_disk = path.replace("\\", "/") if machine.style is PathStyle.WINDOWS else path
    return b"/" + on_disk.encode().lstrip(b"/")


def _below(folder: FakeFile, path: bytes) -> FakeFile:
    """The node that a tree has found below a folder."""
    node = folder
    for name in path.decode("utf-8", "surrogateescape").split("/"):
        node = node.entries[name]
    return node


def _marks(node: FakeFile) -> Fields:
    """What of an entry changes when somebody touches it."""
    status = node.stat_result
    return {"time": status.st_mtime_ns, "mode": stat.S_IMODE(status.st_mode)}


async def _wait(process: Process, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await process.wait()
    except TimeoutError:
        return


def _refusal(events: list[Fields], exit_code: int | None) -> Refusal:
    """Why a listener has not started."""
    refused = next((one for one in events if one["event"] == "refused"), None)
    if refused is None:
        return Refusal("ENDED", "it ended without a word")
    return refusal(refused, exit_code)


def _targets(entries: Fields, kind: str) -> dict[str, str]:
    return {path: entry["target"] for path, entry in entries.items() if entry["kind"] == kind}


def _content(entry: Fields) -> Any:
    if entry["kind"] == "folder":
        return None
    if entry["kind"] == "link":
        return Link(entry["target"].encode())
    return content_of(entry)


def _entry(content: Any) -> Fields:
    if content is None:
        return {"kind": "folder"}
    if isinstance(content, Link):
        return {"kind": "link", "target": content.target.decode()}
    return {"kind": "file", "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}


@cache
def _key(user: str, password: str) -> Secret:
    return stretch(user, password)
