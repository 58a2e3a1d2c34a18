"""Services and saved settings, imitated, with psync's own listener in the simulator as what is installed."""

from typing import Any

from conformance.adapters.serving import Operation, Refusal
from tests.conformance.scenarios.playing import Operations

Fields = dict[str, Any]

NAME = "A Listener Service"
SERVICE = "service"

# What a listener takes of what is saved, by fault.
TAKEN: dict[str, tuple[str, ...]] = {
    "": ("port", "user", "password", "root_path"),
    "stale": (),
    "port-only": ("port",),
    "root": ("port", "user", "password"),
}

# Saving takes as many changes of the disk: a new file is made, written and exchanged.
CHANGES = 3


class Installer:
    """A machine's service and settings. `faults`: what it does wrongly, each by a word.

    `absent`: nothing is installed, and nobody says so; `stays`: a service is not taken out; `half`: one that runs is, and runs on; `forgets`: settings go with it;
    `idle`: it does not start, and nobody says so; `beside`: an application runs beside it; `always`: it says that
    it runs; `flagless`: the flags do nothing; `nameless`: it has no name; `loses`: not all settings are saved;
    `menu`: it saves nothing by the menu; `torn`: half of them are saved; `any-root`, `any-path`: it saves all;
    `takes-others`: it refuses, and has taken the others; `hot`: settings count at once; `ends`: saving ends the
    listener; `follows`: a job that is saved is begun;
    `port-only`: a restart takes no more; `root`: it takes all but the RootPath; `stale`: it takes none; `asks`, `blind`: of the client's tools.
    """

    def __init__(self, *faults: str) -> None:
        self._faults = faults
        self._settings: Fields = {}
        self._is_installed = self._is_started = False
        self._others: Operations = {}
        self._listeners: list[Fields] = []

    def operations(self, others: Operations) -> dict[str, Operation]:
        """What it serves."""
        self._others = others
        return {
            "service.install": self._install,
            "service.start": self._start,
            "service.state": self._state,
            "service.uninstall": self._uninstall,
            "listener.start": self._listen,
            "listener.configure": self._configure,
            "listener.settings": lambda params: self._settings,
            "client.configure": self._save_job,
            "client.first_use": lambda params: {
                "missing": ["host"] if self._has("asks") else ["host", "path"]
            },
            "client.check": lambda params: {"differs": [] if self._has("blind") else ["port"]},
        }

    def _has(self, fault: str) -> bool:
        return fault in self._faults

    # The service

    def _install(self, params: Fields) -> Fields:
        if self._has("absent") or ("flag" in params and self._has("flagless")):
            return {}
        self._is_installed = True
        self._settings |= params["settings"]
        return {}

    def _start(self, params: Fields) -> Fields:
        if not (self._has("idle") or self._has("always")):
            asked = {"machine": params["machine"], "name": SERVICE, "settings": self._settings}
            self._others["listener.start"](asked)
            self._is_started = True
        return {}

    def _state(self, params: Fields) -> Fields:
        is_running = self._is_started and self._others["listener.state"]({"name": SERVICE})["running"]
        is_shown = self._is_installed and not self._has("nameless")
        return {
            "installed": self._is_installed,
            "running": is_running or self._has("always"),
            "display_name": NAME if is_shown else "",
            "documented_name": NAME,
        }

    def _uninstall(self, params: Fields) -> Fields:
        if self._is_started and not self._has("half"):
            raise Refusal("SERVICE_RUNNING")
        self._is_installed = self._has("stays")
        self._settings = {} if self._has("forgets") else self._settings
        return {}

    # Settings

    def _listen(self, params: Fields) -> Fields:
        settings = params["settings"]
        if settings.pop("saved", False):
            fault = next((fault for fault in self._faults if fault in TAKEN), "")
            if fault:
                settings |= self._listeners[-1]["settings"]
            settings |= {name: self._settings[name] for name in TAKEN[fault] if name in self._settings}
        if self._has("beside") and self._is_started:
            settings |= {"instance": "own", "port": 7401}
        told = self._others["listener.start"](params)
        self._listeners.append(params)
        return told

    def _configure(self, params: Fields) -> Fields:
        settings = params["settings"]
        wanted = {name: settings[name] for name in settings if name != "root_path"}
        if "root_path" in settings and not (self._has("any-root") or self._is_root(params)):
            self._settings |= wanted if self._has("takes-others") else {}
            raise Refusal("ROOT_PATH_INVALID")
        if params.get("killed_before_change", CHANGES + 1) <= CHANGES:
            self._settings |= dict(list(wanted.items())[:1]) if self._has("torn") else {}
            return {"killed": True}
        if not (params.get("by") == "menu" and self._has("menu")):
            self._settings |= dict(list(settings.items())[:1]) if self._has("loses") else settings
        self._disturb()
        return {"killed": False}

    def _is_root(self, params: Fields) -> bool:
        root = params["settings"]["root_path"]
        if root["style"] != "posix" or not root["path"].startswith("/"):
            return False
        asked = {"machine": params["machine"], "path": root}
        return self._others["fs.tree"](asked)["entries"] is not None

    def _disturb(self) -> None:
        """Do to the listeners what saving must not do."""
        for asked in self._listeners if self._has("hot") or self._has("ends") else ():
            self._others["listener.kill"]({"name": asked["name"]})
            if self._has("hot"):
                self._others["listener.start"]({**asked, "settings": {**asked["settings"], **self._settings}})

    def _save_job(self, params: Fields) -> Fields:
        path = params["job"]["target"]["path"]
        is_complete = path["path"].startswith("/") if path["style"] == "posix" else path["path"][1:3] == ":\\"
        if not (is_complete or self._has("any-path")):
            raise Refusal("PATH_REFUSED")
        if self._has("follows"):
            self._others["client.start"]({**params, "name": "the job as it was saved"})
        return {}
