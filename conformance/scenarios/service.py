"""Listeners that are started twice, killed, run as a service, or are set up anew while they run."""

from conformance.content import Made, Tree
from conformance.scenario import scenario
from conformance.scenarios.pair import Pair
from conformance.stage import Refused, Stage, equal, has, holds, require

LARGE: Tree = {"large": Made(6_000_000, "new"), "small": "new"}
OLD: Tree = {"large": Made(50_000, "old"), "small": "old"}


def _second(stage: Stage, pair: Pair, **settings: str) -> Refused | None:
    """Start another listener beside the first one; give its refusal."""
    try:
        stage.listen("far", root_path=pair.far.at(), **settings)
    except Refused as refused:
        return refused
    return None


@scenario("PS-SVC-10", "PS-ERR-08")
def second_listener_is_refused(stage: Stage) -> None:
    """A machine has one listener: a second one names who is there and ends; the first one goes on serving."""
    pair = Pair(stage)
    first = pair.listen()

    refused = _second(stage, pair)

    require(refused is not None, "a second listener runs")
    assert refused is not None
    equal("the refusal", refused.code, "DUPLICATE_LISTENER")
    equal("the owner that it names", refused.detail.get("owner"), first.pid)
    require(first.is_running(), "the first one has ended")
    equal("the run", pair.push().state, "converged")


@scenario("PS-ERR-08")
def wrong_listener_answers(stage: Stage) -> None:
    """Not the listener that was set up for the job runs, but another one with other keys: the documented texts."""
    pair = Pair(stage, source=LARGE, target=OLD)
    pair.listen(instance="version-0", password="of long ago")
    require(_second(stage, pair, password="of today") is not None, "both of them run")

    outcome = pair.push(password="of today")

    equal("the messages", outcome.messages, pair.texts())
    holds("the target", pair.at_target(), OLD)


@scenario("PS-SVC-11")
def service_and_application_are_two(stage: Stage) -> None:
    """A service runs: an application beside it is refused."""
    pair = Pair(stage)
    first = pair.listen(**{"as": "service"})

    refused = _second(stage, pair)

    require(refused is not None, "a second listener runs")
    require(first.is_running(), "the first one has ended")


@scenario("PS-SVC-11", "PS-SVC-10")
def listener_of_another_version_is_refused(stage: Stage) -> None:
    """A version that does not know the other's claim finds the port taken; the first one goes on serving."""
    pair = Pair(stage)
    first = pair.listen()

    refused = _second(stage, pair, instance="version-0")

    require(refused is not None, "a second listener runs")
    require(first.is_running(), "the first one has ended")
    equal("the run", pair.push().state, "converged")


@scenario("PS-SVC-12", "PS-SVC-07")
def killed_listener_leaves_its_place(stage: Stage) -> None:
    """A listener is killed: the next one starts at once, and nothing has to be cleaned up."""
    pair = Pair(stage)
    first = pair.listen()
    first.kill()
    require(not first.is_running(), "it still runs")

    pair.listen()

    equal("the run", pair.push().state, "converged")


@scenario("PS-SVC-07", "PS-ERR-06")
def killed_in_the_middle(stage: Stage) -> None:
    """A listener is killed while a file travels: the old file is whole; after a start the next run brings the new one."""
    pair = Pair(stage, source=LARGE, target=OLD)
    first = pair.listen()
    fault = stage.fault("silent", "near", "far", after_bytes=2_000_000)
    client = pair.start_push()
    equal("the run", client.wait(1.0).state, "running")
    first.kill()
    stage.heal(fault)

    equal("the run in the end", client.wait().state, "failed")
    has("the target", pair.at_target(), "large", OLD["large"])

    pair.listen()
    equal("the next run", pair.push(delete=True).state, "converged")
    holds("the target", pair.at_target(), LARGE)


@scenario("PS-SVC-05", "PS-SVC-07")
def stopped_in_the_middle(stage: Stage) -> None:
    """A listener is stopped while a file travels: it ends cleanly, and no file is half of one."""
    pair = Pair(stage, source=LARGE, target=OLD)
    first = pair.listen()
    fault = stage.fault("silent", "near", "far", after_bytes=2_000_000)
    client = pair.start_push()
    equal("the run", client.wait(1.0).state, "running")

    equal("the end", first.stop(), "clean")
    stage.heal(fault)

    equal("the run in the end", client.wait().state, "failed")
    has("the target", pair.at_target(), "large", OLD["large"])


@scenario("PS-LCF-05")
def settings_count_from_the_next_start_on(stage: Stage) -> None:
    """New settings are saved while the listener runs: it goes on with the old ones until it is started again."""
    pair = Pair(stage)
    first = pair.listen()
    stage.ask("listener.configure", {"machine": "far", "settings": {"port": 7400}})

    equal("the run with the old port", pair.push().state, "converged")
    first.stop()
    equal("the port after a restart", pair.listen(saved=True).port, 7400)


@scenario("PS-LCF-04", "PS-LCF-06")
def saving_disturbs_no_run(stage: Stage) -> None:
    """Settings are saved in the middle of a run: the run goes on and arrives."""
    pair = Pair(stage, source=LARGE, target=OLD)
    first = pair.listen()
    client = pair.start_push()
    stage.ask("listener.configure", {"machine": "far", "settings": {"port": 7400}})

    equal("the run", client.wait().state, "converged")
    require(first.is_running(), "the listener has ended")
