"""Plans in files."""

import os
import subprocess
from pathlib import Path

import msgspec
import pytest

import psync
from sim.faults import PowerCut
from sim.plan import FileSpec, Plan
from sim.presets import PRESETS, derive
from sim.replay import FORMAT, Origin, Replay, Unreadable, commit_of, read, this_origin, write
from sim.trial import carry_out
from tests.checkout import ROOT


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "made on demand" / "found.json"


def _change(file: Path, old: bytes, new: bytes) -> None:
    text = file.read_bytes()
    assert old in text
    file.write_bytes(text.replace(old, new, 1))


@pytest.mark.parametrize("preset", PRESETS)
def test_a_plan_is_read_as_it_was_written(file: Path, preset: str):
    for plan in [derive(preset, seed) for seed in range(5)]:
        write(file, plan, "whole: torn")

        assert read(file) == Replay(this_origin(), "whole: torn", plan)


def test_a_plan_that_was_kept_gives_the_history_of_its_seed(file: Path):
    plan = derive("chaos", 3)
    write(file, plan, "")

    digests = [carry_out(one, keeps_trace=True)[0].trace_digest for one in (plan, read(file).plan)]

    assert digests[0] == digests[1]


def _git(folder: Path, *words: str) -> str:
    identity = ["-c", "user.name=a", "-c", "user.email=a@b"]
    return subprocess.check_output(["git", "-C", str(folder), *identity, *words], text=True).strip()


def test_a_commit_is_named_and_what_was_changed_since(tmp_path: Path):
    (tmp_path / "file").write_text("old")
    _git(tmp_path, "init", "--quiet")
    _git(tmp_path, "add", "file")
    _git(tmp_path, "commit", "--quiet", "--message", "one")
    head = _git(tmp_path, "rev-parse", "HEAD")

    before = commit_of(tmp_path)
    (tmp_path / "file").write_text("new")

    assert (before, commit_of(tmp_path)) == (head, f"{head}-dirty")


def test_a_folder_without_git_has_no_commit(tmp_path: Path):
    assert commit_of(tmp_path) == ""


def test_a_file_is_of_this_version():
    assert this_origin() == Origin(FORMAT, psync.__version__, commit_of(ROOT))


def test_a_file_of_another_format_says_which_commit_made_it(file: Path):
    old = {"origin": Origin(99, "0.0.7", "abc123"), "plan": "unknown"}
    file.parent.mkdir()
    file.write_bytes(msgspec.json.encode(old))

    with pytest.raises(Unreadable) as caught:
        read(file)

    assert str(caught.value) == (
        f"{file} is of another version, made by psync 0.0.7, replay format 99, commit abc123; "
        f"this one reads format {FORMAT}"
    )


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        (b'"topology"', b'"shape"', "there is no plan.shape"),
        (b'"size"', b'"length"', "Object missing required field `size` - at `$.plan.source[0]`"),
        (b'"preset"', b'"colour": "red", "preset"', "there is no plan.colour"),
        (b'"version"', b'"colour": "red", "version"', "there is no plan.source[0].colour"),
    ],
)
def test_a_plan_that_does_not_fit_says_which_commit_made_it(
    file: Path, old: bytes, new: bytes, complaint: str
):
    write(file, derive("chaos", 3), "")
    _change(file, old, new)

    with pytest.raises(Unreadable) as caught:
        read(file)

    assert str(caught.value) == f"{file} does not fit this version, made by {this_origin()}: {complaint}"


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"origin": 1}', "\0"])
def test_what_is_no_replay_file_is_named(tmp_path: Path, text: str):
    file = tmp_path / "file"
    file.write_text(text)

    with pytest.raises(Unreadable, match="is no replay file: "):
        read(file)


def test_what_would_block_for_ever_is_refused(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(Unreadable, match="pipe is no file"):
        read(tmp_path / "pipe")


def test_nothing_that_a_terminal_obeys_comes_out_of_a_file(file: Path):
    file.parent.mkdir()
    file.write_bytes(msgspec.json.encode({"origin": {"format": 0, "psync": "\x1b[2J"}}))

    with pytest.raises(Unreadable, match=r"made by psync \?\[2J, replay format 0"):
        read(file)
    with pytest.raises(ValueError, match="is no name of a preset"):
        Plan("\x1b[2J", 1)


def test_a_file_without_an_origin_is_of_an_unknown_version(tmp_path: Path):
    file = tmp_path / "file"
    file.write_text("{}")

    with pytest.raises(
        Unreadable, match="psync of an unknown version, replay format 0, at an unknown commit"
    ):
        read(file)


def test_a_fault_on_a_machine_that_is_not_there_is_refused_when_it_is_read(file: Path):
    write(file, Plan("clean", 1, faults=(PowerCut("far", 7),)), "")
    _change(file, b'"far"', b'"afar"')

    with pytest.raises(Unreadable) as caught:
        read(file)

    assert str(caught.value) == (
        f"{file} does not fit this version, made by {this_origin()}: the fault "
        "PowerCut(machine='afar', number=7) names the machine 'afar'; a push plan has: far, near - at `$.plan`"
    )


@pytest.mark.parametrize("size", [-7, 99_999_999_999])
def test_a_size_that_no_file_has_is_refused(file: Path, size: int):
    write(file, Plan("clean", 1, source=(FileSpec("a", size, 1),)), "")

    with pytest.raises(Unreadable, match=r"does not fit this version, made by .*: Expected `int`"):
        read(file)
