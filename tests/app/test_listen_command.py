"""`psync listen` as a process: what it says, when it refuses, how it ends."""

import json
import os
import signal
import socket
import stat

import pytest

from psync.app.credentials import GUESSABLE_KEY
from tests.app.psync_process import HOST, Site, contents

UNAUTHENTICATED = "ENCRYPTED BUT NOT AUTHENTICATED"


def test_one_line_says_that_it_is_ready_and_how(site: Site):
    with site.listener() as listener:
        (line,) = listener.out.splitlines()

    assert line.partition(" ")[2] == (
        f"ready on {HOST} port {site.port}, RootPath {site.root}, {UNAUTHENTICATED}"
    )
    assert listener.err == ""


def test_with_a_key_it_listens_on_all_interfaces(site: Site):
    key = site.key_file("key", site.run("key").out)
    with site.listener("--password-file", key, "--read-only") as listener:
        (line,) = listener.out.splitlines()

    assert f"port {site.port}, RootPath {site.root}, read-only, encrypted and authenticated" in line
    assert " 0.0.0.0 " in line
    assert listener.err == ""


def test_a_session_has_one_line(site: Site):
    source = site.tree("source", a="content")
    with site.listener() as listener:
        assert site.run("copy", "--job", "Nightly", str(source), site.address("/docs")).code == 0
        ran = listener.end()

    (line,) = ran.out.splitlines()[1:]
    for part in (": ", f"({HOST}), job Nightly, /docs, received ", " s, ended in order, " + UNAUTHENTICATED):
        assert part in line


def test_a_client_with_another_key_is_logged_with_the_reason_and_no_path(site: Site):
    key = site.key_file("key", "one")
    other = site.key_file("other", "two")
    source = site.tree("source", a="content")
    with site.listener("--password-file", key) as listener:
        site.run("copy", str(source), site.address("/docs"), "--password-file", other)
        ran = listener.end()

    (line,) = ran.out.splitlines()[1:]
    assert "ended: KEY_MISMATCH" in line
    assert "/docs" not in line
    assert contents(site.root) == {}


def test_its_events_are_lines_of_json(site: Site):
    source = site.tree("source", a="content")
    with site.listener("--json") as listener:
        site.run("copy", str(source), site.address("/docs"))
        ran = listener.end()

    ready, session = ran.events
    assert (ready["event"], ready["addresses"], ready["port"]) == ("ready", [HOST], site.port)
    assert (ready["root_path"], ready["authenticated"], ready["exposed"]) == (str(site.root), False, False)
    assert (session["event"], session["job"], session["path"]) == ("session", "Replication", "/docs")
    assert session["reason"] == ""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_in_order(site: Site, number: int):
    with site.listener() as listener:
        ran = listener.end(number)

    assert (ran.code, ran.err) == (
        0,
        "Stopping after what is being committed; a second signal stops at once.\n",
    )


def test_a_root_that_confines_nothing_gets_a_warning(site: Site):
    with site.listener("--root-path", "/") as listener:
        assert listener.err == (
            "Warning: RootPath / confines nothing: clients reach every folder of this machine.\n"
        )


def test_others_without_a_key_get_a_loud_warning(site: Site):
    with site.listener("--host", "0.0.0.0", "--allow-unauthenticated-network") as listener:
        assert listener.err.startswith(f"Warning: {UNAUTHENTICATED}, AND NOT ON LOOPBACK: ")


def test_programs_hear_the_loud_warning_too_and_before_anybody_can_call(site: Site):
    options = ("--host", "0.0.0.0", "--allow-unauthenticated-network", "--json")
    with site.listener(*options) as listener:
        err, events = listener.err, listener.end().events

    assert err.startswith(f"Warning: {UNAUTHENTICATED}, AND NOT ON LOOPBACK: ")
    assert [event["event"] for event in events] == ["warning", "ready"]
    assert err == f"Warning: {events[0]['text']}\n"


def test_a_user_name_alone_gets_a_loud_warning_where_others_can_guess_it(site: Site):
    with site.listener("--user", "me") as listener:
        everywhere = listener.err
    with site.listener("--user", "me", "--json") as listener:
        events = listener.end().events
    with site.listener("--user", "me", "--host", HOST) as listener:
        here = listener.err

    assert (everywhere, here) == (f"Warning: {GUESSABLE_KEY}\n", "")
    assert events[0] == {"event": "warning", "text": GUESSABLE_KEY}


def test_a_second_listener_is_refused_and_told_the_process_of_the_first(site: Site):
    with site.listener() as first:
        second = site.run("listen", "--instance", site.instance, "--root-path", str(site.root))
        third = site.run("listen", "--instance", site.instance, "--root-path", str(site.root), "--json")

        assert first.process.poll() is None
    error = (
        f"Another psync listener runs on this machine (process {first.process.pid},"
        f" instance {site.instance!r})."
    )
    assert (second.code, second.out) == (3, "")
    assert second.first_errors == [f"Error: DUPLICATE_LISTENER: {error}"]
    assert [(event["event"], event["text"]) for event in third.events] == [("refused", error)]


def test_a_killed_listener_keeps_nobody_from_starting(site: Site):
    with site.listener() as first:
        first.end(signal.SIGKILL)

    with site.listener() as second:
        assert second.process.poll() is None


def test_a_port_in_use_is_refused_by_number(site: Site):
    with socket.create_server((HOST, 0)) as other:
        port = str(other.getsockname()[1])
        ran = site.run("listen", "--port", port, "--instance", site.instance)

    assert ran.code == 3
    assert ran.first_errors[0].startswith(
        f"Error: ADDRESS_IN_USE: Cannot listen on {HOST} port {port}: another "
    )


@pytest.mark.parametrize(
    ("arguments", "code", "error"),
    [
        pytest.param(["--port", "80"], 2, "PORT_INVALID: Port '80' ", id="port"),
        pytest.param(["--root-path", "gone"], 2, "ROOT_PATH_INVALID: RootPath 'gone' ", id="relative root"),
        pytest.param(
            ["--root-path", "/gone"],
            2,
            "ROOT_PATH_INVALID: RootPath '/gone' cannot be used: No such file or directory.",
            id="missing root",
        ),
        pytest.param(
            ["--root-path", "/etc/passwd"],
            2,
            "ROOT_PATH_INVALID: RootPath '/etc/passwd' cannot be used: Not a directory.",
            id="a root that is a file",
        ),
        pytest.param(
            ["--host", "0.0.0.0"],
            2,
            "NETWORK_UNAUTHENTICATED: Without a key the listener would be",
            id="no key beyond loopback",
        ),
        pytest.param(
            ["--host", "0.0.0.0", "--allow-unauthenticated-network"],
            2,
            "NETWORK_UNAUTHENTICATED: Without a key the listener would be",
            id="no key beyond loopback, and no root",
        ),
        pytest.param(["--password-file", "gone"], 2, "SECRET_INVALID: The password file 'gone' ", id="file"),
        pytest.param(
            ["--ask-password"],
            2,
            "SECRET_INVALID: The password cannot be used: --ask-password needs a terminal to ask on.",
            id="nobody to ask",
        ),
        pytest.param(
            ["--host", "192.0.2.1", "--root-path", "/srv", "--allow-unauthenticated-network"],
            3,
            "ADDRESS_NOT_LOCAL: Cannot ",
            id="no such address",
        ),
    ],
)
def test_what_keeps_it_from_starting_is_told(site: Site, arguments: list[str], code: int, error: str):
    ran = site.run("listen", "--instance", site.instance, *arguments)

    assert (ran.code, ran.out) == (code, "")
    assert ran.first_errors[0].startswith(f"Error: {error}")
    assert len(ran.err.splitlines()) == 2


def test_its_identity_lies_in_the_state_folder_for_its_account_alone(site: Site):
    with site.listener():
        pass

    identity = site.folder / "state" / "identity.key"
    assert stat.S_IMODE(identity.stat().st_mode) == 0o600
    assert stat.S_IMODE(identity.parent.stat().st_mode) == 0o700


def test_names_of_a_client_cannot_forge_a_line_of_the_log(site: Site):
    source = site.tree("source", a="content")
    path = os.fsdecode(b"/x\n2026-01-31T12:00:00Z ready\x1b[2J\xff")
    with site.listener("--json") as listener:
        site.run("copy", str(source), site.address(path), "--job", "a\nb")
        events = listener.end().events

    assert [event["event"] for event in events] == ["ready", "session"]
    assert json.dumps(events[1]["job"]) == r'"a\nb"'
    with site.listener() as listener:
        site.run("copy", str(source), site.address(path), "--job", "a\nb")
        _, line = listener.end().out.splitlines()

    assert r"job a\nb, /x\n2026-01-31T12:00:00Z ready\x1b[2J\xff, " in line
