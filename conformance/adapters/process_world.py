"""Machines that are folders of this one: psync as real processes on real disks, with a wire in front of each listener."""

import hashlib
import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from functools import cache
from pathlib import Path
from uuid import uuid4

from conformance.adapters import looks
from conformance.adapters.dialling import Dialling
from conformance.adapters.kill import kill_file
from conformance.adapters.lock import Locks
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
from conformance.adapters.small_disk import SmallDisks
from conformance.adapters.version import VERSION
from conformance.adapters.wire import Network, Wire
from conformance.blackbox.wire import Address, Deadlines, SocketLine

PACKAGES = Path(__file__).parents[2]
DEFAULT_PORT = 7333

START_SECONDS_MAX = 15.0
END_SECONDS_MAX = 30.0
POLL_SECONDS = 0.01

# Nobody waits for longer on a real clock.
ADVANCE_SECONDS_MAX = 5.0


# What root may do beyond what its files allow, taken away as capabilities(7) has it.
UNPRIVILEGED = [
    "setpriv",
    "--bounding-set=-dac_override,-dac_read_search",
    "--inh-caps=-dac_override,-dac_read_search",
]


@cache
def obeying_permissions() -> list[str] | None:
    """What a command begins with, so that the permissions of files count for it; None where nothing can do that."""
    if os.geteuid() != 0:
        return []
    with suppress(OSError):
        if subprocess.run([*UNPRIVILEGED, "true"], check=False, capture_output=True).returncode == 0:
            return UNPRIVILEGED
    return None


# What is added to a documented text that psync tells programs and not its operator.
UNSEEN = " (which its operator has not seen)"


class Machine:
    """A folder for its disk, one for the state of its programs, an address to listen at and one to be called at."""

    def __init__(self, folder: Path, name: str, number: int) -> None:
        self.name = name
        self.base = folder / name
        self.state = folder / f"{name} state"
        self.instance = f"{name}-{uuid4().hex}"
        for made in (self.base, self.state):
            made.mkdir()
        # Of 127.0.0.0/8, all of which is this machine; apart from those of other adapters that run beside this one.
        network = f"127.{64 + (os.getpid() >> 8) % 64}.{os.getpid() % 256}"
        self.address, self.host = f"{network}.{2 * number + 1}", f"{network}.{2 * number + 2}"


class Program:
    """One process of psync, and what it has told."""

    def __init__(
        self, machine: Machine, name: str, arguments: list[str], connections: Path, *, version: str = ""
    ) -> None:
        """`version`: of which it is, psync's own unless one is named."""
        self.machine = machine
        self.wire: Wire | None = None
        self._out, self._shown = machine.state / f"{name}.out", machine.state / f"{name}.shown"
        environment = {key: value for key, value in os.environ.items() if not key.startswith("PSYNC_")}
        environment |= {"PSYNC_STATE_DIR": str(machine.state / "psync"), "PYTHONPATH": str(PACKAGES)}
        environment[VERSION] = version
        psync = [sys.executable, "-m", "conformance.adapters.audited", str(connections), *arguments]
        command = [*(obeying_permissions() or []), *psync]
        with self._out.open("wb") as out, self._shown.open("wb") as shown:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=shown,
                env=environment,
                cwd=machine.state,
            )

    @property
    def events(self) -> list[Fields]:
        """What it has told so far."""
        return events_in(self._out.read_bytes())

    @property
    def shown(self) -> list[str]:
        """The lines that its operator has seen on the terminal."""
        return self._shown.read_text("utf-8", "backslashreplace").splitlines()

    @property
    def is_running(self) -> bool:
        """Whether it has not ended yet."""
        return self.process.poll() is None

    def wait(self, seconds: float) -> bool:
        """Wait for its end; say whether it came."""
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(seconds)
        return not self.is_running

    def end(self, number: int) -> int:
        """Send a signal, wait for the end, and take its wire away; give the exit code."""
        if self.is_running:
            self.process.send_signal(number)
        if not self.wait(END_SECONDS_MAX):
            self.process.kill()
        if self.wire is not None:
            self.wire.cut()
        return self.process.wait()

    def listening_ports(self) -> list[int]:
        """The ports at which it accepts connections, as the kernel tells them (proc(5))."""
        process = Path(f"/proc/{self.process.pid}")
        inodes = set()
        for descriptor in (process / "fd").iterdir():
            with suppress(OSError):
                inodes.add(os.readlink(descriptor))
        ports = set()
        for table in ("tcp", "tcp6"):
            for line in (process / "net" / table).read_text().splitlines()[1:]:
                _, local, _, state, *rest = line.split()
                if state == "0A" and f"socket:[{rest[5]}]" in inodes:
                    ports.add(int(local.rpartition(":")[2], 16))
        return sorted(ports)


class ProcessWorld(Dialling):
    """One world from `world.begin` to `world.end`."""

    def __init__(self, machines: list[Fields]) -> None:
        super().__init__()
        if any(machine["style"] != "posix" for machine in machines):
            raise Unsupported("real processes run on this machine's own system, which is no Windows")
        self.folder = Path(tempfile.mkdtemp(prefix="psync-conformance-"))
        self._machines = {
            machine["name"]: Machine(self.folder, machine["name"], number)
            for number, machine in enumerate(machines)
        }
        self._programs: dict[str, Program] = {}
        self._network = Network()
        self._small_disks = SmallDisks()
        self._forwards: list[Wire] = []
        self._connections = self.folder / "connections"
        self._connections.touch()
        self._locks = Locks(self._connections)

    @property
    def about(self) -> Fields:
        """What `world.begin` answers."""
        return {
            "machines": {
                name: {"host": machine.host, "base": {"style": "posix", "path": str(machine.base)}}
                for name, machine in self._machines.items()
            }
        }

    # Folders

    def plant(self, params: Fields) -> Fields:
        """`fs.plant`"""
        root = Path(params["path"]["path"])
        root.mkdir(parents=True, exist_ok=True)
        for name, entry in params["entries"].items():
            path = root / name
            if entry["kind"] == "folder":
                path.mkdir(parents=True, exist_ok=True)
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            if entry["kind"] == "link":
                path.symlink_to(entry["target"])
            elif entry["kind"] == "hard_link":
                path.hardlink_to(entry["target"])
            else:
                path.write_bytes(content_of(entry))
                os.utime(path, (params["time"], params["time"]))
        return {}

    def append(self, params: Fields) -> Fields:
        """`fs.append`"""
        path = Path(params["path"]["path"]) / params["name"]
        with path.open("ab") as file:
            file.write(bytes.fromhex(params["hex"]))
        os.utime(path, (params["time"], params["time"]))
        return {}

    def deny(self, params: Fields) -> Fields:
        """`fs.deny`"""
        if obeying_permissions() is None:
            raise Unsupported("this adapter runs as root, to whom nothing can be denied here")
        Path(params["path"]["path"]).chmod(0)
        return {}

    def tree(self, params: Fields) -> Fields:
        """`fs.tree`"""
        root = Path(params["path"]["path"])
        if not root.is_dir():
            return {"entries": None}
        entries = {str(path.relative_to(root)): _entry(path) for path in sorted(root.rglob("*"))}
        return {"entries": entries, "time": root.stat().st_mtime_ns}

    def watch(self, params: Fields) -> Fields:
        """`fs.watch`"""
        looks.watch(Path(params["path"]["path"]))
        return {}

    def looked_at(self, params: Fields) -> Fields:
        """`fs.looked_at`"""
        return {"paths": looks.looked_at(Path(params["path"]["path"]))}

    def remove(self, params: Fields) -> Fields:
        """`fs.remove`"""
        path = Path(params["path"]["path"])
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
        return {}

    def lock(self, params: Fields) -> Fields:
        """`fs.lock`"""
        path = Path(params["path"]["path"])
        if not path.is_file():
            raise FileNotFoundError(path)
        self._locks.lock(path)
        return {}

    def unlock(self, params: Fields) -> Fields:
        """`fs.unlock`"""
        self._locks.unlock(Path(params["path"]["path"]))
        return {}

    def limit(self, params: Fields) -> Fields:
        """`fs.limit`"""
        self._small_disks.limit(Path(params["path"]["path"]), params["bytes"], params["entries"])
        return {}

    def unlimit(self, params: Fields) -> Fields:
        """`fs.unlimit`"""
        self._small_disks.lift(Path(params["path"]["path"]))
        return {}

    # Programs

    def start_listener(self, params: Fields) -> Fields:
        """`listener.start`"""
        settings, machine = params["settings"], self._machines[params["machine"]]
        check_built(settings)
        asked = settings.get("port") or (free_port() if settings.get("exposed") else None)
        own = settings.get("instance")
        arguments = [
            "listen",
            "--json",
            "--instance",
            f"{machine.instance}-{own}" if own else machine.instance,
        ]
        arguments += ["--host", "0.0.0.0" if settings.get("exposed") else machine.address]
        arguments += ["--port", str(asked)] if asked else []
        arguments += ["--allow-unauthenticated-network"] if settings.get("unauthenticated") else []
        if settings.get("root_path"):
            arguments += ["--root-path", settings["root_path"]["path"]]
        program = self._start(params, arguments + self._key(machine, settings))
        told = _started(program)
        port = told["port"]  # where it really listens, whatever it was asked
        if not settings.get("exposed"):  # such a one listens at all addresses of the machine itself
            program.wire = Wire(self._network, (machine.host, port), (machine.address, port))
        warnings = [event["text"] for event in program.events if event["event"] == "warning"]
        return {"pid": program.process.pid, "port": port, "warnings": warnings}

    def stop_listener(self, params: Fields) -> Fields:
        """`listener.stop`"""
        code = self._programs[params["name"]].end(signal.SIGTERM)
        return {"end": "clean" if code == 0 else "failed"}

    def kill(self, params: Fields) -> Fields:
        """`listener.kill`, `client.kill`"""
        program = self._programs[params["name"]]
        if "before_change" in params:
            kill_file(self._connections, program.process.pid).write_text(
                str(params["before_change"]), "ascii"
            )
            return {}
        program.end(signal.SIGKILL)
        return {}

    def listener_state(self, params: Fields) -> Fields:
        """`listener.state`"""
        program = self._programs[params["name"]]
        is_running = program.is_running
        return {"running": is_running, "ports": program.listening_ports() if is_running else []}

    def start_client(self, params: Fields) -> Fields:
        """`client.start`"""
        job, machine = params["job"], self._machines[params["machine"]]
        check_built(job)
        port = port_of(job)
        ends = [address_of(job[end]) for end in ("source", "target")]
        arguments = ["copy", "--json"]
        arguments += ["--allow-unauthenticated-network"] if job.get("unauthenticated", True) else []
        arguments += ["--port", str(port)] if port else []
        arguments += ["--delete"] if job.get("delete") else []
        arguments += ["--job", job["name"]] if "name" in job else []
        self._start(params, [*arguments, *self._key(machine, job), "--", *ends])
        return {}

    def wait_for_client(self, params: Fields) -> Fields:
        """`client.wait`"""
        program = self._programs[params["name"]]
        is_over = program.wait(params["seconds"])
        told = outcome(program.events, is_running=not is_over)
        shown = program.shown if is_over else told["messages"]
        told["messages"] = [text if text in shown else f"{text}{UNSEEN}" for text in told["messages"]]
        return told

    # Network and clock

    def fault(self, params: Fields) -> Fields:
        """`net.fault`"""
        if params["kind"] not in ("silent", "reset"):
            raise Unsupported(f"the wire has no fault {params['kind']!r}")
        self._network.arm(params["name"], params["kind"], params["after_bytes"])
        return {}

    def heal(self, params: Fields) -> Fields:
        """`net.heal`"""
        self._network.heal(params["name"])
        return {}

    def forward(self, params: Fields) -> Fields:
        """`net.forward`"""
        gateway, far = self._machines[params["machine"]], self._machines[params["to"]["machine"]]
        ends = (gateway.host, params["port"]), (far.address, params["to"]["port"])
        self._forwards.append(Wire(self._network, *ends))
        return {}

    def line(self, machine: str, far: str, port: int) -> SocketLine:
        """Connect as clients do, through the wire that is heard."""
        return SocketLine(Address(self._machines[far].host, port), Deadlines())

    def search(self, params: Fields) -> Fields:
        """`net.search`"""
        return heard_of(params["texts"], bytes(self._network.heard))

    def connections(self, _params: Fields) -> Fields:
        """`net.connections`"""
        names = {machine.host: machine.name for machine in self._machines.values()}
        ends = [json.loads(line) for line in self._connections.read_text().splitlines()]
        return {"attempts": [{"machine": names.get(host, host), "port": port} for host, port in ends]}

    def advance(self, params: Fields) -> Fields:
        """`clock.advance`"""
        if params["seconds"] > ADVANCE_SECONDS_MAX:
            raise Unsupported(f"nobody waits for {params['seconds']:g} s on a real clock")
        time.sleep(params["seconds"])
        return {}

    def end(self, _params: Fields) -> Fields:
        """`world.end`"""
        self._network.heal_all()
        self.hang_up_all()
        for program in self._programs.values():
            program.end(signal.SIGKILL)
            if program.wire is not None:
                program.wire.drop()
        self._small_disks.end()
        for forward in self._forwards:
            forward.drop()
        shutil.rmtree(self.folder)
        return {}

    # Inside

    def _start(self, params: Fields, arguments: list[str]) -> Program:
        name = params["name"]
        machine, version = self._machines[params["machine"]], params.get("settings", {}).get("version", "")
        program = Program(machine, name, arguments, self._connections, version=version)
        self._programs[name] = program
        return program

    def _key(self, machine: Machine, settings: Fields) -> list[str]:
        arguments = ["--user", settings["user"]] if settings.get("user") else []
        if settings.get("password"):
            file = machine.state / f"password {len(list(machine.state.iterdir()))}"
            file.touch(0o600)
            file.write_text(settings["password"], "utf-8")
            arguments += ["--password-file", str(file)]
        return arguments


def free_port() -> int:
    """A port that nobody has at any address: one at all of them shares them with whatever else runs here."""
    with socket.create_server(("", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def _started(program: Program) -> Fields:
    """Wait until a listener takes clients; raise `Refusal` where it ends instead."""
    deadline = time.monotonic() + START_SECONDS_MAX
    while time.monotonic() < deadline:
        is_over = not program.is_running
        for event in program.events:
            if event["event"] == "ready":
                return event
            if event["event"] == "refused":
                program.wait(END_SECONDS_MAX)
                raise refusal(event, program.process.returncode)
        if is_over:
            raise Refusal("USAGE", f"it has ended with exit code {program.process.returncode}")
        time.sleep(POLL_SECONDS)
    raise TimeoutError("the listener neither starts nor ends")


def _entry(path: Path) -> Fields:
    status = path.lstat()
    marks = {"time": status.st_mtime_ns, "mode": stat.S_IMODE(status.st_mode)}
    if path.is_symlink():
        return {"kind": "link", "target": str(path.readlink()), **marks}
    if path.is_dir():
        return {"kind": "folder", **marks}
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    return {"kind": "file", "size": len(content), "sha256": digest, **marks}
