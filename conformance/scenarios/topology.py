"""Where client and listener run, and in which direction they replicate."""

from conformance.scenario import scenario
from conformance.scenarios.pair import OLD_TREE, TREE, Pair
from conformance.stage import Stage, equal, holds, require


@scenario("PS-TOP-01", "PS-TOP-04", "PS-TOP-06", "PS-SVC-06")
def push(stage: Stage) -> None:
    """A client on the source machine pushes to a listener on the target machine; afterwards both folders are equal."""
    pair = Pair(stage, target={**OLD_TREE, "gone.txt": "the source has it no more"})
    pair.listen()

    outcome = pair.push(delete=True)

    equal("the run", outcome.state, "converged")
    holds("the target", pair.at_target(), TREE)
    holds("the source", pair.at_source(), TREE)


@scenario("PS-TOP-01", "PS-TOP-05", "PS-TOP-06")
def pull(stage: Stage) -> None:
    """A listener on the source machine serves what a client on the target machine writes."""
    pair = Pair(stage, source={"old": "of here"}, target=TREE)
    pair.listen()

    outcome = pair.pull(delete=True)

    equal("the run", outcome.state, "converged")
    holds("the folder of the client", pair.at_source(), TREE)
    holds("the folder behind the listener", pair.at_target(), TREE)


@scenario("PS-TOP-01", "PS-TOP-06")
def third_machine(stage: Stage) -> None:
    """The client runs on a third machine, and the source, or the target, is a folder that it has mounted."""
    stage.begin(between="posix", far="posix")
    between, far = stage.machines["between"], stage.machines["far"]
    stage.plant("between", between.at("mount"), TREE)
    stage.listen("far", root_path=far.at())

    target = {"host": far.host, "path": far.at("copy")}
    outcome = stage.start("between", source={"path": between.at("mount")}, target=target).wait()

    equal("the run", outcome.state, "converged")
    holds("the target", stage.tree("far", far.at("copy")), TREE)

    outcome = stage.start("between", source=target, target={"path": between.at("other mount")}).wait()

    equal("the run to what is mounted", outcome.state, "converged")
    holds("what is mounted", stage.tree("between", between.at("other mount")), TREE)


@scenario("PS-TOP-04", "PS-ERR-01", "PS-ERR-02", "PS-ERR-06")
def nobody_listens(stage: Stage) -> None:
    """No listener runs on the remote machine: the documented texts, and no folder is made there."""
    pair = Pair(stage, target=None)

    outcome = pair.push()

    equal("the run", outcome.state, "failed")
    equal("the messages", outcome.messages, pair.texts())
    equal("the target", pair.at_target(), None)

    pair.listen()
    equal("the run once there is one", pair.push().state, "converged")
    holds("the target once there is one", pair.at_target(), TREE)


@scenario("PS-TOP-05", "PS-ERR-13")
def nobody_serves_the_source(stage: Stage) -> None:
    """A pull without a listener on the source machine: the texts speak of the source, and nothing is deleted here."""
    pair = Pair(stage)

    outcome = pair.pull(delete=True)

    equal("the run", outcome.state, "failed")
    equal("the messages", outcome.messages, pair.texts("source"))
    holds("the folder of the client", pair.at_source(), TREE)

    pair.listen()
    equal("the run once there is one", pair.pull(delete=True).state, "converged")
    holds("the folder of the client once there is one", pair.at_source(), OLD_TREE)


@scenario("PS-SVC-06", "PS-SVC-05")
def listener_ends_when_told(stage: Stage) -> None:
    """A listener in the foreground ends cleanly when its operator ends it, and its port is free again."""
    pair = Pair(stage)
    first = pair.listen()
    equal("the run", pair.push(delete=True).state, "converged")
    holds("the target", pair.at_target(), TREE)

    equal("the end", first.stop(), "clean")

    require(not first.is_running(), "it still runs")
    again = pair.listen()
    equal("the port of the next one", again.port, first.port)
    equal("the run after it", pair.push().state, "converged")
