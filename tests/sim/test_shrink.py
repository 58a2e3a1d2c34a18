"""Plans made small."""

import pytest

from sim.faults import CallFails, Fault, LinkClogged, PowerCut
from sim.plan import Edit, FileSpec, Kind, Plan, Topology
from sim.presets import derive
from sim.shrink import TRIES_MAX, Judge, Shrinker, promise_of, smaller, value_at, ways, with_value

PLAN = Plan(
    "chaos",
    7,
    topology=Topology.RELAY,
    is_keyed=True,
    source=(FileSpec("a", 512, 1), FileSpec("b", 4096, 2)),
    edits=((Edit("a", 100, 3),), (Edit("b", 7, 4), Edit("a", -1, 5))),
    faults=(PowerCut("far", 33), CallFails("near", "fsync", 20, "EIO", 3), PowerCut("near", 90)),
)


def _shrunk(judge: Judge, plan: Plan = PLAN) -> Plan:
    shrinker = Shrinker(plan, "whole: torn", judge)
    shrinker.shrink()
    return shrinker.plan


def _has_late_failing_fsync(faults: tuple[Fault, ...]) -> bool:
    return any(isinstance(fault, CallFails) and fault.number >= 11 for fault in faults)


def test_a_plan_that_always_breaks_becomes_the_empty_plan():
    assert _shrunk(lambda plan: "whole: torn") == Plan("chaos", 7)


def test_a_plan_that_breaks_only_as_it_is_stays_as_it_is():
    assert _shrunk(lambda plan: "") == PLAN


def test_no_value_becomes_one_that_a_plan_may_not_have():
    clogged = LinkClogged("near", "far", 1.0, 10_000, 1460)

    shrunk = _shrunk(lambda plan: "whole: torn" if plan.faults else "", Plan("chaos", 7, faults=(clogged,)))

    assert shrunk.faults == (LinkClogged("near", "far", 0.0, 1, 1),)


def test_no_machine_goes_that_a_fault_is_on():
    plan = Plan("chaos", 7, topology=Topology.RELAY, faults=(PowerCut("other", 33),))

    shrunk = _shrunk(lambda plan: "whole: torn" if plan.faults else "", plan)

    assert shrunk == Plan("chaos", 7, topology=Topology.RELAY, faults=(PowerCut("other", 0),))


def test_what_it_takes_is_left_as_small_as_it_can_be():
    def judge(plan: Plan) -> str:
        is_keyed_and_late = plan.is_keyed and _has_late_failing_fsync(plan.faults)
        return "whole: torn" if is_keyed_and_late and any(file.size > 600 for file in plan.source) else ""

    assert _shrunk(judge) == Plan(
        "chaos",
        7,
        is_keyed=True,
        source=(FileSpec("b", 601, 2),),
        faults=(CallFails("near", "fsync", 11, "EIO", 0),),
    )


def test_edits_are_dropped_inside_of_their_round():
    def judge(plan: Plan) -> str:
        return "whole: torn" if len(plan.edits) == 2 and Edit("a", -1, 5) in plan.edits[1] else ""

    assert _shrunk(judge) == Plan("chaos", 7, edits=((), (Edit("a", -1, 5),)))


def test_what_an_item_need_not_say_is_left_out():
    plan = Plan(
        "chaos",
        7,
        source=(FileSpec("a", 0, 1, Kind.FOLDER, "555"),),
        edits=((Edit("a", 0, 0, "700"), Edit("b", 0, 4, kind=Kind.FOLDER)),),
        is_deleting=True,
    )

    shrunk = _shrunk(lambda plan: "whole: torn" if plan.source and len(plan.edits[0:1][0:]) else "", plan)

    assert (shrunk.source, shrunk.edits) == ((FileSpec("a", 0, 1),), ((),))


def test_a_plan_that_breaks_another_promise_is_no_smaller_one():
    assert _shrunk(lambda plan: "whole: torn" if plan.faults else "tidy: left") == Plan(
        "chaos", 7, faults=(PowerCut("near", 0),)
    )


def test_the_number_of_tries_has_a_limit():
    tried: list[Plan] = []

    def judge(plan: Plan) -> str:
        tried.append(plan)
        return ""

    large = PowerCut("near", 1 << 2000)
    _shrunk(judge, Plan("chaos", 7, faults=(large, PowerCut("far", 1 << 2000))))

    assert len(tried) == TRIES_MAX


@pytest.mark.parametrize(
    ("broken", "promise"),
    [
        ("whole: b'a' is torn: 3 bytes", "whole: NAME is torn: N bytes"),
        (
            "durable: b'it\\'s' is called done, the name \"'\" was not synced",
            "durable: NAME is called done, the name NAME was not synced",
        ),
        ("converges: exit code 5 although nothing fails", "converges: exit code N although nothing fails"),
        ("converges: the target differs: [b'a']", "converges: the target differs:"),
        ("error: KeyError('far')", "error: KeyError"),
        ("unhandled: OSError(5, 'a'); ValueError()", "unhandled: OSError"),
        ("", ""),
    ],
)
def test_a_promise_is_what_was_broken_without_the_circumstances(broken: str, promise: str):
    assert promise_of(broken) == promise


@pytest.mark.parametrize(
    ("value", "simpler"),
    [
        (0, []),
        (1, [0]),
        (2, [0, 1]),
        (10, [0, 1, 5, 8, 9]),
        (-1, []),
        (True, [False]),
        (False, []),
        (0.0, []),
        (0.5, [0.0]),
        (-86400.0, [0.0, 1.0]),
        ("a", []),
    ],
)
def test_simpler_values_are_tried_the_simplest_first(value: object, simpler: list[object]):
    assert list(smaller(value)) == simpler


def test_every_value_of_a_plan_has_a_way_that_leads_to_it():
    plan = derive("chaos", 3)

    for way in ways(plan):
        assert with_value(plan, way, value_at(plan, way)) == plan


def test_a_value_is_exchanged_at_the_end_of_its_way():
    plan = with_value(PLAN, ("edits", 1, 0, "size"), 8)

    assert (plan.edits, PLAN.edits[1][0].size) == (
        ((PLAN.edits[0][0],), (Edit("b", 8, 4), Edit("a", -1, 5))),
        7,
    )
