"""The folder that confines a listener."""

from contextlib import suppress

from conformance.content import HardLink, Junction, Link, Made, Tree
from conformance.scenario import scenario
from conformance.scenarios.confined import ROOT, Confined
from conformance.scenarios.pair import OLD_TREE, TREE, Pair
from conformance.stage import FOLDER, Refused, Stage, equal, holds, require


@scenario("PS-ROOT-01")
def without_one_a_path_is_used_as_given(stage: Stage) -> None:
    """The listener has no RootPath: the path of the job is where its files lie, in a push and in a pull."""
    pair = Pair(stage)
    key = {"password": "of one who may do all"}
    pair.listen(root_path=None, **key)
    there = pair.far.at("anywhere", "below")

    equal("the push", pair.push(path=there, **key).state, "converged")
    holds("what was made", pair.at(there), TREE)

    stage.plant("far", there, {"from far.txt": "of the other side"})
    equal("the pull", pair.pull(path=there, **key).state, "converged")
    holds("the folder of the client", pair.at_source(), {**TREE, "from far.txt": "of the other side"})


@scenario("PS-ROOT-03", "PS-ROOT-11")
def below_it_a_path_is_used_in_place(stage: Stage) -> None:
    """The RootPath itself and folders below it are used where they are."""
    pair = Confined(stage)

    equal("the run to the root", pair.push(path=pair.root).state, "converged")
    holds("the root", pair.at(pair.root), TREE)
    inner = pair.below("inner")
    equal("the run below it", pair.push(path=inner).state, "converged")

    holds("what is below it", pair.at(inner), TREE)
    pair.is_untouched()


@scenario("PS-ROOT-03")
def windows_finds_it_in_any_case(stage: Stage) -> None:
    """On Windows the RootPath is found below whatever capitals a client writes, and keeps its own; names below become the source's."""
    pair = Confined(stage, style="windows")
    stage.plant("far", pair.below("docs"), {name.upper(): content for name, content in TREE.items()})

    path = {**pair.root, "path": pair.root["path"].upper() + "\\Docs"}
    equal("the run", pair.push(path=path, delete=True).state, "converged")

    holds("what is below it", pair.at(pair.below("Docs")), TREE)
    pair.is_untouched()


@scenario("PS-ROOT-02", "PS-ROOT-04", "PS-ROOT-05", "PS-ROOT-08", "PS-ROOT-11")
def above_it_a_folder_is_made_again_below(stage: Stage) -> None:
    """A path above the RootPath becomes a folder below it, made at the first run; what lies there stays as it is."""
    pair = Confined(stage)
    there = pair.mapped("documents")
    equal("the folder before the run", pair.at(there), None)

    equal("the run", pair.push(path=pair.far.at("documents"), delete=True).state, "converged")

    holds("what was made", pair.at(there), TREE)
    pair.is_untouched()


@scenario("PS-ROOT-05", "PS-ROOT-06", "PS-ROOT-07", "PS-ROOT-15")
def example_of_the_guide(stage: Stage) -> None:
    r"""`C:\Backup\My Documents` becomes `C\Backup\My Documents` below the RootPath."""
    pair = Confined(stage)

    path = {"style": "windows", "path": "C:\\Backup\\My Documents"}
    equal("the run", pair.push(path=path).state, "converged")

    there = pair.below("C", "Backup", "My Documents")
    holds("what was made", pair.at(there), TREE)


@scenario("PS-ROOT-04", "PS-ROOT-03")
def a_sibling_is_neither_listed_nor_read(stage: Stage) -> None:
    """A source that lies beside the RootPath is none: its mapped folder is missing, and nothing is told of it."""
    pair = Confined(stage)

    outcome = pair.pull(path=pair.far.at("documents"), delete=True)

    equal("the run", outcome.state, "failed")
    equal("the cause", outcome.causes, ("SOURCE_MISSING",))
    holds("the folder of the client", pair.at_source(), TREE)

    stage.plant("far", pair.mapped("documents"), {"mapped.txt": "below the RootPath"})
    equal(
        "the run once it is there", pair.pull(path=pair.far.at("documents"), delete=True).state, "converged"
    )
    holds("the folder of the client once it is there", pair.at_source(), {"mapped.txt": "below the RootPath"})
    pair.is_untouched()


@scenario("PS-ROOT-08")
def mapped_source_that_is_missing_is_an_error(stage: Stage) -> None:
    """A source whose mapped folder is missing is an error, and no empty folder: nothing is deleted."""
    pair = Confined(stage)

    outcome = pair.pull(path=pair.below("missing"), delete=True)

    equal("the run", outcome.state, "failed")
    equal("the cause", outcome.causes, ("SOURCE_MISSING",))
    holds("the folder of the client", pair.at_source(), TREE)


@scenario("PS-ROOT-08")
def nothing_is_made_before_a_run_begins(stage: Stage) -> None:
    """A run cannot begin, since its source is missing: only the first one that can makes the folder below the RootPath."""
    pair = Confined(stage)
    path, there = pair.far.at("documents"), pair.mapped("documents")
    remote = {"host": pair.far.host, "path": path}
    client = stage.start("near", source={"path": pair.near.at("missing")}, target=remote)

    equal("the run without a source", client.wait().state, "failed")
    equal("the folder after a run that could not begin", pair.at(there), None)

    equal("the run", pair.push(path=path).state, "converged")
    holds("the folder after the first run", pair.at(there), TREE)


@scenario("PS-ROOT-11", "PS-ROOT-05")
def job_above_it_stays_in_one_piece(stage: Stage) -> None:
    """A job lies above the RootPath, and the RootPath in it: all of the job is made again in one place."""
    whole: Tree = {f"{ROOT}/inner.txt": "in both", "documents/other.txt": "above", "top.txt": "top"}
    pair = Confined(stage)
    stage.plant("near", pair.near.at("whole"), whole)
    remote = {"host": pair.far.host, "path": pair.far.at()}

    client = stage.start("near", source={"path": pair.near.at("whole")}, target=remote)

    equal("the run", client.wait().state, "converged")
    holds("what was made", pair.at(pair.mapped()), whole)
    pair.is_untouched()


@scenario("PS-ROOT-09")
def local_job_is_not_mapped(stage: Stage) -> None:
    """A job between two folders of one machine knows no RootPath, though a listener runs there."""
    pair = Confined(stage)
    source, target = pair.far.at("documents"), pair.far.at("copy of documents")

    client = stage.start("far", source={"path": source}, target={"path": target})

    equal("the run", client.wait().state, "converged")
    holds("the copy", pair.at(target), {"mine.txt": "do not touch"})
    holds("what is below the RootPath", pair.at(pair.root), {})


@scenario("PS-ROOT-14", "PS-ROOT-04")
def link_below_it_is_not_followed(stage: Stage) -> None:
    """A link that leads out of the RootPath is followed neither to write nor to read nor to delete."""
    pair = Confined(stage)
    stage.plant(
        "far", pair.root, {"way": Link(pair.far.base), "inner/way": Link(pair.far.at("documents")["path"])}
    )

    for path in (pair.below("way", "documents"), pair.below("inner", "way")):
        equal(f"a push to {path['path']}", pair.push(path=path, delete=True).state, "failed")
        equal(f"a pull of {path['path']}", pair.pull(path=path, delete=True).state, "failed")

    pair.is_untouched()
    holds("the folder of the client", pair.at_source(), TREE)
    equal("a push to a folder that is none", pair.push(path=pair.below("inner", "folder")).state, "converged")


@scenario("PS-ROOT-14")
def junction_below_it_is_not_followed(stage: Stage) -> None:
    """The same of a junction, which any user of a Windows machine can make."""
    pair = Confined(stage, style="windows")
    stage.plant("far", pair.root, {"way": Junction(pair.far.base)})
    path = pair.below("way", "documents")

    equal("a push through it", pair.push(path=path, delete=True).state, "failed")
    equal("a pull through it", pair.pull(path=path, delete=True).state, "failed")

    pair.is_untouched()
    holds("the folder of the client", pair.at_source(), TREE)
    equal("a push to a folder that is none", pair.push(path=pair.below("folder")).state, "converged")


@scenario("PS-ROOT-14")
def link_in_the_target_is_replaced(stage: Stage) -> None:
    """A link stands where the job has a folder and a file: it is replaced, and what it leads to stays."""
    pair = Confined(stage)
    links: Tree = {
        "sub": Link(pair.far.at("documents")["path"]),
        "changed.txt": Link(pair.far.at("secret.txt")["path"]),
    }
    stage.plant("far", pair.root, links)

    equal("the run", pair.push(path=pair.root, delete=True).state, "converged")

    holds("what is below the RootPath", pair.at(pair.root), TREE)
    pair.is_untouched()


@scenario("PS-ROOT-14")
def file_with_a_name_outside_is_replaced(stage: Stage) -> None:
    """A file of the target has another name outside the RootPath: it is replaced, and what has the other name stays."""
    pair = Confined(stage)
    outside = pair.far.at("documents", "mine.txt")["path"]
    stage.plant("far", pair.root, {"changed.txt": HardLink(outside)})

    equal("the run", pair.push(path=pair.root, delete=True).state, "converged")

    holds("what is below the RootPath", pair.at(pair.root), TREE)
    pair.is_untouched()


@scenario("PS-ROOT-14")
def folder_becomes_a_link_during_the_run(stage: Stage) -> None:
    """While a file travels, a folder of the target is exchanged for a link: what comes next is not written through it."""
    pair = Confined(stage)
    stage.plant("near", pair.source, {"first": Made(6_000_000, "first"), "sub/other.txt": "written through"})
    stage.plant("far", pair.root, {"sub/kept": "old"})
    fault = stage.fault("silent", "near", "far", after_bytes=2_000_000)
    client = pair.start_push(path=pair.root)
    client.wait_under_way(1_000_000)

    stage.remove("far", pair.below("sub"))
    stage.plant("far", pair.root, {"sub": Link(pair.far.at("documents")["path"])})
    stage.heal(fault)

    equal("the run in the end", client.wait().state, "partial")
    pair.is_untouched()


@scenario("PS-ROOT-13")
def hostile_spellings_are_refused(stage: Stage) -> None:
    """A path with two dots in it is refused, in either role, and nothing outside changes."""
    pair = Confined(stage, target=OLD_TREE)
    for path in (pair.below("..", "documents"), pair.below("a", "..", "..", "documents")):
        for copy in (pair.push, pair.pull):
            with suppress(Refused):  # a client may say so itself
                equal(f"the run with {path['path']}", copy(path=path, delete=True).state, "failed")

    pair.is_untouched()
    holds("the folder of the client", pair.at_source(), TREE)
    equal("the run without dots", pair.push(path=pair.below("documents")).state, "converged")


@scenario("PS-ROOT-12")
def two_jobs_that_map_to_one_place_are_told(stage: Stage) -> None:
    """Two paths that come to lie in one place are told as a danger to whoever starts the second job, and only to him."""
    pair = Confined(stage)
    first = pair.push(path=pair.far.at("documents"))
    equal("the first job", first.state, "converged")

    second = pair.push(path=pair.mapped("documents"))
    third = pair.push(path=pair.below("elsewhere"))

    dangers = set(second.warnings) - set(first.warnings)
    require(dangers, "nobody was warned")
    require(not dangers & set(third.warnings), "a job that lies elsewhere was warned, too")


@scenario("PS-ROOT-04")
def nothing_beside_it_is_looked_at(stage: Stage) -> None:
    """A push, a pull and paths that are refused: of all that lies beside the RootPath nothing is read, and no folder listed."""
    pair = Confined(stage)
    stage.watch("far", pair.far.at())

    equal("the push", pair.push(path=pair.root, delete=True).state, "converged")
    equal("the pull", pair.pull(path=pair.root, delete=True).state, "converged")
    for path in (pair.far.at("documents"), pair.far.at("missing")):
        equal(f"the run to {path['path']}", pair.pull(path=path).causes, ("SOURCE_MISSING",))

    seen = stage.looked_at("far", pair.far.at())
    require(any(path.split("/")[0] == ROOT for path in seen), f"what it served was not looked at: {seen}")
    equal("what was looked at beside it", [path for path in seen if path.split("/")[0] != ROOT], [])


@scenario("PS-ROOT-17")
def root_that_is_no_folder_is_refused(stage: Stage) -> None:
    """A RootPath that is a file, is not there, or is not complete keeps the listener from starting; a folder does not."""
    pair = Pair(stage)
    stage.plant("far", pair.far.at(), {"file.txt": "no folder"})
    for name in ("file.txt", "missing"):
        refused = _refusal(stage, pair.far.at(name))
        equal(f"the refusal of {name}", refused, "ROOT_PATH_INVALID")
    for path in (FOLDER, f"{pair.target['path']}/../{FOLDER}"):
        refused = _refusal(stage, {**pair.target, "path": path})
        equal(f"the refusal of {path}", refused, "ROOT_PATH_INVALID")

    with_separator = {**pair.target, "path": f"{pair.target['path']}/"}
    equal("the refusal of a folder with a separator behind it", _refusal(stage, with_separator), "none")
    equal("the run", pair.push().state, "converged")
    holds("the target", pair.at_target(), {**OLD_TREE, **TREE})


def _refusal(stage: Stage, root: dict[str, str]) -> str:
    try:
        stage.listen("far", root_path=root)
    except Refused as refused:
        return refused.code
    return "none"
