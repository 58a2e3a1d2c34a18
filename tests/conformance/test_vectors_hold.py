"""psync itself answers the vectors: the only tests of what they say about paths, addresses, ports and messages."""

import pytest

from conformance.adapters.psync_functions import FUNCTIONS
from conformance.adapters.serving import Refusal
from conformance.judge import judge
from conformance.protocol import Answer, Rejected
from conformance.vector import Vector, load_alternatives, load_vectors
from conformance.verdict import State
from tests.checkout import ROOT

FOLDER = ROOT / "conformance/vectors"
VECTORS = load_vectors(FOLDER)

# What psync cannot be asked for yet, a field or an operation → requirement that waits for it.
NOT_BUILT = {
    "byte_level": "PS-BYTE-01",
    "connection_retry_minutes": "PS-RET-02",
    "cpu": "PS-LCF-02",
    "encryption": "PS-ENC-07",
    "rebuild": "PS-BYTE-03",
    "retries_max": "PS-RET-02",
    "retry_seconds": "PS-RET-02",
}


def subject(vector: Vector) -> str:
    field: str = vector.params.get("field", vector.op)
    return field


def is_built(vector: Vector) -> bool:
    return subject(vector) not in NOT_BUILT


BUILT = [vector for vector in VECTORS.values() if is_built(vector)]
ALTERNATIVES = [vector for vectors in load_alternatives(FOLDER).values() for vector in vectors.values()]


def answer(vector: Vector) -> Answer:
    """As psync's adapters answer."""
    try:
        return Answer(1, ok=FUNCTIONS[vector.op](vector.params))
    except Refusal as refusal:
        return Answer(1, rejected=Rejected(refusal.code))


def judged(vector: Vector) -> tuple[State, str]:
    return judge(vector, answer(vector), lambda id: answer(VECTORS[id]))


@pytest.mark.parametrize("vector", BUILT, ids=lambda vector: vector.id)
def test_psync_answers_as_the_vector_expects(vector: Vector):
    assert judged(vector) == (State.PASS, "")


@pytest.mark.parametrize("vector", ALTERNATIVES, ids=lambda vector: f"{vector.ambiguity} {vector.id}")
def test_psync_keeps_to_the_reading_that_was_chosen(vector: Vector):
    assert judged(vector)[0] is State.FAIL


def test_what_is_not_built_is_asked_for_by_vectors_of_its_requirement():
    subjects = {subject(vector) for vector in VECTORS.values() if not is_built(vector)}
    wrong = [
        vector.id
        for vector in VECTORS.values()
        if not is_built(vector) and NOT_BUILT[subject(vector)] not in vector.requirements
    ]

    assert subjects == set(NOT_BUILT)
    assert wrong == []
