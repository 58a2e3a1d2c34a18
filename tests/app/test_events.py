"""Events as lines of JSON, each documented in docs/events.md."""

import base64
import io
import json
import re

import pytest

from psync.app.events import ACTIONS, JsonReport, time_text
from psync.app.output import Output
from psync.core.changes import (
    Delete,
    FinishFolder,
    MakeFolder,
    MakeLink,
    OpenFolder,
    RenameEntry,
    SetMode,
    WriteFile,
)
from psync.core.errors import ConnectRefused, DuplicateListener, SourceMissing, locked_file_text
from psync.core.manifest import Kind, Stamp
from psync.core.problems import Problem, ProblemCode
from psync.engine.events import (
    ChangeDone,
    ChangePlanned,
    ConnectionFailed,
    ContentMoved,
    Event,
    ListenerReady,
    ProblemFound,
    RunRefused,
    RunStarted,
    RunState,
    SessionEnded,
    Summary,
)
from tests.checkout import ROOT

STAMP = Stamp(1, 2, 3, 4)
NOON_NS = 1_769_860_800_999_999_999
DOCUMENTED = set(re.findall(r"^### (\w+)$", (ROOT / "docs/events.md").read_text("utf-8"), re.MULTILINE))

SUMMARY = Summary("J", RunState.PARTIAL, 1, 2, 3, 4, 5, 6, 7.5)
SESSION = SessionEnded("pc (::1)", "49c8", "J", "/x", False, 5, 6, 1.23456, "KEY_MISMATCH")
READY = ListenerReady(("127.0.0.1",), 7333, None, is_keyed=True, is_read_only=False, is_exposed=False)
FAILED = ConnectionFailed("source", "TCP:\\\\h\\x", "J", ConnectRefused(host="h", port=1, reason="r"), False)


def written(event: Event, *, quiet: bool = False) -> tuple[str, str]:
    out, err = io.BytesIO(), io.BytesIO()
    JsonReport(Output(out, err), lambda: NOON_NS, quiet=quiet)(event)
    return out.getvalue().decode("utf-8"), err.getvalue().decode("utf-8")


def test_the_summary_has_exactly_its_keys_in_their_order():
    assert written(SUMMARY) == (
        '{"event":"summary","job":"J","state":"partial","files_sent":1,"files_unchanged":2,'
        '"files_deleted":3,"bytes_wire":4,"bytes_literal":5,"failed":6,"seconds":7.5}\n',
        "",
    )


@pytest.mark.parametrize(
    ("event", "fields"),
    [
        (RunStarted("J", "/a", "/b"), {"event": "started", "job": "J", "source": "/a", "target": "/b"}),
        (
            ProblemFound(Problem((b"a", b"b"), ProblemCode.SOURCE_CHANGED)),
            {
                "event": "problem",
                "path": "a/b",
                "code": "SOURCE_CHANGED",
                "text": "the source changed while it was read; the target keeps its version",
                "notice": False,
                "retryable": True,
            },
        ),
        (
            READY,
            {
                "event": "ready",
                "addresses": ["127.0.0.1"],
                "port": 7333,
                "root_path": None,
                "encrypted": True,
                "authenticated": True,
                "read_only": False,
                "exposed": False,
                "time": "2026-01-31T12:00:00Z",
            },
        ),
        (
            SESSION,
            {
                "event": "session",
                "client": "pc (::1)",
                "connection": "49c8",
                "job": "J",
                "path": "/x",
                "authenticated": False,
                "bytes_received": 5,
                "bytes_sent": 6,
                "seconds": 1.235,
                "reason": "KEY_MISMATCH",
                "time": "2026-01-31T12:00:00Z",
            },
        ),
    ],
    ids=["started", "problem", "ready", "session"],
)
def test_an_event_is_one_object(event: Event, fields: dict):
    out, err = written(event)

    assert (json.loads(out), err) == (fields, "")


def test_a_lost_connection_is_told_to_programs_and_to_people():
    out, err = written(FAILED)

    assert json.loads(out) == {
        "event": "connection_failed",
        "role": "source",
        "uri": "TCP:\\\\h\\x",
        "job": "J",
        "messages": [
            "Could not initialize source device: TCP:\\\\h\\x...",
            "Connection Failure: TCP:\\\\h\\x - Job: J",
        ],
        "code": "CONNECT_REFUSED",
        "text": "Nothing accepts connections at h port 1 (r).",
        "remedy": ConnectRefused.remedy,
        "retry_scheduled": False,
    }
    assert err.splitlines()[:2] == json.loads(out)["messages"]


def test_a_file_that_is_open_at_a_listener_is_told_to_programs_and_to_people():
    out, err = written(ProblemFound(Problem((b"a",), ProblemCode.LOCKED), "C:\\x\\a"))

    assert json.loads(out) == {
        "event": "problem",
        "path": "a",
        "code": "LOCKED",
        "text": "The process cannot access the file because it is being used by another process",
        "notice": False,
        "retryable": True,
        "messages": [locked_file_text("C:\\x\\a", is_on_retry_list=False)],
    }
    assert err.splitlines() == json.loads(out)["messages"]


def test_a_refusal_is_told_to_programs_and_to_people():
    out, err = written(RunRefused(SourceMissing(path="/x")))

    assert json.loads(out) == {
        "event": "refused",
        "code": "SOURCE_MISSING",
        "text": "The source folder '/x' does not exist.",
        "remedy": SourceMissing.remedy,
    }
    assert err.startswith("Error: SOURCE_MISSING: The source folder '/x' does not exist.\nRemedy: ")


@pytest.mark.parametrize(("owner", "told"), [(4711, {"owner": 4711}), ("unknown", {})])
def test_a_second_listener_is_told_of_the_first_where_it_is_known(owner: object, told: dict[str, int]):
    out, _ = written(RunRefused(DuplicateListener(owner=owner, instance="default")))

    fields = json.loads(out)
    assert {key: fields[key] for key in fields if key == "owner"} == told
    assert fields["code"] == "DUPLICATE_LISTENER"


def test_a_refusal_by_a_listener_names_it():
    out, err = written(RunRefused(SourceMissing(path="/x"), "source", r"TCP:\\h\x"))

    assert json.loads(out) == {
        "event": "refused",
        "role": "source",
        "uri": r"TCP:\\h\x",
        "code": "SOURCE_MISSING",
        "text": "The source folder '/x' does not exist.",
        "remedy": SourceMissing.remedy,
    }
    assert err.splitlines()[0] == r"Could not initialize source device: TCP:\\h\x..."


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        (MakeFolder(1, (b"a",)), {"action": "make_folder"}),
        (WriteFile(1, (b"a",), 0o644, 9), {"action": "write_file", "size": 9}),
        (MakeLink(1, (b"a",), b"b/c", 5), {"action": "make_link", "link_target": "b/c"}),
        (SetMode(1, (b"a",), 0o600, STAMP), {"action": "set_mode", "mode": 0o600}),
        (RenameEntry(1, (b"a",), b"A", STAMP), {"action": "rename", "name": "A"}),
        (OpenFolder(1, (b"a",)), {"action": "open_folder"}),
        (FinishFolder(1, (b"a",), 0o755, 5), {"action": "finish_folder", "mode": 0o755}),
        (Delete(1, (b"a",), Kind.LINK, STAMP), {"action": "delete", "kind": "link"}),
    ],
    ids=ACTIONS.values(),
)
def test_each_change_is_named_planned_and_done(change, fields: dict):
    planned, done = written(ChangePlanned(change))[0], written(ChangeDone(change, 9))[0]

    assert json.loads(planned) == {"event": "planned", "path": "a", **fields}
    assert json.loads(done) == {"event": "done", "path": "a", **fields}
    assert f"| `{fields['action']}` |" in (ROOT / "docs/events.md").read_text("utf-8")


@pytest.mark.parametrize(
    "path",
    [
        pytest.param((b"caf\xe9", b"x"), id="Latin-1"),
        pytest.param((b"\xed\xa0\x80",), id="a surrogate"),
        pytest.param((b"cut\xe2\x82",), id="cut off"),
    ],
)
def test_a_path_that_is_not_utf_8_is_exact_in_base64(path: tuple[bytes, ...]):
    fields = json.loads(written(ChangeDone(WriteFile(1, path, 0o644, 0), 0))[0])

    assert base64.b64decode(fields["path_b64"]) == b"/".join(path)
    assert "\ufffd" in fields["path"]


@pytest.mark.parametrize("name", ["naïve", "a\nb", "\x1b", "\u202e", "\ufffd", ""])
def test_a_path_of_valid_text_stands_alone(name: str):
    out, _ = written(ChangeDone(WriteFile(1, (name.encode(),), 0o644, 0), 0))

    assert json.loads(out) == {"event": "done", "action": "write_file", "path": name, "size": 0}
    assert out.count("\n") == 1


def test_no_text_of_an_argument_or_a_peer_breaks_a_line():
    events = [
        RunStarted("J\udcff", "/\udcff", "/\ud800"),
        Summary("\udcff", RunState.FAILED),
        RunRefused(SourceMissing(path="/\udcff")),
        SessionEnded("\udcff", "", "\udcff", "\udcff", True, 0, 0, 0.0, "\udcff"),
    ]

    for event in events:
        out, _ = written(event)
        assert json.loads(out)["event"] in DOCUMENTED


def test_quiet_leaves_out_single_changes_and_nothing_else():
    change = MakeFolder(1, (b"a",))

    assert written(ChangeDone(change, 0), quiet=True) == ("", "")
    assert written(ChangePlanned(change), quiet=True) == ("", "")
    assert written(SUMMARY, quiet=True) == written(SUMMARY)


def test_content_under_way_is_for_the_screen_only():
    assert written(ContentMoved((b"a",), 5)) == ("", "")


def test_every_event_is_documented_and_every_documented_one_exists():
    events = (SUMMARY, SESSION, READY, FAILED, RunStarted("J", "a", "b"), RunRefused(SourceMissing(path="")))
    change = MakeFolder(1, ())
    events += (ChangeDone(change, 0), ChangePlanned(change), ProblemFound(Problem((), ProblemCode.NO_SPACE)))

    assert {json.loads(written(event)[0])["event"] for event in events} | {"step", "warning"} == DOCUMENTED


@pytest.mark.parametrize("quiet", [False, True])
def test_a_warning_is_told_to_programs_and_to_people(quiet: bool):
    out, err = io.BytesIO(), io.BytesIO()

    JsonReport(Output(out, err), lambda: 0, quiet=quiet).warn("careful, \udcff\n")

    assert out.getvalue().decode() == '{"event":"warning","text":"careful, \ufffd\\n"}\n'
    assert err.getvalue() == b"Warning: careful, \\xff\\n\n"


def test_a_date_is_in_utc():
    assert time_text(NOON_NS) == "2026-01-31T12:00:00Z"
