"""The right to write to a folder: one run at a time, there, above and below.

A writer locks its folder exclusively and every folder above it shared. Two
writers of which one is at or above the other therefore exclude each other,
whichever came first, in one process or in several, and the kernel forgets the
locks of a process that is killed. Where a file system knows no locks, only the
runs of one process exclude each other.
"""

from collections.abc import Awaitable, Callable

from msgspec import Struct

from psync.core.errors import Busy
from psync.disk.folder import Folder, FolderAbove, FolderId, folders_above
from psync.system import FolderLock, FolderLocked, System


class Applicant(Struct):
    """Who wants to write: `name` for messages; `run` is equal for runs of one job by one client.

    `yield_up` ends the applicant's session if its client is gone, and tells whether it did.
    """

    name: str
    run: tuple[str, str]
    yield_up: Callable[[], Awaitable[bool]]


class _Writer(Struct):
    applicant: Applicant
    chain: list[FolderId]


class WriteRight:
    """The right to write to one folder, until released."""

    def __init__(self, writers: "Writers", writer: _Writer, locks: list[FolderLock]) -> None:
        self._writers = writers
        self._writer = writer
        self._locks = locks

    def release(self) -> None:
        """Let others write."""
        _release(self._locks)
        self._locks = []
        self._writers.forget(self._writer)


class Writers:
    """The writers of this process, so that a refusal can name the run that holds the right."""

    def __init__(self, system: System) -> None:
        self._system = system
        self._writers: list[_Writer] = []

    async def claim(self, folder: Folder, shown: str, applicant: Applicant) -> WriteRight:
        """Get the right to write to `folder`, or raise `Busy` naming who has it.

        A run of the same job by the same client takes over, once its predecessor's
        client is found to be gone.
        """
        try:
            return self._claim(folder, applicant)
        except _Held as held:
            holder = held.writer
            if holder is None or holder.run != applicant.run or not await holder.yield_up():
                raise held.as_busy(shown) from None
        try:
            return self._claim(folder, applicant)
        except _Held as held:
            raise held.as_busy(shown) from None

    def forget(self, writer: _Writer) -> None:
        """Strike a writer off, if it is still listed."""
        if writer in self._writers:
            self._writers.remove(writer)

    def _claim(self, folder: Folder, applicant: Applicant) -> WriteRight:
        with folders_above(folder) as above:
            chain = [folder.root.id, *(found.id for found in above)]
            holder = self._holder(chain)
            if holder is not None:
                raise _Held(holder, holder.name)
            locks = self._lock_all(folder, above)
        writer = _Writer(applicant, chain)
        self._writers.append(writer)
        return WriteRight(self, writer, locks)

    def _lock_all(self, folder: Folder, above: list[FolderAbove]) -> list[FolderLock]:
        locks: list[FolderLock] = []
        try:
            self._lock(folder.root.fd, locks, exclusive=True)
            for found in above:
                self._lock(found.fd, locks, exclusive=False)
        except FolderLocked as locked:
            _release(locks)
            raise _Held(None, locked.owner) from None
        except OSError:
            _release(locks)
            raise
        return locks

    def _lock(self, fd: int, locks: list[FolderLock], *, exclusive: bool) -> None:
        try:
            lock = self._system.lock_folder(fd, exclusive=exclusive)
        except PermissionError:
            return  # a folder above that this account may enter but not read: nor may its rivals
        if lock is not None:
            locks.append(lock)

    def _holder(self, chain: list[FolderId]) -> Applicant | None:
        """Find the run of this process at, above or below the folder that `chain` begins with."""
        for writer in self._writers:
            if writer.chain[0] in chain or chain[0] in writer.chain:
                return writer.applicant
        return None


class _Held(Exception):
    """Somebody else has the right: `owner`, which is a run of this process if `writer` is given."""

    def __init__(self, writer: Applicant | None, owner: str) -> None:
        super().__init__(owner)
        self.writer = writer
        self._owner = owner

    def as_busy(self, shown: str) -> Busy:
        return Busy(what=f"The target {shown}", reason=f"{self._owner} writes to it, above it or below it")


def _release(locks: list[FolderLock]) -> None:
    for lock in locks:
        lock.release()
