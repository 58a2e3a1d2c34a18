"""A program under test, asked by several adapters at a time: each case goes to whichever is free."""

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing

from conformance.greeting import Greeting, greet
from conformance.readings import Fits
from conformance.scenario import Scenario
from conformance.scenario_run import LEVELS, ScenarioRun
from conformance.target import Target
from conformance.vector import Vector
from conformance.vector_run import Alternatives, VectorRun
from conformance.verdict import CaseResult

Case = Vector | Scenario

# Told of each result as it comes.
Tell = Callable[[CaseResult], None]


class ProgramRun:
    """Starts adapters by `start` as they are needed. Use it as a context manager: all of them end with it."""

    def __init__(
        self, start: Callable[[], Target], vectors: Mapping[str, Vector], alternatives: Alternatives
    ) -> None:
        self._start = start
        self._vectors = vectors
        self._alternatives = alternatives
        self._open = ExitStack()
        self._first = self._opened()
        self.fits: dict[str, dict[str, frozenset[str]]] = {}
        try:
            self.greeting: Greeting = greet(self._first)
        except BaseException:
            self._open.close()
            raise

    @property
    def level(self) -> str:
        """The level of the target's worlds."""
        return LEVELS[self.greeting.clock]

    def run(self, cases: Sequence[Case], tell: Tell, jobs: int) -> list[CaseResult]:
        """Give a result for each case, in their order; raise `TargetBroken` as soon as one adapter is broken."""
        waiting = deque(enumerate(cases))
        found: dict[int, CaseResult] = {}

        def work(target: Target) -> dict[str, Fits]:
            questions = VectorRun(target, self._vectors, self._alternatives, self.greeting.styles)
            worlds = ScenarioRun(target, self.greeting.clock, self.greeting.operations)
            while waiting:
                try:
                    number, case = waiting.popleft()
                except IndexError:  # another adapter was faster
                    break
                asked = questions.run([case]) if isinstance(case, Vector) else worlds.run([case])
                for result in asked:
                    found[number] = result
                    tell(result)
            target.ask("bye", {})
            return questions.fits

        jobs = max(1, min(jobs, len(cases)))
        with ThreadPoolExecutor(jobs) as pool:
            futures = [pool.submit(work, self._first)]
            try:
                futures += [pool.submit(lambda: work(self._greeted())) for _ in range(jobs - 1)]
                for future in futures:
                    self._add(future.result())
            except BaseException:
                waiting.clear()
                self._open.close()  # whoever still waits for an answer gets none
                raise
        return [found[number] for number in range(len(cases))]

    def _opened(self) -> Target:
        return self._open.enter_context(closing(self._start()))

    def _greeted(self) -> Target:
        target = self._opened()
        greet(target)
        return target

    def _add(self, fits: Mapping[str, Fits]) -> None:
        for ambiguity, by_id in fits.items():
            self.fits.setdefault(ambiguity, {}).update(by_id)

    def __enter__(self) -> "ProgramRun":
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()


def at_level(scenarios: Iterable[Scenario], level: str) -> list[Scenario]:
    """Those that can be carried out at a level at all."""
    return [scenario for scenario in scenarios if level in scenario.levels]
