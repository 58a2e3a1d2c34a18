"""Every verb of psync that takes a path, tried on one path."""

from collections.abc import Callable, Sequence

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
from psync.core.content import Content, Outcome, Request, Unsupplied
from psync.core.manifest import EntryPath, Kind, Stamp
from psync.core.problems import Problem, ProblemCode
from psync.core.settings import Durability
from psync.disk.folder import Folder, open_below
from psync.disk.problems import EntryRefused, problem_of
from psync.disk.reader import Reader
from psync.disk.stage import TemporaryNames
from psync.disk.target import Target
from tests.disk.contents import begin, end, pack, piece
from tests.disk.trees import OLD_NS

# A verb gives the problem that it met, or None if it did something.
Verb = Callable[[Folder, EntryPath, Stamp | None], Problem | None]

DATA = b"written through psync"
NOTHING = Stamp(0, 0, 0, 0)


def carry_out(
    folder: Folder,
    steps: Sequence[Change | Content],
    durability: Durability = Durability.NONE,
    names: TemporaryNames | None = None,
) -> list[Outcome]:
    """Give changes and contents to a target of their own; give the outcomes by their ids."""
    target = Target(folder, names or TemporaryNames(folder.system), durability)
    try:
        for step in steps:
            take(target, step)
        return sorted(target.settle(), key=lambda outcome: outcome.id)
    finally:
        target.close()


def take(target: Target, step: Change | Content) -> None:
    """Give a target its next change or content."""
    if isinstance(step, Content):
        target.receive(step)
    else:
        target.change(step)


def apply(folder: Folder, change: Change, *contents: Content) -> Outcome:
    """Carry out one change."""
    [outcome] = carry_out(folder, [change, *contents])
    return outcome


def read(folder: Folder, path: EntryPath) -> list[Content]:
    """Read one file; one that changes meanwhile gives nothing that completes it."""
    return list(Reader(folder).read([Request(1, path)], []))


def codes(outcomes: Sequence[Outcome]) -> dict[int, ProblemCode | None]:
    """What is wrong with each change, by its id."""
    return {outcome.id: outcome.problem.code if outcome.problem else None for outcome in outcomes}


def _changes(make: Callable[[EntryPath, Stamp | None], Change], *contents: Content) -> Verb:
    return lambda folder, path, stamp: apply(folder, make(path, stamp), *contents).problem


def _read(folder: Folder, path: EntryPath, _stamp: Stamp | None) -> Problem | None:
    headers = [content.header for content in read(folder, path)]
    return headers[0].problem if headers and isinstance(headers[0], Unsupplied) else None


def _answers(verb: Callable[[Folder, EntryPath], object]) -> Verb:
    """Turn what a verb raises into the problem that its caller would make of it."""

    def tried(folder: Folder, path: EntryPath, _stamp: Stamp | None) -> Problem | None:
        try:
            verb(folder, path)
        except (OSError, EntryRefused) as error:
            return problem_of(path, error)
        return None

    return tried


def _open_below(folder: Folder, path: EntryPath, *, create: bool) -> None:
    open_below(folder, path, create=create).close()


VERBS: dict[str, Verb] = {
    "make a folder": _changes(lambda path, stamp: MakeFolder(1, path, stamp)),
    "write a small file": _changes(
        lambda path, stamp: WriteFile(1, path, 0o6755, len(DATA), stamp), pack((1, DATA))
    ),
    "write a large file": _changes(
        lambda path, stamp: WriteFile(1, path, 0o6755, len(DATA), stamp),
        begin(1, len(DATA)),
        piece(1, 0, DATA),
        end(1, DATA),
    ),
    "make a link": _changes(lambda path, stamp: MakeLink(1, path, b"anywhere", OLD_NS, stamp)),
    "set a mode": _changes(lambda path, stamp: SetMode(1, path, 0o6701, stamp or NOTHING)),
    "rename": _changes(lambda path, stamp: RenameEntry(1, path, b"renamed", stamp or NOTHING)),
    "open a folder": _changes(lambda path, _: OpenFolder(1, path)),
    "finish a folder": _changes(lambda path, _: FinishFolder(1, path, 0o701, OLD_NS)),
    "delete a file": _changes(lambda path, stamp: Delete(1, path, Kind.FILE, stamp or NOTHING)),
    "delete a folder": _changes(lambda path, stamp: Delete(1, path, Kind.FOLDER, stamp or NOTHING)),
    "read": _read,
    "list": _answers(lambda folder, path: folder.directory(path)),
    "open below": _answers(lambda folder, path: _open_below(folder, path, create=False)),
    "make below": _answers(lambda folder, path: _open_below(folder, path, create=True)),
}

# They reach what stands under a name, and would follow a link; all others change the name itself.
REACHING = ("set a mode", "open a folder", "finish a folder", "read", "list", "open below", "make below")

# They work on the job's own folder too, whose path is empty.
ON_THE_WHOLE = ("open a folder", "finish a folder", "list", "open below", "make below")
