r"""Where the folders of a trial lie on a machine, as its user types them and as its disk has them.

| | POSIX | Windows, typed | Windows, on the disk |
|---|---|---|---|
| RootPath | `/srv` | `C:\srv` | `/C:/srv` |
| folder behind a listener | `/srv/data` | `C:\srv\data` | `/C:/srv/data` |
| a client's own source and target | `/home/source` | `C:\home\source` | `/C:/home/source` |
| what nobody may touch | `/etc/tripwire` | `C:\etc\tripwire` | `/C:/etc/tripwire` |
"""

from msgspec import Struct

from psync.core.paths import PathStyle
from sim.plan import Place

ROOT = "/srv"
DATA = "/srv/data"
SOURCE = "/home/source"
TARGET = "/home/target"
OUTSIDE = "/etc"
TRIPWIRE = "/etc/tripwire"

DRIVE = "C:"


class Layout(Struct, frozen=True):
    """The paths of one style of machines; each is given in its POSIX form."""

    style: PathStyle

    def typed(self, path: str) -> str:
        """As a user types it."""
        return DRIVE + path.replace("/", "\\") if self.style is PathStyle.WINDOWS else path

    def on_disk(self, path: str) -> bytes:
        """As the inodes have it."""
        return f"/{DRIVE}{path}".encode() if self.style is PathStyle.WINDOWS else path.encode()

    def files(self, path: str) -> bytes:
        """As the user's hands (`machine.files`) take it."""
        return self.typed(path).encode()

    def address(self, place: Place, path: str) -> str:
        """As a client is told it."""
        if not place.is_remote:
            return self.typed(path)
        return f"tcp://{place.machine}" + (f"/{DRIVE}{path}" if self.style is PathStyle.WINDOWS else path)


def folder_of(place: Place, local: str) -> str:
    """The folder of one end of a job, in its POSIX form."""
    return DATA if place.is_remote else local
