"""A plan in words."""

import pytest
from msgspec import structs

from sim.crash import CrashProfile
from sim.explanation import describe, explain
from sim.faults import NetworkSilent, PowerCut
from sim.plan import Edit, FileSpec, Plan, Topology
from sim.presets import PRESETS, derive

PLAN = Plan(
    "chaos",
    7,
    topology=Topology.PULL,
    is_deleting=True,
    source=(FileSpec("sub/a", 512, 1),),
    edits=((), (Edit("b", -1, 10_000),)),
    faults=(PowerCut("near", 33),),
)


def test_options_that_are_one_value_are_told_first():
    assert explain(PLAN)[:5] == [
        "preset           chaos",
        "seed             7",
        "topology         pull",
        "durability       batch",
        "deleting         yes",
    ]


def test_the_crash_profile_is_told_of_each_machine():
    plan = structs.replace(PLAN, crash_profile=CrashProfile.STRICT_POSIX, windows=("far",))

    assert [line for line in explain(plan) if line.startswith("crash profile")] == [
        "crash profile    far ntfs, near strict-posix"
    ]


def test_options_that_are_several_are_told_one_by_one():
    assert explain(PLAN)[-10:] == [
        "source: 1",
        "  file spec: path sub/a, size 512, version 1, kind file",
        "target: none",
        "edits: 2",
        "  after run 1: none",
        "  after run 2: 1",
        "    edit: path b, size -1, version 10000, kind file",
        "faults: 1",
        "  power cut: machine near, number 33",
        "exclude: none",
    ]


def test_a_fault_has_its_class_for_a_name():
    fault = NetworkSilent("near", "far", True, 12, 8.0)

    assert (
        describe(fault) == "network silent: source near, target far, both ways yes, packets 12, seconds 8.0"
    )


def test_no_field_of_a_derived_plan_is_left_out():
    plan = derive("chaos", 1)
    words = [name.removeprefix("is_").replace("_", " ") for name in structs.asdict(plan)]

    assert [word for word in words if not any(line.startswith(word) for line in explain(plan))] == []


@pytest.mark.parametrize("preset", PRESETS)
def test_every_seed_of_a_preset_can_be_explained(preset: str) -> None:
    for seed in range(30):
        plan = derive(preset, seed)
        assert len(explain(plan)) >= len(plan.source) + len(plan.target) + len(plan.faults)
