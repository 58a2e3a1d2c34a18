"""Links that lead out of the RootPath, planted before a run or while it goes on: nobody writes, reads or deletes through one."""

from conformance.content import Entries, Link, Made, Tree, expected
from conformance.scenario import scenario
from conformance.scenarios.confined import TRIPWIRE, Confined
from conformance.scenarios.pair import TREE
from conformance.stage import Stage, equal, has, holds, require

# What travels while something is exchanged, and is on its way after so many bytes.
FIRST = Made(6_000_000, "first")
HALFWAY_BYTES = 2_000_000


@scenario("PS-ROOT-14", "PS-ROOT-04")
def of_each_kind_in_the_path_of_a_job(stage: Stage) -> None:
    """A relative link, one that leads nowhere yet, a loop, a chain, one at the place where a path is made again: none is followed."""
    pair = Confined(stage)
    outside = pair.far.at("documents")["path"]
    first, *_ = pair.mapped()["path"].removeprefix(pair.root["path"]).strip("/").split("/")
    links: Tree = {
        "up": Link(".."),
        "deep/folder": None,
        "to nothing": Link(pair.far.at("made through a link")["path"]),
        "loop": Link("loop"),
        "chain": Link("end of chain"),
        "end of chain": Link(outside),
        first: Link("/"),
    }
    stage.plant("far", pair.root, links)

    inner = [("up", "documents"), ("to nothing",), ("loop", "x"), ("chain",)]
    for path in (*(pair.below(*names) for names in inner), pair.far.at("documents")):
        equal(f"a push to {path['path']}", pair.push(path=path, delete=True).state, "failed")
    for path in (pair.below("chain"), pair.far.at("documents")):
        equal(f"a pull of {path['path']}", pair.pull(path=path, delete=True).state, "failed")

    pair.is_untouched()
    holds("the links", pair.at(pair.root), links)
    holds("the folder of the client", pair.at_source(), TREE)
    equal("a push to a folder that is none", pair.push(path=pair.below("deep", "folder")).state, "converged")


@scenario("PS-ROOT-14", "PS-ROOT-04")
def what_is_behind_one_is_not_read(stage: Stage) -> None:
    """A source has links to a file and to a folder outside the RootPath: what they lead to does not arrive."""
    pair = Confined(stage)
    links: Tree = {
        "file": Link(pair.far.at("secret.txt")["path"]),
        "folder": Link(pair.far.at("documents")["path"]),
    }
    stage.plant("far", pair.below("source"), {**links, "plain.txt": "of the source"})

    outcome = pair.pull(path=pair.below("source"), delete=True)

    require(outcome.state in ("converged", "partial"), f"the run: {outcome.state}")
    found = pair.at_source() or {}
    equal("what is no link", found.get("plain.txt"), expected({"plain.txt": "of the source"})["plain.txt"])
    _has_no_secret("the folder of the client", found)
    pair.is_untouched()


@scenario("PS-ROOT-14", "PS-ROOT-04")
def folder_of_a_source_becomes_one_during_the_run(stage: Stage) -> None:
    """While a file travels, a folder of the source is exchanged for a link: what it leads to does not arrive."""
    pair = Confined(stage)
    source = pair.below("source")
    stage.plant("far", source, {"first": FIRST, "sub/mine.txt": "of the source"})
    fault = stage.fault("silent", "near", "far", after_bytes=HALFWAY_BYTES)
    client = pair.start_pull(path=source)
    client.wait_under_way(HALFWAY_BYTES // 2)

    stage.remove("far", pair.below("source", "sub"))
    stage.plant("far", source, {"sub": Link(pair.far.at("documents")["path"])})
    stage.heal(fault)

    require(client.wait().state != "running", "the run has no end")
    found = pair.at_source() or {}
    equal("what travelled", found.get("first"), expected({"first": FIRST})["first"])
    _has_no_secret("the folder of the client", found)
    pair.is_untouched()


@scenario("PS-ROOT-14", "PS-ROOT-04")
def file_of_a_target_becomes_one_during_the_run(stage: Stage) -> None:
    """While a file travels, another one of the target is exchanged for a link: what it leads to stays as it is."""
    pair = Confined(stage)
    stage.plant("near", pair.near.at("two"), {"first": FIRST, "second.txt": "written through"})
    stage.plant("far", pair.root, {"second.txt": "old"})
    fault = stage.fault("silent", "near", "far", after_bytes=HALFWAY_BYTES)
    target = {"host": pair.far.host, "path": pair.root}
    client = stage.start("near", source={"path": pair.near.at("two")}, target=target)
    client.wait_under_way(HALFWAY_BYTES // 2)

    stage.remove("far", pair.below("second.txt"))
    stage.plant("far", pair.root, {"second.txt": Link(pair.far.at("secret.txt")["path"])})
    stage.heal(fault)

    require(client.wait().state != "running", "the run has no end")
    found = pair.at(pair.root) or {}
    equal("what travelled", found.get("first"), expected({"first": FIRST})["first"])
    pair.is_untouched()


@scenario("PS-ROOT-14", "PS-ROOT-04")
def that_a_job_has_brought(stage: Stage) -> None:
    """A job brings a link that leads out of the RootPath, which it may: no other job gets through it."""
    pair = Confined(stage)
    stage.plant("near", pair.source, {"up": Link(pair.far.base)})
    equal("the job that brings it", pair.push(path=pair.root).state, "converged")
    has("what it has brought", pair.at(pair.root), "up", Link(pair.far.base))

    path = pair.below("up", "documents")
    equal("a push through it", pair.push(path=path, delete=True).state, "failed")
    equal("a pull through it", pair.pull(path=path, delete=True).state, "failed")

    pair.is_untouched()


def _has_no_secret(what: str, found: Entries) -> None:
    """Nothing in a folder has the content of what lies outside the RootPath."""
    secrets = {entry["sha256"] for entry in expected(TRIPWIRE).values() if "sha256" in entry}
    read = [path for path, entry in found.items() if entry.get("sha256") in secrets]
    equal(f"{what}: what was read outside the RootPath", read, [])
