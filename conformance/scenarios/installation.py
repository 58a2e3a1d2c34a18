"""The listener as a service, the tool that configures it, and what helps an operator to set both sides up."""

from typing import Any

from conformance.scenario import scenario
from conformance.scenarios.pair import Pair
from conformance.stage import Refused, Stage, equal, require

ON_FAR = {"machine": "far"}


@scenario("PS-SVC-01", levels=("P",))
def service_is_optional(stage: Stage) -> None:
    """Nothing has been installed as a service: a listener serves all the same."""
    pair = Pair(stage)
    pair.listen()

    equal("the run", pair.push().state, "converged")


@scenario("PS-SVC-02", "PS-SVC-04", "PS-SVC-08", levels=("P",))
def service_comes_and_goes(stage: Stage) -> None:
    """The service is installed, twice without harm, is found under its name, and is taken out; settings stay."""
    Pair(stage)
    for _ in range(2):
        stage.ask("service.install", {**ON_FAR, "settings": {"port": 7400}})
    require(stage.ask("service.state", ON_FAR)["installed"], "it is not found")

    stage.ask("service.uninstall", ON_FAR)

    require(not stage.ask("service.state", ON_FAR)["installed"], "it is still there")
    equal("the port that stays", stage.ask("listener.settings", ON_FAR)["port"], 7400)


@scenario("PS-SVC-09", levels=("P",))
def service_that_runs_is_not_half_removed(stage: Stage) -> None:
    """A service that runs is not taken out unless it is stopped: it goes on serving."""
    pair = Pair(stage)
    stage.ask("service.install", {**ON_FAR, "settings": {}})
    stage.ask("service.start", ON_FAR)
    try:
        stage.ask("service.uninstall", ON_FAR)
    except Refused:
        equal("the run", pair.push().state, "converged")
    else:
        require(not stage.ask("service.state", ON_FAR)["running"], "it was taken out and runs")


@scenario("PS-LCF-01", "PS-LCF-02", "PS-LCF-03", levels=("P",))
def settings_are_saved_whole(stage: Stage) -> None:
    """Settings are saved, with no listener there and with one: all of them are read back."""
    pair = Pair(stage)
    _save(stage, {"port": 7400, "cpu": "High"})
    pair.listen()
    _save(stage, {"port": 7333, "cpu": "Normal"})


def _save(stage: Stage, settings: dict[str, Any]) -> None:
    stage.ask("listener.configure", {**ON_FAR, "settings": settings})
    found = stage.ask("listener.settings", ON_FAR)
    equal("the settings", {key: found.get(key) for key in settings}, settings)


@scenario("PS-CFG-01", levels=("P",))
def first_use_asks_for_what_is_missing(stage: Stage) -> None:
    """A client is told to use TCP and nothing else: it asks for the rest, or names what is missing."""
    Pair(stage)
    told = stage.ask("client.first_use", {"machine": "near"})

    require(set(told["missing"]) >= {"host", "path"}, f"it names {told['missing']}")


@scenario("PS-PORT-06", levels=("P",))
def check_compares_both_sides(stage: Stage) -> None:
    """A check of both sides says that their ports differ, and which they are."""
    pair = Pair(stage)
    pair.listen(port=7400)
    told = stage.ask("client.check", {"machine": "near", "host": pair.far.host, "port": 7333})

    equal("what differs", told["differs"], ["port"])
