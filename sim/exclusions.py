"""What a job leaves out, told without any code of psync.

Of the patterns that psync knows only the plainest: a name, in any folder, or with a slash
before it in the job's own; a star stands for any letters. What is in an excluded folder is
excluded with it. All kinds of entries are meant, so that both ends leave out the same.
"""

import re
from collections.abc import Iterable
from functools import cached_property

from msgspec import Struct

from sim.trees import Tree

NEVER = "(?!)"
PATTERN = re.compile(r"/?[\w.*]*\w[\w.*]*")


class Exclusions(Struct, frozen=True, dict=True):
    """The patterns of a plan; falsy without any."""

    patterns: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for pattern in self.patterns:
            if not PATTERN.fullmatch(pattern):
                raise ValueError(f"the simulator does not know what {pattern!r} excludes")

    def __bool__(self) -> bool:
        return bool(self.patterns)

    def covers(self, path: str) -> bool:
        """Whether an entry is left out, or a folder above it."""
        top, _, below = path.partition("/")
        is_at_top = bool(self._names.fullmatch(top) or self._names_at_top.fullmatch(top))
        return is_at_top or any(map(self._names.fullmatch, below.split("/")))

    def divide(self, tree: Tree) -> tuple[Tree, Tree]:
        """Give what is part of the job, and what is not."""
        if not self.patterns:
            return tree, {}
        inside: Tree = {}
        outside: Tree = {}
        for path, content in tree.items():
            is_outside = self.covers(path.decode("utf-8", "surrogateescape"))
            (outside if is_outside else inside)[path] = content
        return inside, outside

    @cached_property
    def _names(self) -> re.Pattern[str]:
        return _any_of(pattern for pattern in self.patterns if not pattern.startswith("/"))

    @cached_property
    def _names_at_top(self) -> re.Pattern[str]:
        return _any_of(pattern[1:] for pattern in self.patterns if pattern.startswith("/"))


def _any_of(names: Iterable[str]) -> re.Pattern[str]:
    parts = (re.escape(name).replace(r"\*", "[^/]*") for name in names)
    return re.compile("|".join(parts) or NEVER)
