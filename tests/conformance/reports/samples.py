"""A report with a case of each state, and what could break out of the form that it is written in."""

from conformance.verdict import CaseResult, Report, State, Step

HOSTILE = '<script>alert("x")</script> & \x1b[31m \ud7ff'

STEP = Step("map", {"path": HOSTILE}, {"ok": {"path": HOSTILE}})


def sample(*states: State, complaints: tuple[str, ...] = ()) -> Report:
    results = tuple(
        CaseResult(
            f"case-{number}", ("PS-ROOT-03",), "V", HOSTILE, state, HOSTILE, 0.25, (STEP,), "python -m x"
        )
        for number, state in enumerate(states)
    )
    return Report("builtin:process", "psync 1", "full", results, complaints, 1.5)


EVERYTHING = sample(*State, complaints=(HOSTILE,))
