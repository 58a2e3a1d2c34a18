"""One mutant put to the test: which case tells it from psync, for which requirement, and for the reason that is named.

A mutant runs in a program of its own, `adapters/planted.py`, and is asked only what
its requirements are about, until each of them has killed it. A case that fails with
another message kills nobody: the mutant would have died for another reason than its
own, and nobody would know whether the requirement is worth anything.
"""

import re
import shlex
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from itertools import chain

from msgspec import Struct

from conformance.greeting import greet
from conformance.mutant import Mutant
from conformance.scenario import Scenario
from conformance.scenario_run import ScenarioRun
from conformance.target import AdapterTarget, TargetBroken
from conformance.vector import Reading, Vector
from conformance.vector_run import VectorRun
from conformance.verdict import PASSES, CaseResult, State, without_recommendations

PLANTED = "conformance.adapters.planted"

SIMULATED = "S"


class Cases(Struct, frozen=True):
    """What can be asked, by id. `excused`: cases and requirements of which psync itself is known to fall short.

    `level`: where scenarios are carried out, S in the simulation or P with real processes.
    """

    vectors: Mapping[str, Vector]
    alternatives: Mapping[Reading, Mapping[str, Vector]]
    scenarios: Mapping[str, Scenario]
    excused: frozenset[str] = frozenset()
    level: str = SIMULATED

    def about(self, requirements: Iterable[str]) -> tuple[list[Vector], list[Scenario]]:
        """Those that ask about one of the requirements, cheapest first."""
        wanted = set(requirements)
        vectors = [one for one in self.vectors.values() if self._is_wanted(one, wanted)]
        scenarios = [one for one in self.scenarios.values() if self._is_wanted(one, wanted)]
        return vectors, [one for one in scenarios if self.level in one.levels]

    def _is_wanted(self, case: Vector | Scenario, wanted: set[str]) -> bool:
        is_excused = case.id in self.excused or not self.excused.isdisjoint(case.requirements)
        return not wanted.isdisjoint(case.requirements) and not is_excused


class Kill(Struct, frozen=True):
    """A case that failed for the reason that the mutant names for its requirement."""

    requirement: str
    case: str
    message: str


class Verdict(Struct, frozen=True):
    """What came of one mutant. `survived`: requirements that have not killed it; `trouble`: it could not be asked."""

    mutant: Mutant
    kills: tuple[Kill, ...] = ()
    survived: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    """What failed for another reason, a line a case."""

    trouble: str = ""
    is_asked: bool = True

    @property
    def is_killed(self) -> bool:
        """Whether each requirement has killed it."""
        return self.is_asked and not (self.survived or self.trouble)


def put_to_the_test(mutant: Mutant, cases: Cases) -> Verdict:
    """Ask a mutant until each of its requirements has killed it; one that is pending, or has no case here, is asked nothing."""
    if mutant.pending or (mutant.only_simulated and cases.level != SIMULATED):
        return Verdict(mutant, is_asked=False)
    open_ones = dict(mutant.killed_by)
    kills: list[Kill] = []
    others: list[str] = []
    try:
        for result in results_of((mutant.name,), cases, *cases.about(open_ones)):
            found = kills_by(result, open_ones)
            for kill in found:
                del open_ones[kill.requirement]
            kills += found
            if result.state in (State.FAIL, State.ERROR) and not found:
                others.append(f"{result.id}: {result.message}")
            if not open_ones:
                break
    except TargetBroken as broken:
        return Verdict(mutant, tuple(kills), tuple(open_ones), tuple(others), str(broken))
    return Verdict(mutant, tuple(kills), tuple(open_ones), tuple(others) if open_ones else ())


def kills_by(result: CaseResult, killed_by: Mapping[str, str]) -> list[Kill]:
    """Give what a result kills: it has to be a failure, of a named requirement, for the reason that is named."""
    if result.state is not State.FAIL:
        return []
    return [
        Kill(requirement, result.id, result.message)
        for requirement, pattern in killed_by.items()
        if requirement in result.requirements and re.search(pattern, result.message)
    ]


def complaints_without_bug(ids: Sequence[str], cases: Cases) -> list[str]:
    """Say which of these cases fails where nothing is planted; raise `TargetBroken` where they cannot be asked."""
    vectors = [cases.vectors[id] for id in ids if id in cases.vectors]
    scenarios = [cases.scenarios[id] for id in ids if id in cases.scenarios]
    return [
        f"{result.id}: {result.state}: {result.message}"
        for result in results_of((), cases, vectors, scenarios)
        if result.state not in PASSES
    ]


def results_of(
    names: Iterable[str], cases: Cases, vectors: list[Vector], scenarios: list[Scenario]
) -> Iterator[CaseResult]:
    """Ask psync with these bugs; raise `TargetBroken` if it does not start."""
    command = [sys.executable, "-m", PLANTED, cases.level, *names]
    with closing(AdapterTarget(command, f"adapter:{shlex.join(['python', *command[1:]])}")) as target:
        greeting = greet(target)
        questions = VectorRun(target, cases.vectors, cases.alternatives, greeting.styles).run(vectors)
        plays = ScenarioRun(target, greeting.clock, greeting.operations).run(scenarios)
        for result in chain(questions, plays):
            yield from without_recommendations([result])
