"""Connections on which nobody but the suite speaks: what every world does with them, however they are made."""

from typing import Any

from conformance.blackbox.wire import Line

Fields = dict[str, Any]


class Dialling:
    """A world in which the suite takes part by itself."""

    def __init__(self) -> None:
        self._lines: dict[str, Line] = {}

    def line(self, machine: str, far: str, port: int) -> Line:
        """Connect from a machine to a port of another one."""
        raise NotImplementedError

    def dial(self, params: Fields) -> Fields:
        """`net.dial`"""
        to = params["to"]
        self._lines[params["name"]] = self.line(params["machine"], to["machine"], to["port"])
        return {}

    def send(self, params: Fields) -> Fields:
        """`net.send`"""
        self._lines[params["name"]].send(bytes.fromhex(params["hex"]))
        return {}

    def receive(self, params: Fields) -> Fields:
        """`net.receive`"""
        data = self._lines[params["name"]].receive(params["bytes"], params["seconds"])
        return {"hex": (data or b"").hex(), "ended": data == b""}

    def hang_up(self, params: Fields) -> Fields:
        """`net.hang_up`"""
        self._lines.pop(params["name"]).close()
        return {}

    def hang_up_all(self) -> None:
        """End those that are left."""
        while self._lines:
            self._lines.popitem()[1].close()
