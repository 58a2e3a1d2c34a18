"""How many files this process may have open at once.

A session of a listener holds up to about 140 descriptors: folders of a batch that wait for
their sync, the path to where it works, a few staged files. 64 sessions need some 9,000, and the
usual soft limit is 1,024, kept so low for programs that use `select`. psync does not, so it
takes what the hard limit allows: that is what the system's owner has set.
"""

import resource
from contextlib import suppress
from typing import Protocol

# Enough for seven times as many sessions; a hard limit may be a thousand million.
OPEN_FILES_MAX = 65_536


class Limits(Protocol):
    """The calls of module `resource` that this needs."""

    RLIMIT_NOFILE: int

    def getrlimit(self, resource: int, /) -> tuple[int, int]: ...
    def setrlimit(self, resource: int, limits: tuple[int, int], /) -> None: ...


def raise_open_files(limits: Limits = resource) -> None:
    """Raise the soft limit to the hard one, or to `OPEN_FILES_MAX`; where that is refused, it stays."""
    soft, hard = limits.getrlimit(limits.RLIMIT_NOFILE)
    wanted = OPEN_FILES_MAX if hard == resource.RLIM_INFINITY else min(hard, OPEN_FILES_MAX)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return
    # A sandbox may forbid the call altogether; with 1,024 a listener still serves seven sessions.
    with suppress(OSError, ValueError):
        limits.setrlimit(limits.RLIMIT_NOFILE, (wanted, hard))
