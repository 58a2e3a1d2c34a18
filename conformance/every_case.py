"""Every case that the suite has, of whichever kind, told in words: vectors, scenarios and what a listener is asked from outside."""

import inspect
import json
from pathlib import PurePath

import msgspec
from msgspec import Struct

from conformance.blackbox.case import Case
from conformance.blackbox.target import LEVEL as BLACK_BOX_LEVEL
from conformance.blackbox.target import black_box_cases
from conformance.scenario import Scenario
from conformance.scenarios import SCENARIOS
from conformance.vector import VECTORS, Vector, load_vectors
from conformance.vector_run import LEVEL as VECTOR_LEVEL

# Some questions are as long as a path can be; the file of vectors has all of it.
SHOWN_LETTERS = 600


class Told(Struct, frozen=True):
    """A case as it is told. `fields`: what only its kind has, by name."""

    id: str
    kind: str
    requirements: tuple[str, ...]
    about: str
    levels: tuple[str, ...]
    fields: dict[str, str]
    target: str = "builtin:sim"
    ambiguity: str | None = None


def all_cases() -> dict[str, Told]:
    """Whatever can be asked of some target, by id."""
    vectors = load_vectors(VECTORS).values()
    told = [
        *map(_vector, vectors),
        *map(_scenario, SCENARIOS.values()),
        *map(_from_outside, black_box_cases(vectors)),
    ]
    return {case.id: case for case in told}


def _vector(vector: Vector) -> Told:
    fields = {
        "strength": vector.strength,
        "provenance": vector.provenance,
        "question": _shown(f"{vector.op} {json.dumps(vector.params)}"),
        "expected": _shown(json.dumps(msgspec.to_builtins(vector.expect))),
    }
    return Told(
        vector.id,
        "a vector",
        vector.requirements,
        vector.about,
        (VECTOR_LEVEL,),
        fields,
        ambiguity=vector.ambiguity,
    )


def _scenario(scenario: Scenario) -> Told:
    file = PurePath(inspect.getfile(scenario.play)).name
    fields = {
        "strength": scenario.strength,
        "written in": f"conformance/scenarios/{file}, {scenario.play.__name__}",
    }
    target = "builtin:sim" if "S" in scenario.levels else "builtin:process"
    return Told(
        scenario.id,
        "a scenario",
        scenario.requirements,
        scenario.about,
        scenario.levels,
        fields,
        target,
    )


def _from_outside(case: Case) -> Told:
    return Told(
        case.id,
        "a case from outside",
        case.requirements,
        case.about,
        (BLACK_BOX_LEVEL,),
        {},
        "tcp:HOST:PORT",
    )


def _shown(text: str) -> str:
    return text if len(text) <= SHOWN_LETTERS else f"{text[:SHOWN_LETTERS]} …"
