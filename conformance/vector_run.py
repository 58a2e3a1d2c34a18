"""Vectors put to a target, one question each, and judged."""

import shlex
import time
from collections.abc import Callable, Iterable, Iterator, Mapping

from conformance.judge import judge
from conformance.protocol import Answer, as_json
from conformance.target import Target
from conformance.vector import Reading, Vector
from conformance.verdict import CaseResult, State, Step

LEVEL = "V"

# Told of each result as it comes.
Tell = Callable[[CaseResult], None]

Alternatives = Mapping[Reading, Mapping[str, Vector]]


class VectorRun:
    """Asks a target; questions that several vectors share are asked once."""

    def __init__(self, target: Target, vectors: Mapping[str, Vector], alternatives: Alternatives) -> None:
        self._target = target
        self._vectors = vectors
        self._alternatives = alternatives
        self._answers: dict[str, Answer] = {}

    def run(self, selected: Iterable[Vector]) -> Iterator[CaseResult]:
        """Give a result for each vector, in their order."""
        for vector in selected:
            started = time.monotonic()
            answer = self._answer(vector.id)
            state, message = self._judge(vector, answer)
            yield CaseResult(
                vector.id,
                vector.requirements,
                LEVEL,
                vector.about,
                state,
                message,
                time.monotonic() - started,
                (Step(vector.op, vector.params, as_json(answer)),),
                reproduce(self._target.name, vector.id),
                vector.strength,
            )

    def _answer(self, id: str) -> Answer:
        if id not in self._answers:
            vector = self._vectors[id]
            self._answers[id] = self._target.ask(vector.op, vector.params)
        return self._answers[id]

    def _judge(self, vector: Vector, answer: Answer) -> tuple[State, str]:
        state, message = judge(vector, answer, self._answer)
        if state is not State.FAIL:
            return state, message
        for reading, others in self._alternatives.items():
            other = others.get(vector.id)
            if other is not None and judge(other, answer, self._answer)[0] is State.PASS:
                return State.PASS_ALTERNATIVE, f"in the reading {reading.ambiguity} {reading.name}"
        return state, message


def reproduce(target: str, case: str) -> str:
    """The command line for one case alone."""
    return f"python -m conformance run --target {shlex.quote(target)} --select {shlex.quote(case)}"
