"""One world at a time behind the operations of the protocol, whichever kind of world it is."""

from collections.abc import Callable
from typing import Any, Protocol

from conformance.adapters.serving import Operation

Fields = dict[str, Any]

# The methods of a world, by the operations that they carry out.
METHODS = {
    "fs.plant": "plant",
    "fs.append": "append",
    "fs.deny": "deny",
    "fs.tree": "tree",
    "fs.watch": "watch",
    "fs.looked_at": "looked_at",
    "fs.remove": "remove",
    "fs.lock": "lock",
    "fs.unlock": "unlock",
    "fs.limit": "limit",
    "fs.unlimit": "unlimit",
    "listener.start": "start_listener",
    "listener.stop": "stop_listener",
    "listener.kill": "kill",
    "listener.state": "listener_state",
    "client.start": "start_client",
    "client.wait": "wait_for_client",
    "client.kill": "kill",
    "net.fault": "fault",
    "net.heal": "heal",
    "net.name": "name",
    "net.forward": "forward",
    "net.shape": "shape",
    "net.dial": "dial",
    "net.send": "send",
    "net.receive": "receive",
    "net.hang_up": "hang_up",
    "net.search": "search",
    "net.connections": "connections",
    "clock.advance": "advance",
}


class World(Protocol):
    """What every world has; the methods of `METHODS` are there where it can do that."""

    @property
    def about(self) -> Fields: ...

    def end(self, params: Fields) -> Fields: ...


def world_operations(kind: type[Any]) -> dict[str, Operation]:
    """The operations of worlds of that kind, of which one is there at a time."""
    current: list[World] = []

    def begin(params: Fields) -> Fields:
        end({})
        current.append(kind(params["machines"]))
        return current[0].about

    def end(params: Fields) -> Fields:
        while current:
            current.pop().end(params)
        return {}

    def inside(method: str) -> Operation:
        def operation(params: Fields) -> Fields:
            if not current:
                raise ValueError("no world has begun")
            carry_out: Callable[[Fields], Fields] = getattr(current[0], method)
            return carry_out(params)

        return operation

    served = {op: inside(method) for op, method in METHODS.items() if hasattr(kind, method)}
    return {"world.begin": begin, "world.end": end, **served}
