"""Ambiguous places are read in one way by one target: who answers now in this reading and now in that one has none."""

from collections.abc import Iterable, Mapping

from msgspec import structs

from conformance.verdict import CaseResult, State

# How the reading is called that was chosen; the others are called by letters.
CHOSEN = "the chosen one"

# The readings of an ambiguity in which an answer is right, by the ids of vectors.
Fits = Mapping[str, frozenset[str]]


def without_mixtures(results: Iterable[CaseResult], fits: Mapping[str, Fits]) -> list[CaseResult]:
    """Let those fail that are right in another reading only, where no reading fits all that was answered.

    `fits`: by ambiguity. What is right in no reading has failed by itself.
    """
    against: dict[str, tuple[str, str]] = {}
    for ambiguity, by_id in fits.items():
        others = _contradictions({id: names for id, names in by_id.items() if names})
        against |= {id: (ambiguity, other) for id, other in others.items()}
    return [
        _failed(result, *against[result.id])
        if result.state is State.PASS_ALTERNATIVE and result.id in against
        else result
        for result in results
    ]


def _failed(result: CaseResult, ambiguity: str, other: str) -> CaseResult:
    """It takes both cases to see it."""
    message = f"{ambiguity} is read otherwise here than for {other}"
    return structs.replace(
        result, state=State.FAIL, message=message, reproduce=f"{result.reproduce} --select {other}"
    )


def _contradictions(fits: Fits) -> dict[str, str]:
    """For each vector that is right only in readings in which another one is not: that other one."""
    if not fits or frozenset.intersection(*fits.values()):
        return {}
    found = {}
    for id, names in fits.items():
        other = next((other for other, right in fits.items() if not right & names), None)
        if other is not None:
            found[id] = other
    return found
