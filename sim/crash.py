"""What a disk keeps through a power cut.

A disk that nobody syncs has promised nothing. So of each file it is known what
the device holds for certain, and every change of names waits in a journal until
a sync makes it certain, too. A cut decides, by the numbers it is given, how much
of the rest happened to be written:

* The names of a folder are those after some of its changes, in their order. A
  rename is in it whole or not at all.
* A file that was not synced is as it was, or as it is, or torn at a sector, or
  of its new size with zeros at the end. Its mode and time are old or new.

Three profiles, each an assumption that can be read:

| profile | order of names | a sync of a file | a sync of a folder |
|---|---|---|---|
| `ext4` | one journal for all folders | its content, and all names so far | all names so far |
| `strict-posix` | each folder for itself | its content, and no name | the names in it |
| `ntfs` | one journal for all folders | its content, and all names so far | is refused; see below |

Windows syncs no folders. psync's calls there that rename, remove or make a folder are written
through: they return when the journal is on the device. Making a file is not.

Sources: Pillai et al., "All File Systems Are Not Created Equal" (OSDI 2014),
table 1; the kernel's Documentation/filesystems/ext4/journal.rst (`data=ordered`,
without `auto_da_alloc`, on which nobody should rely); FILE_FLAG_WRITE_THROUGH in Microsoft's
documentation of CreateFile: "causes NTFS to flush any metadata changes".

A killed process is no power cut: the kernel lives on, and nothing is lost.

A sync that fails has lost pages and takes them for clean. Linux tells that once to each
description of the file that was open by then (`errseq_t`, the kernel's
Documentation/core-api/errseq.rst), also where a sync of the whole disk has met it first.
"""

from collections.abc import Callable
from enum import StrEnum

from msgspec import Struct
from pyfakefs.fake_file import FakeDirectory, FakeFile

from sim.inodes import attach, detach, keep

SECTOR_BYTES = 512

# Gives a whole number from 0 to its argument, minus 1: chance decides, or a test that tries them all.
Choose = Callable[[int], int]


class CrashProfile(StrEnum):
    """Which promises a file system keeps; see the table above."""

    EXT4 = "ext4"
    STRICT_POSIX = "strict-posix"
    NTFS = "ntfs"


class EntryChange(Struct, frozen=True):
    """A name in a folder meant `before` and means `after`; None is nothing."""

    folder: FakeDirectory
    name: str
    before: FakeFile | None
    after: FakeFile | None


class _File(Struct):
    """What the device holds for certain of a file that has changed since its last sync."""

    content: bytes
    mode: int
    mtime_ns: int
    has_failed: bool = False  # a failed sync: the kernel takes its pages for clean


class Journal:
    """What has changed on a disk since it was last made certain."""

    def __init__(self, profile: CrashProfile = CrashProfile.EXT4) -> None:
        self.profile = profile
        self._names: list[tuple[EntryChange, ...]] = []
        self._files: dict[FakeFile, _File] = {}
        self._failures: dict[FakeFile, int] = {}

    @property
    def is_empty(self) -> bool:
        """Whether a power cut would change nothing."""
        return not (self._names or self._files)

    def is_certain_file(self, node: FakeFile) -> bool:
        """Whether a file would come back from every power cut with its content and attributes."""
        return node not in self._files

    @property
    def uncertain_names(self) -> set[tuple[FakeDirectory, str]]:
        """Which names, in which folders, a power cut could give back their old meaning."""
        return {(one.folder, one.name) for step in self._names for one in step}

    # What happens to the disk

    def note_names(self, *changes: EntryChange) -> None:
        """Names have changed, all of them in one step."""
        self._names.append(changes)

    def write_through(self) -> None:
        """A rename, a removal or a new folder has returned, which waits for the journal on NTFS."""
        if self.profile is CrashProfile.NTFS:
            self._names.clear()

    def note_file(self, node: FakeFile) -> None:
        """The content or the attributes of an inode are about to change."""
        known = self._files.get(node)
        if known is None:
            self._files[node] = _File(
                node.byte_contents or b"", node.stat_result.st_mode, node.stat_result.st_mtime_ns
            )
        else:
            known.has_failed = False

    def sync_file(self, node: FakeFile) -> None:
        """A file is on the device, with its attributes, unless the kernel only believes so."""
        known = self._files.get(node)
        if known is not None and not known.has_failed:
            del self._files[node]
        if self.profile is not CrashProfile.STRICT_POSIX:
            self._names.clear()

    def sync_folder(self, folder: FakeFile) -> None:
        """The names in a folder are on the device."""
        self._files.pop(folder, None)
        if self.profile is CrashProfile.STRICT_POSIX:
            self._names = [step for step in self._names if all(one.folder is not folder for one in step)]
        else:
            self._names.clear()

    def sync_all(self) -> None:
        """All is on the device, but for what the kernel only believes to be there."""
        self._names.clear()
        self._files = {node: known for node, known in self._files.items() if known.has_failed}

    def fail_sync(self, node: FakeFile) -> None:
        """A sync has failed: the pages are lost and marked clean, and the next sync will find nothing to do."""
        if node in self._files:
            self._files[node].has_failed = True
            self._failures[node] = self.failures(node) + 1

    def fail_all(self) -> None:
        """A sync of the whole disk has failed."""
        for node in self._files:
            self.fail_sync(node)

    def failures(self, node: FakeFile) -> int:
        """How often pages of a file were lost; each open description is told once of what came after its `open`."""
        return self._failures.get(node, 0)

    # The cut

    def cut(self, choose: Choose) -> None:
        """Bring the disk into one of the states that it may have after a power cut now."""
        for step in reversed(self._lost_steps(choose)):
            for change in reversed(step):
                _undo(change)
        for node in sorted(self._files, key=lambda node: node.st_ino or 0):
            _settle(node, self._files[node], choose)
        self._names.clear()
        self._files.clear()
        self._failures.clear()

    def keep(self) -> Callable[[], None]:
        """Give what takes a cut back, for a test that tries all cuts of one moment; nothing else may come between."""
        changes = [change for step in self._names for change in step]
        nodes = {id(node): node for node in self._files}
        for change in changes:
            for node in (change.folder, change.before, change.after):
                if node is not None:
                    nodes[id(node)] = node
        inodes = [keep(node) for node in nodes.values()]
        names, files, failures = list(self._names), dict(self._files), dict(self._failures)

        def bring_back() -> None:
            self._names, self._files, self._failures = list(names), dict(files), dict(failures)
            for bring_inode_back in inodes:
                bring_inode_back()

        return bring_back

    def _lost_steps(self, choose: Choose) -> list[tuple[EntryChange, ...]]:
        """Say which changes of names never reached the device."""
        if self.profile is not CrashProfile.STRICT_POSIX:
            return self._names[choose(len(self._names) + 1) :] if self._names else []
        counts: dict[FakeDirectory, int] = {}
        for step in self._names:
            for folder in dict.fromkeys(one.folder for one in step):
                counts[folder] = counts.get(folder, 0) + 1
        kept = {folder: choose(count + 1) for folder, count in counts.items()}
        return [step for step in self._names if not _takes_its_turn(step, kept)]


def _takes_its_turn(step: tuple[EntryChange, ...], kept: dict[FakeDirectory, int]) -> bool:
    """Whether a step still reached the device; one that did not stops all later ones of its folders."""
    folders = dict.fromkeys(one.folder for one in step)
    if all(kept[folder] > 0 for folder in folders):
        for folder in folders:
            kept[folder] -= 1
        return True
    for folder in folders:
        kept[folder] = 0
    return False


def _undo(change: EntryChange) -> None:
    if change.after is not None:
        detach(change.folder, change.name)
    if change.before is not None:
        attach(change.folder, change.name, change.before)


def _settle(node: FakeFile, known: _File, choose: Choose) -> None:
    """Decide what of a file that nobody has synced is on the device."""
    new = node.byte_contents or b""
    if not isinstance(node, FakeDirectory) and new != known.content:
        states = [known.content] if known.has_failed else [known.content, new]
        states += _torn(known.content, new)
        node.set_initial_contents(states[choose(len(states))])
    if choose(2) == 0:
        node.stat_result.st_mode, node.stat_result.st_mtime_ns = known.mode, known.mtime_ns


def _torn(old: bytes, new: bytes) -> list[bytes]:
    """Contents of which only some sectors were written."""
    middle = max(SECTOR_BYTES, len(new) // 2 // SECTOR_BYTES * SECTOR_BYTES)
    torn = [new[:middle] + old[middle:]] if middle < len(new) else []
    return [*torn, new[: len(new) // 2].ljust(len(new), b"\0"), bytes(len(new))]
