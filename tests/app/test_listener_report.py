"""What a listener tells a person."""

import io

import pytest
from msgspec.structs import replace

from psync.app.listener_report import ListenerReport, ready_line, session_line
from psync.app.output import Output
from psync.core.errors import RootPathInvalid
from psync.engine.events import Event, ListenerReady, RunRefused, SessionEnded

NOON_NS = 1_769_860_800_000_000_000

READY = ListenerReady(("0.0.0.0", "::"), 7333, "/srv", is_keyed=True, is_read_only=False, is_exposed=True)
SESSION = SessionEnded("pc (192.0.2.7)", "49c8", "Nightly", "/x", True, 2048, 10, 1.5, "")


def told(event: Event) -> tuple[str, str]:
    out, err = io.BytesIO(), io.BytesIO()
    ListenerReport(Output(out, err), lambda: NOON_NS)(event)
    return out.getvalue().decode("utf-8"), err.getvalue().decode("utf-8")


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        pytest.param(
            {},
            "ready on 0.0.0.0 and :: port 7333, RootPath /srv, encrypted and authenticated (AES-256-GCM)",
            id="keyed",
        ),
        pytest.param(
            {"addresses": ("127.0.0.1",), "is_keyed": False, "root_path": None, "is_read_only": True},
            "ready on 127.0.0.1 port 7333, RootPath none, read-only, ENCRYPTED BUT NOT AUTHENTICATED",
            id="unkeyed, without RootPath, read-only",
        ),
        pytest.param(
            {"root_path": "/srv/\udcff\n"},
            "ready on 0.0.0.0 and :: port 7333, RootPath /srv/\\xff\\n, encrypted and authenticated"
            " (AES-256-GCM)",
            id="a root of any bytes",
        ),
    ],
)
def test_one_line_says_where_what_and_how_protected(changes: dict, line: str):
    assert ready_line(replace(READY, **changes)) == line


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        pytest.param(
            {},
            "session 49c8: pc (192.0.2.7), job Nightly, /x, received 2.0 KiB, sent 10 B, 1.50 s,"
            " ended in order",
            id="in order",
        ),
        pytest.param(
            {"connection": "", "job": "", "path": "", "client": "192.0.2.7", "reason": "KEY_MISMATCH"},
            "session -: 192.0.2.7, received 2.0 KiB, sent 10 B, 1.50 s, ended: KEY_MISMATCH",
            id="a stranger",
        ),
        pytest.param(
            {"is_keyed": False},
            "session 49c8: pc (192.0.2.7), job Nightly, /x, received 2.0 KiB, sent 10 B, 1.50 s,"
            " ended in order, ENCRYPTED BUT NOT AUTHENTICATED",
            id="unkeyed",
        ),
        pytest.param(
            {"client": "\x1b[2J\nready (1)", "job": "\u202e", "path": "/\udcff", "reason": "\r"},
            "session 49c8: \\x1b[2J\\nready (1), job \\u202e, /\\xff, received 2.0 KiB, sent 10 B, 1.50 s,"
            " ended: \\r",
            id="a peer with evil names",
        ),
        pytest.param(
            {"client": "x" * 1000},
            f"session 49c8: {'x' * 200}..., job Nightly, /x, received 2.0 KiB, sent 10 B, 1.50 s,"
            " ended in order",
            id="a peer with a long name",
        ),
    ],
)
def test_a_session_is_one_line(changes: dict, line: str):
    assert session_line(replace(SESSION, **changes)) == line


def test_log_lines_are_dated_and_dangers_go_to_standard_error():
    out, err = told(replace(READY, root_path="/"))

    assert out.startswith("2026-01-31T12:00:00Z ready on 0.0.0.0 and ::")
    assert err == "Warning: RootPath / confines nothing: clients reach every folder of this machine.\n"
    assert told(SESSION)[0].startswith("2026-01-31T12:00:00Z session 49c8: ")


def test_a_listener_that_cannot_start_says_why():
    out, err = told(RunRefused(RootPathInvalid(path="/x", reason="it is gone")))

    assert (out, err.splitlines()[0]) == (
        "",
        "Error: ROOT_PATH_INVALID: RootPath '/x' cannot be used: it is gone.",
    )


def test_a_warning_shows_no_control_character():
    err = io.BytesIO()

    ListenerReport(Output(io.BytesIO(), err), lambda: NOON_NS).warn("careful\n")

    assert err.getvalue() == b"Warning: careful\\n\n"
