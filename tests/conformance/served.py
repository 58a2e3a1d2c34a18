"""Adapters without a process of their own, and targets that answer by a script."""

import json
from collections.abc import Mapping
from io import BytesIO
from typing import Any

from conformance.adapters.serving import Identity, Operation, serve
from conformance.protocol import Answer, Request, read_answer, write_request


class Served:
    """Operations as a target: each question and each answer is a line of JSON, as if a program stood between."""

    name = "adapter:served"

    def __init__(self, operations: Mapping[str, Operation], clock: str = "virtual") -> None:
        self.operations = operations
        self._identity = Identity("it", "1", clock)

    def ask(self, op: str, params: dict[str, Any], seconds: float = 0.0) -> Answer:
        """Ask one thing."""
        answers = BytesIO()
        serve(self._identity, self.operations, BytesIO(write_request(Request(1, op, params))), answers)
        return read_answer(answers.getvalue().rstrip(b"\n"))

    def close(self) -> None:
        """Nothing is open."""


class Scripted:
    """Answers each operation with what it was given for it, and writes down what it was asked.

    An operation that was given nothing is answered with an empty object.
    """

    name = "adapter:scripted"

    def __init__(self, **answers: dict[str, Any]) -> None:
        """`answers`: by operation, with `__` in place of the dot."""
        self.answers = {op.replace("__", "."): answer for op, answer in answers.items()}
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.seconds: list[float] = []

    def ask(self, op: str, params: dict[str, Any], seconds: float = 0.0) -> Answer:
        """Answer by the script."""
        self.asked.append((op, params))
        self.seconds.append(seconds)
        line = json.dumps({"id": 1, **self.answers.get(op, {"ok": {}})})
        return read_answer(line.encode())

    @property
    def operations(self) -> list[str]:
        """What was asked, without params."""
        return [op for op, _ in self.asked]

    def close(self) -> None:
        """Nothing is open."""


# What `world.begin` answers of one machine.
BEGUN: dict[str, Any] = {
    "ok": {"machines": {"far": {"host": "far.example", "base": {"style": "windows", "path": "C:\\srv"}}}}
}
