"""A process meets the locks of its world as it would on Windows, and nothing where there are none."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from conformance.adapters.lock import Locks, lock_file, opening
from tests.checkout import ROOT
from tests.conformance.adapters.locked_calls import ANSWERS, CALLS, FILES, HELD, told

CALLING = """
import json, os, sys
from pathlib import Path
from conformance.adapters.lock import meet_locks
from tests.conformance.adapters.locked_calls import told
meet_locks(Path(sys.argv[1]))
print(json.dumps(told(os, os.open(sys.argv[2], os.O_RDONLY))))
"""


@pytest.fixture
def boxes(tmp_path: Path) -> Path:
    """Both boxes."""
    for name in FILES:
        path = tmp_path / "boxes" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return tmp_path / "boxes"


def process_told(boxes: Path) -> dict[str, int]:
    command = [sys.executable, "-c", CALLING, str(boxes.with_name("log")), str(boxes)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return dict(json.loads(ended.stdout))


def test_a_process_meets_what_windows_answers_and_changes_nothing(boxes: Path) -> None:
    Locks(boxes.with_name("log")).lock(boxes / HELD)

    assert process_told(boxes) == ANSWERS
    assert (boxes / HELD).read_text() == HELD


def test_a_file_is_open_under_all_of_its_names(boxes: Path) -> None:
    (boxes / "alias").hardlink_to(boxes / HELD)
    Locks(boxes.with_name("log")).lock(boxes / "alias")

    assert {**process_told(boxes), "rename its folder": 5} == ANSWERS


def test_a_link_to_it_is_another_file(boxes: Path) -> None:
    (boxes / "box/other").unlink()
    (boxes / "box/other").symlink_to("held")
    Locks(boxes.with_name("log")).lock(boxes / HELD)

    assert process_told(boxes) == ANSWERS


def test_a_process_meets_no_lock_before_and_after_it(boxes: Path) -> None:
    locks = Locks(boxes.with_name("log"))
    locks.lock(boxes / HELD)
    locks.unlock(boxes / HELD)

    assert process_told(boxes) == dict.fromkeys(CALLS, 0)


def test_this_machine_itself_keeps_nobody_from_a_file(boxes: Path) -> None:
    root = os.open(boxes, os.O_RDONLY)
    try:
        assert told(os, root) == dict.fromkeys(CALLS, 0)
    finally:
        os.close(root)


def test_locks_stand_beside_the_log_and_are_there_at_once(tmp_path: Path) -> None:
    locks = Locks(tmp_path / "log")
    for name in "ab":
        locks.lock(tmp_path / name)
    locks.unlock(tmp_path / "a")

    assert json.loads(lock_file(tmp_path / "log").read_text()) == [str(tmp_path / "b")]
    assert [path.name for path in tmp_path.iterdir()] == ["locks"]


@pytest.mark.parametrize(
    ("flags", "operation"),
    [
        pytest.param(os.O_RDONLY, None, id="to read"),
        pytest.param(os.O_RDWR | os.O_CREAT, "open to write", id="to write"),
        pytest.param(os.O_WRONLY | os.O_TRUNC, "open and truncate", id="to write anew"),
        pytest.param(os.O_WRONLY | os.O_CREAT | os.O_EXCL, None, id="one that is not there yet"),
    ],
)
def test_a_lock_is_in_the_way_of_those_who_write(flags: int, operation: str | None) -> None:
    assert opening(flags) == operation
