"""The identity of this machine's listener, made at its first start.

Service and application share it, so it lies in the state folder, readable by
its owner only. It is 32 bytes and can be copied for a failover.
"""

from psync.core.errors import IdentityUnusable
from psync.disk.folder import Folder, make_way, open_folder, sync_folder
from psync.system import FolderLocked, System
from psync.wire.identity import SEED_BYTES, Identity

FILE_NAME = b"identity.key"


def load_identity(system: System, state_folder: bytes) -> Identity:
    """Read the identity, or make it; raise `IdentityUnusable`."""
    try:
        return _load(system, state_folder)
    except FolderLocked as locked:
        raise _unusable(state_folder, f"{locked.owner} makes it at this moment") from None
    except OSError as error:
        raise _unusable(state_folder, error.strerror or str(error)) from error
    except ValueError as error:
        raise _unusable(state_folder, str(error)) from error


def _load(system: System, state_folder: bytes) -> Identity:
    make_way(system, state_folder, 0o700)
    with open_folder(system, state_folder) as folder:
        try:
            return _read(folder)
        except FileNotFoundError:
            return _make(folder)


def _read(folder: Folder) -> Identity:
    fd = folder.os.open(FILE_NAME, folder.os.O_RDONLY | folder.os.O_CLOEXEC, dir_fd=folder.root.fd)
    try:
        return Identity.from_bytes(folder.os.read(fd, SEED_BYTES + 1))
    finally:
        folder.os.close(fd)


def _make(folder: Folder) -> Identity:
    """Make it once, though listeners of several instance names may start at the same time."""
    lock = folder.system.lock_folder(folder.root.fd, exclusive=True)
    try:
        return _read(folder)
    except FileNotFoundError:
        _write(folder)
        return _read(folder)
    finally:
        if lock is not None:
            lock.release()


def _write(folder: Folder) -> None:
    """Write beside and rename, so that nobody ever reads half of it."""
    os, directory = folder.os, folder.root.fd
    beside = FILE_NAME + b"." + folder.system.random_bytes(8).hex().encode()
    fd = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600, dir_fd=directory)
    try:
        os.write(fd, Identity.generate(folder.system.random_bytes(SEED_BYTES)).to_bytes())
        os.fsync(fd)
        os.rename(beside, FILE_NAME, src_dir_fd=directory, dst_dir_fd=directory)
    except OSError:
        os.unlink(beside, dir_fd=directory)
        raise
    finally:
        os.close(fd)
    sync_folder(os, directory)


def _unusable(state_folder: bytes, reason: str) -> IdentityUnusable:
    return IdentityUnusable(path=state_folder.decode("utf-8", "backslashreplace"), reason=reason)
