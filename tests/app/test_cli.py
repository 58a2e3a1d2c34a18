"""The commands and their options, as far as click alone decides."""

import subprocess
import sys

import pytest
from click.testing import CliRunner

from psync import __version__
from psync.app.cli import DURABILITIES, NOT_PRESERVED, psync
from psync.app.config import CopyOptions, ListenOptions, QuickstartOptions
from psync.core.settings import DEFAULT_INSTANCE, DEFAULT_JOB, Durability

# What no one should wait for who asks for help.
HEAVY = ("asyncio", "blake3", "cryptography", "msgspec", "platformdirs", "psync.core", "psync.engine", "rich")


def answer(*arguments: str) -> tuple[int, str, str]:
    ran = CliRunner().invoke(psync, arguments, prog_name="psync")
    return ran.exit_code, ran.stdout, ran.stderr


@pytest.mark.parametrize(
    "arguments",
    ["--help", "-h", "copy --help", "listen --help", "quickstart --help", "key --help", "--version"],
)
def test_help_loads_nothing_heavy(arguments: str):
    loaded = (
        "import sys\n"
        "from psync.app.program import run\n"
        f"code = run({arguments.split()!r})\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], code)\n"
    )

    ran = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)

    assert ran.stdout.splitlines()[-1] == "[] 0"


def test_the_version_is_the_packages():
    assert answer("--version") == (0, f"psync {__version__}\n", "")


def test_the_commands_are_these():
    assert sorted(psync.commands) == ["copy", "key", "listen", "quickstart"]


@pytest.mark.parametrize(
    ("name", "options"), [("copy", CopyOptions), ("listen", ListenOptions), ("quickstart", QuickstartOptions)]
)
def test_every_option_has_its_place_in_the_settings(name: str, options: type):
    assert {parameter.name for parameter in psync.commands[name].params} == set(options.__struct_fields__)


@pytest.mark.parametrize("command", ["copy", "listen"])
def test_a_password_is_no_argument_and_no_option_is_a_shorthand_for_one(command: str):
    names = {name for parameter in psync.commands[command].params for name in parameter.opts}

    assert {name for name in names if "pass" in name or "key" in name} == {
        "--password-file",
        "--ask-password",
    }


def test_help_agrees_with_the_settings():
    defaults = {
        parameter.name: parameter.default
        for command in ("copy", "listen")
        for parameter in psync.commands[command].params
    }

    assert tuple(Durability) == DURABILITIES
    assert defaults["durability"] == Durability.BATCH
    assert (defaults["job"], defaults["instance"]) == (DEFAULT_JOB, DEFAULT_INSTANCE)


def test_help_says_what_is_not_preserved():
    code, out, _ = answer("copy", "--help")

    assert code == 0
    assert NOT_PRESERVED in " ".join(out.split())


def test_help_shows_addresses_that_can_be_typed():
    assert r"TCP:\\server\c$\Folder" in answer("copy", "--help")[1]


def test_without_a_command_the_help_is_an_error():
    _, out, err = answer()

    assert (out, err.startswith("Usage: psync")) == ("", True)
