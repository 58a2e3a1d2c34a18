"""Is a file open elsewhere? Windows keeps it from being replaced or removed then; POSIX does not care.

A rename over a file that anybody has open, whatever he shares, is answered with
"access denied" (FILE_RENAME_INFORMATION), and so is the removal of one that is mapped,
such as a program that runs; which also means that the account may not. So the
file is asked: if it can be opened for writing, or is told to be in use, rights are
not what is missing.
"""

from psync.core.problems import ProblemCode
from psync.disk.folder import Directory
from psync.disk.problems import EntryRefused, code_of
from psync.system import OperatingSystem

ACCESS_DENIED = 5  # of winerror.h


def replace(system_os: OperatingSystem, directory: Directory, temporary: bytes, name: bytes) -> None:
    """Rename a temporary over an entry of its folder, or to a new name.

    Raises `EntryRefused` with LOCKED for an entry that is open elsewhere, or `OSError`.
    """
    try:
        system_os.rename(temporary, name, src_dir_fd=directory.fd, dst_dir_fd=directory.fd)
    except PermissionError as error:
        _check_locks(system_os, directory, name, error)
        raise


def remove(system_os: OperatingSystem, directory: Directory, name: bytes) -> None:
    """Remove an entry that is no folder. Raises as `replace` does."""
    try:
        system_os.unlink(name, dir_fd=directory.fd)
    except PermissionError as error:
        _check_locks(system_os, directory, name, error)
        raise


def _check_locks(system_os: OperatingSystem, directory: Directory, name: bytes, error: OSError) -> None:
    """Raise `EntryRefused` with LOCKED if an error can mean that, and the file says so."""
    is_ambiguous = getattr(error, "winerror", None) == ACCESS_DENIED
    if is_ambiguous and _is_open_elsewhere(system_os, directory, name):
        raise EntryRefused(ProblemCode.LOCKED) from error


def _is_open_elsewhere(system_os: OperatingSystem, directory: Directory, name: bytes) -> bool:
    flags = system_os.O_WRONLY | system_os.O_NOFOLLOW | system_os.O_NONBLOCK | system_os.O_CLOEXEC
    try:
        fd = system_os.open(name, flags, dir_fd=directory.fd)
    except OSError as error:
        return code_of(error) is ProblemCode.LOCKED
    system_os.close(fd)
    return True
