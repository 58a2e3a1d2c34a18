"""What a run tells a person."""

import io

import pytest

from psync.app.copy_report import CopyReport, Verbosity, change_line, planned_line, summary_line
from psync.app.output import Output
from psync.core.changes import (
    Delete,
    FinishFolder,
    MakeFolder,
    MakeLink,
    OpenFolder,
    RenameEntry,
    SetMode,
    WriteFile,
)
from psync.core.errors import KeyMismatch, SourceMissing
from psync.core.manifest import Kind, Stamp
from psync.core.problems import Problem, ProblemCode
from psync.engine.events import (
    ChangeDone,
    ChangePlanned,
    ConnectionFailed,
    ContentMoved,
    Event,
    ListenerReady,
    ProblemFound,
    RunRefused,
    RunStarted,
    RunState,
    Summary,
)

STAMP = Stamp(1, 2, 3, 4)
FILE = WriteFile(1, (b"a", b"b.txt"), 0o644, 2048)
SUMMARY = Summary("J", RunState.CONVERGED, 1, 2, 0, 4096, 2048, 0, 0.5)
SUMMARY_LINE = "Converged: 1 file sent (2.0 KiB), 2 unchanged, 4.0 KiB over the network, 0.50 s\n"


def told(*events: Event, verbosity: Verbosity = Verbosity.NORMAL, dry_run: bool = False) -> tuple[str, str]:
    out, err = io.BytesIO(), io.BytesIO()
    report = CopyReport(Output(out, err), verbosity, dry_run=dry_run)
    for event in events:
        report(event)
    return out.getvalue().decode("utf-8"), err.getvalue().decode("utf-8")


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (FILE, "file    a/b.txt  (2.0 KiB)"),
        (MakeFolder(1, (b"a",)), "folder  a/"),
        (MakeLink(1, (b"l",), b"../x\n", 5), "link    l -> ../x\\n"),
        (SetMode(1, (b"a",), 0o600, STAMP), "mode    a  (0600)"),
        (RenameEntry(1, (b"a", b"x"), b"X", STAMP), "rename  a/x -> X"),
        (FinishFolder(1, (), 0o755, 5), "folder  ./  (mode and time)"),
        (Delete(1, (b"\x1b[2J",), Kind.FILE, STAMP), "delete  \\x1b[2J"),
        (Delete(1, (b"a",), Kind.FOLDER, STAMP), "delete  a/"),
    ],
)
def test_each_change_has_a_line(change, line: str):
    assert change_line(change) == line


@pytest.mark.parametrize(
    ("summary", "line"),
    [
        (SUMMARY, SUMMARY_LINE[:-1]),
        (
            Summary("J", RunState.PARTIAL, 2000, 0, 3, 0, 0, 4, 100),
            "Partial: 2,000 files sent (0 B), 0 unchanged, 3 deleted, 4 failed, 1 min 40 s",
        ),
    ],
)
def test_a_summary_says_what_is_not_nothing(summary: Summary, line: str):
    assert summary_line(summary.state.value.capitalize(), summary) == line


@pytest.mark.parametrize(
    ("failed", "rest"), [(0, "7 unchanged"), (2, "7 unchanged, 2 would fail")], ids=["all", "not all"]
)
def test_a_dry_run_is_summed_up_as_what_would_be(failed: int, rest: str):
    summary = Summary("J", RunState.CONVERGED, 1, 7, 2, failed=failed)

    assert planned_line(summary) == f"Dry run: would send 1 file and delete 2 files, {rest}"


def test_normally_only_the_summary_is_told():
    started = RunStarted("J", "/a", "/b")

    assert told(started, ChangeDone(FILE, 2048), ContentMoved(FILE.path, 2048), SUMMARY) == (SUMMARY_LINE, "")


def test_verbose_lists_each_change():
    out, err = told(RunStarted("J", "/a", "/b"), ChangeDone(FILE, 2048), verbosity=Verbosity.VERBOSE)

    assert (out, err) == ("/a -> /b\nfile    a/b.txt  (2.0 KiB)\n", "")


def test_a_folder_is_listed_once():
    changes = [
        MakeFolder(1, (b"new",)),
        FinishFolder(2, (b"new",), 0o755, 5),
        FinishFolder(2, (b"new",), 0o700, 5),
        OpenFolder(3, (b"old",)),
        FinishFolder(4, (b"old",), 0o555, 5),
    ]
    out, _ = told(*(ChangeDone(change, 0) for change in changes), verbosity=Verbosity.VERBOSE)

    assert out == "folder  new/\nfolder  new/  (mode and time)\nfolder  old/  (mode and time)\n"


def test_quiet_tells_only_what_went_wrong():
    notice = ProblemFound(Problem((b"fifo",), ProblemCode.SPECIAL_FILE))
    problem = ProblemFound(Problem((b"x\n",), ProblemCode.PERMISSION, "EACCES"))

    out, err = told(notice, problem, ChangeDone(FILE, 1), SUMMARY, verbosity=Verbosity.QUIET)

    assert (out, err) == ("", "Problem: x\\n: permission denied (EACCES) [PERMISSION]\n")


def test_notices_and_problems_go_to_standard_error():
    notice = ProblemFound(Problem((b"fifo",), ProblemCode.SPECIAL_FILE))
    nowhere = ProblemFound(Problem((), ProblemCode.NO_SPACE, "3 files not sent"))

    assert told(notice, nowhere)[1].splitlines() == [
        "Notice: fifo: fifos, sockets and devices are not replicated [SPECIAL_FILE]",
        "Problem: the target is full (3 files not sent) [NO_SPACE]",
    ]


LOCKED_TEXT = (
    r"PSListener responded with - Update Failure [LockFiles] Error Opening Handle: C:\Target\a\x0a.doc "
    "(The process cannot access the file because it is being used by another process)"
)


def test_a_locked_file_of_a_listener_is_told_in_the_documented_words():
    problem = Problem((b"a\n.doc",), ProblemCode.LOCKED)
    at_the_source, at_the_target = ProblemFound(problem), ProblemFound(problem, "C:\\Target\\a\n.doc")

    assert told(at_the_source, at_the_target)[1].splitlines() == [
        f"Problem: a\\n.doc: {problem.text} [LockFiles]",
        LOCKED_TEXT.replace(r"\x0a", r"\n"),
    ]


def full(*names: bytes) -> list[Event]:
    return [ProblemFound(Problem((name,), ProblemCode.NO_SPACE)) for name in names]


FIRST_FULL = "Problem: a: the target is full [NO_SPACE]"
NOT_SENT = ProblemFound(Problem((), ProblemCode.NO_SPACE, "3 files not sent"))
OTHER = ProblemFound(Problem((b"x",), ProblemCode.PERMISSION))


@pytest.mark.parametrize(
    ("events", "rest"),
    [
        pytest.param([SUMMARY], [], id="one file"),
        pytest.param(
            [*full(b"b", b"c"), SUMMARY],
            ["Problem: the target is full (2 more failed) [NO_SPACE]"],
            id="three",
        ),
        pytest.param(
            [*full(b"b"), OTHER, NOT_SENT, SUMMARY],
            [
                "Problem: x: permission denied [PERMISSION]",
                "Problem: the target is full (1 more failed, 3 files not sent) [NO_SPACE]",
            ],
            id="and others that were not even sent",
        ),
        pytest.param(
            [NOT_SENT, SUMMARY],
            ["Problem: the target is full (3 files not sent) [NO_SPACE]"],
            id="only those",
        ),
    ],
)
def test_a_full_target_is_told_once_and_counted(events: list[Event], rest: list[str]):
    assert told(*full(b"a"), *events)[1].splitlines() == [FIRST_FULL, *rest]


def test_verbose_lists_each_file_for_which_there_was_no_room():
    out, err = told(*full(b"a", b"b"), NOT_SENT, verbosity=Verbosity.VERBOSE)

    assert (out, err.splitlines()) == (
        "",
        [
            FIRST_FULL,
            "Problem: b: the target is full [NO_SPACE]",
            "Problem: the target is full (3 files not sent) [NO_SPACE]",
        ],
    )


def test_a_dry_run_prints_what_would_be_done():
    out, _ = told(ChangePlanned(FILE), SUMMARY, dry_run=True)

    assert out == ("file    a/b.txt  (2.0 KiB)\nDry run: would send 1 file and delete 0 files, 2 unchanged\n")
    assert told(ChangePlanned(FILE), SUMMARY, dry_run=True, verbosity=Verbosity.QUIET) == ("", "")


@pytest.mark.parametrize(
    ("event", "first"),
    [
        (
            RunRefused(SourceMissing(path="/x")),
            "Error: SOURCE_MISSING: The source folder '/x' does not exist.",
        ),
        (
            RunRefused(SourceMissing(path="/x"), "source", r"TCP:\\h\c$\x"),
            r"Could not initialize source device: TCP:\\h\c$\x...",
        ),
        (
            ConnectionFailed("target", r"TCP:\\h\c$\x", "J", KeyMismatch(host="h"), False),
            r"Could not initialize target device: TCP:\\h\c$\x...",
        ),
    ],
)
@pytest.mark.parametrize("verbosity", Verbosity)
def test_a_failure_is_told_at_every_verbosity_and_not_summed_up(
    event: Event, first: str, verbosity: Verbosity
):
    out, err = told(event, Summary("J", RunState.FAILED), verbosity=verbosity)

    assert (out, err.splitlines()[0]) == ("", first)


def test_a_run_that_failed_in_the_middle_says_what_it_did():
    assert told(Summary("J", RunState.FAILED, files_sent=1, seconds=1))[0] == (
        "Failed: 1 file sent (0 B), 0 unchanged, 1.00 s\n"
    )


def test_an_interrupted_run_is_not_called_failed():
    out = io.BytesIO()
    report = CopyReport(Output(out, io.BytesIO()))

    report.note_interruption()
    report(Summary("J", RunState.FAILED))

    assert out.getvalue() == b"Interrupted: 0 files sent (0 B), 0 unchanged, 0.00 s\n"


def test_what_is_no_event_of_a_run_is_passed_over():
    assert told(ListenerReady((), 1, None, False, False, False)) == ("", "")


def test_a_warning_goes_to_standard_error():
    err = io.BytesIO()

    CopyReport(Output(io.BytesIO(), err)).warn("careful\n")

    assert err.getvalue() == b"Warning: careful\\n\n"
