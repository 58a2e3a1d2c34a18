"""What is left out of a job, in gitignore syntax.

A pattern applies to both ends: an excluded entry is neither sent nor deleted.
Nothing inside an excluded folder is looked at, so it cannot be included again.
"""

from functools import cached_property
from typing import TYPE_CHECKING

from psync.core.manifest import EntryPath

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec


class Filters:
    """The patterns of a job, compiled at the first entry that is asked about."""

    def __init__(self, patterns: tuple[str, ...] = ()) -> None:
        self.patterns = patterns

    def __bool__(self) -> bool:
        return bool(self.patterns)

    def excludes(self, folder: EntryPath, name: bytes, *, is_folder: bool) -> bool:
        """Whether the entry `name` of `folder` is left out."""
        path = b"/".join((*folder, name)).decode("utf-8", "surrogateescape")
        return self._spec.match_file(path + "/" if is_folder else path)

    @cached_property
    def _spec(self) -> "GitIgnoreSpec":
        from pathspec import GitIgnoreSpec  # loaded only by runs that have patterns

        return GitIgnoreSpec.from_lines(self.patterns)
