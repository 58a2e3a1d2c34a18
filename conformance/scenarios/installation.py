"""The listener as a service, the tool that configures it, and what helps an operator to set both sides up."""

from itertools import count
from typing import Any

from conformance.answers import Checked, FirstUse
from conformance.scenario import scenario
from conformance.scenarios.pair import OLD_TREE, Pair
from conformance.stage import NotMet, Refused, Stage, equal, holds, require

ON_FAR = {"machine": "far"}


@scenario("PS-SVC-01", levels=("P",))
def service_is_optional(stage: Stage) -> None:
    """Nothing has been installed as a service: a listener serves all the same."""
    pair = Pair(stage)
    pair.listen()

    equal("the run", pair.push().state, "converged")


@scenario("PS-SVC-02", "PS-SVC-08", levels=("P",))
def service_comes_and_goes(stage: Stage) -> None:
    """The service is installed, twice without harm, and taken out; settings and data stay."""
    pair = Pair(stage)
    for _ in range(2):
        stage.ask("service.install", {**ON_FAR, "settings": {"port": 7400}})
    require(stage.service("far").installed, "it is not found")

    stage.ask("service.uninstall", ON_FAR)

    require(not stage.service("far").installed, "it is still there")
    equal("the port that stays", stage.saved("far").get("port"), 7400)
    holds("the data", pair.at_target(), OLD_TREE)


@scenario("PS-SVC-02", "PS-SVC-08", levels=("P",))
def flags_of_the_guide_do_it_too(stage: Stage) -> None:
    """The program is started with /install, and with /uninstall, as the guide says: the service comes and goes."""
    Pair(stage)
    for _ in range(2):
        stage.ask("service.install", {**ON_FAR, "settings": {}, "flag": "/install"})
        require(stage.service("far").installed, "it is not found after /install")

    stage.ask("service.uninstall", {**ON_FAR, "flag": "/uninstall"})

    require(not stage.service("far").installed, "it is still there after /uninstall")


@scenario("PS-SVC-04", levels=("P",))
def service_is_found_under_its_name(stage: Stage) -> None:
    """Whoever looks for the service finds it under the display name that the documentation has, while it is installed."""
    Pair(stage)
    equal("the name before", stage.service("far").display_name, "")
    stage.ask("service.install", {**ON_FAR, "settings": {}})

    service = stage.service("far")
    require(service.documented_name, "the documentation names none")
    equal("the name", service.display_name, service.documented_name)

    stage.ask("service.uninstall", ON_FAR)
    equal("the name afterwards", stage.service("far").display_name, "")


@scenario("PS-SVC-09", levels=("P",))
def service_that_runs_is_not_half_removed(stage: Stage) -> None:
    """A service that runs is not taken out unless it is stopped: it goes on serving."""
    pair = Pair(stage)
    stage.ask("service.install", {**ON_FAR, "settings": {"root_path": pair.far.at()}})
    stage.ask("service.start", ON_FAR)
    require(stage.service("far").running, "the service does not run")
    try:
        stage.ask("service.uninstall", ON_FAR)
    except Refused:
        require(stage.service("far").installed, "it is refused, and no longer there")
        equal("the run", pair.push().state, "converged")
    else:
        require(not stage.service("far").running, "it was taken out and runs")


@scenario("PS-LCF-01", "PS-LCF-02", "PS-LCF-03", levels=("P",))
def settings_are_saved_whole(stage: Stage) -> None:
    """Settings are saved by the button and by the menu, with no listener there and with one: all of them are read back."""
    pair = Pair(stage)
    _save(stage, {"port": 7400, "cpu": "High"}, by="button")
    _save(stage, {"port": 7401, "cpu": "Low"}, by="menu")
    pair.listen()
    _save(stage, {"port": 7333, "cpu": "Normal"}, by="button")
    _save(stage, {"port": 7402, "cpu": "High"}, by="menu")


def _save(stage: Stage, settings: dict[str, Any], **how: Any) -> None:
    stage.save("far", settings, **how)
    _are_saved("the settings", stage, settings)


def _are_saved(what: str, stage: Stage, settings: dict[str, Any]) -> None:
    found = stage.saved("far")
    equal(what, {key: found.get(key) for key in settings}, settings)


OLD_SETTINGS = {"port": 7400, "user": "of long ago", "cpu": "Low"}
NEW_SETTINGS = {"port": 7401, "user": "of today", "cpu": "High"}


@scenario("PS-LCF-03", levels=("P",))
def settings_are_saved_whole_or_not_at_all(stage: Stage) -> None:
    """What saves settings is killed before its first change of the disk, the second and so on: all are old, or all are new."""
    Pair(stage)
    _save(stage, OLD_SETTINGS)
    for number in count(1):
        killed = stage.save("far", NEW_SETTINGS, killed_before_change=number).killed
        if not killed:
            require(number > 1, "it was killed before no change")
            _are_saved("the settings in the end", stage, NEW_SETTINGS)
            return
        found = {key: stage.saved("far").get(key) for key in OLD_SETTINGS}
        require(found in (OLD_SETTINGS, NEW_SETTINGS), f"the settings before change {number}: {found}")
        _save(stage, OLD_SETTINGS)


@scenario("PS-ROOT-17", "PS-LCF-03", levels=("P",))
def root_that_is_none_is_not_saved(stage: Stage) -> None:
    """A RootPath is saved that is relative, a file, or of another system: that is refused, and no other setting is taken."""
    pair = Pair(stage)
    folder = pair.far.at()
    right = {"port": 7400, "root_path": folder}
    _save(stage, right)
    roots = {
        "a relative path": {"style": "posix", "path": "backup"},
        "a file": pair.far.at("backup", "changed.txt"),
        "a path of another system": {"style": "windows", "path": "C:\\Backup"},
        "a drive without a separator": {"style": "windows", "path": "C:Backup"},
    }
    for what, root in roots.items():
        try:
            stage.save("far", {"port": 7401, "root_path": root})
        except Refused as refused:
            equal(f"the refusal of {what}", refused.code, "ROOT_PATH_INVALID")
        else:
            raise NotMet(f"{what} is saved as RootPath")
        _are_saved(f"the settings after {what}", stage, right)
    stage.save("far", {"root_path": {**folder, "path": f"{folder['path']}/"}})


@scenario("PS-CFG-05", "PS-CFG-S1", levels=("P",))
def path_that_is_incomplete_is_not_saved(stage: Stage) -> None:
    """A job is saved whose path on host is relative, or relative to a drive or its root: that is refused. Whether one is there is not looked for."""
    pair = Pair(stage)
    for path in ("My Documents", "C:Target", "\\My Documents\\Target"):
        try:
            stage.ask("client.configure", {"machine": "near", "job": _job(pair, path)})
        except Refused as refused:
            equal(f"the refusal of {path!r}", refused.code, "PATH_REFUSED")
        else:
            raise NotMet(f"{path!r} is saved as path on host")
    stage.ask("client.configure", {"machine": "near", "job": _job(pair, "C:\\My Documents\\Target")})


def _job(pair: Pair, path: str) -> dict[str, Any]:
    target = {"host": pair.far.host, "port": None, "path": {"style": "windows", "path": path}}
    return {"source": {"path": pair.source}, "target": target}


@scenario("PS-CFG-01", levels=("P",))
def first_use_asks_for_what_is_missing(stage: Stage) -> None:
    """A client is told to use TCP and nothing else: it asks for the rest, or names what is missing."""
    Pair(stage)
    missing = stage.told(FirstUse, "client.first_use", {"machine": "near"}).missing

    require({*missing} >= {"host", "path"}, f"it names {[*missing]}")


@scenario("PS-PORT-06", levels=("P",))
def check_compares_both_sides(stage: Stage) -> None:
    """A check of both sides says that their ports differ, and which they are."""
    pair = Pair(stage)
    pair.listen(port=7400)
    sides = {"machine": "near", "host": pair.far.host, "port": 7333}

    equal("what differs", stage.told(Checked, "client.check", sides).differs, ("port",))
