"""Vectors put to a target, one question each, and judged."""

import shlex
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from conformance.judge import judge
from conformance.protocol import Answer, as_json
from conformance.readings import CHOSEN, Fits
from conformance.target import Target
from conformance.vector import Reading, Vector
from conformance.verdict import CaseResult, State, Step

LEVEL = "V"

# Told of each result as it comes.
Tell = Callable[[CaseResult], None]

Alternatives = Mapping[Reading, Mapping[str, Vector]]


class VectorRun:
    """Asks a target; questions that several vectors share are asked once."""

    def __init__(
        self,
        target: Target,
        vectors: Mapping[str, Vector],
        alternatives: Alternatives,
        styles: Collection[str] = (),
    ) -> None:
        self._target = target
        self._vectors = vectors
        self._alternatives = alternatives
        self._styles = styles
        self._answers: dict[str, Answer] = {}
        self._fits: defaultdict[str, dict[str, frozenset[str]]] = defaultdict(dict)

    @property
    def fits(self) -> dict[str, Fits]:
        """In which readings what was answered is right, by ambiguity and vector."""
        return dict(self._fits)

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
                vector.strength_for(self._styles),
            )

    def _answer(self, id: str) -> Answer:
        if id not in self._answers:
            vector = self._vectors[id]
            self._answers[id] = self._target.ask(vector.op, vector.params)
        return self._answers[id]

    def _judge(self, vector: Vector, answer: Answer) -> tuple[State, str]:
        state, message = judge(vector, answer, self._answer)
        if state not in (State.PASS, State.FAIL):
            return state, message
        right = [reading for reading in self._alternatives if self._is_right(vector, answer, reading)]
        for ambiguity in {
            reading.ambiguity for reading in self._alternatives if self._is_open(vector, reading)
        }:
            names = {reading.name for reading in right if reading.ambiguity == ambiguity}
            self._fits[ambiguity][vector.id] = frozenset(names | ({CHOSEN} if state is State.PASS else set()))
        if state is State.FAIL and right:
            return State.PASS_ALTERNATIVE, f"in the reading {right[0].ambiguity} {right[0].name}"
        return state, message

    def _is_open(self, vector: Vector, reading: Reading) -> bool:
        """Whether some reading of the same ambiguity answers the vector otherwise."""
        return any(
            vector.id in others
            for one, others in self._alternatives.items()
            if one.ambiguity == reading.ambiguity
        )

    def _is_right(self, vector: Vector, answer: Answer, reading: Reading) -> bool:
        """Whether an answer is right in a reading, which may say the same of the vector as the chosen one."""
        expected = self._alternatives[reading].get(vector.id)
        if expected is None:
            return self._is_open(vector, reading) and judge(vector, answer, self._answer)[0] is State.PASS
        return judge(expected, answer, self._answer)[0] is State.PASS


def reproduce(target: str, case: str) -> str:
    """The command line for one case alone."""
    return f"python -m conformance run --target {shlex.quote(target)} --select {shlex.quote(case)}"
