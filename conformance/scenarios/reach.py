"""Networks that are far, names that are long, files that nobody may read."""

from conformance.content import Tree
from conformance.scenario import scenario
from conformance.scenarios.pair import OLD_TREE, TREE, Pair
from conformance.stage import Refused, Stage, equal, has, holds

# A path of more than the 260 characters that Windows once allowed, of names that may be so long.
LONG_NAME = "n" * 120
DEEP = "/".join((LONG_NAME, LONG_NAME, LONG_NAME, "deep.txt"))

COMPOSED, DECOMPOSED = "caf\u00e9.txt", "cafe\u0301.txt"

ROUND_TRIPS = (0.001, 0.05, 0.3)


@scenario("PS-GLO-01", levels=("S",))
def far_networks(stage: Stage) -> None:
    """The job works over 1, 50 and 300 ms and over packets of a few hundred bytes; the listener never calls back."""
    for seconds in ROUND_TRIPS:
        pair = Pair(stage)
        pair.listen()
        stage.shape("near", "far", round_trip_seconds=seconds, packet_bytes=576)
        equal(f"the run over {seconds * 1000:g} ms", pair.push(delete=True).state, "converged")
        holds("the target", pair.at_target(), TREE)
        equal("who was called", {machine for machine, _ in stage.dialled()}, {"far"})
        stage.end()


@scenario("PS-TOP-03")
def source_that_nobody_may_read(stage: Stage) -> None:
    """One file of the source cannot be read: it is told, the others arrive, and its copy at the target stays."""
    old: Tree = {"secret.txt": "the old secret"}
    pair = Pair(stage, source={"open.txt": "for all", "secret.txt": "a new secret"}, target=old)
    pair.listen()
    stage.ask("fs.deny", {"machine": "near", "path": pair.near.at("data", "secret.txt")})

    outcome = pair.push(delete=True)

    equal("the run", outcome.state, "partial")
    equal("what is told", [one.path for one in outcome.problems], ["secret.txt"])
    holds("the target", pair.at_target(), {"open.txt": "for all", "secret.txt": "the old secret"})


@scenario("PS-ROOT-16")
def long_and_composed_names(stage: Stage) -> None:
    """A path of more than 260 characters arrives, and two names of the same letters in other bytes stay two."""
    tree: Tree = {DEEP: "deep", COMPOSED: "composed", DECOMPOSED: "decomposed"}
    pair = Pair(stage, source=tree, target={})
    pair.listen()

    equal("the run", pair.push().state, "converged")

    holds("the target", pair.at_target(), tree)


@scenario("PS-ROOT-16")
def name_that_is_too_long(stage: Stage) -> None:
    """A path on host with a name of 256 characters is refused, and nothing is made."""
    pair = Pair(stage)
    pair.listen()
    path = pair.far.at("x" * 256)
    try:
        outcome = pair.push(path=path)
    except Refused as refused:
        equal("the refusal", refused.code, "PATH_REFUSED")
    else:
        equal("the run", outcome.state, "failed")
    holds("the target", pair.at_target(), OLD_TREE)


@scenario("PS-ROOT-10", "PS-ROOT-04")
def share_is_mapped_too(stage: Stage) -> None:
    """A client asks a listener for a share, as if RootPath did not count: it is made again below RootPath, too."""
    pair = Pair(stage)
    pair.listen()
    share = {"style": "windows", "path": "\\\\nas\\volume\\backup"}

    equal("the run", pair.push(path=share).state, "converged")

    inner = pair.far.at("UNC", "nas", "volume", "backup")
    has("what was made", stage.tree("far", inner), "changed.txt", TREE["changed.txt"])
