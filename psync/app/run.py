"""Runs the commands: builds the machine and the engines, owns the event loop and the signals.

SIGINT and SIGTERM ask a program to stop in order, once. The next one finds the
system's own handling again and ends the process at once: what is on the disk is
whole at every moment, so nothing is lost by that but time. One that comes before
the event loop runs (`psync.app.interruption`) ends the command with the same code
and the same last event.

What only one command or option needs is imported there: each run starts anew.
"""

import asyncio
import signal
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

import click

from psync.app.config import (
    CopyOptions,
    ListenOptions,
    QuickstartOptions,
    copy_settings,
    has_connection,
    listener_settings,
)
from psync.app.copy_report import CopyReport, Verbosity
from psync.app.credentials import Credentials, is_keyed, key_warnings, read_credentials
from psync.app.failure_text import defect_lines, failure_lines
from psync.app.interruption import INTERRUPTED, NUMBERS, interruptible, is_noted
from psync.app.output import Output, is_screen, standard_output
from psync.app.stretched import stretched_key
from psync.core.errors import (
    EXIT_CONVERGED,
    EXIT_DEFECT,
    EXIT_INTERRUPTED,
    Failure,
    OutputLost,
    SecretInvalid,
)
from psync.core.settings import CopySettings, ListenerSettings
from psync.engine.copy import Copy
from psync.engine.events import Report, RunRefused, RunState, Summary
from psync.real.system import real_system
from psync.system import System
from psync.wire.keys import GENERATED_KEY_BYTES, UNKEYED_PRS, generate_key

if TYPE_CHECKING:
    from rich.console import Console

    from psync.app.events import JsonReport
    from psync.app.progress import Progress

STOPPING = "Stopping after what is being committed; a second signal stops at once."

DEBUG_VARIABLE = "PSYNC_DEBUG"


class Program(Protocol):
    """What runs on the event loop."""

    async def main(self) -> int: ...
    def stop(self) -> None: ...


def run_copy(options: CopyOptions) -> int:
    """Carry out `psync copy`; give the exit code."""
    system, output = real_system(), standard_output()
    progress = None if options.json or options.quiet else _progress(_screen())
    report = _copy_report(options, system, output, progress)
    try:
        with interruptible():
            settings = copy_settings(options, system, is_keyed=is_keyed(options.credentials, system))
            credentials = _credentials(options, settings, system, report.warn)
            key = stretched_key(credentials, system) if has_connection(settings) else UNKEYED_PRS
    except Failure as failure:
        return _finish(_refuse(failure, options.job, report), output)
    except (KeyboardInterrupt, click.Abort):
        return _finish(_interrupt(options.job, report, output), output)
    program = Copy(settings, key, system, report)

    def stop() -> None:
        output.complain(STOPPING)
        if isinstance(report, CopyReport):
            report.note_interruption()

    return _finish(run_program(program, output, stop, progress), output)


def run_listener(options: ListenOptions) -> int:
    """Carry out `psync listen`; give the exit code."""
    from psync.app.listener_report import ListenerReport
    from psync.engine.listener import Listener

    system, output = real_system(), standard_output()
    report = _json_report(output, system) if options.json else ListenerReport(output, system.now_ns)
    try:
        with interruptible():
            settings = listener_settings(options, system, is_keyed=is_keyed(options.credentials, system))
            key = stretched_key(_credentials(options, settings, system, report.warn), system)
        program = Listener(settings, key, system, report)
        code = run_program(program, output, lambda: output.complain(STOPPING))
    except Failure as failure:
        report(RunRefused(failure))
        code = failure.exit_code
    except KeyboardInterrupt:  # nobody was served, so that is a stop in order
        output.complain(INTERRUPTED)
        code = EXIT_CONVERGED
    return _finish(code, output)


def run_quickstart(options: QuickstartOptions) -> int:
    """Carry out `psync quickstart`; give the exit code."""
    from psync.app.quickstart import JOB, Quickstart
    from psync.app.story import Story

    system, output = real_system(), standard_output()
    console = None if options.json else _screen()
    progress = _progress(console)
    report: CopyReport | JsonReport = CopyReport(output, Verbosity.QUIET, progress)
    if options.json:
        report = _json_report(output, system, quiet=True)
    try:
        with interruptible():
            program = Quickstart(options, system, Story(output, console, json=options.json), report)
        code = run_program(
            program, output, lambda: output.complain("Stopping; a second signal stops at once."), progress
        )
    except Failure as failure:
        code = _refuse(failure, JOB, report)
    except KeyboardInterrupt:
        code = _interrupt(JOB, report, output)
    return _finish(code, output)


def print_key() -> int:
    """Carry out `psync key`: the key alone on standard output."""
    output = standard_output()
    output.line(generate_key(real_system().random_bytes(GENERATED_KEY_BYTES)))
    return _finish(0, output)


def show_failure(error: Exception) -> int:
    """Tell on standard error what ended a command; give its exit code."""
    if isinstance(error, Failure):
        lines, code = failure_lines(error), error.exit_code
    else:
        wants_details = bool(real_system().environment.get(DEBUG_VARIABLE))
        lines, code = defect_lines(error, details=wants_details), EXIT_DEFECT
    for line in lines:
        standard_output().complain(line)
    return code


# Reports


def _screen() -> "Console | None":
    """Give the operator's terminal, if there is one that can redraw a line."""
    if not is_screen():
        return None
    from rich.console import Console  # loaded only where there is a screen

    console = Console()
    return None if console.is_dumb_terminal else console


def _progress(console: "Console | None") -> "Progress | None":
    if console is None:
        return None
    from psync.app.progress import Progress

    return Progress(console)


def _copy_report(
    options: CopyOptions, system: System, output: Output, progress: "Progress | None"
) -> "CopyReport | JsonReport":
    if options.json:
        return _json_report(output, system, quiet=options.quiet)
    verbosity = Verbosity.VERBOSE if options.verbose else Verbosity.NORMAL
    if options.quiet:
        verbosity = Verbosity.QUIET
    return CopyReport(output, verbosity, progress, dry_run=options.dry_run)


def _json_report(output: Output, system: System, *, quiet: bool = False) -> "JsonReport":
    from psync.app.events import JsonReport

    return JsonReport(output, system.now_ns, quiet=quiet)


def _refuse(failure: Failure, job: str, report: Report) -> int:
    """Report a run that does not take place."""
    report(RunRefused(failure))
    report(Summary(job, RunState.FAILED))
    return failure.exit_code


def _interrupt(job: str, report: Report, output: Output) -> int:
    """Report a run that was ended before it began."""
    output.complain(INTERRUPTED)
    report(Summary(job, RunState.FAILED))
    return EXIT_INTERRUPTED


def _finish(code: int, output: Output) -> int:
    """Give the exit code of a command whose report may be incomplete."""
    try:
        output.check()
    except OutputLost as lost:
        return max(code, show_failure(lost))
    return code


# Secrets


def _credentials(
    options: CopyOptions | ListenOptions,
    settings: CopySettings | ListenerSettings,
    system: System,
    warn: Callable[[str], None],
) -> Credentials:
    credentials = read_credentials(options.credentials, system, _ask_password, warn)
    for warning in key_warnings(credentials, is_exposed=settings.is_exposed):
        warn(warning)
    return credentials


def _ask_password() -> str:
    if sys.stdin is None or not sys.stdin.isatty():
        raise SecretInvalid(name="password", reason="--ask-password needs a terminal to ask on")
    password: str = click.prompt("Password", hide_input=True, default="", show_default=False, err=True)
    return password


# The event loop


def run_program(
    program: Program, output: Output, on_stop: Callable[[], None], progress: "Progress | None" = None
) -> int:
    """Run a program on an event loop until it ends; a signal calls `on_stop` and ends it in order."""
    return asyncio.run(_supervise(program, output, on_stop, progress))


async def _supervise(
    program: Program, output: Output, on_stop: Callable[[], None], progress: "Progress | None"
) -> int:
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(_DefectHandler(output))

    def stop() -> None:
        for number in NUMBERS:
            loop.remove_signal_handler(number)
            signal.signal(number, signal.SIG_DFL)
        on_stop()
        program.stop()

    for number in NUMBERS:
        loop.add_signal_handler(number, stop)
    if is_noted():
        loop.call_soon(stop)  # once the program has begun, and can be stopped
    if progress is None:
        return await program.main()
    return await _show_progress(program, output, progress)


async def _show_progress(program: Program, output: Output, progress: "Progress") -> int:
    output.screen = progress.print
    showing = asyncio.create_task(progress.show())
    try:
        return await program.main()
    finally:
        showing.cancel()
        await asyncio.wait({showing})
        output.screen = None


class _DefectHandler:
    """Tells of a defect that nobody waits for, where asyncio would log a traceback."""

    def __init__(self, output: Output) -> None:
        self._output = output

    def __call__(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if isinstance(error, Exception):
            show_failure(error)
        else:
            self._output.complain(f"psync: internal error: {context.get('message')}")
