"""The demonstration as it is told."""

import io
import json
import shlex

import pytest
from rich.console import Console

from psync.app.output import Output
from psync.app.story import Story, two_machines


@pytest.mark.parametrize(
    ("as_json", "told"),
    [
        pytest.param(False, "push      a\\x1b -> b\nlines\n", id="to a person"),
        pytest.param(True, '{"event":"step","step":"push","text":"a\\\\x1b -> b"}\n', id="to a program"),
    ],
)
def test_a_step_is_told_in_a_line_and_the_end_to_people_only(as_json: bool, told: str):
    out = io.BytesIO()
    story = Story(Output(out, io.BytesIO()), json=as_json)

    story.tell("push", "a\x1b -> b")
    story.explain(["lines"])

    assert out.getvalue().decode("utf-8") == told
    assert not as_json or json.loads(told)["text"] == "a\\x1b -> b"


@pytest.mark.parametrize(
    ("folder", "typed"),
    [
        pytest.param(None, "FOLDER", id="none was given"),
        pytest.param("/home/me/documents", "/home/me/documents", id="plain"),
        pytest.param("my documents", "'my documents'", id="a blank"),
        pytest.param("$(reboot)", "'$(reboot)'", id="a command"),
        pytest.param("-rf", "FOLDER", id="it looks like an option"),
        pytest.param("a\nb", "FOLDER", id="it cannot be shown in a line"),
        pytest.param("\udcff", "FOLDER", id="it cannot be shown at all"),
    ],
)
def test_the_commands_name_the_operators_own_folder_as_it_must_be_typed(folder: str | None, typed: str):
    push = next(line for line in two_machines(folder) if "psync copy" in line)

    assert push.split("psync copy ")[1].startswith(f"{typed} tcp://SERVER/documents ")
    assert folder is None or typed == "FOLDER" or shlex.split(push)[2] == folder


def test_on_a_screen_a_long_step_stays_in_its_column():
    screen = io.StringIO()
    console = Console(file=screen, width=40, color_system=None)

    Story(Output(io.BytesIO(), io.BytesIO()), console).tell("push", "[red] " + "word " * 10)

    assert screen.getvalue() == (
        "push      [red] word word word word word\n          word word word word word      \n"
    )
