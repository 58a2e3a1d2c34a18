"""What both of psync's adapters know of its programs: how they are told what to do, and what they tell.

A program tells lines of JSON (`docs/events.md`), as it does with `--json`.
"""

import json
from collections.abc import Iterable
from typing import Any

from conformance.adapters.serving import Refusal, Unsupported
from conformance.content import Made

Fields = dict[str, Any]

RUNNING = "running"
FAILED = "failed"

# Settings of jobs and listeners that psync does not have yet, with the value at which they change nothing.
UNBUILT: dict[str, tuple[object, str]] = {
    "encryption": (True, "psync cannot switch encryption off yet"),
    "block_level": (False, "psync has no byte-level replication yet"),
    "stays": (False, "psync keeps no job running yet"),
}


def check_built(asked: Fields) -> None:
    """Raise `Unsupported` for a setting that psync does not have yet."""
    for name, (harmless, reason) in UNBUILT.items():
        if asked.get(name, harmless) != harmless:
            raise Unsupported(reason)


def address_of(end: Fields) -> str:
    """One end of a job as a user types it; its port is an option of its own."""
    path: str = end["path"]["path"]
    if "host" not in end:
        return path
    if end["path"]["style"] == "windows":
        return f"TCP:\\\\{end['host']}\\{path}"
    return f"tcp://{end['host']}{path}"


def port_of(job: Fields) -> int | None:
    """The port that a job dials; None for the default."""
    port: int | None = (job["source"] if "host" in job["source"] else job["target"]).get("port")
    return port


def events_in(lines: bytes) -> list[Fields]:
    """The events that a program has told so far; a line that is still being written is none."""
    whole, _, _ = lines.rpartition(b"\n")
    return [json.loads(line) for line in whole.splitlines()]


def outcome(events: Iterable[Fields], *, is_running: bool) -> Fields:
    """What `client.wait` answers."""
    told: Fields = {
        "state": RUNNING if is_running else FAILED,
        "messages": [],
        "causes": [],
        "problems": [],
        "warnings": [],
    }
    for event in events:
        match event["event"]:
            case "warning":
                told["warnings"].append(event["text"])
            case "problem":
                told["problems"].append(
                    {"path": event["path"], "code": event["code"], "reason": event["text"]}
                )
                told["messages"] += event.get("messages", [])
            case "connection_failed":
                told["messages"] += event["messages"]
                told["causes"].append(event["code"])
                told["retry_scheduled"] = event["retry_scheduled"]
            case "refused":
                told["causes"].append(event["code"])
            case "summary":
                told |= {name: event[name] for name in ("state", "files_sent", "bytes_wire")}
    return told


def refusal(event: Fields, exit_code: int | None) -> Refusal:
    """What a program that has told `refused` is told as: with whoever is in the way; one that ends with 0 has told no script."""
    if exit_code == 0:
        return Refusal("ENDED", f"it has refused with {event['code']}, and ended with exit code 0")
    return Refusal(event["code"], event["text"], {key: event[key] for key in ("owner",) if key in event})


def heard_of(texts: Iterable[str], heard: bytes) -> Fields:
    """What `net.search` answers, of all that went over the wire."""
    forms = [(text.encode(), text.encode("utf-16-le")) for text in texts]
    return {"found": [any(form in heard for form in one) for one in forms], "bytes": len(heard)}


def content_of(entry: Fields) -> bytes:
    """What `fs.plant` puts into a file."""
    if "text" in entry:
        return str(entry["text"]).encode()
    return bytes.fromhex(entry["hex"]) if "hex" in entry else Made(entry["size"], entry["salt"]).content()
