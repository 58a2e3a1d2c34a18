"""A plan is a value: it can be kept and read again."""

import re

import msgspec
import pytest

from sim.faults import ConnectionReset, Fault, NameLost, PowerCut
from sim.plan import FileSpec, Plan, Topology
from sim.presets import PRESETS, derive


@pytest.mark.parametrize("preset", PRESETS)
def test_a_plan_comes_back_from_json_as_it_was(preset: str) -> None:
    for seed in range(20):
        plan = derive(preset, seed)
        assert msgspec.json.decode(msgspec.json.encode(plan), type=Plan) == plan


def test_a_version_of_a_file_is_its_content() -> None:
    one, same, other = FileSpec("a", 5, 1), FileSpec("b", 5, 1), FileSpec("a", 5, 2)

    assert (one.content == same.content, one.content == other.content, len(one.content)) == (True, False, 5)


def test_places_follow_from_the_topology() -> None:
    plans = [Plan("clean", 1, topology) for topology in Topology]

    assert [(plan.source_place.is_remote, plan.target_place.is_remote) for plan in plans] == [
        (False, True),
        (True, False),
        (True, True),
        (False, False),
    ]


@pytest.mark.parametrize(
    ("topology", "fault", "complaint"),
    [
        (
            Topology.PUSH,
            PowerCut("nowhere", 1),
            "the fault PowerCut(machine='nowhere', number=1) names the machine 'nowhere'; "
            "a push plan has: far, near",
        ),
        (
            Topology.RELAY,
            NameLost("near", "afar", 1.0),
            "the fault NameLost(machine='near', name='afar', seconds=1.0) names the machine 'afar'; "
            "a relay plan has: far, near, other",
        ),
        (
            Topology.LOCAL,
            ConnectionReset("near", "far", 1),
            "the fault ConnectionReset(source='near', target='far', packets=1) names the machine 'far'; "
            "a local plan has: near",
        ),
    ],
)
def test_a_fault_on_a_machine_that_the_plan_does_not_have_is_refused(
    topology: Topology, fault: Fault, complaint: str
) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(complaint)}$"):
        Plan("clean", 1, topology, faults=(fault,))


def test_windows_on_a_machine_that_the_plan_does_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^windows names the machine 'other'; a push plan has: far, near$"):
        Plan("clean", 1, windows=("other",))
