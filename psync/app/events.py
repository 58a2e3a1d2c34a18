"""Events as data for programs: one JSON object a line (docs/events.md describes each).

Every object begins with `event`. Text is valid UTF-8 whatever the names on the
disk are: a path is its names joined by `/`, and where that loses something,
`path_b64` has the bytes.
"""

import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias

import msgspec

from psync.app.exposure import exposure_warnings
from psync.app.failure_text import connection_lines, locked_text, refusal_lines
from psync.app.output import Output
from psync.app.printable import printable
from psync.core.changes import (
    Change,
    Delete,
    FinishFolder,
    MakeFolder,
    MakeLink,
    OpenFolder,
    RenameEntry,
    SetMode,
    WriteFile,
)
from psync.core.errors import (
    DuplicateListener,
    Failure,
    connection_failure_text,
    device_text,
)
from psync.core.manifest import EntryPath
from psync.engine.events import (
    ChangeDone,
    ChangePlanned,
    ConnectionFailed,
    Event,
    ListenerReady,
    ProblemFound,
    RunRefused,
    RunStarted,
    SessionEnded,
    Summary,
)

Fields: TypeAlias = dict[str, Any]

_SURROGATE = re.compile("[\ud800-\udfff]")

ACTIONS: Mapping[type, str] = {
    MakeFolder: "make_folder",
    WriteFile: "write_file",
    MakeLink: "make_link",
    SetMode: "set_mode",
    RenameEntry: "rename",
    OpenFolder: "open_folder",
    FinishFolder: "finish_folder",
    Delete: "delete",
}

_ENCODER = msgspec.json.Encoder()


class JsonReport:
    """Writes each event as a line of JSON, and to standard error what ended a run, and each documented text.

    `now_ns` dates the events of a listener. With `quiet`, single changes are left out.
    """

    def __init__(self, output: Output, now_ns: Callable[[], int], *, quiet: bool = False) -> None:
        self._output = output
        self._now_ns = now_ns
        self._quiet = quiet

    def __call__(self, event: Event) -> None:
        encode = _ENCODERS.get(type(event))
        if encode is None or (self._quiet and isinstance(event, ChangeDone | ChangePlanned)):
            return
        fields = encode(event)
        if isinstance(event, ListenerReady | SessionEnded):
            fields["time"] = time_text(self._now_ns())
        if isinstance(event, ListenerReady):  # first, so that who waits for `ready` has been told
            for warning in exposure_warnings(event):
                self.warn(warning)
        self._output.data(_ENCODER.encode(fields))
        for line in _diagnostics(event):
            self._output.complain(line)

    def warn(self, text: str) -> None:
        """Tell program and operator of a danger."""
        self._output.data(_ENCODER.encode({"event": "warning", "text": _clean(text)}))
        self._output.complain(f"Warning: {printable(text)}")


def time_text(now_ns: int) -> str:
    """Write a date as `2026-01-31T12:00:00Z`."""
    return datetime.fromtimestamp(now_ns // 1_000_000_000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _diagnostics(event: Event) -> list[str]:
    if isinstance(event, ConnectionFailed):
        return connection_lines(event)
    if isinstance(event, ProblemFound):
        text = locked_text(event)
        return [printable(text)] if text else []
    return refusal_lines(event) if isinstance(event, RunRefused) else []


def _path(path: EntryPath) -> Fields:
    return _name("path", b"/".join(path))


def _name(key: str, name: bytes) -> Fields:
    """Give a name as text, and its bytes where the text is not all there is."""
    text = name.decode("utf-8", "replace")
    exact = {} if text.encode() == name else {f"{key}_b64": b64encode(name).decode("ascii")}
    return {key: text, **exact}


def _clean(text: str) -> str:
    """Make text of an argument or a peer valid UTF-8."""
    return _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text)


def _failure(failure: Failure) -> Fields:
    return {"code": failure.code, "text": _clean(str(failure)), "remedy": failure.remedy}


def _change(event: str, change: Change) -> Fields:
    fields = {"event": event, "action": ACTIONS[type(change)], **_path(change.path)}
    match change:
        case SetMode() | FinishFolder():
            fields["mode"] = change.mode
        case MakeLink():
            fields |= _name("link_target", change.link_target)
        case RenameEntry():
            fields |= _name("name", change.name)
        case Delete():
            fields["kind"] = change.kind.name.lower()
    return fields


def _planned(event: ChangePlanned) -> Fields:
    fields = _change("planned", event.change)
    if isinstance(event.change, WriteFile):
        fields["size"] = event.change.size
    return fields


def _done(event: ChangeDone) -> Fields:
    fields = _change("done", event.change)
    if isinstance(event.change, WriteFile):
        fields["size"] = event.size
    return fields


def _problem(event: ProblemFound) -> Fields:
    problem = event.problem
    text = locked_text(event)
    return {
        "event": "problem",
        **_path(problem.path),
        "code": problem.code.value,
        "text": _clean(problem.text),
        "notice": problem.is_notice,
        "retryable": problem.is_retryable,
        **({"messages": [_clean(text)]} if text else {}),
    }


def _connection_failed(event: ConnectionFailed) -> Fields:
    uri, job, is_scheduled = event.uri, event.job, event.is_retry_scheduled
    texts = [device_text(event.role, uri), connection_failure_text(uri, job, retry_scheduled=is_scheduled)]
    return {
        "event": "connection_failed",
        "role": event.role,
        "uri": _clean(uri),
        "job": _clean(job),
        "messages": list(map(_clean, texts)),
        **_failure(event.cause),
        "retry_scheduled": is_scheduled,
    }


def _summary(event: Summary) -> Fields:
    return {
        "event": "summary",
        "job": _clean(event.job),
        "state": event.state.value,
        "files_sent": event.files_sent,
        "files_unchanged": event.files_unchanged,
        "files_deleted": event.files_deleted,
        "bytes_wire": event.bytes_wire,
        "bytes_literal": event.bytes_literal,
        "failed": event.failed,
        "seconds": event.seconds,
    }


def _started(event: RunStarted) -> Fields:
    ends = {"source": _clean(event.source), "target": _clean(event.target)}
    return {"event": "started", "job": _clean(event.job), **ends}


def _refused(event: RunRefused) -> Fields:
    end = {"role": event.role, "uri": _clean(event.uri)} if event.role else {}
    return {"event": "refused", **end, **_failure(event.cause), **_owner(event.cause)}


def _owner(failure: Failure) -> Fields:
    """Give the process that is in the way, where it is known."""
    owner = failure.fields.get("owner") if isinstance(failure, DuplicateListener) else None
    return {"owner": owner} if isinstance(owner, int) else {}


def _ready(event: ListenerReady) -> Fields:
    return {
        "event": "ready",
        "addresses": list(event.addresses),
        "port": event.port,
        "root_path": None if event.root_path is None else _clean(event.root_path),
        "encrypted": True,
        "authenticated": event.is_keyed,
        "read_only": event.is_read_only,
        "exposed": event.is_exposed,
    }


def _session(event: SessionEnded) -> Fields:
    return {
        "event": "session",
        "client": _clean(event.client),
        "connection": event.connection,
        "job": _clean(event.job),
        "path": _clean(event.path),
        "authenticated": event.is_keyed,
        "bytes_received": event.bytes_received,
        "bytes_sent": event.bytes_sent,
        "seconds": round(event.seconds, 3),
        "reason": _clean(event.reason),
    }


_ENCODERS: Mapping[type, Callable[[Any], Fields]] = {
    ListenerReady: _ready,
    SessionEnded: _session,
    RunStarted: _started,
    ChangePlanned: _planned,
    ChangeDone: _done,
    ProblemFound: _problem,
    ConnectionFailed: _connection_failed,
    RunRefused: _refused,
    Summary: _summary,
}
