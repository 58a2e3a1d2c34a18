"""Paths that a job can ask a confined listener for: each is refused, or lands below the RootPath, as the catalogue says.

The vectors of the mapping ask where a path is; here a job really goes there, and
what lies beside the RootPath is looked at afterwards.
"""

from collections.abc import Callable, Iterable, Mapping

from conformance.answers import Outcome
from conformance.content import Tree
from conformance.scenario import scenario
from conformance.scenarios.beset import Beset
from conformance.scenarios.confined import Confined
from conformance.scenarios.pair import TREE
from conformance.stage import NotSupported, Refused, Stage, equal, holds

POSIX, WINDOWS = "posix", "windows"

# By what is wrong with it, one of each kind.
REFUSED: dict[str, str] = {
    "two dots": r"C:\a\..\..\documents",
    "two dots behind a slash": r"C:/a/..\b",
    "relative to a drive": "C:documents",
    "no drive": r"\documents",
    "relative": r"..\documents",
    "a stream": r"C:\f.txt:s",
    "a device": r"C:\NUL",
    "a dot at the end": r"C:\a.",
    "a namespace": r"\\?\C:\documents",
    "a share without a name": r"\\nas",
    "a long name": "C:\\" + "x" * 256,
}

# Further ones of these kinds.
REFUSED_TOO = (
    *("C:", r"C:..\documents", r"C:\..", r"C:\...", r"C:\a. ", r"C:\a\ \b", "My Documents", ".", ".."),
    *(r"C:\f.txt::$DATA", r"C:\users:x\y", r"C:\com1.txt", "C:\\LPT\u00b9", r"C:\aux\x", "CONIN$"),
    *(r"\\?\UNC\nas\v\x", r"\\.\PhysicalDrive0", r"\??\C:\x", "//?/C:/documents", r"\\.\C:\documents"),
    *(
        "\\\\nas\\",
        r"\\..\v\x",
        r"\\nas\..\x",
        "C:\\a\0b",
        "C:\\a\x1fb",
        r"C:\a<b",
        r"C:\a|b",
        r"C:\a*",
        r"C:\a?",
    ),
)

# Of Windows, at a listener on POSIX: the names below the RootPath.
MAPPED: dict[str, str] = {
    r"C:\srv\documents": "C/srv/documents",
    r"C:/srv\documents\\mixed": "C/srv/documents/mixed",
    r"d:\.\Data": "D/Data",
    r"\\nas\volume\x": "UNC/nas/volume/x",
}

# Of POSIX, at a listener on POSIX: none of these names is anything else there.
PLAIN_ON_POSIX = (r"a\..\..\documents", "nul:s", "...", "\uff0e\uff0e")

# Of Windows, at a listener on Windows whose RootPath is `C:\srv\users`.
MAPPED_ON_WINDOWS: dict[str, str] = {
    r"c:\SRV\Users\capitals": "capitals",
    r"C:/srv\\users\.\mixed": "mixed",
    r"C:\srv\users2\x": "C/srv/users2/x",
    r"C:\srv\user": "C/srv/user",
    "C:\\srv\\user\u017f\\x": "C/srv/user\u017f/x",
    "C:\\srv\\users\u0307\\x": "C/srv/users\u0307/x",
    r"C:\PROGRA~1\x": "C/PROGRA~1/x",
    r"D:\srv\users\x": "D/srv/users/x",
    r"\\nas\srv\users": "UNC/nas/srv/users",
}


@scenario("PS-ROOT-13", "PS-ROOT-04")
def of_windows_are_refused(stage: Stage) -> None:
    """One hostile path of each kind: none is asked for, or none is served, and nothing is made anywhere."""
    pair = Confined(stage)

    for what, path in REFUSED.items():
        _is_refused(pair, pair.push, what, _windows(path))

    _is_as_it_was(pair)


@scenario("PS-ROOT-13", levels=("S",))
def every_spelling_in_either_role(stage: Stage) -> None:
    """More of them, as target and as source, at listeners of both systems; also what no command line can hold."""
    for style in (POSIX, WINDOWS):
        pair = Confined(stage, style=style)
        for path in (*REFUSED.values(), *REFUSED_TOO):
            _is_refused(pair, pair.push, f"{path!r} as target", _windows(path))
            _is_refused(pair, pair.pull, f"{path!r} as source", _windows(path))
        _is_as_it_was(pair)
        stage.end()


@scenario("PS-ROOT-13", "PS-ROOT-04")
def with_two_dots_are_refused(stage: Stage) -> None:
    """Two dots in a path of POSIX are refused, wherever they stand, and even where they would stay inside."""
    pair = Confined(stage)
    root, outside = pair.root["path"], pair.far.at("documents")["path"]

    for path in (f"{root}/./a/../../documents", f"/..{outside}", f"{root}/a/.."):
        _is_refused(pair, pair.push, path, {"style": POSIX, "path": path})
    path = f"/{root}//..//documents"
    _is_refused(pair, pair.pull, f"{path} as source", {"style": POSIX, "path": path})

    _is_as_it_was(pair)


@scenario("PS-ROOT-13", "PS-ROOT-04", "PS-CFG-05")
def asked_for_by_a_hostile_client_are_refused(stage: Stage) -> None:
    """A client of the suite's own asks for each of them, which others refuse to do: the listener refuses it, and nothing is made."""
    for style in (POSIX, WINDOWS):
        try:
            beset = Beset(stage, style=style)
        except NotSupported:
            continue
        root, outside = beset.root["path"], beset.far.at("documents")["path"]
        two_dots = (f"{root}/a/../../documents", f"/..{outside}", f"{root}/a/..", f"{root}//..//documents")
        asked = {WINDOWS: (*REFUSED.values(), *REFUSED_TOO), POSIX: two_dots}
        for role in ("target", "source"):
            for of, paths in asked.items():
                for path in paths:
                    equal(f"the answer to {path!r} as {role}", beset.ask_for(of, path, role), "PATH_REFUSED")
        beset.is_unharmed("these questions")
        beset.serves_on()
        stage.end()


@scenario("PS-ROOT-13", "PS-ROOT-05", "PS-ROOT-07")
def others_land_below(stage: Stage) -> None:
    """Other drives, shares, mixed and doubled separators, and another case become folders below the RootPath."""
    pair = Confined(stage)
    root = pair.root["path"]
    own = {root.upper(): root.upper().strip("/"), f"{root}2/x": f"{root}2/x".strip("/"), "/etc": "etc"}
    in_place = {f"{root}//.//doubled": "doubled"}

    _land(pair, WINDOWS, MAPPED)
    _land(pair, POSIX, {**own, **in_place})

    holds(
        "what is below the RootPath", pair.at(pair.root), _marks([*MAPPED.values(), *own.values(), "doubled"])
    )
    pair.is_untouched()


@scenario("PS-ROOT-13", "PS-ROOT-15")
def of_posix_are_names_there(stage: Stage) -> None:
    """What is hostile on Windows is a name like any other on POSIX, and what looks like two dots is none."""
    pair = Confined(stage)

    _land(pair, POSIX, {f"{pair.root['path']}/{name}/x": f"{name}/x" for name in PLAIN_ON_POSIX})

    holds("what is below the RootPath", pair.at(pair.root), _marks(f"{name}/x" for name in PLAIN_ON_POSIX))
    pair.is_untouched()


@scenario("PS-ROOT-13", "PS-ROOT-03", "PS-ROOT-15")
def on_windows_they_land_below(stage: Stage) -> None:
    """On Windows case is no matter, letters that only look alike are, and names of POSIX that it cannot hold are refused."""
    pair = Confined(stage, style=WINDOWS)

    _land(pair, WINDOWS, MAPPED_ON_WINDOWS)
    _land(pair, POSIX, {"/home/x": "home/x"})
    for name in (r"a\..\..\documents", "nul", "f:s", "...", "a. "):
        _is_refused(pair, pair.push, f"{name} of POSIX", {"style": POSIX, "path": f"/home/{name}/x"})

    holds("what is below the RootPath", pair.at(pair.root), _marks([*MAPPED_ON_WINDOWS.values(), "home/x"]))
    pair.is_untouched()


def _windows(path: str) -> dict[str, str]:
    return {"style": WINDOWS, "path": path}


def _is_refused(pair: Confined, copy: Callable[..., Outcome], what: str, path: dict[str, str]) -> None:
    """Demand that a job is refused for its path, by the client itself or by the listener."""
    try:
        outcome = copy(path=path, delete=True)
    except Refused as refused:
        equal(f"the refusal of {what}", refused.code, "PATH_REFUSED")
    else:
        equal(f"the run with {what}", (outcome.state, outcome.causes), ("failed", ("PATH_REFUSED",)))


def _is_as_it_was(pair: Confined) -> None:
    """Demand that nothing was made, changed or deleted; and that it was no accident that no run came about."""
    pair.is_untouched()
    holds("what is below the RootPath", pair.at(pair.root), {})
    holds("the folder of the client", pair.at_source(), TREE)
    equal("the run with a path that is not hostile", pair.push(path=pair.below("plain")).state, "converged")
    holds("where it leads", pair.at(pair.below("plain")), TREE)


def _land(pair: Confined, style: str, places: Mapping[str, str]) -> None:
    """Carry out a job for each path, with a file that is named like the place where it has to come to lie."""
    stage = pair.stage
    for path, place in places.items():
        source = pair.near.at("of " + _mark(place))
        stage.plant("near", source, {_mark(place): place})
        target = {"host": pair.far.host, "path": {"style": style, "path": path}}
        outcome = stage.start("near", source={"path": source}, target=target).wait()
        equal(f"the run to {path}", outcome.state, "converged")


def _marks(places: Iterable[str]) -> Tree:
    return {f"{place}/{_mark(place)}": place for place in places}


def _mark(place: str) -> str:
    return place.replace("/", " ") + ".txt"
