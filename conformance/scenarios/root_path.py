"""The folder that confines a listener."""

from contextlib import suppress

from conformance.content import HardLink, Link, Made, Tree
from conformance.scenario import scenario
from conformance.scenarios.pair import OLD_TREE, TREE, Pair
from conformance.stage import FOLDER, Machine, Refused, Stage, equal, holds, require

# What stands outside the RootPath and must stay as it is, under names that a job could mean.
TRIPWIRE: Tree = {"documents/mine.txt": "do not touch", "secret.txt": "do not read"}

ROOT = "users"


def _confined(stage: Stage, target: Tree | None = None) -> tuple[Pair, dict[str, str]]:
    """A pair whose listener is confined to a folder with a tripwire beside it."""
    pair = Pair(stage, target=target)
    stage.plant("far", pair.far.at(), TRIPWIRE)
    root = pair.far.at(ROOT)
    stage.plant("far", root, {})
    pair.listen(root_path=root)
    return pair, root


def _mapped(machine: Machine, root: dict[str, str], *names: str) -> dict[str, str]:
    """Where a folder of the machine's base is made again below a root."""
    separator = "\\" if machine.style == "windows" else "/"
    inner = machine.base.replace(":", "").strip(separator)
    return {"style": root["style"], "path": separator.join((root["path"], inner, *names))}


def _untouched(stage: Stage, pair: Pair) -> None:
    """Nothing outside the RootPath has changed, nothing is missing, and nothing has come."""
    found = stage.tree("far", pair.far.at()) or {}
    inside = (ROOT, FOLDER)  # what the listener may have, and what a scenario has put there
    outside = {path: entry for path, entry in found.items() if path.split("/")[0] not in inside}
    holds("what is outside the RootPath", outside, TRIPWIRE)


@scenario("PS-ROOT-01")
def without_one_a_path_is_used_as_given(stage: Stage) -> None:
    """The listener has no RootPath: the path of the job is where its files lie, in a push and in a pull."""
    pair = Pair(stage)
    key = {"password": "of one who may do all"}
    pair.listen(root_path=None, **key)
    there = pair.far.at("anywhere", "below")

    equal("the push", pair.push(path=there, **key).state, "converged")
    holds("what was made", stage.tree("far", there), TREE)

    stage.plant("far", there, {"from far.txt": "of the other side"})
    equal("the pull", pair.pull(path=there, **key).state, "converged")
    holds("the folder of the client", pair.at_source(), {**TREE, "from far.txt": "of the other side"})


@scenario("PS-ROOT-03", "PS-ROOT-11")
def below_it_a_path_is_used_in_place(stage: Stage) -> None:
    """The RootPath itself and folders below it are used where they are."""
    pair, root = _confined(stage)

    equal("the run to the root", pair.push(path=root).state, "converged")
    inner = pair.far.at(ROOT, "inner")
    equal("the run below it", pair.push(path=inner).state, "converged")

    holds("what is below it", stage.tree("far", inner), TREE)
    _untouched(stage, pair)


@scenario("PS-ROOT-03")
def windows_finds_it_in_any_case(stage: Stage) -> None:
    """On Windows the RootPath is found below whatever capitals a client writes, and keeps its own."""
    pair = Pair(stage, target=None, style="windows")
    root = pair.far.at(ROOT)
    stage.plant("far", root, {})
    pair.listen(root_path=root)

    equal("the run", pair.push(path={**root, "path": root["path"].upper() + "\\Docs"}).state, "converged")

    holds("what is below it", stage.tree("far", pair.far.at(ROOT, "Docs")), TREE)


@scenario("PS-ROOT-02", "PS-ROOT-04", "PS-ROOT-05", "PS-ROOT-08", "PS-ROOT-11")
def above_it_a_folder_is_made_again_below(stage: Stage) -> None:
    """A path above the RootPath becomes a folder below it, made at the first run; what lies there stays as it is."""
    pair, root = _confined(stage)
    there = _mapped(pair.far, root, "documents")
    equal("the folder before the run", stage.tree("far", there), None)

    equal("the run", pair.push(path=pair.far.at("documents"), delete=True).state, "converged")

    holds("what was made", stage.tree("far", there), TREE)
    _untouched(stage, pair)


@scenario("PS-ROOT-05", "PS-ROOT-06", "PS-ROOT-07", "PS-ROOT-15")
def example_of_the_guide(stage: Stage) -> None:
    r"""`C:\Backup\My Documents` becomes `C\Backup\My Documents` below the RootPath."""
    pair, root = _confined(stage)

    path = {"style": "windows", "path": "C:\\Backup\\My Documents"}
    equal("the run", pair.push(path=path).state, "converged")

    there = {**root, "path": f"{root['path']}/C/Backup/My Documents"}
    holds("what was made", stage.tree("far", there), TREE)


@scenario("PS-ROOT-04", "PS-ROOT-03")
def a_sibling_is_neither_listed_nor_read(stage: Stage) -> None:
    """A source that lies beside the RootPath is none: its mapped folder is missing, and nothing is told of it."""
    pair, _ = _confined(stage)

    outcome = pair.pull(path=pair.far.at("documents"), delete=True)

    equal("the run", outcome.state, "failed")
    holds("the folder of the client", pair.at_source(), TREE)


@scenario("PS-ROOT-08")
def mapped_source_that_is_missing_is_an_error(stage: Stage) -> None:
    """A source whose mapped folder is missing is an error, and no empty folder: nothing is deleted."""
    pair, _ = _confined(stage)

    outcome = pair.pull(path=pair.far.at(ROOT, "missing"), delete=True)

    equal("the run", outcome.state, "failed")
    equal("the cause", outcome.causes, ("SOURCE_MISSING",))
    holds("the folder of the client", pair.at_source(), TREE)


@scenario("PS-ROOT-08")
def nothing_is_made_before_a_run_begins(stage: Stage) -> None:
    """A run cannot begin, since its source is missing: only the first one that can makes the folder below the RootPath."""
    pair, root = _confined(stage)
    path, there = pair.far.at("documents"), _mapped(pair.far, root, "documents")
    remote = {"host": pair.far.host, "path": path}
    client = stage.start("near", source={"path": pair.near.at("missing")}, target=remote)

    equal("the run without a source", client.wait().state, "failed")
    equal("the folder after a run that could not begin", stage.tree("far", there), None)

    equal("the run", pair.push(path=path).state, "converged")
    holds("the folder after the first run", stage.tree("far", there), TREE)


@scenario("PS-ROOT-11", "PS-ROOT-05")
def job_above_it_stays_in_one_piece(stage: Stage) -> None:
    """A job lies above the RootPath, and the RootPath in it: all of the job is made again in one place."""
    whole: Tree = {f"{ROOT}/inner.txt": "in both", "documents/other.txt": "above", "top.txt": "top"}
    pair, root = _confined(stage)
    stage.plant("near", pair.near.at("whole"), whole)
    remote = {"host": pair.far.host, "path": pair.far.at()}

    client = stage.start("near", source={"path": pair.near.at("whole")}, target=remote)

    equal("the run", client.wait().state, "converged")
    holds("what was made", stage.tree("far", _mapped(pair.far, root)), whole)
    _untouched(stage, pair)


@scenario("PS-ROOT-09")
def local_job_is_not_mapped(stage: Stage) -> None:
    """A job between two folders of one machine knows no RootPath, though a listener runs there."""
    pair, root = _confined(stage)
    source, target = pair.far.at("documents"), pair.far.at("copy of documents")

    client = stage.start("far", source={"path": source}, target={"path": target})

    equal("the run", client.wait().state, "converged")
    holds("the copy", stage.tree("far", target), {"mine.txt": "do not touch"})
    holds("what is below the RootPath", stage.tree("far", root), {})


@scenario("PS-ROOT-14", "PS-ROOT-04")
def link_below_it_is_not_followed(stage: Stage) -> None:
    """A link that leads out of the RootPath is followed neither to write nor to read nor to delete."""
    pair, root = _confined(stage)
    stage.plant(
        "far", root, {"way": Link(pair.far.base), "inner/way": Link(pair.far.at("documents")["path"])}
    )

    for path in (pair.far.at(ROOT, "way", "documents"), pair.far.at(ROOT, "inner", "way")):
        equal(f"a push to {path['path']}", pair.push(path=path, delete=True).state, "failed")
        equal(f"a pull of {path['path']}", pair.pull(path=path, delete=True).state, "failed")

    _untouched(stage, pair)
    holds("the folder of the client", pair.at_source(), TREE)


@scenario("PS-ROOT-14")
def link_in_the_target_is_replaced(stage: Stage) -> None:
    """A link stands where the job has a folder and a file: it is replaced, and what it leads to stays."""
    pair, root = _confined(stage)
    links: Tree = {
        "sub": Link(pair.far.at("documents")["path"]),
        "changed.txt": Link(pair.far.at("secret.txt")["path"]),
    }
    stage.plant("far", root, links)

    equal("the run", pair.push(path=root, delete=True).state, "converged")

    holds("what is below the RootPath", stage.tree("far", root), TREE)
    _untouched(stage, pair)


@scenario("PS-ROOT-14")
def file_with_a_name_outside_is_replaced(stage: Stage) -> None:
    """A file of the target has another name outside the RootPath: it is replaced, and what has the other name stays."""
    pair, root = _confined(stage)
    outside = pair.far.at("documents", "mine.txt")["path"]
    stage.plant("far", root, {"changed.txt": HardLink(outside)})

    equal("the run", pair.push(path=root, delete=True).state, "converged")

    holds("what is below the RootPath", stage.tree("far", root), TREE)
    _untouched(stage, pair)


@scenario("PS-ROOT-14")
def folder_becomes_a_link_during_the_run(stage: Stage) -> None:
    """While a file travels, a folder of the target is exchanged for a link: what comes next is not written through it."""
    pair, root = _confined(stage)
    stage.plant("near", pair.source, {"first": Made(6_000_000, "first"), "sub/other.txt": "written through"})
    stage.plant("far", root, {"sub/kept": "old"})
    fault = stage.fault("silent", "near", "far", after_bytes=2_000_000)
    client = pair.start_push(path=root)
    client.wait_under_way(1_000_000)

    stage.remove("far", pair.far.at(ROOT, "sub"))
    stage.plant("far", root, {"sub": Link(pair.far.at("documents")["path"])})
    stage.heal(fault)

    equal("the run in the end", client.wait().state, "partial")
    _untouched(stage, pair)


@scenario("PS-ROOT-13")
def hostile_spellings_are_refused(stage: Stage) -> None:
    """A path with two dots in it is refused, in either role, and nothing outside changes."""
    pair, _ = _confined(stage, target=OLD_TREE)
    for path in (pair.far.at(ROOT, "..", "documents"), pair.far.at(ROOT, "a", "..", "..", "documents")):
        for copy in (pair.push, pair.pull):
            with suppress(Refused):  # a client may say so itself
                equal(f"the run with {path['path']}", copy(path=path, delete=True).state, "failed")

    _untouched(stage, pair)
    holds("the folder of the client", pair.at_source(), TREE)


@scenario("PS-ROOT-12")
def two_jobs_that_map_to_one_place_are_told(stage: Stage) -> None:
    """Two paths that come to lie in one place are told as a danger to whoever starts the second job."""
    pair, root = _confined(stage)
    equal("the first job", pair.push(path=pair.far.at("documents")).state, "converged")

    outcome = pair.push(path=_mapped(pair.far, root, "documents"))

    require(outcome.warnings, "nobody was warned")


@scenario("PS-ROOT-17")
def root_that_is_no_folder_is_refused(stage: Stage) -> None:
    """A RootPath that is a file, or is not there, keeps the listener from starting."""
    pair = Pair(stage)
    stage.plant("far", pair.far.at(), {"file.txt": "no folder"})
    for name in ("file.txt", "missing"):
        refused = _refusal(stage, pair.far.at(name))
        equal(f"the refusal of {name}", refused, "ROOT_PATH_INVALID")


def _refusal(stage: Stage, root: dict[str, str]) -> str:
    try:
        stage.listen("far", root_path=root)
    except Refused as refused:
        return refused.code
    return "none"
