"""Clients that stay, and the retry list, imitated: psync's copies in the simulator, started when something is due."""

from typing import Any

from msgspec import Struct

from conformance.adapters.serving import Operation
from tests.conformance.scenarios.playing import Operations
from tests.conformance.scenarios.remembering import Contents, Place, machine_of

Fields = dict[str, Any]

SUFFIX = " (Added To Retry List)..."
RETRY_SECONDS = 60.0


class Waiting(Struct):
    """An entry of the retry list: when it is tried next, what it was tried with first, how often it was tried again."""

    due: float
    content: bytes
    attempts: int = 0


class Stayer(Struct):
    """A client that stays."""

    params: Fields
    next_scan: float
    listed: dict[str, Waiting]
    told: Fields
    is_alive: bool = True

    @property
    def job(self) -> Fields:
        """What it does."""
        job: Fields = self.params["job"]
        return job

    @property
    def seconds(self) -> float:
        """Its interval."""
        return float(self.job.get("retry_seconds", RETRY_SECONDS))

    @property
    def due(self) -> float:
        """When it has something to do next."""
        return min([self.next_scan, *(one.due for one in self.listed.values())])


class Staying:
    """`faults`: what it does otherwise, each by a word.

    `no-list`: it only scans, and calls what is open elsewhere listed; `rescans`: it scans on the interval;
    `memory`: the list goes with its client; `busy`: it tries all the time; `backs-off`: each interval is twice
    the one before; `stale`: it brings what it had at first; `keeps`: also of what has no source any more;
    `for-ever`: it knows no maximum; `fixed`: its interval is its own; `scans`: whenever it starts.
    """

    def __init__(self, *faults: str) -> None:
        self._faults = faults
        self._contents = Contents()
        self._others: Operations = {}
        self._stayers: dict[str, Stayer] = {}
        self._lists: dict[str, dict[str, Waiting]] = {}
        self._locked: set[Place] = set()
        self._now = 0.0
        self._runs = 0

    def operations(self, others: Operations) -> dict[str, Operation]:
        """Those of a world that it does otherwise."""
        noted = self._contents.operations(others)
        self._others = {**others, **noted}
        return {
            **noted,
            "world.begin": self._begin,
            "fs.lock": self._lock,
            "fs.unlock": self._unlock,
            "client.start": self._start,
            "client.wait": self._wait,
            "client.kill": self._kill,
            "clock.advance": self._advance,
        }

    def _has(self, fault: str) -> bool:
        return fault in self._faults

    def _begin(self, params: Fields) -> Fields:
        self._stayers.clear()
        self._lists.clear()
        self._locked.clear()
        return self._others["world.begin"](params)

    def _lock(self, params: Fields) -> Fields:
        self._locked.add((params["machine"], params["path"]["path"].replace("\\", "/")))
        return self._others["fs.lock"](params)

    def _unlock(self, params: Fields) -> Fields:
        self._locked.discard((params["machine"], params["path"]["path"].replace("\\", "/")))
        return self._others["fs.unlock"](params)

    def _start(self, params: Fields) -> Fields:
        job = params["job"]
        if not job.get("stays"):
            return self._others["client.start"](params)
        key = str(job["target"])
        listed = {} if self._has("memory") else self._lists.setdefault(key, {})
        is_scanning = job.get("scan_at_start", True) or self._has("scans")
        scan = self._now if is_scanning else self._now + self._scan_seconds(job)
        told = {"state": "running", "messages": []}
        self._stayers[params["name"]] = Stayer(params, scan, listed, told)
        return {}

    def _wait(self, params: Fields) -> Fields:
        if params["name"] not in self._stayers:
            return self._others["client.wait"](params)
        self._advance({"seconds": params["seconds"]})
        return dict(self._stayers[params["name"]].told)

    def _kill(self, params: Fields) -> Fields:
        if params["name"] not in self._stayers:
            return self._others["client.kill"](params)
        self._stayers[params["name"]].is_alive = False
        return {}

    def _advance(self, params: Fields) -> Fields:
        until = self._now + params["seconds"]
        while due := [one for one in self._stayers.values() if one.is_alive and one.due <= until]:
            first = min(due, key=lambda one: one.due)
            self._pass(first.due - self._now)
            self._act(first)
        self._pass(until - self._now)
        return {}

    def _pass(self, seconds: float) -> None:
        self._others["clock.advance"]({"seconds": max(0.0, seconds)})
        self._now += max(0.0, seconds)

    def _act(self, stayer: Stayer) -> None:
        if stayer.next_scan <= self._now:
            self._scan(stayer)
        for name in [name for name, one in stayer.listed.items() if one.due <= self._now]:
            self._try_again(stayer, name)

    def _scan_seconds(self, job: Fields) -> float:
        if self._has("rescans"):
            return float(job.get("retry_seconds", RETRY_SECONDS))
        return float(job["scan_minutes"]) * 60

    def _scan(self, stayer: Stayer) -> None:
        """Run the whole job; what it finds open elsewhere goes onto the list."""
        self._runs += 1
        name = f"run {self._runs}"
        job = {key: stayer.job[key] for key in ("source", "target")}
        self._others["client.start"]({**stayer.params, "name": name, "job": job})
        told = self._others["client.wait"]({"name": name, "seconds": 1000})
        stayer.next_scan = self._now + self._scan_seconds(stayer.job)
        suffix = "" if self._has("rescans") else SUFFIX
        stayer.told["messages"] += [f"{text}{suffix}" for text in told["messages"]]
        if self._has("no-list") or self._has("rescans"):
            return
        source = self._source(stayer)
        for problem in told["problems"]:
            seconds = 20.0 if self._has("fixed") else 0.1 if self._has("busy") else stayer.seconds
            stayer.listed.setdefault(problem["path"], Waiting(self._now + seconds, source[problem["path"]]))

    def _source(self, stayer: Stayer) -> dict[str, bytes]:
        end = stayer.job["source"]
        return self._contents.below(machine_of(end, stayer.params["machine"]), end["path"])

    def _try_again(self, stayer: Stayer, name: str) -> None:
        source, target = stayer.job["source"], stayer.job["target"]
        own = stayer.params["machine"]
        machine, waiting = machine_of(target, own), stayer.listed[name]
        waiting.attempts += 1
        place = self._contents.place(machine_of(source, own), source["path"], name)
        if self._contents.place(machine, target["path"], name) not in self._locked:
            del stayer.listed[name]
            if self._has("stale") or (self._has("keeps") and place not in self._contents.files):
                self._contents.files[place] = waiting.content
            if place in self._contents.files:
                self._contents.write(machine, target["path"], name, place)
        elif waiting.attempts == stayer.job.get("retries_max", 0) and not self._has("for-ever"):
            del stayer.listed[name]
        else:
            seconds = 0.1 if self._has("busy") else stayer.seconds
            waiting.due = self._now + seconds * (2 if self._has("backs-off") else 1)
