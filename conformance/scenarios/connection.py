"""The port, and what is told when a connection does not come about."""

from collections.abc import Callable
from typing import Any

from conformance.answers import Outcome
from conformance.content import Entries, Made, Tree
from conformance.scenario import scenario
from conformance.scenarios.pair import OLD_TREE, TREE, Pair
from conformance.stage import Client, Stage, equal, has, holds, require

# Of a machine, in letters that a resolver takes for equal and messages do not.
NAME = "Backup-Server.Example"

OTHER_PORT = 7400
DEFAULT_PORT = 7333

# After so long without a word everybody has given up.
SILENCE_SECONDS_MAX = 300.0

NEW: Tree = {"large": Made(6_000_000, "new"), "small": "new", "sub/another": "new"}
OLD: Tree = {"large": Made(50_000, "old"), "small": "old"}


@scenario("PS-PORT-01")
def default_port(stage: Stage) -> None:
    """Nothing is said of a port on either side: both use 7333."""
    pair = Pair(stage)
    listener = pair.listen()

    equal("the run", pair.push(delete=True).state, "converged")

    holds("the target", pair.at_target(), TREE)
    equal("the ports of the listener", listener.ports(), [DEFAULT_PORT])
    equal("the port that was dialled", set(stage.dialled()), {("far", DEFAULT_PORT)})


@scenario("PS-PORT-02")
def one_port_carries_all(stage: Stage) -> None:
    """Listing, contents and acknowledgements travel over the one port; no second one is opened or dialled, not even meanwhile."""
    pair = Pair(stage, source=NEW, target={})
    listener = pair.listen(port=OTHER_PORT)
    fault = stage.fault("silent", "near", "far", after_bytes=2_000_000)
    client = pair.start_push(port=OTHER_PORT)

    client.wait_under_way(1_000_000)
    equal("the ports of the listener during the run", listener.ports(), [OTHER_PORT])
    stage.heal(fault)
    equal("the run in the end", client.wait().state, "converged")

    holds("the target", pair.at_target(), NEW)
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
    equal("the run with the right port", pair.push(port=DEFAULT_PORT).state, "converged")


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
    equal("the run with equal ports", pair.push(delete=True).state, "converged")
    holds("the target after it", pair.at_target(), TREE)


@scenario("PS-CFG-04", levels=("S",))
def machine_name_is_shown_as_typed(stage: Stage) -> None:
    """A machine name is accepted in place of an address, and messages show it as it was typed."""
    pair = Pair(stage)
    pair.listen()
    stage.name(NAME, "far")
    equal("the run", _pushed_by_name(pair, delete=True).state, "converged")
    holds("the target", pair.at_target(), TREE)

    outcome = _pushed_by_name(pair, port=OTHER_PORT)

    equal("the messages", outcome.messages, _texts_of_name(stage, pair.target))


@scenario("PS-CFG-04", levels=("S",))
def name_is_looked_up_for_each_run(stage: Stage) -> None:
    """A name means another machine than it did at the last run: the job goes there, and nowhere else."""
    pair = _moving(stage)
    stage.listen("spare", root_path=stage.machines["spare"].at())
    pair.listen()
    equal("the first run", _pushed_by_name(pair).state, "converged")
    stage.name(NAME, "spare")
    stage.plant("near", pair.source, {"moved.txt": "after the name has moved"})

    equal("the run after the name has moved", _pushed_by_name(pair).state, "converged")

    equal("whom it dialled", stage.dialled(), [("far", DEFAULT_PORT), ("spare", DEFAULT_PORT)])
    holds("where the name has led", pair.at_target(), {**OLD_TREE, **TREE})
    _has_moved(stage, pair)


@scenario("PS-CFG-04", "PS-RET-06", levels=("S",))
def name_is_looked_up_at_each_retry(stage: Stage) -> None:
    """Nobody listens where a name leads to; by the next attempt it means another machine, where somebody does."""
    pair = _moving(stage)
    client = _start_by_name(pair, stays=True, connection_retry_minutes=1)
    device, failure = _texts_of_name(stage, pair.target)
    told = client.wait(30)
    equal("the messages", told.messages, (device, f"{failure} (Connection Retry is Enabled!)..."))

    stage.listen("spare", root_path=stage.machines["spare"].at())
    stage.name(NAME, "spare")
    stage.plant("near", pair.source, {"moved.txt": "after the name has moved"})
    client.wait(90)

    equal("whom it dialled", stage.dialled(), [("far", DEFAULT_PORT), ("spare", DEFAULT_PORT)])
    holds("where the name has led", pair.at_target(), OLD_TREE)
    _has_moved(stage, pair)


def _moving(stage: Stage) -> Pair:
    """A pair with one more machine, and a name that means `far` at first."""
    pair = Pair(stage, others=("spare",))
    stage.name(NAME, "far")
    return pair


def _has_moved(stage: Stage, pair: Pair) -> None:
    there = stage.tree("spare", pair.target)
    holds("where the name leads", there, {**TREE, "moved.txt": "after the name has moved"})


def _start_by_name(pair: Pair, *, port: int | None = None, **job: Any) -> Client:
    return pair.start_push(host=NAME, port=port, **job)


def _pushed_by_name(pair: Pair, **job: Any) -> Outcome:
    return _start_by_name(pair, **job).wait()


def _texts_of_name(stage: Stage, path: dict[str, str]) -> tuple[str, str]:
    """Both texts, with the name as it was typed."""
    uri = str(stage.ask("format_uri", {"host": NAME, "path": path})["uri"])
    require(NAME in uri, f"the name is shown otherwise than typed: {uri}")
    return f"Could not initialize target device: {uri}...", f"Connection Failure: {uri} - Job: Replication"


@scenario("PS-ERR-01", "PS-ERR-02", "PS-ERR-05", "PS-ERR-13")
def texts_are_those_of_the_guide(stage: Stage) -> None:
    r"""A path of Windows in either role: the texts are those of the guide byte for byte, with `c$` for the drive."""
    pair = Pair(stage)
    path = {"style": "windows", "path": "C:\\Testing"}
    uri = f"TCP:\\\\{pair.far.host}\\c$\\Testing"

    for role, copy in (("target", pair.push), ("source", pair.pull)):
        equal(
            f"the messages of the {role}",
            copy(path=path).messages,
            (
                f"Could not initialize {role} device: {uri}...",
                f"Connection Failure: {uri} - Job: Replication",
            ),
        )


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

    _loses_its_link(pair, "target", pair.push, pair.at_target)


@scenario("PS-RET-08", "PS-ERR-13")
def link_lost_in_the_middle_of_a_pull(stage: Stage) -> None:
    """The same of a file that comes from a listener: it is the source that is told."""
    pair = Pair(stage, source=OLD, target=NEW)

    _loses_its_link(pair, "source", pair.pull, pair.at_source)


def _loses_its_link(
    pair: Pair, role: str, copy: Callable[[], Outcome], at_target: Callable[[], Entries | None]
) -> None:
    """Demand what has to be told of the listener's folder, which has that role, and kept where the file was to arrive."""
    pair.listen()
    fault = pair.stage.fault("reset", "near", "far", after_bytes=2_000_000)

    outcome = copy()

    equal("the run", outcome.state, "failed")
    equal("the messages", outcome.messages, pair.texts(role))
    has("the target", at_target(), "large", OLD["large"])
    pair.stage.heal(fault)
    equal("the next run", copy().state, "converged")
    holds("the target", at_target(), NEW)


@scenario("PS-ERR-02", "PS-ERR-04", levels=("S",))
def network_is_silent(stage: Stage) -> None:
    """Nothing arrives any more in the middle of a run: the client gives up in time, two minutes perhaps, and says so."""
    pair = Pair(stage, source=NEW, target=OLD)
    pair.listen()
    fault = stage.fault("silent", "near", "far", after_bytes=2_000_000)

    outcome = pair.push()

    equal("the run", outcome.state, "failed")
    equal("the messages", outcome.messages, pair.texts())
    has("the target", pair.at_target(), "large", OLD["large"])
    stage.heal(fault)
    stage.sleep(SILENCE_SECONDS_MAX)  # until the listener has given up, too
    equal("the next run", pair.push().state, "converged")
    holds("the target after it", pair.at_target(), NEW)


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
