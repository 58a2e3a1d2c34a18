"""The identity of this machine's listener, made at its first start.

Service and application share it, so it lies in the state folder, readable by
its owner only. It is 32 bytes and can be copied for a failover.
"""

from psync.core.errors import IdentityUnusable
from psync.disk.folder import Folder, make_folders, open_folder
from psync.system import System
from psync.wire.identity import SEED_BYTES, Identity

FILE_NAME = b"identity.key"


def load_identity(system: System, state_folder: bytes) -> Identity:
    """Read the identity, or make it; raise `IdentityUnusable`."""
    try:
        parts = state_folder.split(b"/")
        make_folders(system, [b"/".join(parts[:length]) for length in range(2, len(parts) + 1)], 0o700)
        with open_folder(system, state_folder) as folder:
            try:
                return _read(folder)
            except FileNotFoundError:
                _make(folder)
                return _read(folder)
    except (OSError, ValueError) as error:
        shown = state_folder.decode("utf-8", "backslashreplace")
        raise IdentityUnusable(path=shown, reason=str(error)) from error


def _read(folder: Folder) -> Identity:
    fd = folder.os.open(FILE_NAME, folder.os.O_RDONLY | folder.os.O_CLOEXEC, dir_fd=folder.root.fd)
    try:
        return Identity.from_bytes(folder.os.read(fd, SEED_BYTES + 1))
    finally:
        folder.os.close(fd)


def _make(folder: Folder) -> None:
    """Write beside and rename, so that a listener that starts meanwhile never reads half of it."""
    os, directory = folder.os, folder.root.fd
    beside = FILE_NAME + b"." + folder.system.random_bytes(8).hex().encode()
    fd = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600, dir_fd=directory)
    try:
        os.write(fd, Identity.generate(folder.system.random_bytes(SEED_BYTES)).to_bytes())
        os.fsync(fd)
    finally:
        os.close(fd)
    os.rename(beside, FILE_NAME, src_dir_fd=directory, dst_dir_fd=directory)
    os.fsync(directory)
