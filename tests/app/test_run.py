"""How commands run: on a terminal, with a prompt, with a key of their own."""

import asyncio
import gc
import re
from collections.abc import Callable

import pytest

from psync.app.output import standard_output
from psync.app.run import run_program
from psync.wire.keys import parse_key
from tests.app.psync_process import Site, contents
from tests.app.terminal import on_terminal

ERASE_LINE, SHOW_CURSOR = "\x1b[2K", "\x1b[?25h"
CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Program:
    """A program that does one thing and ends with a code of its own."""

    def __init__(self, work: Callable[[asyncio.AbstractEventLoop], None]) -> None:
        self._work = work

    async def main(self) -> int:
        self._work(asyncio.get_running_loop())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        gc.collect()
        return 7

    def stop(self) -> None:
        """Nothing asks it to."""


def _fail() -> None:
    raise ValueError("hunter2")


async def _fail_later() -> None:
    _fail()


@pytest.mark.parametrize(
    ("work", "start"),
    [
        pytest.param(
            lambda loop: loop.call_soon(_fail), "psync: internal error: ValueError at ", id="callback"
        ),
        pytest.param(
            lambda loop: loop.create_task(_fail_later()), "psync: internal error: ValueError at ", id="task"
        ),
        pytest.param(
            lambda loop: loop.call_exception_handler({"message": "odd"}),
            "psync: internal error: odd",
            id="without an exception",
        ),
    ],
)
def test_a_defect_that_nobody_waits_for_is_one_line_and_not_the_end(capfd, work, start: str):
    code = run_program(Program(work), standard_output(), lambda: None)
    (line,) = capfd.readouterr().err.splitlines()

    assert code == 7
    assert line.startswith(start)
    assert "hunter2" not in line


def test_a_new_key_stands_alone_on_standard_output(site: Site):
    made = [site.run("key"), site.run("key", "--generate")]

    assert [(ran.code, ran.err, ran.out.count("\n")) for ran in made] == [(0, "", 1)] * 2
    assert all(parse_key(ran.out.strip()) is not None for ran in made)
    assert made[0].out != made[1].out


def test_progress_is_shown_on_a_terminal_and_is_gone_at_the_end(site: Site):
    source = site.tree("source", **{f"file {number}": "x" * 5000 for number in range(500)})

    code, shown = on_terminal(site, "copy", str(source), str(site.folder / "target"))

    assert code == 0
    assert re.search(r"[|/\\-]  [\d,]+ files?  [\d.]+ [KM]?i?B  ", shown)
    assert "\nConverged: 500 files sent" in CONTROL.sub("", shown.replace("\r", "\n"))
    last = shown.rsplit("B/s", 1)[1]
    assert ERASE_LINE in last
    assert SHOW_CURSOR in last


def test_lines_are_whole_beside_the_progress(site: Site):
    source = site.tree("source", **{"x" * 150: "one"})

    _, shown = on_terminal(site, "copy", "-v", str(source), str(site.folder / "target"))

    assert f"file    {'x' * 150}  (3 B)\r\n" in CONTROL.sub("", shown)


def test_quiet_and_json_show_no_progress_on_a_terminal_either(site: Site):
    source = site.tree("source", a="one")

    for option in ("-q", "--json"):
        _, shown = on_terminal(site, "copy", option, str(source), str(site.folder / option[1:]))
        assert "\x1b" not in shown


def test_a_password_is_asked_for_on_a_terminal_and_not_echoed(site: Site):
    source = site.tree("source", a="one")
    key = site.run("key").out.strip()
    site.environment["PSYNC_PASSWORD"] = key
    with site.listener():
        site.environment["PSYNC_PASSWORD"] = "wrong"
        arguments = ("copy", "--ask-password", str(source), site.address("/docs"))
        code, shown = on_terminal(site, *arguments, prompt="Password: ", typed=key)

    assert (code, contents(site.root / "docs")) == (0, {"a": b"one"})
    assert key not in shown


def test_an_empty_answer_is_no_password(site: Site):
    arguments = ("copy", "--ask-password", str(site.tree("source")), site.address("/docs"))

    code, shown = on_terminal(site, *arguments, prompt="Password: ", typed="")

    assert code == 2
    assert "Error: SECRET_INVALID: The password cannot be used: it is empty." in shown


def test_a_user_name_alone_never_prompts(site: Site):
    code, shown = on_terminal(site, "copy", "--user", "me", str(site.tree("source")), site.address("/docs"))

    assert code == 3
    assert "Password" not in shown
