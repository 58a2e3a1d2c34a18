"""Every end of a command is text and a code; no traceback reaches a user."""

import sys
from collections.abc import Callable

import click
import pytest

from psync.app.program import run
from psync.core.errors import UsageInvalid
from tests.app.psync_process import Site


def ended(capfd: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, list[str]]:
    """Exit code and standard error of a command line that has nothing to say on standard output."""
    code = run(list(arguments))
    out, err = capfd.readouterr()
    assert out == ""
    return code, err.splitlines()


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ("nix", "'nix'"),
        ("copy", "'SOURCE'"),
        ("copy a", "'TARGET'"),
        ("copy a b c", "(c)"),
        ("copy --port", "'--port'"),
        ("copy --password x a b", "'--password'"),
        ("listen folder", "(folder)"),
        ("copy --durability x a b", "'x' is not one of 'batch', 'file', 'none'"),
        ("copy -v -q a b", "psync copy: --verbose and --quiet exclude each other."),
    ],
)
def test_a_usage_error_has_the_form_of_all_errors(capfd, arguments: str, named: str):
    """The words are those of click and change with its version; the form is ours."""
    code, (error, remedy) = ended(capfd, *arguments.split())

    assert code == 2
    assert error.startswith("Error: USAGE: psync")
    assert named in error
    assert remedy == f"Remedy: {UsageInvalid.remedy}"


def test_a_usage_error_shows_no_escape_sequence_of_an_argument(capfd):
    code, (error, _) = ended(capfd, "copy", "a", "b", "\x1b[2J\n\u202e\udcff")

    assert code == 2
    assert r"\x1b[2J \u202e\xff" in error


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        pytest.param(["copy", "a", "b", "tcp://u:canary@h/x"], "tcp://***@h/x", id="one too many"),
        pytest.param(["copy", "a", "b", "tcp://u:can canary@h", "c"], "(tcp://***@h c)", id="with a blank"),
        pytest.param(["tcp://u:canary@h/x"], "'tcp://***@h/x'", id="no command"),
        pytest.param([r"TCP:\\u:canary@h\c$"], r"TCP:\\\\***@h\\c$", id="no command, first form"),
        pytest.param(["copy", "a", "tcp://u:canary@h/x"], "'tcp://***@h/x'", id="a target"),
        pytest.param(["copy", "a", "tcp://u:canary/@h/x"], "'tcp://***@h/x'", id="a target with a slash"),
        pytest.param(["copy", "a", "b", "--port", "u:canary@h"], "'***@h'", id="a port"),
        pytest.param(["listen", "--host", "u:canary@h"], "'***@h'", id="a host"),
    ],
)
def test_no_message_shows_a_password_that_stands_in_an_address(capfd, arguments: list[str], named: str):
    codes = run(arguments), run([*arguments, "--json"])
    out, err = capfd.readouterr()

    assert codes == (2, 2)
    assert err.count(named) == 2
    assert "canary" not in out + err


def test_without_a_command_the_help_is_an_error(capfd):
    code, lines = ended(capfd)

    assert (code, lines[0]) == (2, "Usage: psync [OPTIONS] [COMMAND] [ARGS]...")


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["copy", "--help"]])
def test_help_is_no_error(capfd, arguments: list[str]):
    assert run(arguments) == 0
    assert capfd.readouterr().err == ""


def _failing(error: BaseException) -> click.Command:
    def fail() -> None:
        raise error

    return click.Command("psync", callback=fail)


@pytest.mark.parametrize("error", [KeyboardInterrupt(), click.Abort(), EOFError()])
def test_an_interruption_before_the_work_is_no_defect(capfd, error: BaseException):
    assert run([], _failing(error)) == 130
    assert capfd.readouterr().err.strip() == "Interrupted."


@pytest.mark.parametrize("error", [ValueError("hunter2"), OSError(5, "hunter2"), RecursionError()])
def test_a_defect_is_one_line_and_has_a_code_of_its_own(capfd, error: Exception):
    code = run([], _failing(error))
    (line,) = capfd.readouterr().err.splitlines()

    assert code == 70
    assert line.startswith(f"psync: internal error: {type(error).__name__} at ")
    assert "hunter2" not in line


def test_a_defect_shows_its_details_when_asked_for(site: Site):
    script = (
        "import click; from psync.app.program import run;"
        "print(run([], click.Command('x', callback=lambda: 1 / 0)))"
    )
    command = [sys.executable, "-c", script]

    shown = site.run_command(command, PSYNC_DEBUG="1").err
    plain = site.run_command(command).err

    assert shown.startswith("Traceback (most recent call last):\n")
    assert "ZeroDivisionError: division by zero" in shown
    assert len(plain.splitlines()) == 1


@pytest.mark.parametrize("callback", [lambda: None, lambda: 0, lambda: 3])
def test_the_code_of_a_command_is_the_code_of_the_process(callback: Callable[[], int | None]):
    assert run([], click.Command("psync", callback=callback)) == (callback() or 0)
