r"""RootPath: where a path on host really is when a listener is confined to a folder.

Guide, "PSListener configuration" 4. With the RootPath `C:\Backup\Users\Admin`

    C:\Backup\Users\Admin\Docs   is at or below it, and used in place;
    C:\Backup\My Documents       is not, and is made again below it, as
                                 C:\Backup\Users\Admin\C\Backup\My Documents.

"At the same level" is the RootPath itself, not its siblings, and "above" is every
path that is not at or below it: the guide's own example is no ancestor of its
RootPath. Drives become folders (`C`), shares too (`UNC\server\share`), and paths
of the other system likewise, as far as this host can hold their names.

The mapping is lexical, applied once a job to its path on host, before any disk
access, and total: a path is refused or lands below the RootPath. Applied to each
file instead it would tear a job at `C:\Backup` in two, since only some of its
files are below the RootPath. That no link leads out again is not decided here:
whoever opens the actual path walks it without following any.

Two paths can have one actual path (`C:\Backup\My Documents` and the whole of
its mapping above); to tell the operator is the listener's business.
"""

from msgspec import Struct

from psync.core.errors import REFUSED_PATH_TEXTS, PathRefused, RefusedPath, RootPathInvalid
from psync.core.paths import HostPath, PathStyle, Share, decode_name, encode_name, parse_host_path


class RootPath(Struct, frozen=True):
    """The folder of this host that a listener never leaves."""

    folder: HostPath

    @classmethod
    def parse(cls, text: str, style: PathStyle) -> "RootPath":
        """Read a complete path of this host; raise `RootPathInvalid` for any other."""
        try:
            return cls(parse_host_path(text, style))
        except PathRefused as refused:
            raise RootPathInvalid(path=text, reason=REFUSED_PATH_TEXTS[refused.reason]) from refused

    def map(self, path: HostPath) -> HostPath:
        """Give the actual path, in the root's style and spelling.

        Raises `PathRefused`, naming `path` and not the layout behind it, when this host cannot
        hold one of its names or the length of the result.
        """
        rest = path.below(self.folder)
        names = path.names if rest is None else rest
        try:
            return self._join(names, path.style)
        except PathRefused as refused:
            reason = refused.reason
        except UnicodeDecodeError:
            reason = RefusedPath.CHARS
        raise PathRefused(path=str(path), reason=reason)

    def _join(self, names: tuple[str, ...], style: PathStyle) -> HostPath:
        root = self.folder
        here = tuple(decode_name(encode_name(name, style), root.style) for name in names)
        return HostPath(root.style, root.root, root.components + here)


def map_unconfined(path: HostPath, style: PathStyle) -> HostPath:
    """Give the actual path on a host of `style` that has no RootPath: the path as given.

    Raises `PathRefused` for a path of the other system and for a share: a listener serves its own disks.
    """
    if path.style is not style:
        raise PathRefused(path=str(path), reason=RefusedPath.FOREIGN)
    if isinstance(path.root, Share):
        raise PathRefused(path=str(path), reason=RefusedPath.UNC)
    return path
