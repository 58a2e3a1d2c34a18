"""What a run tells a person: lines, and on a terminal how far it is."""

from collections.abc import Callable, Mapping
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from psync.app.failure_text import connection_lines, locked_text, refusal_lines
from psync.app.figures import bytes_text, count_text, seconds_text
from psync.app.output import Output
from psync.app.printable import printable, printable_path
from psync.core.changes import (
    Change,
    Delete,
    FinishFolder,
    MakeFolder,
    MakeLink,
    OpenFolder,
    RenameEntry,
    SetMode,
    WriteFile,
)
from psync.core.manifest import EntryPath, Kind
from psync.core.problems import Problem, ProblemCode
from psync.engine.events import (
    ChangeDone,
    ChangePlanned,
    ConnectionFailed,
    ContentMoved,
    Event,
    ProblemFound,
    RunRefused,
    RunStarted,
    RunState,
    Summary,
)

if TYPE_CHECKING:
    from psync.app.progress import Progress  # and with it rich, where there is a screen


class Verbosity(IntEnum):
    """QUIET: what went wrong. NORMAL: also a summary. VERBOSE: also each change."""

    QUIET = 0
    NORMAL = 1
    VERBOSE = 2


class CopyReport:
    """Prints the events of one run. `progress` shows how far it is, on a terminal.

    A run of 80,000 files calls it 80,000 times: a change that is not listed is only counted.
    """

    def __init__(
        self,
        output: Output,
        verbosity: Verbosity = Verbosity.NORMAL,
        progress: "Progress | None" = None,
        *,
        dry_run: bool = False,
    ) -> None:
        self._output = output
        self._verbosity = verbosity
        self._progress = progress
        self._dry_run = dry_run
        self._is_interrupted = False
        self._is_target_full = False
        self._no_space_untold = 0
        self._new_folders: set[EntryPath] = set()
        self._handlers: Mapping[type, Callable[[Any], None]] = {
            RunStarted: self._start,
            ChangePlanned: self._plan,
            ChangeDone: self._finish_change,
            ContentMoved: self._move,
            ProblemFound: self._find_problem,
            ConnectionFailed: self._lose,
            RunRefused: self._refuse,
            Summary: self._sum_up,
        }

    def __call__(self, event: Event) -> None:
        handler = self._handlers.get(type(event))
        if handler is not None:
            handler(event)

    def note_interruption(self) -> None:
        """Say that the operator asked for the end."""
        self._is_interrupted = True

    def warn(self, text: str) -> None:
        """Tell the operator of a danger."""
        self._output.complain(f"Warning: {printable(text)}")

    def _start(self, event: RunStarted) -> None:
        if self._verbosity is Verbosity.VERBOSE:
            self._output.line(f"{printable(event.source)} -> {printable(event.target)}")

    def _plan(self, event: ChangePlanned) -> None:
        if self._verbosity is not Verbosity.QUIET:
            self._list(event.change)

    def _finish_change(self, event: ChangeDone) -> None:
        if self._progress is not None:
            self._progress.add_change(event.change)
        if self._verbosity is Verbosity.VERBOSE:
            self._list(event.change)

    def _move(self, event: ContentMoved) -> None:
        if self._progress is not None:
            self._progress.add_content(event.path, event.bytes)

    def _list(self, change: Change) -> None:
        """List a change once: a new folder is announced first and finished last."""
        if isinstance(change, OpenFolder):
            return
        if isinstance(change, MakeFolder):
            self._new_folders.add(change.path)
        elif isinstance(change, FinishFolder) and change.path in self._new_folders:
            self._new_folders.remove(change.path)
            return
        self._output.line(change_line(change))

    def _find_problem(self, event: ProblemFound) -> None:
        problem = event.problem
        if problem.code is ProblemCode.NO_SPACE and self._verbosity is not Verbosity.VERBOSE:
            self._find_no_space(problem)
        elif documented := locked_text(event):
            self._output.complain(printable(documented))
        elif not problem.is_notice or self._verbosity is not Verbosity.QUIET:
            self._tell_problem(problem)

    def _find_no_space(self, problem: Problem) -> None:
        """Tell the first in full and count the others: thousands may follow, of which each says the same."""
        if not problem.path:
            self._tell_no_space(problem.detail)
        elif self._is_target_full:
            self._no_space_untold += 1
        else:
            self._is_target_full = True
            self._tell_problem(problem)

    def _tell_no_space(self, detail: str = "") -> None:
        untold = f"{self._no_space_untold:,} more failed" if self._no_space_untold else ""
        details = ", ".join(filter(None, (untold, detail)))
        self._no_space_untold = 0
        self._tell_problem(Problem((), ProblemCode.NO_SPACE, details))

    def _tell_problem(self, problem: Problem) -> None:
        word = "Notice" if problem.is_notice else "Problem"
        place = f"{printable_path(problem.path)}: " if problem.path else ""
        self._output.complain(f"{word}: {place}{printable(problem.text)} [{problem.tag}]")

    def _lose(self, event: ConnectionFailed) -> None:
        self._complain(connection_lines(event))

    def _refuse(self, event: RunRefused) -> None:
        self._complain(refusal_lines(event))

    def _complain(self, lines: list[str]) -> None:
        for line in lines:
            self._output.complain(line)

    def _sum_up(self, summary: Summary) -> None:
        """Sum up, unless a failure has said already that nothing came of the run."""
        if self._no_space_untold:
            self._tell_no_space()
        is_idle = summary.state is RunState.FAILED and not (summary.files_sent or summary.files_deleted)
        if self._verbosity is not Verbosity.QUIET and (self._is_interrupted or not is_idle):
            word = "Interrupted" if self._is_interrupted else summary.state.value.capitalize()
            is_plan = self._dry_run and summary.state is not RunState.FAILED
            self._output.line(planned_line(summary) if is_plan else summary_line(word, summary))


def change_line(change: Change) -> str:
    """Say in one line what a change does."""
    path = printable_path(change.path)
    match change:
        case WriteFile():
            return f"file    {path}  ({bytes_text(change.size)})"
        case MakeFolder():
            return f"folder  {path}/"
        case MakeLink():
            return f"link    {path} -> {printable_path((change.link_target,))}"
        case SetMode():
            return f"mode    {path}  ({change.mode:04o})"
        case RenameEntry():
            return f"rename  {path} -> {printable_path((change.name,))}"
        case OpenFolder() | FinishFolder():
            return f"folder  {path}/  (mode and time)"
        case Delete():
            return f"delete  {path}{'/' if change.kind is Kind.FOLDER else ''}"


def summary_line(word: str, summary: Summary) -> str:
    """Sum a run up in one line."""
    sent = count_text(summary.files_sent, "file")
    parts = [f"{sent} sent ({bytes_text(summary.bytes_literal)})", f"{summary.files_unchanged:,} unchanged"]
    if summary.files_deleted:
        parts.append(f"{summary.files_deleted:,} deleted")
    if summary.failed:
        parts.append(f"{summary.failed:,} failed")
    if summary.bytes_wire:
        parts.append(f"{bytes_text(summary.bytes_wire)} over the network")
    return f"{word}: {', '.join(parts)}, {seconds_text(summary.seconds)}"


def planned_line(summary: Summary) -> str:
    """Sum up what a run would do."""
    sent, deleted = count_text(summary.files_sent, "file"), count_text(summary.files_deleted, "file")
    failed = f", {summary.failed:,} would fail" if summary.failed else ""
    return f"Dry run: would send {sent} and delete {deleted}, {summary.files_unchanged:,} unchanged{failed}"
