"""A plan is carried out whole, and whatever breaks a promise is told by its name."""

import pytest
from msgspec import structs

from psync.core.settings import Durability
from sim.faults import Fault, PowerCut, ProcessKilled, ProcessStopped
from sim.mutants.mutant import load_mutants
from sim.plan import Edit, FileSpec, Plan, Topology
from sim.presets import derive
from sim.trial import carry_out
from tests.sim.plans import PLAN, with_faults


@pytest.mark.parametrize("topology", Topology)
@pytest.mark.parametrize("durability", Durability)
def test_a_world_without_faults_converges_in_every_topology(
    topology: Topology, durability: Durability
) -> None:
    result, _ = carry_out(Plan("clean", 1, topology, durability, source=PLAN.source, target=PLAN.target))

    assert (result.broken, result.exit_codes, result.effects) == ("", (0, 0, 0), {})


def test_a_job_that_is_run_once_converges_in_one_run() -> None:
    result, _ = carry_out(structs.replace(PLAN, is_run_once=True))

    assert (result.broken, result.exit_codes) == ("", (0, 0))


def test_edits_are_replicated_by_the_next_run() -> None:
    edits = ((Edit("new", 5, 9), Edit("a", -1, 0)), (Edit("b", 3, 10),))
    result, world = carry_out(
        Plan("clean", 1, is_deleting=True, source=PLAN.source, target=PLAN.target, edits=edits)
    )

    assert (result.broken, len(result.exit_codes)) == ("", 5)
    assert world.machines["far"].files.tree(b"/srv/data") == {
        b"b": FileSpec("b", 3, 10).content,
        b"new": FileSpec("new", 5, 9).content,
        b"sub": None,
        b"sub/c": FileSpec("sub/c", 600, 3).content,
    }


FAULTS: dict[str, Fault] = {
    "a kill": ProcessKilled("far", 60),
    "a power cut": PowerCut("far", 60),
    "the client": PowerCut("near", 25),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_what_fails_is_counted_and_the_next_run_repairs_it(fault: Fault) -> None:
    result, _ = carry_out(with_faults(fault))

    assert (result.broken, len(result.effects)) == ("", 1)
    assert (result.exit_codes[0] != 0, result.exit_codes[-2:]) == (True, (0, 0))


def test_a_plan_gives_one_history() -> None:
    plan = derive("chaos", 12)

    first, again = (carry_out(plan, keeps_trace=True)[0] for _ in range(2))

    assert first == again
    assert first.trace_digest


def test_without_its_trace_a_history_is_the_same() -> None:
    plan = derive("chaos", 12)
    whole, bare = carry_out(plan, keeps_trace=True)[0], carry_out(plan)[0]

    assert (whole.application_digest, whole.virtual_seconds) == (
        bare.application_digest,
        bare.virtual_seconds,
    )


def test_the_run_that_a_broken_promise_stops_has_no_exit_code() -> None:
    with load_mutants()["no_folder_sync"].planted():
        result, world = carry_out(derive("crashy", 1), keeps_trace=True)

    assert (result.broken.partition(":")[0], result.exit_codes, result.is_run_stopped) == (
        "durable",
        (3,),
        True,
    )
    assert [
        (event.place, event.detail) for event in world.trace.events if event.detail.startswith("Broken")
    ] == [("near/1001", f"Broken {result.broken}")]


def test_a_program_that_goes_on_although_its_operator_has_ended_it_is_found() -> None:
    plan = with_faults(ProcessStopped("far", 60))
    with load_mutants()["stop_not_heard"].planted():
        deaf, _ = carry_out(plan)

    assert deaf.broken == "orderly: far/1000 still runs 60 s after its operator has ended it"
    assert carry_out(plan)[0].broken == ""
