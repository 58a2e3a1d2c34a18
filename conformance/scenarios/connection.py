"""The port, and what is told when a connection does not come about."""

from conformance.content import Made, Tree
from conformance.scenario import scenario
from conformance.scenarios.pair import OLD_TREE, TREE, Pair
from conformance.stage import Stage, equal, has, holds, require

OTHER_PORT = 7400
DEFAULT_PORT = 7333

NEW: Tree = {"large": Made(6_000_000, "new")}
OLD: Tree = {"large": Made(50_000, "old")}


@scenario("PS-PORT-01")
def default_port(stage: Stage) -> None:
    """Nothing is said of a port on either side: both use 7333."""
    pair = Pair(stage)
    listener = pair.listen()

    equal("the run", pair.push().state, "converged")

    equal("the ports of the listener", listener.ports(), [DEFAULT_PORT])
    equal("the port that was dialled", set(stage.dialled()), {("far", DEFAULT_PORT)})


@scenario("PS-PORT-02")
def one_port_carries_all(stage: Stage) -> None:
    """Listing, contents and acknowledgements travel over the one port; no second one is opened or dialled."""
    pair = Pair(stage, source={"large": Made(3_000_000, "large"), "small": "small"}, target={})
    listener = pair.listen(port=OTHER_PORT)

    equal("the run", pair.push(port=OTHER_PORT).state, "converged")

    equal("the ports of the listener", listener.ports(), [OTHER_PORT])
    equal("the ports that were dialled", {port for _, port in stage.dialled()}, {OTHER_PORT})


@scenario("PS-PORT-02", "PS-BYTE-01")
def one_port_carries_byte_level_too(stage: Stage) -> None:
    """The same with byte-level replication, of which little travels."""
    size = 3_000_000
    pair = Pair(stage, source={"large": Made(size, "large")}, target={"large": Made(size - 1000, "large")})
    listener = pair.listen()

    equal("the run", pair.push(block_level=True).state, "converged")

    travelled = stage.carried()
    require(travelled < size // 20, f"{travelled} bytes travelled for 1000 new ones in {size}")
    equal("the ports of the listener", listener.ports(), [DEFAULT_PORT])
    equal("the ports that were dialled", {port for _, port in stage.dialled()}, {DEFAULT_PORT})


@scenario("PS-PORT-04", "PS-ERR-01", "PS-ERR-02", "PS-ERR-06")
def client_has_another_port(stage: Stage) -> None:
    """The client has another port than the listener: the texts, nothing is moved, and no other port is tried."""
    pair = Pair(stage)
    pair.listen()

    outcome = pair.push(port=OTHER_PORT)

    equal("the run", outcome.state, "failed")
    equal("the messages", outcome.messages, pair.texts())
    equal("the cause", outcome.causes, ("CONNECT_REFUSED",))
    equal("whom it dialled", set(stage.dialled()), {("far", OTHER_PORT)})
    holds("the target", pair.at_target(), OLD_TREE)


@scenario("PS-PORT-04", "PS-ERR-06")
def listener_has_another_port(stage: Stage) -> None:
    """The listener has another port than the client; once both have the same, the job works."""
    pair = Pair(stage)
    first = pair.listen(port=OTHER_PORT)

    outcome = pair.push()
    equal("the run", outcome.state, "failed")
    equal("the messages", outcome.messages, pair.texts())
    holds("the target", pair.at_target(), OLD_TREE)

    first.stop()
    pair.listen()
    equal("the run with equal ports", pair.push().state, "converged")


@scenario("PS-CFG-04")
def machine_name_is_shown_as_typed(stage: Stage) -> None:
    """A machine name is accepted in place of an address, and messages show it as it was typed."""
    pair = Pair(stage)
    pair.listen()
    equal("the run", pair.push().state, "converged")

    outcome = pair.push(port=OTHER_PORT)

    equal("the messages", outcome.messages, pair.texts())
    require(pair.far.host in outcome.messages[0], "the message does not show the name")


@scenario("PS-ERR-02")
def odd_job_name_is_told_as_it_is(stage: Stage) -> None:
    """The name of a job stands in the text as it is, whatever is in it."""
    pair = Pair(stage)
    job = "Täglich 100% - Job: {x} (alt)"

    outcome = pair.push(name=job)

    equal("the messages", outcome.messages, pair.texts(job=job))


@scenario("PS-ERR-04", "PS-RET-07", "PS-ERR-03")
def one_attempt_is_told_once(stage: Stage) -> None:
    """Without connection retry there is one attempt, told by its two texts in their order, and not once a file."""
    pair = Pair(stage, source={f"file {number}": "content" for number in range(20)})

    outcome = pair.push()

    equal("the messages", outcome.messages, pair.texts())
    equal("whether a retry is scheduled", outcome.retry_scheduled, False)
    require(len(stage.dialled()) == 1, f"it dialled {stage.dialled()}")


@scenario("PS-ERR-03", "PS-RET-06")
def connection_retry_is_told_and_done(stage: Stage) -> None:
    """With connection retry on, the text says so, and the job goes on once the listener is up."""
    pair = Pair(stage)
    client = pair.start_push(stays=True, connection_retry_minutes=1)
    told = client.wait(30)
    device, failure = pair.texts()
    equal("the messages", told.messages, (device, f"{failure} (Connection Retry is Enabled!)..."))

    pair.listen()
    client.wait(90)

    holds("the target", pair.at_target(), {**OLD_TREE, **TREE})


@scenario("PS-RET-08", "PS-ERR-02")
def link_lost_in_the_middle(stage: Stage) -> None:
    """The link is lost while a file travels: that is a failed connection, no locked file, and the old file is whole."""
    pair = Pair(stage, source=NEW, target=OLD)
    pair.listen()
    fault = stage.fault("reset", "near", "far", after_bytes=2_000_000)

    outcome = pair.push()

    equal("the run", outcome.state, "failed")
    equal("the messages", outcome.messages, pair.texts())
    holds("the target", pair.at_target(), OLD)
    stage.heal(fault)
    equal("the next run", pair.push().state, "converged")
    holds("the target", pair.at_target(), NEW)


@scenario("PS-ERR-02", "PS-ERR-04", levels=("S",))
def network_is_silent(stage: Stage) -> None:
    """Nothing arrives any more in the middle of a run: the client gives up in time, two minutes perhaps, and says so."""
    pair = Pair(stage, source=NEW, target=OLD)
    pair.listen()
    stage.fault("silent", "near", "far", after_bytes=2_000_000)

    outcome = pair.push()

    equal("the run", outcome.state, "failed")
    equal("the messages", outcome.messages, pair.texts())
    has("the target", pair.at_target(), "large", OLD["large"])


@scenario("PS-RET-S3", levels=("S",))
def connection_is_tried_each_minute(stage: Stage) -> None:
    """Nothing (null) is said of connection retry: it is tried each minute; where it is switched off, once."""
    for minutes, attempts in ((None, 4), (0, 1)):
        pair = Pair(stage)
        pair.start_push(stays=True, connection_retry_minutes=minutes).wait(200)
        equal(f"attempts in 200 s with {minutes}", len(stage.dialled()), attempts)
        stage.end()


@scenario("PS-RET-S4", levels=("S",))
def scan_when_the_connection_is_back(stage: Stage) -> None:
    """What has changed while the listener was away arrives once it is back, without waiting for the next scan."""
    pair = Pair(stage)
    first = pair.listen()
    pair.start_push(stays=True, scan_minutes=60).wait(10)
    first.kill()
    stage.plant("near", pair.source, {"changed.txt": "changed meanwhile"})
    stage.sleep(30)
    pair.listen()
    stage.sleep(90)

    has("the target", pair.at_target(), "changed.txt", "changed meanwhile")
