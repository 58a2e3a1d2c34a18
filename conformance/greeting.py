"""The first thing that a target is asked: who it is, and what it can do."""

from typing import Literal

import msgspec
from msgspec import UNSET, Struct

from conformance.protocol import VERSION
from conformance.target import Target, TargetBroken


class Greeting(Struct, frozen=True):
    """What a target says of itself. `styles`: of the systems that it runs on."""

    name: str = ""
    version: str = ""
    clock: Literal["virtual", "real"] = "real"
    operations: tuple[str, ...] = ()
    styles: tuple[Literal["windows", "posix"], ...] = ("windows",)

    @property
    def shown(self) -> str:
        """Name and version."""
        return f"{self.name} {self.version}".strip()


def greet(target: Target) -> Greeting:
    """Say hello; raise `TargetBroken` if nothing of use is answered."""
    answer = target.ask("hello", {"protocol": VERSION})
    if answer.ok is UNSET:
        refusal = msgspec.json.encode(answer).decode()
        raise TargetBroken(f"{target.name} does not answer 'hello' with ok: {refusal}")
    try:
        return msgspec.convert(answer.ok, Greeting)
    except msgspec.ValidationError as error:
        raise TargetBroken(f"{target.name} does not answer 'hello' as it should: {error}") from None
