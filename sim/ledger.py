"""What every file of a job has been, and what its target was promised.

The ledger is kept by the user who writes the files, not by the programs, so it
knows for each path which contents are whole: what the target had at first, and
each version that the source ever had.
"""

from collections.abc import Callable

from psync.core.manifest import EntryPath
from sim.trees import Link, Tree


class Ledger:
    """Whole contents and links by relative path, oldest first; acknowledged ones by their place among them.

    `key` makes equal what is one name: `bytes` takes each for its own, `bytes.upper` all spellings for one.
    """

    def __init__(self, source: Tree, target: Tree, key: Callable[[bytes], bytes] = bytes) -> None:
        self._key = key
        self._versions: dict[bytes, list[bytes | Link]] = {}
        self._acknowledged: dict[bytes, int] = {}
        self._deleted: set[bytes] = set()
        self._removed: set[bytes] = set()
        self._may_lack: set[bytes] = set()  # what the source has not always had since it was acknowledged
        for tree in (target, source):
            for path, content in tree.items():
                if content is not None:
                    self.add_version(path, content)

    def add_version(self, path: bytes, content: bytes | Link) -> None:
        """The source has this content at `path` from now on."""
        path = self._key(path)
        self._versions.setdefault(path, []).append(content)
        self._deleted.discard(path)
        self._removed.discard(path)

    def add_folder(self, path: bytes) -> None:
        """The source has a folder at `path` from now on."""
        self._deleted.discard(self._key(path))

    def add_foreign(self, path: bytes, content: bytes) -> None:
        """Somebody has written this into the target; what was promised before does not hold any more."""
        path = self._key(path)
        self._versions.setdefault(path, []).insert(0, content)
        self._acknowledged.pop(path, None)

    def remove(self, path: bytes) -> None:
        """The source does not have this file any more; the target may keep or lose it."""
        self._removed.add(self._key(path))
        self._may_lack.add(self._key(path))

    def is_whole(self, path: bytes, content: bytes | Link) -> bool:
        """Whether the content is one that the file once had."""
        return content in self._versions.get(self._key(path), [])

    def acknowledge(self, path: EntryPath, content: bytes) -> None:
        """The target has promised to keep this content, or a later one."""
        name = self._key(b"/".join(path))
        if self.is_whole(name, content):
            self._acknowledged[name] = self._versions[name].index(content)
            self._may_lack.discard(name)
            self._deleted.discard(name)

    def acknowledge_deletion(self, path: EntryPath) -> None:
        """The target has promised that this is gone."""
        name = self._key(b"/".join(path))
        self._acknowledged.pop(name, None)
        self._deleted.add(name)

    def tolerate(self, path: bytes, content: bytes) -> None:
        """Take a content for whole that a power cut has left, where nothing was promised."""
        if not self.is_whole(path, content):
            self._versions.setdefault(self._key(path), []).insert(0, content)

    def forget_promises(self) -> None:
        """A power cut has come where none of them holds."""
        self._acknowledged.clear()
        self._deleted.clear()

    def has_been(self, path: bytes, content: bytes | Link | None) -> bool:
        """Whether a file or a link is one that the source once had, and has no more."""
        return self._key(path) in self._removed and content is not None and self.is_whole(path, content)

    def broken_promises(self, target: Tree) -> list[str]:
        """Say which acknowledged files are gone, older than promised, or there again."""
        target = {self._key(path): content for path, content in target.items()}
        broken = [
            f"{path!r} was acknowledged and is {'gone' if path not in target else 'older'}"
            for path, oldest in self._acknowledged.items()
            if not self._is_kept(path, target.get(path), oldest)
        ]
        return broken + [f"{path!r} was deleted and is there again" for path in self._deleted & target.keys()]

    def _is_kept(self, path: bytes, content: bytes | Link | None, oldest: int) -> bool:
        if content is None:
            return path in self._removed or path in self._may_lack
        return content in self._versions[path][oldest:]
