"""Networks that are far, names that are long, files that nobody may read."""

from typing import Any

from conformance.content import Made, Tree
from conformance.scenario import scenario
from conformance.scenarios.encryption import KEY
from conformance.scenarios.pair import OLD_TREE, TREE, Pair
from conformance.stage import FOLDER, Refused, Stage, equal, has, holds, require

# A path of more than the 260 characters that Windows once allowed, of names that may be so long.
LONG_NAME = "n" * 120
DEEP = "/".join((LONG_NAME, LONG_NAME, LONG_NAME, "deep.txt"))

COMPOSED, DECOMPOSED = "caf\u00e9.txt", "cafe\u0301.txt"

ROUND_TRIPS = (0.001, 0.05, 0.3)
LOST = (0.01, 0.1)

# At which a router that translates addresses is called.
OUTER_PORT = 7450


@scenario("PS-GLO-01", levels=("S",))
def far_networks(stage: Stage) -> None:
    """The job works over 1, 50 and 300 ms and over packets of a few hundred bytes; the listener never calls back."""
    for seconds in ROUND_TRIPS:
        _works_over(stage, f"{seconds * 1000:g} ms", round_trip_seconds=seconds, packet_bytes=576)


@scenario("PS-GLO-01", levels=("S",))
def networks_that_lose_packets(stage: Stage) -> None:
    """One packet in a hundred, or in ten, is lost and comes later: the job takes longer, and works."""
    for lost in LOST:
        words = f"50 ms and {lost:.0%} of the packets lost"
        _works_over(stage, words, round_trip_seconds=0.05, packet_bytes=1460, lost=lost)


@scenario("PS-GLO-01", "PS-RET-08", levels=("S",))
def network_that_fails_now_and_then(stage: Stage) -> None:
    """Over a far network the link is lost, again and again: each run says so, the next one goes on, the last one converges."""
    tree: Tree = {"large": Made(600_000, "far"), "sub/small": "small"}
    pair = Pair(stage, source=tree)
    pair.listen()
    stage.shape("near", "far", round_trip_seconds=0.3, packet_bytes=576, lost=0.01)
    for place in (100_000, 300_000):
        fault = stage.fault("reset", "near", "far", after_bytes=place)
        outcome = pair.push(delete=True)
        stage.heal(fault)
        equal(f"the run after {place} bytes", outcome.state, "failed")
        equal(f"the messages after {place} bytes", outcome.messages, pair.texts())

    equal("the last run", pair.push(delete=True).state, "converged")
    holds("the target", pair.at_target(), tree)


@scenario("PS-GLO-01", "PS-PORT-04")
def addresses_are_translated(stage: Stage) -> None:
    """The client calls another machine at another port, which leads to the listener: a push and a pull work, and nobody is called back."""
    pair = Pair(stage, others=("gate",))
    gate = stage.machines["gate"]
    listener = pair.listen()
    stage.forward("gate", OUTER_PORT, {"machine": "far", "port": listener.port})
    behind = {"host": gate.host, "port": OUTER_PORT, "path": pair.target}

    client = stage.start("near", source={"path": pair.source}, target=behind, delete=True)
    equal("the push", client.wait().state, "converged")
    holds("the target", pair.at_target(), TREE)
    client = stage.start("near", source=behind, target={"path": pair.near.at("back")})
    equal("the pull", client.wait().state, "converged")
    holds("what has come back", stage.tree("near", pair.near.at("back")), TREE)
    refused = stage.start("near", source={"path": pair.source}, target=behind, user="somebody else").wait()
    equal("the run with a key that the listener has not", refused.state, "failed")

    equal("who was called", set(stage.dialled()), {("gate", OUTER_PORT)})


def _works_over(stage: Stage, words: str, **shape: Any) -> None:
    """The core of what there is, over one network: a push, a pull, and another key."""
    pair = Pair(stage)
    pair.listen(**KEY)
    stage.shape("near", "far", **shape)

    equal(f"the run over {words}", pair.push(delete=True, **KEY).state, "converged")
    holds(f"the target over {words}", pair.at_target(), TREE)
    back = pair.near.at("back")
    remote = {"host": pair.far.host, "path": pair.target}
    pulled = stage.start("near", source=remote, target={"path": back}, **KEY).wait()
    equal(f"the pull over {words}", pulled.state, "converged")
    holds(f"what has come back over {words}", stage.tree("near", back), TREE)
    equal(f"the messages of another key over {words}", pair.push(user="somebody else").messages, pair.texts())
    equal(f"who was called over {words}", {machine for machine, _ in stage.dialled()}, {"far"})
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


@scenario("PS-TOP-03")
def folder_that_nobody_may_list(stage: Stage) -> None:
    """A folder of the source cannot be listed, of the client or behind a listener: it is told, and nothing of it is deleted."""
    behind: Tree = {"open.txt": "for all", "sub/a.txt": "a"}
    old: Tree = {"sub/a.txt": "old a", "sub/b.txt": "b"}
    kept: Tree = {"open.txt": "for all", **old}

    pair = Pair(stage, source=behind, target=old)
    pair.listen()
    stage.ask("fs.deny", {"machine": "near", "path": pair.near.at("data", "sub")})
    pushed = pair.push(delete=True)
    equal("the push", pushed.state, "partial")
    holds("the target behind the listener", pair.at_target(), kept)
    equal("what the push tells", [one.path for one in pushed.problems], ["sub"])
    stage.end()

    pair = Pair(stage, source=old, target=behind)
    pair.listen()
    stage.ask("fs.deny", {"machine": "far", "path": pair.far.at(FOLDER, "sub")})
    pulled = pair.pull(delete=True)
    equal("the pull", pulled.state, "partial")
    holds("the target of the client", pair.at_source(), kept)
    equal("what the pull tells", [one.path for one in pulled.problems], ["sub"])


@scenario("PS-TOP-03")
def source_of_which_nothing_may_be_read(stage: Stage) -> None:
    """The source itself cannot be listed, of the client or behind a listener: no run converges, and nothing is deleted."""
    pair = Pair(stage, source={"open.txt": "for all"})
    pair.listen()
    stage.ask("fs.deny", {"machine": "near", "path": pair.source})
    require(pair.push(delete=True).state in ("failed", "partial"), "the push tells of no trouble")
    holds("the target behind the listener", pair.at_target(), OLD_TREE)
    stage.end()

    pair = Pair(stage, target={"open.txt": "for all"})
    pair.listen()
    stage.ask("fs.deny", {"machine": "far", "path": pair.target})
    require(pair.pull(delete=True).state in ("failed", "partial"), "the pull tells of no trouble")
    holds("the target of the client", pair.at_source(), TREE)


@scenario("PS-TOP-03")
def file_behind_a_listener_that_nobody_may_read(stage: Stage) -> None:
    """One file behind a listener cannot be read: it is told, the others arrive, and its copy here stays."""
    behind: Tree = {"open.txt": "for all", "secret.txt": "a new secret"}
    pair = Pair(stage, source={"secret.txt": "the old secret"}, target=behind)
    pair.listen()
    stage.ask("fs.deny", {"machine": "far", "path": pair.far.at(FOLDER, "secret.txt")})

    outcome = pair.pull(delete=True)

    equal("the run", outcome.state, "partial")
    equal("what is told", [one.path for one in outcome.problems], ["secret.txt"])
    holds(
        "the folder of the client", pair.at_source(), {"open.txt": "for all", "secret.txt": "the old secret"}
    )


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
    """A path on host with a name of 256 characters is refused, and nothing is made; one of 255 is not."""
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
    equal(
        "the run to a name that is as long as it may be",
        pair.push(path=pair.far.at("x" * 255)).state,
        "converged",
    )
    holds("what was made", pair.at(pair.far.at("x" * 255)), TREE)


@scenario("PS-ROOT-10", "PS-ROOT-04")
def share_is_mapped_too(stage: Stage) -> None:
    """A client asks a listener for a share, as if RootPath did not count: it is made again below RootPath, too."""
    pair = Pair(stage)
    pair.listen()
    share = {"style": "windows", "path": "\\\\nas\\volume\\backup"}

    equal("the run", pair.push(path=share).state, "converged")

    inner = pair.far.at("UNC", "nas", "volume", "backup")
    has("what was made", stage.tree("far", inner), "changed.txt", TREE["changed.txt"])
