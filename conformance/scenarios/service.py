"""Listeners that are started twice, killed, run as a service, or are set up anew while they run."""

from collections.abc import Iterable
from itertools import count
from typing import Any

from conformance.content import Made, Tree
from conformance.scenario import scenario
from conformance.scenarios.pair import TREE, Pair
from conformance.stage import Listener, Refused, Stage, equal, has, holds, old_or_new, require

LARGE: Tree = {"large": Made(6_000_000, "new"), "small": "new"}
OLD: Tree = {"large": Made(50_000, "old"), "small": "old"}

# Of the large file: what travels before a run is held.
HELD_BYTES = 2_000_000

# A listener may be set to another port than the usual one, and is a second one there, too.
PORTS: dict[str, dict[str, Any]] = {"at the same port": {}, "at another port": {"port": 7400}}

# Of a time when both are installed on one machine.
LATER_VERSION = "99.0"


def _second(stage: Stage, pair: Pair, **settings: Any) -> Refused | None:
    """Start another listener beside the first one; give its refusal."""
    try:
        stage.listen("far", root_path=pair.far.at(), **settings)
    except Refused as refused:
        return refused
    return None


def _are_duplicates(stage: Stage, pair: Pair, owner: int | None = None, **settings: Any) -> None:
    """Try another listener at each port: it is refused for what it is. `owner`: whom it has to name."""
    for where, at_port in PORTS.items():
        refused = _second(stage, pair, **at_port, **settings)
        require(refused is not None, f"a second listener {where} runs")
        assert refused is not None
        equal(f"the refusal {where}", refused.code, "DUPLICATE_LISTENER")
        if owner is not None:
            equal(f"the owner that is named {where}", refused.detail.get("owner"), owner)


@scenario("PS-SVC-10", "PS-ERR-08")
def second_listener_is_refused(stage: Stage) -> None:
    """A machine has one listener: a second one, at whatever port, names who is there and ends; the first one goes on serving."""
    pair = Pair(stage)
    first = pair.listen()

    _are_duplicates(stage, pair, first.pid)

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


def _install(stage: Stage, pair: Pair) -> None:
    stage.ask("service.install", {"machine": "far", "settings": {"root_path": pair.far.at()}})


@scenario("PS-SVC-11", "PS-SVC-10")
def service_and_application_are_two(stage: Stage) -> None:
    """A service runs: an application beside it, at whatever port, is refused, and the service goes on serving."""
    pair = Pair(stage)
    _install(stage, pair)
    stage.ask("service.start", {"machine": "far"})
    require(stage.service("far").running, "the service does not run")

    _are_duplicates(stage, pair)

    require(stage.service("far").running, "the service has ended")
    equal("the run", pair.push().state, "converged")


@scenario("PS-SVC-11")
def application_keeps_the_service_out(stage: Stage) -> None:
    """An application runs: the service does not start beside it; once the application has ended, it does."""
    pair = Pair(stage)
    first = pair.listen()
    _install(stage, pair)
    try:
        stage.ask("service.start", {"machine": "far"})
    except Refused as refused:
        equal("the refusal", refused.code, "DUPLICATE_LISTENER")

    require(not stage.service("far").running, "the service runs beside the application")
    require(first.is_running(), "the first one has ended")
    first.stop()
    stage.ask("service.start", {"machine": "far"})
    require(stage.service("far").running, "the service does not run")


@scenario("PS-SVC-11", "PS-SVC-10")
def listener_of_another_version_is_refused(stage: Stage) -> None:
    """A version that does not know the other's claim finds the port taken; the first one goes on serving."""
    pair = Pair(stage)
    first = pair.listen()

    refused = _second(stage, pair, instance="version-0")

    require(refused is not None, "a second listener runs")
    require(first.is_running(), "the first one has ended")
    equal("the run", pair.push().state, "converged")


@scenario("PS-SVC-11", "PS-SVC-10")
def listener_of_a_later_version_is_refused(stage: Stage) -> None:
    """A version that knows the other's claim names who is there and ends, at whatever port; the first one goes on serving."""
    pair = Pair(stage)
    first = pair.listen()

    _are_duplicates(stage, pair, first.pid, version=LATER_VERSION)

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
    fault = stage.fault("silent", "near", "far", after_bytes=HELD_BYTES)
    client = pair.start_push()
    client.wait_under_way(HELD_BYTES // 2)
    first.kill()
    stage.heal(fault)

    equal("the run in the end", client.wait().state, "failed")
    has("the target", pair.at_target(), "large", OLD["large"])

    pair.listen()
    equal("the next run", pair.push(delete=True).state, "converged")
    holds("the target", pair.at_target(), LARGE)


def _version(number: int) -> Tree:
    """A folder of which each version has a file anew, another one made, and one gone with its folder."""
    return {"exchanged": f"version {number}", f"made {number}/file": f"made {number}"}


@scenario("PS-SVC-07", levels=("S",))
def killed_before_each_change(stage: Stage) -> None:
    """A listener is killed before the first change that a run makes, before the second, and so on.

    Each file is the old or the new one each time, and the next listener and run bring all of it, without a clean-up.
    """
    _kill_before(stage, count(1))


@scenario("PS-SVC-07")
def killed_before_some_changes(stage: Stage) -> None:
    """Likewise, before some of them, as many as there is time for where real processes start."""
    _kill_before(stage, (4, 10, 12))


def _kill_before(stage: Stage, numbers: Iterable[int]) -> None:
    """Kill one listener after another, each before the change of its number, until a run makes no so many."""
    pair = Pair(stage, source=_version(0), target={})
    kills = 0
    for version, number in enumerate(numbers, 1):
        first = _brings(pair, _version(version - 1), f"before change {number}")
        stage.remove("near", pair.source)
        stage.plant("near", pair.source, _version(version))
        first.kill_before_change(number)
        pair.push(delete=True)
        if first.is_running():
            break
        kills += 1
        what = f"the target when killed before change {number}"
        old_or_new(what, pair.at_target(), _version(version - 1), _version(version))
        first.kill()
    else:
        _brings(pair, _version(version), "in the end")
    require(kills, "it was killed before no change")


def _brings(pair: Pair, tree: Tree, when: str) -> Listener:
    """A listener that runs, by which a run has brought all of a tree."""
    listener = pair.listen()
    equal(f"the run {when}", pair.push(delete=True).state, "converged")
    holds(f"the target {when}", pair.at_target(), tree)
    return listener


@scenario("PS-SVC-05", "PS-SVC-07")
def stopped_in_the_middle(stage: Stage) -> None:
    """A listener is stopped while a file travels: it ends cleanly, and no file is half of one."""
    pair = Pair(stage, source=LARGE, target=OLD)
    first = pair.listen()
    fault = stage.fault("silent", "near", "far", after_bytes=HELD_BYTES)
    client = pair.start_push()
    client.wait_under_way(HELD_BYTES // 2)

    equal("the end", first.stop(), "clean")
    stage.heal(fault)

    equal("the run in the end", client.wait().state, "failed")
    has("the target", pair.at_target(), "large", OLD["large"])


# All of what a listener may be told otherwise.
SETTINGS = {"port": 7400, "user": "somebody", "password": "of today"}


@scenario("PS-LCF-05")
def settings_count_from_the_next_start_on(stage: Stage) -> None:
    """Port, key and RootPath are saved while the listener runs: the old ones hold until it is started again, then the new ones."""
    pair = Pair(stage, target=None)
    inner = pair.far.at("inner")
    stage.plant("far", inner, {})
    first = pair.listen(password="of long ago")
    stage.save("far", {**SETTINGS, "root_path": inner})

    equal("the run with the old settings", pair.push(password="of long ago").state, "converged")
    holds("the target of old", pair.at_target(), TREE)
    first.stop()
    equal("the port after a restart", stage.listen("far", saved=True).port, 7400)

    equal("the run at the old port", pair.push(password="of long ago").state, "failed")
    equal("the run with the old key", pair.push(port=7400, password="of long ago").state, "failed")
    equal("the run with the new settings", pair.push(**SETTINGS).state, "converged")
    mapped = {**inner, "path": inner["path"] + pair.target["path"]}
    holds("the target below the new RootPath", stage.tree("far", mapped), TREE)


@scenario("PS-LCF-04", "PS-LCF-06")
def saving_disturbs_no_run(stage: Stage) -> None:
    """Settings are saved while a file travels: the listener goes on, and the run arrives over the same connection."""
    pair = Pair(stage, source=LARGE, target=OLD)
    first = pair.listen()
    fault = stage.fault("silent", "near", "far", after_bytes=HELD_BYTES)
    client = pair.start_push()
    client.wait_under_way(HELD_BYTES // 2)

    stage.save("far", {"port": 7400, "password": "of today", "root_path": pair.far.at()})

    require(first.is_running(), "the listener has ended")
    equal("its ports", first.ports(), [first.port])
    stage.heal(fault)
    equal("the run in the end", client.wait().state, "converged")
    holds("the target", pair.at_target(), LARGE)
    equal("how often it dialled", len(stage.dialled()), 1)


@scenario("PS-LCF-06")
def saving_a_job_disturbs_no_run(stage: Stage) -> None:
    """A job is saved with another target while it runs: the run goes on to the target that it began with."""
    pair = Pair(stage, source=LARGE, target=OLD)
    pair.listen()
    fault = stage.fault("silent", "near", "far", after_bytes=HELD_BYTES)
    client = pair.start_push()
    client.wait_under_way(HELD_BYTES // 2)

    elsewhere = {"host": pair.far.host, "port": None, "path": pair.far.at("elsewhere")}
    job = {"source": {"path": pair.source}, "target": elsewhere, "delete": True}
    stage.ask("client.configure", {"machine": "near", "job": job})
    stage.heal(fault)

    equal("the run in the end", client.wait().state, "converged")
    holds("the target", pair.at_target(), LARGE)
    equal("what is at the new target", stage.tree("far", pair.far.at("elsewhere")), None)
    equal("how often it dialled", len(stage.dialled()), 1)
