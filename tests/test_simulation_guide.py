"""docs/simulation.md is true: its programs do what stands below them, its tables name what there is."""

import contextlib
import io
import re
import traceback

import pytest

from sim.checkers import CHECKERS
from sim.checkers.checker import Broken
from sim.faults import Fault
from sim.presets import PRESETS
from tests.checkout import ROOT

GUIDE = (ROOT / "docs" / "simulation.md").read_text("utf-8")

PROGRAM = re.compile(r"^```python\n(.*?)^```\n(?:\n```text\n(.*?)^```\n)?", re.MULTILINE | re.DOTALL)
PROGRAMS = PROGRAM.findall(GUIDE)


def run(program: str) -> str:
    """What a program prints, or the last line of what it dies of."""
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            exec(compile(program, "docs/simulation.md", "exec"), {"__name__": "guide"})
    except (AssertionError, Broken) as error:
        return traceback.format_exception_only(error)[0]
    return printed.getvalue()


def rows(heading: str) -> list[str]:
    """The names in the first column of the table whose first heading this is."""
    table = GUIDE.partition(f"| {heading} |")[2].partition("\n\n")[0]
    return re.findall(r"^\| `([\w-]+)` \|", table, re.MULTILINE)


@pytest.mark.parametrize(("program", "output"), PROGRAMS)
def test_a_program_of_the_guide_does_what_stands_below_it(program: str, output: str) -> None:
    assert run(program) == output


def test_every_program_of_the_guide_is_found() -> None:
    assert len(PROGRAMS) == GUIDE.count("```python") == 8


def test_the_guide_names_every_preset_fault_and_checker() -> None:
    assert rows("preset") == list(PRESETS)
    assert sorted(rows("fault")) == sorted(fault.__name__ for fault in Fault.__args__)
    assert sorted(rows("checker")) == sorted(checker.__name__ for checker in CHECKERS)


def test_a_program_that_prints_something_else_is_noticed() -> None:
    assert run("print(7)\n") == "7\n"
    assert run("assert False, 'no'\n") == "AssertionError: no\n"
