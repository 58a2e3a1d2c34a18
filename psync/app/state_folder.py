"""The folder in which psync keeps what outlives a run: the listener's identity, stretched keys."""

from psync.core.errors import StateFolderInvalid
from psync.system import System

OF_THE_MACHINE = "/var/lib/psync"
VARIABLE = "PSYNC_STATE_DIR"


def state_folder(system: System) -> str:
    """Name the state folder: PSYNC_STATE_DIR, else the machine's for root, the user's for others.

    Raises `StateFolderInvalid` for a path that depends on the current folder, and where a user has
    no home. The folder is not made here.
    """
    path = system.environment.get(VARIABLE) or _default(system)
    if not path.startswith("/"):
        raise StateFolderInvalid(path=path)
    return path


def _default(system: System) -> str:
    if system.user_id == 0:
        return OF_THE_MACHINE
    from platformdirs import user_state_dir  # loaded only by those who have a home

    return user_state_dir("psync", appauthor=False)
