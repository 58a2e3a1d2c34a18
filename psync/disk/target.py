"""Carrying out the changes of a plan in one folder.

A file change is only noted when it is announced; its content follows under the
same id. All other changes are carried out at once. Every change ends in one
outcome, which `settle` hands out when it is as durable as was asked for.
"""

import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import accumulate, pairwise
from typing import Any, cast

from psync.core.changes import (
    Change,
    Delete,
    FinishFolder,
    MakeFolder,
    MakeLink,
    OpenFolder,
    RenameEntry,
    SetMode,
    WriteFile,
)
from psync.core.content import Begin, Buffer, Content, ContentHeader, End, Outcome, Pack, Piece, Unsupplied
from psync.core.manifest import MODE_MASK, EntryPath, Kind, Stamp
from psync.core.problems import ProblemCode
from psync.core.settings import Durability
from psync.disk.batch import Batch
from psync.disk.folder import Directory, Folder, check_same
from psync.disk.locks import remove, replace
from psync.disk.problems import EntryRefused, problem_of
from psync.disk.stage import LargeFile, Stage, TemporaryNames
from psync.system import StatResult

# Announced files whose content has not come yet. The job keeps well below it;
# a peer that does not would fill our memory.
ANNOUNCED_MAX = 65_536


class ContentUnannounced(Exception):
    """The peer sent content that no change announced: the machinery is broken."""


class Target:
    """The writing side of a folder."""

    def __init__(self, folder: Folder, names: TemporaryNames, durability: Durability) -> None:
        self._folder = folder
        self._os = folder.os
        self._stage = Stage(folder, names)
        self._batch = Batch(folder, self._stage, durability)
        self._durability = durability
        self._announced: dict[int, WriteFile] = {}
        self._large: LargeFile | None = None
        self._dropped: set[int] = set()  # files that failed here before their last word; it will come
        self._receivers: dict[type[ContentHeader], Callable[[Content], None]] = {
            Pack: self._receive_pack,
            Begin: self._receive_begin,
            Piece: self._receive_piece,
            End: self._receive_end,
            Unsupplied: self._receive_nothing,
        }
        self._verbs: dict[type, Callable[[Any], Directory | None]] = {
            MakeFolder: self._make_folder,
            MakeLink: self._make_link,
            SetMode: self._set_mode,
            RenameEntry: self._rename,
            OpenFolder: self._open_folder,
            FinishFolder: self._finish_folder,
            Delete: self._delete,
        }

    @property
    def is_settled(self) -> bool:
        """Whether every change so far has its outcome, but for announced files."""
        return self._batch.is_empty

    @property
    def is_full(self) -> bool:
        """Whether it is time to settle."""
        return self._batch.is_full

    def change(self, change: Change) -> None:
        """Carry out one change, or note a file whose content will follow."""
        if isinstance(change, WriteFile):
            self._announce(change)
            return
        try:
            directory = self._verbs[type(change)](change)
        except (OSError, EntryRefused) as error:
            self._fail(change, error)
        else:
            needs_own_name = isinstance(change, FinishFolder)
            self._batch.add_change(change.path, Outcome(change.id), directory, needs_own_name=needs_own_name)

    def receive(self, content: Content) -> None:
        """Take the content of announced files; raise `ContentUnannounced` for any other."""
        self._receivers[type(content.header)](content)

    def settle(self) -> list[Outcome]:
        """Commit what is complete and give its outcomes."""
        return self._batch.settle()

    def close(self) -> None:
        """Remove the temporaries of everything that was not committed."""
        self._discard_large()
        self._batch.discard()

    # Contents

    def _announce(self, change: WriteFile) -> None:
        if len(self._announced) + len(self._dropped) >= ANNOUNCED_MAX or change.id in self._announced:
            raise ContentUnannounced("too many files announced, or one twice")
        self._announced[change.id] = change

    def _receive_pack(self, content: Content) -> None:
        pack = cast("Pack", content.header)
        for file, data in zip(pack.files, split_pack(pack, content.buffers), strict=True):
            if self._is_last_of_dropped(file.id):
                continue
            change = self._take(file.id)
            try:
                self._batch.add_file(self._stage.write_whole(change, file, data))
            except (OSError, EntryRefused) as error:
                self._fail(change, error)

    def _receive_begin(self, content: Content) -> None:
        header = cast("Begin", content.header)
        if header.id in self._dropped:
            return
        self._discard_large()
        change = self._announced.get(header.id)
        if change is None:
            raise ContentUnannounced(f"file {header.id}")
        with self._failing(change):
            self._large = self._stage.begin(change, header)

    def _receive_piece(self, content: Content) -> None:
        header = cast("Piece", content.header)
        if header.id in self._dropped:
            return
        large = self._expect_large(header.id)
        with self._failing(large.change):
            self._stage.skip_to(large, header.offset)
            for data in content.buffers:
                self._stage.add(large, data)

    def _receive_end(self, content: Content) -> None:
        header = cast("End", content.header)
        if self._is_last_of_dropped(header.id):
            return
        large = self._expect_large(header.id)
        change = self._take(header.id)
        with self._failing(change):
            staged = self._stage.end(large, header)
            self._large = None
            self._batch.add_file(staged)

    def _receive_nothing(self, content: Content) -> None:
        header = cast("Unsupplied", content.header)
        if self._is_last_of_dropped(header.id):
            return
        if self._large is not None and self._large.change.id == header.id:
            self._discard_large()
        change = self._take(header.id)
        self._batch.add_change(change.path, Outcome(change.id, problem=header.problem))

    def _is_last_of_dropped(self, id: int) -> bool:
        """Whether these were the last words on a file that failed here; they may come in any form."""
        is_dropped = id in self._dropped
        self._dropped.discard(id)
        return is_dropped

    def _take(self, id: int) -> WriteFile:
        try:
            return self._announced.pop(id)
        except KeyError:
            raise ContentUnannounced(f"file {id}") from None

    def _expect_large(self, id: int) -> LargeFile:
        if self._large is None or self._large.change.id != id:
            raise ContentUnannounced(f"a piece of file {id}")
        return self._large

    def _discard_large(self) -> None:
        if self._large is not None:
            large, self._large = self._large, None
            self._stage.discard(large)

    @contextmanager
    def _failing(self, change: WriteFile) -> Iterator[None]:
        """Turn a failure of the large file under way into its outcome, and drop what follows of it."""
        try:
            yield
        except (OSError, EntryRefused) as error:
            self._discard_large()
            if self._announced.pop(change.id, None) is not None:
                self._dropped.add(change.id)
            self._fail(change, error)

    def _fail(self, change: Change, error: OSError | EntryRefused) -> None:
        self._batch.add_change(change.path, Outcome(change.id, problem=problem_of(change.path, error)))

    # Other changes: each gives the directory that it changed

    def _make_folder(self, change: MakeFolder) -> Directory:
        parent, name = self._folder.locate(change.path)
        if change.replaces is None:
            self._make_or_find(change.path)
            return parent
        self._folder.check_expected(parent, name, change.replaces)
        with self._set_aside(parent, name) as temporary:
            self._folder.make(change.path)
            try:
                remove(self._os, parent, temporary)
            except (OSError, EntryRefused):
                self._let_go_of(change.path)
                self._os.rmdir(name, dir_fd=parent.fd)
                raise
        return parent

    def _make_or_find(self, path: EntryPath) -> None:
        """Make a folder, unless somebody has made it meanwhile."""
        try:
            self._folder.make(path)
        except FileExistsError:
            try:
                self._folder.directory(path)
            except NotADirectoryError:
                raise EntryRefused(ProblemCode.CONFLICT, "not there at the scan") from None

    @contextmanager
    def _set_aside(self, directory: Directory, name: bytes) -> Iterator[bytes]:
        """Keep an entry under a temporary's name; it gets its own back if what follows fails."""
        temporary = self._stage.names.take()
        try:
            self._os.rename(name, temporary, src_dir_fd=directory.fd, dst_dir_fd=directory.fd)
            try:
                yield temporary
            except BaseException:
                self._os.rename(temporary, name, src_dir_fd=directory.fd, dst_dir_fd=directory.fd)
                raise
        finally:
            self._stage.names.drop(temporary)

    def _make_link(self, change: MakeLink) -> Directory:
        directory, name = self._folder.locate(change.path)
        if not change.link_target or b"\0" in change.link_target:
            raise EntryRefused(ProblemCode.NAME_INVALID, "a link to nothing that has a name")
        self._folder.check_expected(directory, name, change.replaces)
        temporary = self._stage.names.take()
        try:
            self._os.symlink(change.link_target, temporary, dir_fd=directory.fd)
            times = (change.mtime_ns, change.mtime_ns)
            self._os.utime(temporary, ns=times, dir_fd=directory.fd, follow_symlinks=False)
            replace(self._os, directory, temporary, name)
        except BaseException:
            self._stage.remove(directory, temporary)
            raise
        self._stage.names.drop(temporary)
        return directory

    def _set_mode(self, change: SetMode) -> Directory:
        """The folder does not change, but who has made the file, or it, may have died before a sync."""
        directory, name = self._folder.locate(change.path)
        flags = self._os.O_RDONLY | self._os.O_NOFOLLOW | self._os.O_NONBLOCK | self._os.O_CLOEXEC
        fd = self._os.open(name, flags, dir_fd=directory.fd)
        try:
            check_same(self._os.fstat(fd), change.expected)
            self._folder.set_mode(fd, change.mode & MODE_MASK)
            if self._durability is not Durability.NONE:
                self._os.fsync(fd)
        finally:
            self._os.close(fd)
        return directory

    def _rename(self, change: RenameEntry) -> Directory:
        """Rename in one step, which is done or not; where Linux folds names, that is none, and it takes two."""
        directory, old = self._folder.locate(change.path)
        _, new = self._folder.locate((*change.path[:-1], change.name))
        if not self._is_same_folder(directory, old, change.expected):
            self._folder.check_expected(directory, old, change.expected)
        found = self._status(directory, new)
        has_two_names = found is not None and found.st_nlink > 1 and not stat.S_ISDIR(found.st_mode)
        if found is not None and (found.st_ino != change.expected.inode or has_two_names):
            raise EntryRefused(ProblemCode.CONFLICT, "not there at the scan")
        self._let_go_of(change.path)
        self._os.rename(old, new, src_dir_fd=directory.fd, dst_dir_fd=directory.fd)
        if not self._folder.is_on_windows and self._status(directory, old) is not None:
            with self._set_aside(directory, old) as temporary:
                self._os.rename(temporary, new, src_dir_fd=directory.fd, dst_dir_fd=directory.fd)
        return directory

    def _status(self, directory: Directory, name: bytes) -> StatResult | None:
        """What has a name; None if nothing has."""
        try:
            return self._os.stat(name, dir_fd=directory.fd, follow_symlinks=False)
        except FileNotFoundError:
            return None

    def _is_same_folder(self, directory: Directory, name: bytes, expected: Stamp) -> bool:
        """Whether this is the folder that was seen: what has happened in it since, its own scan perhaps, is no matter."""
        status = self._status(directory, name)
        return status is not None and stat.S_ISDIR(status.st_mode) and status.st_ino == expected.inode

    def _open_folder(self, change: OpenFolder) -> None:
        fd = self._folder.directory(change.path).fd
        self._folder.set_mode(fd, stat.S_IMODE(self._os.fstat(fd).st_mode) | stat.S_IRWXU)

    def _finish_folder(self, change: FinishFolder) -> Directory:
        """Set mode and time; the folder's own set-group-id bit is its owner's business and stays."""
        directory = self._folder.directory(change.path)
        kept = self._os.fstat(directory.fd).st_mode & stat.S_ISGID
        self._folder.set_mode(directory.fd, change.mode & MODE_MASK | kept)
        self._os.utime(directory.fd, ns=(change.mtime_ns, change.mtime_ns))
        return directory

    def _delete(self, change: Delete) -> Directory | None:
        """Remove an entry; if somebody was faster, that is what was wanted.

        Not if its folder is gone: that may stand under another name, with all that is in it.
        """
        directory, name = self._folder.locate(change.path)
        try:
            status = self._os.stat(name, dir_fd=directory.fd, follow_symlinks=False)
        except FileNotFoundError:
            return None
        if change.kind is not Kind.FOLDER:
            check_same(status, change.expected)
            remove(self._os, directory, name)
            return directory
        if status.st_ino != change.expected.inode:
            raise EntryRefused(ProblemCode.CONFLICT, "another folder since the scan")
        self._let_go_of(change.path)
        self._os.rmdir(name, dir_fd=directory.fd)
        return directory

    def _let_go_of(self, path: EntryPath) -> None:
        """Close a folder and all below it: Windows does not rename it before, and keeps the name of a removed one."""
        self._folder.forget(path)
        if self._folder.is_on_windows:
            self._batch.let_go()


def split_pack(pack: Pack, buffers: Sequence[Buffer]) -> Iterator[Buffer]:
    """Give the content of each file of a pack; raise `ContentUnannounced` if sizes and bytes differ."""
    if len(buffers) == len(pack.files):
        sizes = [len(buffer) for buffer in buffers]
        pieces: Iterator[Buffer] = iter(buffers)
    else:
        whole = memoryview(buffers[0] if buffers else b"")
        starts = list(accumulate((file.size for file in pack.files), initial=0))
        pieces = iter([whole[start:stop] for start, stop in pairwise(starts)])
        sizes = [file.size for file in pack.files] if starts[-1] == len(whole) else []
    if sizes != [file.size for file in pack.files]:
        raise ContentUnannounced("a pack whose sizes and bytes differ")
    return pieces
