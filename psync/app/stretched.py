"""The stretched key of this process, kept for the next one where it came from a password file.

Stretching takes 0.4 s on purpose, and a run every minute need not pay for it.
What is kept is as good as the key itself: it lies in the state folder, readable
by its owner only, and is believed only from a regular file of this very account.

It must never be used for another password than the one in the file now. The
password is read each time, but cannot be compared with anything: whatever tells
two passwords apart quickly would let a thief of the state folder try millions a
second, which stretching is there to prevent. So the entry is bound to the
identity of the file (device, inode, size, times of change) and to the user name,
by a MAC under the stretched key itself, which also finds damage. A clock that
ticks slowly can give two versions of a file one identity. Therefore only a file
that had been left alone for a while is remembered, as no later change can bear
the same time; the same rule makes version-control systems trust their index.

All trouble here ends in stretching once more.
"""

import hmac
import stat
from collections.abc import Callable
from contextlib import suppress

from blake3 import blake3

from psync.app.credentials import Credentials, PasswordFile
from psync.app.state_folder import state_folder
from psync.core.errors import StateFolderInvalid
from psync.disk.folder import Folder, make_way, open_folder
from psync.system import System
from psync.wire.cpace import length_prefixed
from psync.wire.keys import PRS_BYTES, Secret, parse_key, stretch

# Longer than the coarsest clock of a file system (FAT, 2 s), and some.
UNTOUCHED_NS = 5_000_000_000

_MAC_BYTES = 32
_BINDING = b"psync/1 stretched key"


def stretched_key(
    credentials: Credentials, system: System, stretch: Callable[[str, str], Secret] = stretch
) -> Secret:
    """Give the key that both sides must share; takes the time of `stretch` for one that is not remembered."""
    file = credentials.file
    if file is None or parse_key(credentials.password) is not None:
        return stretch(credentials.user, credentials.password)
    with suppress(OSError, StateFolderInvalid):
        if (known := _recall(file, credentials.user, system)) is not None:
            return known
    key = stretch(credentials.user, credentials.password)
    if system.now_ns() - max(file.mtime_ns, file.ctime_ns) > UNTOUCHED_NS:
        with suppress(OSError, StateFolderInvalid):
            _remember(file, credentials.user, key, system)
    return key


def _recall(file: PasswordFile, user: str, system: System) -> Secret | None:
    with open_folder(system, system.os.fsencode(state_folder(system))) as folder:
        record = _read_own(folder, _name(file))
    key, mac = Secret(record[:PRS_BYTES]), record[PRS_BYTES:]
    return key if hmac.compare_digest(mac, _mac(key, file, user)) else None


def _read_own(folder: Folder, name: bytes) -> bytes:
    """Read a record; nothing, unless it is a regular file that only this account can read or write."""
    os = folder.os
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    fd = os.open(name, flags, dir_fd=folder.root.fd)
    try:
        status = os.fstat(fd)
        is_own = status.st_uid == folder.system.user_id and not stat.S_IMODE(status.st_mode) & 0o077
        return os.read(fd, PRS_BYTES + _MAC_BYTES + 1) if stat.S_ISREG(status.st_mode) and is_own else b""
    finally:
        os.close(fd)


def _remember(file: PasswordFile, user: str, key: Secret, system: System) -> None:
    """Write beside and rename, so that no other process reads half of it."""
    path = system.os.fsencode(state_folder(system))
    make_way(system, path, 0o700)
    with open_folder(system, path) as folder:
        os, directory, name = folder.os, folder.root.fd, _name(file)
        beside = name + b"." + system.random_bytes(8).hex().encode("ascii")
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        fd = os.open(beside, flags, 0o600, dir_fd=directory)
        try:
            os.write(fd, key.reveal() + _mac(key, file, user))
            os.rename(beside, name, src_dir_fd=directory, dst_dir_fd=directory)
        except OSError:
            os.unlink(beside, dir_fd=directory)
            raise
        finally:
            os.close(fd)


def _name(file: PasswordFile) -> bytes:
    """Name the record after the path as it was given: a new version of the file replaces the old record."""
    path = file.path.encode("utf-8", "surrogateescape")
    return b"stretched-" + blake3(path).hexdigest(8).encode("ascii")


def _mac(key: Secret, file: PasswordFile, user: str) -> bytes:
    identity = (file.device, file.inode, file.size, file.mtime_ns, file.ctime_ns)
    message = length_prefixed(_BINDING, repr(identity).encode("ascii"), user.encode("utf-8", "surrogatepass"))
    return hmac.digest(key.reveal(), message, "sha256")
