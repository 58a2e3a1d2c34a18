"""Faults that chance draws: each class gives its own, on machines that take part."""

from random import Random

import pytest

from sim.drawing import (
    CLASSES,
    CONDITIONS,
    INTERRUPTIONS,
    LOCKS,
    MISTAKES,
    NETWORK,
    SEGMENT_BYTES_MIN,
    SEGMENTS_MAX,
    Drawing,
)
from sim.faults import LinkClogged

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


@pytest.mark.parametrize(("content_bytes", "segment_bytes"), [(0, SEGMENT_BYTES_MIN), (600_000, 120)])
def test_a_clogged_link_cuts_a_tree_into_a_bounded_number_of_segments(
    content_bytes: int, segment_bytes: int
) -> None:
    drawings = [_drawing(seed) for seed in range(60)]
    for drawing in drawings:
        drawing.content_bytes = content_bytes
    drawn = [CLASSES["clogged link"](drawing) for drawing in drawings]

    smallest = min(fault.segment_bytes for fault in drawn if isinstance(fault, LinkClogged))

    assert smallest == segment_bytes
    assert content_bytes / smallest <= SEGMENTS_MAX
