"""Disks that fail: each fault has its effect, and the run after it repairs what it did."""

import asyncio

import pytest

from psync.system import System
from sim.faults import (
    CallFails,
    DiskFull,
    DiskHangs,
    DiskReadOnly,
    DiskSlow,
    Fault,
    FileSizeLimited,
    SourceChanges,
)
from sim.plan import FileSpec
from sim.trial import Trial, carry_out
from sim.world import World
from tests.sim.plans import PLAN, with_faults

FAULTS: dict[str, tuple[Fault, str, int]] = {
    "a sync that fails": (CallFails("far", "fsync", 2, "EIO"), "CallFails fsync EIO", 1),
    "several reads that fail": (CallFails("near", "pread", 1, "EIO", 3), "CallFails pread EIO", 3),
    "a close that fails": (CallFails("far", "close", 3, "EIO", 2), "CallFails close EIO", 2),
    "a full disk": (DiskFull("far", 200), "DiskFull", 2),
    "a disk that becomes read-only": (DiskReadOnly("far", 45), "DiskReadOnly", 5),
    "files that may not be large": (FileSizeLimited("far", 1000), "FileSizeLimited", 1),
    "a disk that hangs in a sync": (DiskHangs("far", "fsync", 4, 50.0), "DiskHangs in a thread", 1),
    "a disk that hangs a program": (DiskHangs("far", "open", 9, 50.0), "DiskHangs on the loop", 1),
    "a slow disk": (DiskSlow("far", 30, 30.0), "DiskSlow", 1),
    "a source that changes": (SourceChanges("near", 2), "SourceChanges", 1),
}


@pytest.mark.parametrize(("fault", "effect", "times"), FAULTS.values(), ids=FAULTS)
def test_it_happens_and_is_repaired(fault: Fault, effect: str, times: int) -> None:
    result, _ = carry_out(with_faults(fault))

    assert (result.broken, result.effects) == ("", {effect: times})


def test_a_call_that_nobody_makes_has_no_effect() -> None:
    result, _ = carry_out(with_faults(CallFails("far", "symlink", 1, "EIO")))

    assert (result.broken, result.effects) == ("", {})


def test_the_new_content_of_a_changing_source_arrives() -> None:
    _, world = carry_out(with_faults(SourceChanges("near", 2)))

    target = world.machines["far"].files.tree(b"/srv/data")
    assert target == world.machines["near"].files.tree(b"/home/source")
    assert target[b"b"] != FileSpec("b", 1500, 2).content
    assert len(PLAN.source) == 3


@pytest.mark.parametrize(
    ("call", "error", "complaint"),
    [
        ("fsnyc", "EIO", "there is no system call 'fsnyc'; there are: claim_instance, close, "),
        ("fsync", "EFOO", "there is no error 'EFOO'; use a name of errno, such as 'EIO'"),
    ],
)
def test_a_call_or_an_error_that_there_is_not_is_refused_by_name(call: str, error: str, complaint: str):
    with pytest.raises(ValueError, match=complaint):
        CallFails("far", call, 1, error)


@pytest.mark.parametrize("windows", [(), ("far",)], ids=["Linux", "Windows"])
@pytest.mark.parametrize(
    ("fault", "code"),
    [(DiskReadOnly("far", 45), "READ_ONLY_DISK"), (FileSizeLimited("far", 1000), "FILE_TOO_LARGE")],
)
def test_it_is_told_for_what_it_is_under_both_systems(fault: Fault, code: str, windows: tuple[str, ...]):
    result, _ = carry_out(with_faults(fault, windows=windows))

    assert (result.broken, f"problem {code}" in result.reached) == ("", True)


async def _two_threads(_settings: None, system: System) -> int:
    """Ask the disk in two threads; the loop does not."""
    await asyncio.gather(*(asyncio.to_thread(system.os.mkdir, name) for name in (b"/one", b"/two")))
    return 0


@pytest.mark.parametrize("heals_after", [None, 5.0], ids=["in time", "healed before"])
def test_a_hung_disk_holds_all_threads_that_ask_it_until_it_answers_again(heals_after: float | None) -> None:
    async def scenario(trial: Trial) -> float:
        heal = DiskHangs("near", "mkdir", 1, 20.0).arm(trial)
        process = trial.machine("near").start(_two_threads, None)
        if heals_after:
            await asyncio.sleep(heals_after)
            heal()
        assert await process.wait() == 0
        return trial.world.loop.time()

    with World(1) as world:
        trial = Trial(PLAN, world)
        ended = world.run(scenario(trial))

        assert trial.effects == {"DiskHangs in a thread": 2}
        assert round(ended) == (heals_after or 20.0)
