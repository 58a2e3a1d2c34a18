"""Names of entries that a client with the right key sends: one that leads out of its folder is refused in every message.

psync's own client sends no such names, so the suite has one that does (`hostile`). It opens a folder below the
RootPath, where it may change what it likes; around it nothing may change, not even a time. That is looked at
first, and what the listener has answered afterwards.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

from conformance.blackbox.messages import Close
from conformance.blackbox.wire import Unanswered
from conformance.hostile.intruder import DONE, Answers, Intruder
from conformance.hostile.messages import (
    CHANGES,
    FILE,
    LINK_REFUSED,
    NAME_INVALID,
    REQUESTS,
    Header,
    Path,
    Stamp,
)
from conformance.scenario import scenario
from conformance.scenarios.beset import AIMS, NEW, SECRET, TWIN, Beset
from conformance.stage import NotMet, Stage, equal

EVIL = b"of nobody"

# Makes a change of the path of an entry, and of what the entry is known by.
Change: TypeAlias = Callable[[Path, Stamp], Header]

# Of each kind, with what a path has to lead to so that the change does harm: something new, a file, or a folder.
CHANGES_OF: dict[str, tuple[str, Change]] = {
    "MakeFolder": ("new", lambda path, stamp: [1, path, None]),
    "WriteFile": ("new", lambda path, stamp: [2, path, 0o644, len(EVIL), None]),
    "WriteFile over a file": ("file", lambda path, stamp: [2, path, 0o644, len(EVIL), stamp]),
    "MakeLink": ("new", lambda path, stamp: [3, path, b"x", 0, None]),
    "SetMode": ("file", lambda path, stamp: [4, path, 0o600, stamp]),
    "RenameEntry": ("file", lambda path, stamp: [5, path, b"taken", stamp]),
    "OpenFolder": ("folder", lambda path, stamp: [6, path]),
    "FinishFolder": ("folder", lambda path, stamp: [7, path, 0o700, 0]),
    "Delete": ("file", lambda path, stamp: [8, path, FILE, stamp]),
}

# To those the folder of the job is an entry like any other.
OF_THE_FOLDER_ITSELF = ("OpenFolder", "FinishFolder")

# Those that open what they name: where a link stands there, they would go through it.
THROUGH_THEIR_LAST_NAME = ("SetMode", "OpenFolder", "FinishFolder")

# What the fields of a path, of a name and of a link cannot hold at all, in a change and in a request.
MISFITS: dict[str, tuple[int, Header]] = {
    "two names where there is one": (CHANGES, [[[5, 1, (b"own.txt",), (b"..", NEW), (0, 0, 0, 0)]]]),
    "no name where there is one": (CHANGES, [[[5, 1, (b"own.txt",), None, (0, 0, 0, 0)]]]),
    "a text where there is a name": (CHANGES, [[[5, 1, (b"own.txt",), "../evil", (0, 0, 0, 0)]]]),
    "one name where there is a path": (CHANGES, [[[1, 1, b"../evil", None]]]),
    "a path of texts": (CHANGES, [[[1, 1, ("..", "evil"), None]]]),
    "a path in a path": (CHANGES, [[[1, 1, ((b"..", NEW),), None]]]),
    "a number in a path": (CHANGES, [[[1, 1, (0, NEW), None]]]),
    "two paths in a link": (CHANGES, [[[3, 1, (NEW,), (b"..", b".."), 0, None]]]),
    "a change of an unknown kind": (CHANGES, [[[9, 1, (b"..", NEW), (b"..", b"taken")]]]),
    "a path of texts in a request": (REQUESTS, [[[1, ("..", "secret.txt")]]]),
}


@scenario("PS-ROOT-04", "PS-ROOT-13")
def in_changes_are_refused(stage: Stage) -> None:
    """Each change with each path that leads out, or that no host has: none is made, and each is answered with NAME_INVALID."""
    beset = Beset(stage)

    _refuses_changes(beset)

    beset.serves_on()


@scenario("PS-ROOT-04", "PS-ROOT-13")
def as_new_names_are_refused(stage: Stage) -> None:
    """An entry of the client's own is renamed to what leads out, or to what no host has: it stays where it is."""
    beset = Beset(stage)

    _refuses_new_names(beset)

    beset.serves_on()


@scenario("PS-ROOT-04", "PS-ROOT-13", "PS-ROOT-15")
def of_windows_are_refused(stage: Stage) -> None:
    """The same on Windows, where backslashes, drives, streams and devices lead elsewhere, too."""
    beset = Beset(stage, style="windows")

    _refuses_changes(beset)
    _refuses_new_names(beset)

    beset.serves_on()


@scenario("PS-ROOT-04", "PS-ROOT-13")
def in_requests_are_refused(stage: Stage) -> None:
    """A client that may read a folder asks for files that lie elsewhere: nothing of them comes."""
    beset = Beset(stage)
    paths = {**beset.paths(SECRET), "of the folder itself": ()}

    with beset.intrude("source") as intruder:
        for what, path in paths.items():
            answers = intruder.request({1: path})
            equal(f"what was read: {what}", answers.bulk, b"")
            _are_refused("a request", [what], answers)

    beset.is_unharmed("the requests")
    beset.serves_on()


@scenario("PS-ROOT-04")
def of_another_form_end_the_session(stage: Stage) -> None:
    """Where one name stands there are two, or none, or a text: nothing of the message is used, and the session ends."""
    beset = Beset(stage)

    for what, (code, header) in MISFITS.items():
        with beset.intrude("source" if code == REQUESTS else "target") as intruder:
            try:
                words = intruder.misspeak(code, header)
            except Unanswered as unanswered:
                raise NotMet(f"{what}: the listener {unanswered}") from None
            beset.is_unharmed(what)
            closes = [word.failure for word in words if isinstance(word, Close)]
            equal(f"how the session ends after {what}", (closes, intruder.is_over), (["PROTOCOL"], True))

    beset.serves_on()


@scenario("PS-ROOT-04", "PS-ROOT-14")
def behind_links_are_refused(stage: Stage) -> None:
    """A client makes links that lead out, which it may, and then names what is behind them: no change goes through one."""
    beset = Beset(stage)
    outside = beset.far.at()["path"].encode()
    links = {b"way": outside, b"up": b"../..", b"file": outside + b"/" + SECRET, b"folder": outside}
    with beset.intrude() as intruder:
        stamp = _stamp(intruder)
        making = {id: [3, (name,), links[name], 0, None] for id, name in enumerate(links, 1)}
        equal("the links", set(intruder.apply(making, b"").codes.values()), {DONE})

        for kind, (aim, change) in CHANGES_OF.items():
            paths: dict[str, Path] = {
                "behind a link": (b"way", AIMS[aim]),
                "behind one that leads up": (b"up", AIMS[aim]),
            }
            if kind in THROUGH_THEIR_LAST_NAME:
                paths["at a link"] = (aim.encode(),)
            answers = _tried(intruder, kind, change, paths, stamp)
            beset.is_unharmed_around(kind)
            _are_refused(kind, paths, answers, LINK_REFUSED)

    beset.serves_on()


def _refuses_changes(beset: Beset) -> None:
    """Try each kind of change with each path, those of one kind together."""
    for kind, (aim, change) in CHANGES_OF.items():
        paths = beset.paths(AIMS[aim])
        if kind not in OF_THE_FOLDER_ITSELF:
            paths["of the folder itself"] = ()
        with beset.intrude() as intruder:
            answers = _tried(intruder, kind, change, paths, _stamp(intruder))
        beset.is_unharmed(kind)
        _are_refused(kind, paths, answers)


def _refuses_new_names(beset: Beset) -> None:
    """Try to rename a file, and a folder, to each name."""
    spellings = beset.names(NEW)
    for path in ((b"own.txt",), (b"sub", b"folder")):
        with beset.intrude() as intruder:
            stamp = intruder.scan()[path].stamp
            changes = {id: [5, path, name, stamp] for id, name in enumerate(spellings.values(), 1)}
            answers = intruder.apply(changes, b"")
        what = f"RenameEntry of {path[-1].decode()}"
        beset.is_unharmed(what)
        _are_refused(what, spellings, answers)


def _tried(intruder: Intruder, kind: str, change: Change, paths: Mapping[str, Path], stamp: Stamp) -> Answers:
    """Send a change for each path; the changes are numbered from 1."""
    changes = {id: change(path, stamp) for id, path in enumerate(paths.values(), 1)}
    return intruder.apply(changes, EVIL, [*changes] if kind.startswith("WriteFile") else [])


def _stamp(intruder: Intruder) -> Stamp:
    """What the file outside is known by, where the client can know it."""
    found = intruder.scan()
    return found[TWIN.encode(),].stamp if (TWIN.encode(),) in found else found[b"own.txt",].stamp


def _are_refused(what: str, tried: Iterable[str], answers: Answers, code: str = NAME_INVALID) -> None:
    """Demand that each thing that was tried, which are numbered from 1, was answered so."""
    for id, name in enumerate(tried, 1):
        equal(f"the answer to {what}: {name}", answers.of(id), code)
