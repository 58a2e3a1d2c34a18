"""What is left out of a job, in gitignore syntax.

A pattern applies to both ends: an excluded entry is neither sent nor deleted.
Nothing inside an excluded folder is looked at, so it cannot be included again.
A pattern that would silently mean nothing, or something else than it says, is
refused: what it was to protect would be deleted.

Character classes such as `[[:digit:]]` are not supported.
"""

import re
from typing import TYPE_CHECKING

from psync.core.errors import PatternFault, PatternInvalid
from psync.core.manifest import EntryPath

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

# Regular expressions give the newline a meaning of its own, and names may hold one.
NEWLINE, NEWLINE_STAND_IN = "\n", "\0"

CHARACTER_CLASS = re.compile(r"\[:\w+:\]")


class Filters:
    """The patterns of a job. Raises `PatternInvalid` for one that cannot be read."""

    def __init__(self, patterns: tuple[str, ...] = ()) -> None:
        self.patterns = patterns
        self._spec = _compile(patterns) if patterns else None

    def __bool__(self) -> bool:
        return self._spec is not None

    def excludes(self, folder: EntryPath, name: bytes, *, is_folder: bool) -> bool:
        """Whether the entry `name` of `folder` is left out."""
        if self._spec is None:
            return False
        path = b"/".join((*folder, name)).decode("utf-8", "surrogateescape")
        path = path.replace(NEWLINE, NEWLINE_STAND_IN)
        return self._spec.match_file(path + "/" if is_folder else path)


def _compile(patterns: tuple[str, ...]) -> "GitIgnoreSpec":
    from pathspec import GitIgnoreSpec  # loaded only by runs that have patterns

    for pattern in patterns:
        _check(pattern)
    lines = [pattern.replace(NEWLINE, NEWLINE_STAND_IN) for pattern in patterns]
    # The same matcher everywhere, whatever faster ones are installed.
    return GitIgnoreSpec.from_lines(lines, backend="simple")


def _check(pattern: str) -> None:
    from pathspec import GitIgnoreSpec

    if CHARACTER_CLASS.search(pattern):
        raise PatternInvalid(pattern=pattern, reason=PatternFault.CHARACTER_CLASS)
    try:
        rules = GitIgnoreSpec.from_lines([pattern], backend="simple").patterns
    except re.error as error:
        raise PatternInvalid(pattern=pattern, reason=error.msg) from None
    except ValueError:
        rules = ()
    if not any(rule.include is not None for rule in rules):
        raise PatternInvalid(pattern=pattern, reason=PatternFault.NO_PATTERN)
