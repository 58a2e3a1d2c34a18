"""What came of each case, and what a run amounts to."""

from collections import Counter
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any

from msgspec import Struct, structs

EXIT_CONFORMANT = 0
EXIT_NOT_CONFORMANT = 1
EXIT_USAGE = 2
EXIT_HARNESS = 3
EXIT_INCONCLUSIVE = 4


class State(StrEnum):
    """The verdict on one case. Only the first two are passes."""

    PASS = "pass"
    PASS_ALTERNATIVE = "pass-alternative"
    """Another reading of what the guide leaves open."""

    NOT_FOLLOWED = "not-followed"
    """What is only recommended, and does not hold. It fails a strict run, and is a pass in none."""

    FAIL = "fail"
    ERROR = "error"
    """The suite or the adapter has failed: nobody knows."""

    XFAIL = "xfail"
    """It failed as the deviation file says."""

    XPASS = "xpass"
    """It passed although the deviation file says that it fails: the row is to be taken out."""

    UNSUPPORTED = "unsupported"


PASSES = (State.PASS, State.PASS_ALTERNATIVE)
FAILURES = (State.FAIL, State.XPASS)


class Step(Struct, frozen=True):
    """One thing that was asked, and what came back."""

    op: str
    params: dict[str, Any]
    answer: dict[str, Any]


class CaseResult(Struct, frozen=True):
    """What came of one case: a vector, or a scenario at one level.

    `message` says what is wrong, or why it is not a pass. `reproduce` is a command line for this case alone.
    """

    id: str
    requirements: tuple[str, ...]
    level: str
    about: str
    state: State
    message: str = ""
    seconds: float = 0.0
    steps: tuple[Step, ...] = ()
    reproduce: str = ""
    strength: str = "must"


def without_recommendations(results: Iterable[CaseResult]) -> list[CaseResult]:
    """Count what is only recommended and does not hold as what it is: no failure, and no pass."""
    return [
        structs.replace(
            result, state=State.NOT_FOLLOWED, message=f"only a {result.strength!r}: {result.message}"
        )
        if result.state is State.FAIL and result.strength != "must"
        else result
        for result in results
    ]


class Decision(Struct, frozen=True):
    """Where the suite asks on purpose for something else than the guide says, in these requirements."""

    id: str
    guide: str
    ours: str
    why: str
    requirements: tuple[str, ...]


class Unjudged(Struct, frozen=True):
    """Why a run says nothing of its target, and what the command ends with."""

    exit_code: int
    text: str


class Report(Struct, frozen=True):
    """A whole run. `complaints` are failures that belong to no case, such as a stale deviation.

    `decisions`: all there are, so that nobody takes the suite for the guide. Where the target is
    `unjudged`, `results` are those up to then. `unasked`: the requirements that can be tested and of
    which none of the cases was asked here, since it is of another level, profile, share or pattern.
    """

    target: str
    implementation: str
    profile: str
    results: tuple[CaseResult, ...]
    complaints: tuple[str, ...] = ()
    seconds: float = 0.0
    decisions: tuple[Decision, ...] = ()
    unjudged: Unjudged | None = None
    unasked: tuple[str, ...] = ()

    @property
    def counts(self) -> dict[State, int]:
        """How many cases have each state, in the order of the states, without those that none has."""
        counts = Counter(result.state for result in self.results)
        return {state: counts[state] for state in State if counts[state]}

    @property
    def exit_code(self) -> int:
        """What the command ends with."""
        if self.unjudged is not None:
            return self.unjudged.exit_code
        return exit_code(self.results, self.complaints)

    @property
    def headline(self) -> str:
        """The first line of every report."""
        counts = ", ".join(f"{count} {state}" for state, count in self.counts.items())
        return f"{self.target}: {self._verdict} ({counts or 'no cases'})"

    @property
    def _verdict(self) -> str:
        if self.unjudged is not None:
            return "not judged"
        word = {EXIT_CONFORMANT: "conformant", EXIT_NOT_CONFORMANT: "not conformant"}
        limit = " in what could be asked" if State.UNSUPPORTED in self.counts else ""
        return word.get(self.exit_code, "inconclusive") + limit


def exit_code(results: Iterable[CaseResult], complaints: Sequence[str] = ()) -> int:
    """Say what a run amounts to: an error hides behind no pass, and a run without any pass proves nothing."""
    states = {result.state for result in results}
    if State.ERROR in states:
        return EXIT_HARNESS
    if complaints or not states.isdisjoint(FAILURES):
        return EXIT_NOT_CONFORMANT
    return EXIT_CONFORMANT if not states.isdisjoint(PASSES) else EXIT_INCONCLUSIVE
