"""Faults that chance draws: each class gives its own, on machines that take part."""

from random import Random

import pytest

from sim.drawing import CLASSES, CONDITIONS, INTERRUPTIONS, LOCKS, MISTAKES, NETWORK, Drawing

MACHINES = ("far", "near")


def _drawing(seed: int) -> Drawing:
    return Drawing(Random(seed), "near", "far", ("far",), windows=("far",), files=("a",), due_files=("a",))


@pytest.mark.parametrize("name", [*CLASSES, *MISTAKES, *CONDITIONS, *INTERRUPTIONS, *LOCKS])
def test_a_class_draws_one_kind_of_fault_and_not_always_the_same(name: str) -> None:
    draw = {**CLASSES, **MISTAKES, **CONDITIONS, **INTERRUPTIONS, **LOCKS}[name]

    drawn = [draw(_drawing(seed)) for seed in range(60)]

    assert len({type(fault) for fault in drawn}) == 1
    assert len(set(map(repr, drawn))) > 1
    assert {getattr(fault, "machine", "near") for fault in drawn} <= set(MACHINES)


def test_what_needs_a_network_is_a_class() -> None:
    assert set(NETWORK) <= set(CLASSES)
