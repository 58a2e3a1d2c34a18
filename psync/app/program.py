"""The program around every command: arguments in, exit code out, and no traceback on the way.

Whatever a command raises ends here, as text on standard error and a code:

* `Failure`: its own words, remedy and code;
* a usage error of click: the same form, code 2;
* an interruption before the work began: 130;
* anything else is a defect of psync: one line that says where, code 70. The
  message of the exception stays out of it, since it may hold anything; with
  PSYNC_DEBUG=1 the whole traceback is shown.

Only click is imported here, because `--help` shall not wait for the rest.
"""

import sys

import click

from psync.app.cli import psync


def run(arguments: list[str], command: click.Command = psync) -> int:
    """Run a command line; give the exit code of the process."""
    _write_anything()
    try:
        code: int | None = command.main(args=arguments, prog_name="psync", standalone_mode=False)
    except click.Abort:  # what click makes of an interruption
        return _show_interruption()
    except click.ClickException as error:
        return _show_usage(error, arguments)
    except Exception as error:  # noqa: BLE001  # the outermost place there is
        return _show(error)
    return code or 0


def _write_anything() -> None:
    """Let no character of a name stop a line, whatever the terminal's encoding."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _show_interruption() -> int:
    from psync.app.interruption import INTERRUPTED
    from psync.app.output import standard_output
    from psync.core.errors import EXIT_INTERRUPTED

    standard_output().complain(INTERRUPTED)
    return EXIT_INTERRUPTED


def _show_usage(error: click.ClickException, arguments: list[str]) -> int:
    from psync.core.addresses import masked
    from psync.core.errors import UsageInvalid

    message = error.format_message()
    for argument in arguments:  # click repeats them as they are, or quoted
        message = message.replace(argument, masked(argument))
        message = message.replace(repr(argument)[1:-1], repr(masked(argument))[1:-1])
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "psync"
    return _show(UsageInvalid(command=command, reason=" ".join(message.split())))


def _show(error: Exception) -> int:
    from psync.app.run import show_failure

    return show_failure(error)
