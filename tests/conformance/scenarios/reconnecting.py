"""An imitation of what psync has not built: a client that stays, and tries its connection again each minute.

It runs psync anew for each attempt. So a scenario of connection retry is seen to
pass with the feature, and, with one part of the feature missing, to fail for it.
"""

from collections.abc import Mapping

from conformance.adapters.serving import Operation
from tests.conformance.scenarios.playing import Fault, Fields, Operations

MINUTE_SECONDS = 60.0
SUFFIX = " (Connection Retry is Enabled!)..."

# Between two scans, where nothing is said of them.
SCAN_MINUTES = 5

# Whom a name means to a client that asks once.
Addresses = Mapping[str, str]


class Staying:
    """One client: its job, and what has been told of its attempts."""

    def __init__(self, operations: Operations, params: Fields) -> None:
        job = dict(params["job"])
        job.pop("stays")
        minutes = job.pop("connection_retry_minutes", None)
        self.retry_seconds = MINUTE_SECONDS * (1 if minutes is None else minutes)
        self.scan_seconds = MINUTE_SECONDS * (job.pop("scan_minutes", None) or SCAN_MINUTES)
        self.messages: list[str] = []
        self.is_over = False
        self._operations = operations
        self._params = {**params, "job": job}
        self._attempts = 0
        self._waits = 0.0

    def wait(self, seconds: float) -> Fields:
        """Let time pass, and try at each moment that is due."""
        while not self.is_over and self._waits <= seconds:
            self._pass(self._waits)
            seconds -= self._waits
            self._try()
        self._pass(seconds)
        self._waits = max(0.0, self._waits - seconds)
        state = "failed" if self.is_over else "running"
        return {"state": state, "messages": self.messages, "retry_scheduled": not self.is_over}

    def lose(self) -> None:
        """The connection is lost, which a client that stays notices at once."""
        self._waits = min(self._waits, self.retry_seconds)

    def _try(self) -> None:
        self._attempts += 1
        name = f"{self._params['name']} attempt {self._attempts}"
        self._operations["client.start"]({**self._params, "name": name})
        told = self._operations["client.wait"]({"name": name, "seconds": 30})
        if told["state"] != "failed":
            self._waits = self.scan_seconds
            return
        self.is_over = not self.retry_seconds
        device, failure = told["messages"]
        self.messages += [device, failure if self.is_over else failure + SUFFIX]
        self._waits = self.retry_seconds

    def _pass(self, seconds: float) -> None:
        self._operations["clock.advance"]({"seconds": seconds})


def reconnecting(operations: Operations) -> dict[str, Operation]:
    """Serve clients that stay, and psync's own; what passes at the clock passes for them, too."""
    clients: dict[str, Staying] = {}

    def start(params: Fields) -> Fields:
        if not params["job"].get("stays"):
            return operations["client.start"](params)
        clients[params["name"]] = Staying(operations, params)
        return {}

    def wait(params: Fields) -> Fields:
        client = clients.get(params["name"])
        return operations["client.wait"](params) if client is None else client.wait(params["seconds"])

    def advance(params: Fields) -> Fields:
        for client in clients.values():  # there is one in each of the scenarios
            client.wait(params["seconds"])
            return {}
        return operations["clock.advance"](params)

    def kill(params: Fields) -> Fields:
        for client in clients.values():
            client.lose()
        return operations["listener.kill"](params)

    return {"client.start": start, "client.wait": wait, "clock.advance": advance, "listener.kill": kill}


def asking_once(addresses: Addresses) -> Fault:
    """Of names it keeps what they meant when the job began."""

    def fault(operations: Operations) -> dict[str, Operation]:
        def start(params: Fields) -> Fields:
            target = params["job"]["target"]
            host = addresses.get(target["host"], target["host"])
            return operations["client.start"](
                {**params, "job": {**params["job"], "target": {**target, "host": host}}}
            )

        return {"client.start": start}

    return fault
