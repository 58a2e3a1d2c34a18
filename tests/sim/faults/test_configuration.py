"""Mistakes of operators happen in the run that they are planned for, and are told there and only there."""

import pytest
from msgspec import structs

from sim.configuration import KEYS, NO_KEYS, OTHER_PASSWORD, OTHER_USER, Keys
from sim.faults import Fault, KeyMismatch, PortMismatch, SecondListener
from sim.faults.configuration import KeyPart, mistaken
from sim.plan import Edit, Plan, Topology
from sim.trial import carry_out
from tests.sim.plans import with_faults

THREE_RUNS = with_faults(is_keyed=True, edits=((Edit("a", 7, 3),), (Edit("b", 7, 4),)))
UNKEYED = structs.replace(THREE_RUNS, is_keyed=False)


@pytest.mark.parametrize(
    ("part", "keys"),
    [
        (KeyPart.USER, Keys(OTHER_USER, KEYS.password)),
        (KeyPart.PASSWORD, Keys(KEYS.user, OTHER_PASSWORD)),
        (KeyPart.BOTH, Keys(OTHER_USER, OTHER_PASSWORD)),
        (KeyPart.MISSING, NO_KEYS),
    ],
)
def test_a_mistake_is_in_the_part_that_it_names(part: KeyPart, keys: Keys):
    assert mistaken(KEYS, part) == keys


@pytest.mark.parametrize(
    ("plan", "fault", "effect", "exit_code"),
    [
        (THREE_RUNS, PortMismatch(2, "near", 7334), "PortMismatch", 3),
        (THREE_RUNS, PortMismatch(2, "far", 7334), "PortMismatch", 3),
        (THREE_RUNS, KeyMismatch(2, "near", KeyPart.USER), "KeyMismatch user", 3),
        (THREE_RUNS, KeyMismatch(2, "far", KeyPart.MISSING), "KeyMismatch missing", 3),
        (UNKEYED, KeyMismatch(2, "far", KeyPart.BOTH), "KeyMismatch without keys", 3),
        (UNKEYED, KeyMismatch(2, "near", KeyPart.MISSING), "KeyMismatch without keys", 0),
        (THREE_RUNS, SecondListener(2, "far", "default"), "SecondListener", 0),
        (THREE_RUNS, SecondListener(2, "far", "old"), "SecondListener", 0),
    ],
)
def test_a_mistake_lasts_for_its_run(plan: Plan, fault: Fault, effect: str, exit_code: int):
    result, _ = carry_out(structs.replace(plan, faults=(fault,)))

    assert (result.broken, result.effects) == ("", {effect: 1})
    assert result.exit_codes == (0, exit_code, 0, 0, 0)


def test_a_relay_whose_second_listener_is_mistaken_is_told_about_the_target():
    plan = with_faults(KeyMismatch(1, "other", KeyPart.BOTH), is_keyed=True, topology=Topology.RELAY)

    assert carry_out(plan)[0].exit_codes == (3, 0, 0)
