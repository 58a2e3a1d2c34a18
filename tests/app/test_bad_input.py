"""What cannot be done is refused by name, with exit code 2, and before anything is touched."""

import os
import sys
from pathlib import Path

import pytest

from psync.app.credentials import GUESSABLE_KEY
from tests.app.psync_process import HOST, Site, contents


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        pytest.param(
            "copy source tcp://h/x --port 7_333",
            "PORT_INVALID: Port '7_333' is not a whole number from 1024 to 65535.",
            id="port with an underscore",
        ),
        pytest.param("copy source tcp://h:80/x", "PORT_INVALID: Port '80' ", id="port of an address"),
        pytest.param(
            "copy source tcp://127.0.0.1:7400/x --port 7333",
            r"PORT_CONTRADICTION: The address TCP:\\127.0.0.1\x names port 7400, but --port says 7333.",
            id="two ports",
        ),
        pytest.param(
            "copy source tcp://127.0.0.1",
            "PATH_REFUSED: The path '' is refused (INCOMPLETE): ",
            id="no path on host",
        ),
        pytest.param(
            "copy source tcp://127.0.0.1/C:foo",
            "PATH_REFUSED: The path 'C:foo' is refused (DRIVE_RELATIVE): ",
            id="drive-relative",
        ),
        pytest.param(
            r"copy source TCP:\\127.0.0.1\Folder",
            "PATH_REFUSED: The path 'Folder' is refused (INCOMPLETE): ",
            id="relative path on host",
        ),
        pytest.param(
            "copy source tcp://127.0.0.1/srv/../etc",
            "PATH_REFUSED: The path '/srv/../etc' is refused (DOTDOT): '..' is not allowed.",
            id="dotdot",
        ),
        pytest.param(
            "copy source tcp://192.0.2.1/x",
            "NETWORK_UNAUTHENTICATED: Without a key the connection to 192.0.2.1 would be encrypted but not"
            " authenticated, outside this machine.",
            id="no key beyond loopback",
        ),
        pytest.param(
            "copy source target --exclude [z-a]",
            "PATTERN_INVALID: The pattern '[z-a]' cannot be used with --exclude: ",
            id="pattern",
        ),
        pytest.param(
            "copy source server:backup",
            "ADDRESS_INVALID: 'server:backup' is not an address: what stands before its first colon is taken"
            " for a host, write ./ before a local path, or tcp://host/path.",
            id="a target as rsync has it",
        ),
        pytest.param(
            r"copy source TCP:\serverc$x",
            r"ADDRESS_INVALID: 'TCP:\serverc$x' is not an address: ",
            id="what a shell leaves of an address",
        ),
        pytest.param("copy gone target", "SOURCE_MISSING: The source folder 'gone' ", id="missing source"),
        pytest.param("copy source/a target", "NOT_A_FOLDER: 'source/a' is not a folder.", id="a file"),
        pytest.param(
            "copy source /etc/passwd", "NOT_A_FOLDER: '/etc/passwd' is not a folder.", id="onto a file"
        ),
        pytest.param(
            "copy source new/target",
            "TARGET_PARENT_MISSING: The target 'new/target' cannot be made: ",
            id="no parent",
        ),
        pytest.param(
            "copy source source", "FOLDERS_OVERLAP: The target 'source' is the source ", id="itself"
        ),
        pytest.param("copy source source/b", "FOLDERS_OVERLAP: ", id="into itself"),
        pytest.param(
            "copy source target --password-file gone",
            "SECRET_INVALID: The password file 'gone' cannot be used: No such file or directory.",
            id="password file",
        ),
        pytest.param(
            "copy source target --ask-password",
            "SECRET_INVALID: The password cannot be used: --ask-password needs a terminal to ask on.",
            id="nobody to ask",
        ),
        pytest.param("copy source target --user=", "SECRET_INVALID: The user name ", id="an empty user"),
        pytest.param("quickstart gone", "SOURCE_MISSING: The source folder 'gone' ", id="quickstart"),
    ],
)
def test_it_is_refused_by_name(site: Site, arguments: str, error: str):
    site.tree("source", a="one")

    ran = site.run(*arguments.split())

    assert (ran.code, ran.out) == (2, "")
    assert ran.first_errors[0].startswith(f"Error: {error}")
    assert len(ran.err.splitlines()) == 2
    assert sorted(path.name for path in site.folder.iterdir()) == ["root", "source"]
    assert contents(site.folder / "source") == {"a": b"one"}


def test_a_missing_source_behind_a_listener_is_never_an_empty_folder(site: Site):
    target = site.tree("target", a="one")
    with site.listener():
        ran = site.run("copy", "--delete", site.address("/gone"), str(target))
        new = site.run("copy", site.address("/gone"), "new")

    assert (ran.code, new.code) == (2, 2)
    assert ran.first_errors == [
        rf"Could not initialize source device: TCP:\\{HOST}\gone...",
        "Error: SOURCE_MISSING: The source folder '/gone' does not exist.",
    ]
    assert contents(target) == {"a": b"one"}
    assert not (site.folder / "new").exists()


def test_a_listener_makes_the_structure_below_its_root(site: Site):
    site.tree("source", a="one")
    with site.listener():
        ran = site.run("copy", "source", site.address("/C:/Backup/My Documents"))

    assert ran.code == 0
    assert contents(site.root) == {"C/Backup/My Documents/a": b"one"}


def test_a_read_only_listener_takes_no_target(site: Site):
    site.tree("source", a="one")
    with site.listener("--read-only"):
        ran = site.run("copy", "source", site.address("/docs"))

    assert ran.code == 2
    assert ran.first_errors == [
        rf"Could not initialize target device: TCP:\\{HOST}\docs...",
        "Error: READ_ONLY: The listener is read-only and takes no target.",
    ]
    assert list(site.root.iterdir()) == []


def test_a_refusal_with_json_is_an_event_and_the_summary_is_the_last_line(site: Site):
    ran = site.run("copy", "--json", "gone", "target", "--port", "80")

    assert ran.code == 2
    assert [(event["event"], event.get("code")) for event in ran.events] == [
        ("refused", "PORT_INVALID"),
        ("summary", None),
    ]
    assert ran.first_errors == [f"Error: PORT_INVALID: {ran.events[0]['text']}"]


def test_a_user_name_alone_gets_a_loud_warning_of_a_client_that_calls_another_machine(site: Site):
    site.tree("source", a="one")
    arguments = ("copy", "source", "tcp://no-such-host.invalid/docs", "--user", "me")

    told, events = site.run(*arguments), site.run(*arguments, "--json").events
    here = site.run("copy", "source", site.address("/docs"), "--user", "me")

    assert told.err.startswith(f"Warning: {GUESSABLE_KEY}\n")
    assert events[0] == {"event": "warning", "text": GUESSABLE_KEY}
    assert "Warning" not in here.err


@pytest.fixture
def unprivileged() -> list[str]:
    """What to put before a command so that the modes of files hold for it, even for root."""
    if os.geteuid() != 0:
        return []
    return ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--"]


def test_an_unreadable_file_is_reported_and_kept_at_the_target(
    site: Site, tmp_path: Path, unprivileged: list[str]
):
    source, target = site.tree("source", a="one", b="new"), site.tree("target", b="old", c="x")
    (source / "b").chmod(0)

    command = [*unprivileged, sys.executable, "-m", "psync", "copy", "--delete", str(source), str(target)]
    ran = site.run_command(command)

    assert ran.code == 1
    assert ran.err == "Problem: b: permission denied [PERMISSION]\n"
    assert ran.out.startswith("Partial: 1 file sent")
    assert contents(target) == {"a": b"one", "b": b"old"}
