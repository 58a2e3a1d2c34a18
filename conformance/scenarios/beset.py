"""A confined listener and a client of the suite's own that has its key: what it may change, and what it must not."""

from functools import partial

from conformance.blackbox.caller import Caller
from conformance.blackbox.key import Key
from conformance.blackbox.messages import Open
from conformance.blackbox.wire import Deadlines, Unanswered
from conformance.content import Entries, HardLink, Tree, bare, expected
from conformance.hostile.intruder import Intruder, refusal_of
from conformance.hostile.messages import Path
from conformance.hostile.spellings import names, names_on_windows, paths
from conformance.scenarios.confined import ROOT, Confined
from conformance.scenarios.pair import TREE
from conformance.stage import NotMet, Stage, equal, has, same

# The password is a generated one, which takes no time to become a key.
KEY = {"user": "operator", "password": "psync1-aaaqeayeaudaocajbifqydiob4"}

TARGET = "target"
OWN: Tree = {"own.txt": "of the client", "sub/kept.txt": "of the client", "sub/folder": None}
TWIN = "twin"

# A listener may hold a folder for a moment longer than the connection of whoever wrote there lasts.
TRIES_MAX = 20
PAUSE_SECONDS = 0.5

# What a change may be aimed at outside: a name that is free, a file, a folder.
NEW, SECRET, FOLDER = b"evil", b"secret.txt", b"documents"
AIMS = {"new": NEW, "file": SECRET, "folder": FOLDER}

NEIGHBOUR: Tree = {"theirs.txt": "of another job"}


class Beset(Confined):
    """`folder` is what the client opens, below the RootPath and beside the folder of another job.

    On POSIX it has the file that lies outside, too, under the name `twin`: so the client knows by what that file is
    known, and nothing that it asks is refused for that.
    """

    def __init__(self, stage: Stage, *, style: str = "posix") -> None:
        super().__init__(stage, None, style=style, **KEY)
        self.folder = self.below(TARGET)
        stage.plant("far", self.below("neighbour"), NEIGHBOUR)
        stage.plant("far", self.folder, OWN)
        if style == "posix":
            stage.plant("far", self.folder, {TWIN: HardLink(self.far.at(SECRET.decode())["path"])})
        self._around = self._look_around()

    def names(self, last: bytes) -> dict[str, bytes]:
        """Single names that are hostile on this system, by what is wrong; those that lead out lead to `last`."""
        outside = self.far.at()["path"].encode()
        windows = names_on_windows(outside, last) if self.far.style == "windows" else {}
        return names(outside, last) | windows

    def paths(self, last: bytes) -> dict[str, Path]:
        """Paths likewise."""
        return paths(self.far.at()["path"].encode(), last, self.names(last))

    def intrude(self, role: str = "target") -> Intruder:
        """Have the client open the folder, which is its right; raise `NotMet` where it is refused."""
        dial = partial(self.stage.dial, "near", "far", self.listener.port)
        question = Open(self.folder["style"], self.folder["path"].encode(), role, "hostile")
        try:
            return Intruder(Caller(dial, Key(**KEY), Deadlines()).session(), question)
        except Unanswered as unanswered:
            raise NotMet(f"the listener {unanswered}") from None

    def ask_for(self, style: str, path: str, role: str) -> str:
        """Have the client ask for a folder; give the code of the refusal, or what came in its place."""
        question = Open(style, path.encode("utf-8", "surrogatepass"), role, "hostile")
        dial = partial(self.stage.dial, "near", "far", self.listener.port)
        with Caller(dial, Key(**KEY), Deadlines()).session() as session:
            return refusal_of(session, question)

    def is_unharmed_around(self, what: str) -> None:
        """Demand that all around the folder is as it was; times and modes last, since they tell least."""
        found = self._look_around()
        same(f"what is around the folder after {what}", bare(found), bare(self._around))
        same(f"what is around the folder after {what}", found, self._around)

    def is_unharmed(self, what: str) -> None:
        """Demand that besides all in the folder is as it was."""
        self.is_unharmed_around(what)
        found = self.at(self.folder) or {}
        found.pop(TWIN, None)
        same(f"what is in the folder after {what}", found, expected(OWN))

    def serves_on(self) -> None:
        """Demand that an honest client is served as if nothing had been."""
        outcome = self.push(path=self.folder, **KEY)
        for _ in range(TRIES_MAX):
            if "BUSY" in outcome.causes:
                self.stage.sleep(PAUSE_SECONDS)
                outcome = self.push(path=self.folder, **KEY)
        equal("the run of an honest client afterwards", outcome.state, "converged")
        for path, content in TREE.items():
            has("what the honest client has brought", self.at(self.folder), path, content)
        self.is_unharmed_around("that")

    def _look_around(self) -> Entries:
        found = self.stage.tree_with_times("far", self.far.at())
        own = f"{ROOT}/{TARGET}"
        return {
            path: entry for path, entry in found.items() if path != own and not path.startswith(f"{own}/")
        }
