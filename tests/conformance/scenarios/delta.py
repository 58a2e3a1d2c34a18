"""Byte-level replication, imitated: psync in the simulator, with large files brought by what is new in them.

What travels of a file is counted and not sent: the imitation writes the file, and psync then finds both equal.
"""

from itertools import takewhile
from typing import Any

from conformance.adapters.serving import Operation
from tests.conformance.scenarios.playing import Operations
from tests.conformance.scenarios.remembering import Contents, machine_of

Fields = dict[str, Any]

# What is looked for in the old file, and the step in which somebody goes on who has found nothing.
PROBE_BYTES = 64
STEP_BYTES = 8192

# What it takes to say what a file has: some bytes for each of its blocks.
BLOCK_BYTES = 4096
SIGNATURE_BYTES = 24


class Delta:
    """`push_only`: whether pulls bring whole files; `in_place`: whether a file is written over what stands there.

    `is_silent`: whether nobody is told of a listener that has it not.
    """

    def __init__(self, *, push_only: bool = False, in_place: bool = False, is_silent: bool = False) -> None:
        self._contents = Contents()
        self._push_only = push_only
        self._in_place = in_place
        self._is_silent = is_silent
        self._has_peer = True
        self._others: Operations = {}
        self._jobs: dict[str, Fields] = {}
        self._faults: dict[str, Fields] = {}
        self._travelled = 0

    def operations(self, others: Operations) -> dict[str, Operation]:
        """Those of a world that it does otherwise."""
        self._others = {**others, **self._contents.operations(others)}
        return {
            **self._contents.operations(others),
            "listener.start": self._listen,
            "client.start": self._start,
            "client.wait": self._wait,
            "net.fault": self._fault,
            "net.heal": self._heal,
            "net.search": self._search,
        }

    def _listen(self, params: Fields) -> Fields:
        self._has_peer = params["settings"].get("block_level", True)
        return self._others["listener.start"](params)

    def _start(self, params: Fields) -> Fields:
        job = params["job"]
        is_pull = "host" in job["source"]
        if not job.pop("block_level", False) or (is_pull and self._push_only) or not self._has_peer:
            return self._others["client.start"](params)
        self._jobs[params["name"]] = params
        return {}

    def _wait(self, params: Fields) -> Fields:
        name = params["name"]
        if name in self._jobs:
            state = self._bring(self._jobs[name])
            if state:
                return {"state": state}
            self._others["client.start"](self._jobs.pop(name))
        told = self._others["client.wait"](params)
        if not self._has_peer and not self._is_silent:
            told["warnings"] = ["the listener has no byte-level replication: whole files travel"]
        return told

    def _bring(self, params: Fields) -> str:
        """Bring what is new; give the state of a client that does not come so far."""
        job, own = params["job"], params["machine"]
        source, target = machine_of(job["source"], own), machine_of(job["target"], own)
        old = self._contents.below(target, job["target"]["path"])
        for name, content in self._contents.below(source, job["source"]["path"]).items():
            if old.get(name) == content:
                continue
            stopped = self._send(travels(old.get(name, b""), content))
            if stopped and self._in_place:
                self._contents.operations(self._others)["fs.plant"](_half(target, job["target"], name))
            if stopped:
                return stopped
            place = self._contents.place(source, job["source"]["path"], name)
            self._contents.write(target, job["target"]["path"], name, place)
        return ""

    def _send(self, size: int) -> str:
        fault = next(iter(self._faults.values()), None)
        if fault is None or fault["after_bytes"] >= size:
            self._travelled += size
            return ""
        self._travelled += fault["after_bytes"]
        return "failed" if fault["kind"] == "reset" else "running"

    def _fault(self, params: Fields) -> Fields:
        self._faults[params["name"]] = params
        return {}

    def _heal(self, params: Fields) -> Fields:
        del self._faults[params["name"]]
        return {}

    def _search(self, params: Fields) -> Fields:
        told = self._others["net.search"](params)
        return {**told, "bytes": told["bytes"] + self._travelled}


def travels(old: bytes, new: bytes) -> int:
    """How many bytes it takes to make one file of another."""
    literal = place = 0
    while place < len(new):
        found = old.find(new[place : place + PROBE_BYTES])
        if found < 0 or len(new) - place < PROBE_BYTES:
            literal += min(STEP_BYTES, len(new) - place)
            place += STEP_BYTES
        else:
            place += _equal_bytes(old, found, new, place)
    return literal + len(old) // BLOCK_BYTES * SIGNATURE_BYTES


def _equal_bytes(old: bytes, found: int, new: bytes, place: int) -> int:
    """How far both go on alike, in blocks, and at least as far as was looked."""
    most = min(len(old) - found, len(new) - place)
    blocks = range(0, most - BLOCK_BYTES + 1, BLOCK_BYTES)
    same = takewhile(
        lambda at: old[found + at : found + at + BLOCK_BYTES] == new[place + at : place + at + BLOCK_BYTES],
        blocks,
    )
    return max(PROBE_BYTES, sum(BLOCK_BYTES for _ in same))


def _half(machine: str, end: Fields, name: str) -> Fields:
    entries = {name: {"kind": "file", "text": "half of it"}}
    return {"machine": machine, "path": end["path"], "entries": entries, "time": 1}
