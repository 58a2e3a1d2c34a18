"""Entries that a job cannot replicate as they stand. A run must say so, and lose nothing."""

from enum import StrEnum

from msgspec import Struct

from psync.core.paths import PathStyle, name_refusal
from sim.faults.fault import Heal, Site


class Unfit(StrEnum):
    """Why an entry cannot be replicated."""

    PIPE = "pipe"
    """A named pipe at the source."""

    NAME = "name"
    """A file of the source whose name Windows does not allow."""

    TWIN = "twin"
    """Two files of the source whose names are one for Windows; the target may have one of them."""

    FOLDER = "folder"
    """A folder of the target where the source has a file, and nobody has asked for deletions."""


class EntryUnfit(Struct, frozen=True, tag="entry-unfit"):
    """A user has made an entry that cannot be replicated, before the first run; once all heals he removes it.

    `path`: relative to the job's folder. It has no effect where what stands there leaves no room for it.
    """

    kind: Unfit
    path: str

    def __post_init__(self) -> None:
        for name in self.path.split("/"):
            if refused := name_refusal(name.encode(), PathStyle.POSIX):
                raise ValueError(f"nobody can make an entry {self.path!r}: {refused}")

    def arm(self, site: Site) -> Heal:
        """Make it."""
        heal = site.make_unfit(self)
        if heal is None:
            return _nothing
        site.took_effect(self, self.kind)
        return heal


def _nothing() -> None:
    """Nothing was made, and nothing is to be removed."""
