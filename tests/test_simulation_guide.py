"""docs/simulation.md is true: its programs do what stands below them, its tables name what there is."""

import ast
import contextlib
import io
import re
import traceback

import pytest

from sim.checkers import CHECKERS
from sim.checkers.checker import Broken
from sim.faults import Fault
from sim.presets import PRESETS
from tests.checkout import ROOT, texts

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
    return re.findall(r"^\| `([\w -]+)` \|", table, re.MULTILINE)


def promises(text: str) -> set[str]:
    """The names under which a module says that a promise was broken."""
    calls = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call) and node.args]
    named = [call.args[0] for call in calls if re.search(r"\b(Broken|broken|_look)$", ast.unparse(call.func))]
    return {name.value for name in named if isinstance(name, ast.Constant)}


@pytest.mark.parametrize(("program", "output"), PROGRAMS)
def test_a_program_of_the_guide_does_what_stands_below_it(program: str, output: str) -> None:
    assert run(program) == output


def test_every_program_of_the_guide_is_found() -> None:
    assert len(PROGRAMS) == GUIDE.count("```python") == 8


def test_the_guide_names_every_preset_fault_and_checker() -> None:
    assert rows("preset") == list(PRESETS)
    assert sorted(rows("fault")) == sorted(fault.__name__ for fault in Fault.__args__)
    assert sorted(rows("checker")) == sorted(checker.__name__ for checker in CHECKERS)


def test_the_guide_names_every_promise_that_can_be_told_as_broken() -> None:
    told = set().union(*(promises(text) for path, text in texts(".py").items() if path.startswith("sim/")))

    assert told == {name.lower() for name in rows("checker")} | {*rows("name in the output")}


def test_a_program_that_prints_something_else_is_noticed() -> None:
    assert run("print(7)\n") == "7\n"
    assert run("assert False, 'no'\n") == "AssertionError: no\n"
