"""The demonstration: it works on any folder, changes nothing of it and leaves nothing behind."""

import os
import signal
import stat
from pathlib import Path

import pytest

from psync.app.cli import NOT_PRESERVED
from psync.app.sample import ADDED_FILE, ADDED_LINE
from tests.app.psync_process import Site, contents
from tests.app.test_copy_command import SUMMARY_KEYS

STEPS = ["key", "listener", "push", "compare", "change", "pull", "compare", "results", "not yet"]


def steps(out: str) -> list[str]:
    return [line[:9].rstrip() for line in out.split("\n\n")[0].splitlines()]


def everything(folder: Path) -> dict[str, tuple]:
    """All that could change in a folder, access times aside."""
    paths = [folder, *sorted(folder.rglob("*"))]
    return {
        str(path): (status.st_mode, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
        for path in paths
        for status in (path.lstat(),)
    }


def test_without_a_folder_it_shows_a_push_and_a_pull_of_a_sample(site: Site):
    ran = site.run("quickstart")

    assert (ran.code, ran.err) == (0, "")
    assert steps(ran.out) == STEPS
    assert "pushed/notes.txt was changed, on the listener's side" in ran.out
    assert NOT_PRESERVED in ran.out
    assert "psync copy FOLDER tcp://SERVER/documents --password-file psync.key" in ran.out
    assert [path.name for path in site.folder.iterdir()] == ["root"], "nothing is left"


def _plain(folder: Path) -> None:
    (folder / "a").write_text("one\n")
    (folder / "b").write_text("two\n")


def _hostile(folder: Path) -> None:
    for name in (b"caf\xe9", b"new\nline", b"\x1b[2J", b"-rf", b" ", b"n" * 255, b"[red]"):
        (folder / os.fsdecode(name)).write_bytes(name)
    (folder / "link").symlink_to("/nowhere")


def _read_only(folder: Path) -> None:
    (folder / "below").mkdir()
    (folder / "below" / "file").write_text("one\n")
    (folder / "below" / "file").chmod(0o400)
    (folder / "below").chmod(0o500)
    folder.chmod(0o500)


@pytest.mark.parametrize("fill", [_plain, _hostile, _read_only])
def test_a_folder_is_only_read_and_the_results_are_kept(site: Site, fill):
    folder = site.tree("folder")
    fill(folder)
    before = everything(folder)

    ran = site.run("quickstart", "folder", "--keep", "kept")

    assert (ran.code, ran.err) == (0, "")
    assert everything(folder) == before
    assert sorted(os.listdir(site.folder / "kept")) == ["pulled", "pushed"]
    pushed, pulled = contents(site.folder / "kept/pushed"), contents(site.folder / "kept/pulled")
    changed = {name for name in pushed if pushed[name] != contents(folder).get(name)}
    assert (pushed == pulled, len(changed)) == (True, 1)
    assert [pushed[name].endswith(ADDED_LINE) for name in changed] == [True]


def test_an_empty_folder_will_do(site: Site):
    site.tree("folder")

    ran = site.run("quickstart", "folder", "--keep", "kept")

    assert (ran.code, ran.err, steps(ran.out)) == (0, "", STEPS)
    assert contents(site.folder / "kept") == {
        f"pulled/{ADDED_FILE.decode()}": ADDED_LINE,
        f"pushed/{ADDED_FILE.decode()}": ADDED_LINE,
    }


def test_its_events_end_with_a_summary_of_both_runs(site: Site):
    site.tree("folder", a="one", b="two")

    ran = site.run("quickstart", "folder", "--json")

    assert (ran.code, ran.err) == (0, "")
    assert [event["step"] for event in ran.events if event["event"] == "step"] == STEPS
    assert list(ran.events[-1]) == SUMMARY_KEYS
    assert (ran.events[-1]["state"], ran.events[-1]["files_sent"]) == ("converged", 4)


@pytest.mark.parametrize(
    ("keep", "reason"),
    [
        pytest.param("full", "it is not empty", id="a folder with something in it"),
        pytest.param("full/a", "Not a directory", id="a file"),
        pytest.param("gone/kept", "No such file or directory", id="a folder that cannot be made"),
    ],
)
def test_a_place_that_cannot_take_the_results_is_refused(site: Site, keep: str, reason: str):
    full = site.tree("full", a="one")

    ran = site.run("quickstart", "--keep", keep)

    path = str(site.folder / keep)
    assert (ran.code, contents(full)) == (2, {"a": b"one"})
    assert ran.first_errors == [
        f"Error: RESULTS_FOLDER_INVALID: The folder {path!r} cannot take the results: {reason}."
    ]


@pytest.mark.parametrize(
    ("arguments", "environment"),
    [
        pytest.param(["folder", "--keep", "folder/kept"], {}, id="results inside it"),
        pytest.param(["folder", "--keep", "folder"], {}, id="results in its place"),
        pytest.param(["folder"], {"TMPDIR": "folder"}, id="temporary files inside it"),
    ],
)
def test_nothing_is_written_into_the_folder(site: Site, arguments: list[str], environment: dict[str, str]):
    folder = site.tree("folder")
    before = everything(folder)
    environment = {name: str(site.folder / value) for name, value in environment.items()}

    ran = site.run("quickstart", *arguments, **environment)

    assert (ran.code, everything(folder)) == (2, before)
    assert ran.first_errors[0].startswith("Error: FOLDERS_OVERLAP: ")


def test_an_entry_that_is_not_replicated_is_told_and_is_no_failure(site: Site):
    folder = site.tree("folder", a="one")
    os.mkfifo(folder / "fifo")
    (folder / "a").chmod(0o4755)

    ran = site.run("quickstart", "folder", "--keep", "kept")

    assert ran.code == 0
    assert stat.S_IMODE((site.folder / "kept/pulled/a").stat().st_mode) == 0o755


def test_an_interruption_leaves_nothing_behind(site: Site):
    folder = site.tree("folder", **{f"file {number}": "x" for number in range(3000)})
    running = site.start("quickstart", "folder", "--json")
    running.wait_for("listener")

    ran = running.end(signal.SIGINT)

    assert (ran.code, ran.err) == (130, "Stopping; a second signal stops at once.\n")
    assert (ran.events[-1]["event"], ran.events[-1]["state"]) == ("summary", "failed")
    assert {path.name for path in site.folder.iterdir() if path.is_dir()} == {"root", folder.name}


def test_it_runs_beside_another_and_beside_a_listener_of_this_machine(site: Site):
    site.tree("folder", **{f"file {number}": "x" for number in range(3000)})
    with site.listener():
        first = site.start("quickstart", "folder")
        first.wait_for("listener")
        second = site.run("quickstart")
        first.end(signal.SIGINT)

    assert (second.code, second.err) == (0, "")
