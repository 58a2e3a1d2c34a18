"""What an operator reads when something failed: lines, ready to be shown.

The words are those of `psync.core.errors`; this is the form around them.
"""

import traceback
from collections.abc import Iterator

from psync.app.printable import printable
from psync.core.errors import Failure, connection_failure_text, device_text, locked_file_text
from psync.core.problems import ProblemCode
from psync.engine.events import ConnectionFailed, ProblemFound, RunRefused


def failure_lines(failure: Failure) -> list[str]:
    """Say what is wrong, and what to do."""
    return [f"Error: {failure.code}: {printable(str(failure))}", f"Remedy: {failure.remedy}"]


def refusal_lines(event: RunRefused) -> list[str]:
    """Name the end first, if its listener refused it: the documented text, but no connection has failed."""
    device = [printable(device_text(event.role, event.uri))] if event.role else []
    return [*device, *failure_lines(event.cause)]


def connection_lines(event: ConnectionFailed) -> list[str]:
    """Give the documented texts (guide, "Troubleshooting" 1), below them cause and remedy."""
    return [
        printable(device_text(event.role, event.uri)),
        printable(connection_failure_text(event.uri, event.job, retry_scheduled=event.is_retry_scheduled)),
        f"Cause: {event.cause.code}: {printable(str(event.cause))}",
        f"Remedy: {event.cause.remedy}",
    ]


def locked_text(event: ProblemFound) -> str:
    """Give the documented text (guide, "Troubleshooting" 2) of a file that is open at a listener; empty for another problem."""
    if event.problem.code is not ProblemCode.LOCKED or not event.path_on_host:
        return ""
    return locked_file_text(event.path_on_host, is_on_retry_list=False)


def defect_lines(error: BaseException, *, details: bool) -> list[str]:
    """Give one line that names the place of a defect; with `details` the whole traceback before it."""
    place = next(_places(error), "unknown place")
    line = f"psync: internal error: {type(error).__name__} at {place}"
    if not details:
        return [f"{line}. Set PSYNC_DEBUG=1 to see the details, and please report it."]
    text = "".join(traceback.format_exception(error))
    return [*map(printable, text.splitlines()), line]


def _places(error: BaseException) -> Iterator[str]:
    """Name file and line of the frames, the innermost of psync's own first."""
    frames = traceback.extract_tb(error.__traceback__)[::-1]
    own = [frame for frame in frames if "psync" in frame.filename]
    for frame in (*own, *frames):
        yield f"{'/'.join(frame.filename.split('/')[-3:])}:{frame.lineno}"
