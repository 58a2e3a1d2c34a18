"""What imitations of psync's unbuilt features share: they know what is in each file, and write files themselves."""

from typing import Any

from conformance.adapters.psync_programs import content_of
from conformance.adapters.serving import Operation
from tests.conformance.scenarios.playing import Operations

Fields = dict[str, Any]

# A machine and a path on it.
Place = tuple[str, str]


class Contents:
    """The files of all machines, as the suite has made them and `write` has."""

    def __init__(self) -> None:
        self.files: dict[Place, bytes] = {}
        self._times: dict[Place, int] = {}
        self._plant: Operation = lambda params: {}

    def operations(self, others: Operations) -> dict[str, Operation]:
        """Those of a world, with the files noted."""
        self._plant = others["fs.plant"]

        def noting(op: str, note: Operation) -> Operation:
            def carry_out(params: Fields) -> Fields:
                note(params)
                return others[op](params)

            return carry_out

        notes = {
            "world.begin": self._note_new,
            "fs.plant": self._note_planted,
            "fs.append": self._note_appended,
            "fs.remove": self._note_removed,
        }
        return {op: noting(op, note) for op, note in notes.items()}

    def below(self, machine: str, folder: Fields) -> dict[str, bytes]:
        """The files of a folder by their relative paths."""
        start = _place(machine, folder, "")[1]
        return {
            path[len(start) :]: content
            for (name, path), content in self.files.items()
            if name == machine and path.startswith(start)
        }

    def write(self, machine: str, folder: Fields, name: str, source: Place) -> None:
        """Bring a file of another folder into one: content and time."""
        entries = {name: {"kind": "file", "hex": self.files[source].hex()}}
        time = self._times[source]
        self._plant({"machine": machine, "path": folder, "entries": entries, "time": time})
        place = _place(machine, folder, name)
        self.files[place], self._times[place] = self.files[source], time

    def place(self, machine: str, folder: Fields, name: str) -> Place:
        """Where a file of a folder is."""
        return _place(machine, folder, name)

    def _note_new(self, params: Fields) -> Fields:
        self.files.clear()
        return {}

    def _note_planted(self, params: Fields) -> Fields:
        for name, entry in params["entries"].items():
            if entry["kind"] == "file":
                place = _place(params["machine"], params["path"], name)
                self.files[place], self._times[place] = content_of(entry), params["time"]
        return {}

    def _note_appended(self, params: Fields) -> Fields:
        place = _place(params["machine"], params["path"], params["name"])
        self.files[place] += bytes.fromhex(params["hex"])
        return {}

    def _note_removed(self, params: Fields) -> Fields:
        self.files.pop((params["machine"], params["path"]["path"].replace("\\", "/")), None)
        return {}


def machine_of(end: Fields, own: str) -> str:
    """On which machine one end of a job is: in the simulation the host is its name."""
    return str(end.get("host", own))


def _place(machine: str, folder: Fields, name: str) -> Place:
    path = folder["path"].replace("\\", "/")
    return machine, f"{path}/{name}"
