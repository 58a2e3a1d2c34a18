"""Committing staged files together, at the cost of one sync.

How much is synced before the renames is the durability:

* `file`: each file, then each folder.
* `batch`: all files with one sync of each volume that they lie on, then each
  folder. A few files are synced one by one, which is cheaper than a volume.
* `none`: nothing; safe against a kill, not against a power cut.

Nothing is acknowledged before its batch is settled.
"""

from msgspec import Struct

from psync.core.content import Outcome
from psync.core.manifest import EntryPath
from psync.core.settings import Durability
from psync.disk.folder import Directory, Folder, stamp_of, sync_folder
from psync.disk.locks import replace
from psync.disk.problems import EntryRefused, problem_of
from psync.disk.stage import Stage, StagedFile
from psync.system import OperatingSystem

BATCH_FILES_MAX = 1000
BATCH_BYTES_MAX = 32 * 1024 * 1024

# Folders held open until they are synced: a tree with a file in each would soon need more
# descriptors than a process has.
FOLDERS_MAX = 32

# Up to this many files a sync of each costs less than one of the whole volume,
# which also waits for what other programs have written.
SINGLE_SYNCS_MAX = 8


class Waiting(Struct):
    """A change that is done but for the sync of its folder `directory`, if it has changed one.

    `way`: the folders, one in the other, whose names must be certain, too.
    """

    path: EntryPath
    outcome: Outcome
    directory: Directory | None
    way: EntryPath


class _FolderSync:
    """Syncs folders, each once."""

    def __init__(self, system_os: OperatingSystem) -> None:
        self.failures: dict[Directory, OSError] = {}
        self._os = system_os
        self._done: set[Directory] = set()

    def sync(self, directory: Directory) -> OSError | None:
        """Sync a folder unless it is done; give the error, which is noted, too."""
        if directory not in self._done:
            self._done.add(directory)
            try:
                sync_folder(self._os, directory.fd)
            except OSError as error:
                self.failures[directory] = error
        return self.failures.get(directory)


class Batch:
    """Staged files, and other changes, that are acknowledged together."""

    def __init__(self, folder: Folder, stage: Stage, durability: Durability) -> None:
        self._folder = folder
        self._os = folder.os
        self._stage = stage
        self._durability = durability
        self._files: list[StagedFile] = []
        self._waiting: list[Waiting] = []
        self._folders: dict[Directory, None] = {}
        self._settled: list[Outcome] = []
        self._bytes = 0
        self._syncs_volume: dict[int, bool] = {}  # by device
        self._certain: set[EntryPath] = set()  # folders whose names no power cut can take any more
        self._uncertain: dict[EntryPath, OSError] = {}  # entries whose names could not be synced

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits for an acknowledgement."""
        return not (self._files or self._waiting or self._settled)

    @property
    def is_full(self) -> bool:
        """Whether it is time to settle."""
        count = len(self._files) + len(self._waiting)
        return count >= BATCH_FILES_MAX or self._bytes >= BATCH_BYTES_MAX or bool(self._settled)

    def add_file(self, file: StagedFile) -> None:
        """Take over a staged file; `settle` or `discard` ends it. Raises `OSError` if its sync fails."""
        try:
            if self._durability is not Durability.BATCH or len(self._files) >= SINGLE_SYNCS_MAX:
                if self._must_sync_alone(file):
                    self._os.fsync(file.fd)
                self._stage.close(file)
        except OSError:
            self._stage.discard(file)
            raise
        self._files.append(file)
        self._bytes += file.size
        self._hold(file.directory)

    def add_change(
        self,
        path: EntryPath,
        outcome: Outcome,
        directory: Directory | None = None,
        *,
        needs_own_name: bool = False,
    ) -> None:
        """Acknowledge another change with the batch, once `directory`, which it changed, is synced.

        `needs_own_name`: `directory` is the entry itself, whose name may not be certain, either.
        """
        if self._durability is Durability.NONE:
            directory = None
        way = path if needs_own_name else path[:-1]
        self._waiting.append(Waiting(path, outcome, directory, way))
        if directory is not None:
            self._hold(directory)

    def settle(self) -> list[Outcome]:
        """Sync, rename, sync the folders; give one outcome a change. Disk errors are outcomes too."""
        self._settle()
        outcomes, self._settled = self._settled, []
        return outcomes

    def let_go(self) -> None:
        """Settle now and hold no folder any more; the outcomes wait for `settle`."""
        self._settle()

    def discard(self) -> None:
        """Remove what is staged; nothing of it was acknowledged."""
        for file in self._files:
            self._stage.discard(file)
        self._release_all()

    def _hold(self, directory: Directory) -> None:
        """Keep a folder open until the batch is settled, which is now if there are too many."""
        if directory not in self._folders:
            self._folders[directory.hold()] = None
            if len(self._folders) >= FOLDERS_MAX:
                self._settle()

    def _settle(self) -> None:
        failure = self._sync_files(self._files)
        for file in self._files:
            self._waiting.append(self._commit(file) if failure is None else self._refuse(file, failure))
        failures = self._sync_directories(self._waiting)
        self._settled += [self._acknowledge(done, failures) for done in self._waiting]
        self._release_all()

    def _release_all(self) -> None:
        for directory in self._folders:
            directory.release()
        self._files, self._waiting, self._folders, self._bytes = [], [], {}, 0

    def _must_sync_alone(self, file: StagedFile) -> bool:
        if self._durability is Durability.BATCH:
            return not self._can_sync_volume(file.directory)
        return self._durability is Durability.FILE

    def _can_sync_volume(self, directory: Directory) -> bool:
        """Find out once a volume, while the descriptors of files that would need their own sync are open.

        An error of the disk is told once: a volume that has told it here would be silent at the
        sync that counts. So its files are synced one by one, and each tells its own.
        """
        device = directory.device
        if device not in self._syncs_volume:
            try:
                self._folder.system.sync_volume(directory.fd)
            except OSError:
                self._syncs_volume[device] = False
            else:
                self._syncs_volume[device] = True
        return self._syncs_volume[device]

    def _sync_files(self, files: list[StagedFile]) -> OSError | None:
        if self._durability is not Durability.BATCH:
            return None
        volumes: dict[int, Directory] = {}
        try:
            for file in files:
                if len(files) > SINGLE_SYNCS_MAX and self._can_sync_volume(file.directory):
                    volumes.setdefault(file.directory.device, file.directory)
                elif file.fd >= 0:
                    self._os.fsync(file.fd)
            for directory in volumes.values():
                self._folder.system.sync_volume(directory.fd)
        except OSError as error:
            # The kernel has marked the pages clean: a second sync would succeed and prove nothing.
            return error
        return None

    def _commit(self, file: StagedFile) -> Waiting:
        path, directory = file.change.path, file.directory
        try:
            self._stage.close(file)  # some network file systems tell only here that a write has failed
            self._folder.check_expected(directory, path[-1], file.change.replaces)
            replace(self._os, directory, file.temporary, path[-1])
            status = self._os.stat(path[-1], dir_fd=directory.fd, follow_symlinks=False)
        except (OSError, EntryRefused) as error:
            return self._refuse(file, error)
        self._stage.names.drop(file.temporary)
        directory.release()
        return Waiting(path, Outcome(file.change.id, stamp_of(status)), directory, path[:-1])

    def _refuse(self, file: StagedFile, error: OSError | EntryRefused) -> Waiting:
        path = file.change.path
        self._stage.discard(file)
        return Waiting(path, Outcome(file.change.id, problem=problem_of(path, error)), None, path[:-1])

    def _sync_directories(self, waiting: list[Waiting]) -> dict[Directory, OSError]:
        """Sync each folder once; give the errors."""
        if self._durability is Durability.NONE:
            return {}
        sync = _FolderSync(self._os)
        changed = [(done, done.directory) for done in waiting if done.directory is not None]
        for _, directory in changed:
            sync.sync(directory)
        for done, _ in changed:
            self._sync_way(done.way, sync)
        return sync.failures

    def _sync_way(self, path: EntryPath, sync: "_FolderSync") -> None:
        """Make the names of the folders that lead to a change certain, once each.

        They may have been found, and a run that died, or a user, may have made them a moment ago.
        A sync that has failed is not tried again: it would succeed, and prove nothing.
        """
        for length in range(1, len(path) + 1):
            way = path[:length]
            if way in self._certain or way in self._uncertain:
                continue
            try:
                parent = self._folder.directory(way[:-1])
            except OSError:
                return  # deleted or exchanged since, with all that was in it, or closed to this account
            error = sync.sync(parent)
            if error is None:
                self._certain.add(way)
            else:
                self._uncertain[way] = error

    def _acknowledge(self, done: Waiting, failures: dict[Directory, OSError]) -> Outcome:
        failure = failures.get(done.directory) if done.directory is not None else None
        if failure is not None:
            self._uncertain[done.path] = failure
        failure = failure or self._failure_above(done.way)
        if failure is None or done.outcome.problem is not None:
            return done.outcome
        return Outcome(done.outcome.id, problem=problem_of(done.path, failure))

    def _failure_above(self, path: EntryPath) -> OSError | None:
        """Say whether a power cut could take the folder at `path`: what lies in it would go with it."""
        if not self._uncertain:
            return None
        above = (path[:length] for length in range(1, len(path) + 1))
        return next((self._uncertain[folder] for folder in above if folder in self._uncertain), None)
