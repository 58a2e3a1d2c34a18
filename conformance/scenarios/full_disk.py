"""Disks that are full: nothing is lost, it is told, and once there is room the next run brings the rest."""

import re

from conformance.answers import Outcome
from conformance.content import Made, Tree
from conformance.scenario import scenario
from conformance.scenarios.pair import Pair
from conformance.stage import Stage, equal, holds, old_or_new, require

ROOM_BYTES = 1_000_000

OLD: Tree = {"first": "old", "large": Made(50_000, "old"), "last": "old"}
NEW: Tree = {"first": "new", "large": Made(3_000_000, "new"), "last": "new", "made": "new"}
MANY: Tree = {f"file {number:03}": Made(20_000, str(number)) for number in range(150)}
DEEP: Tree = {"changed": "new", "one/two/three/file": "new", "other/file": "new"}

# How `ENOSPC` is told, by its name or its number.
ERRNO = re.compile(r"\b(ENOSPC|28|112)\b")


def _is_told(outcome: Outcome) -> None:
    """Demand that a run has told a full disk, and no file that is open elsewhere."""
    equal("the run", outcome.state, "partial")
    codes = {one.code for one in outcome.problems}
    require("NO_SPACE" in codes, f"the full disk is not told: the problems are {sorted(codes)}")
    locks = [text for text in outcome.messages if "[LockFiles]" in text]
    require(not locks and "LOCKED" not in codes, f"it is told as a file that is open elsewhere: {locks}")


def _push_into_little(
    stage: Stage, source: Tree, target: Tree, room: int, entries: int | None = None
) -> Pair:
    pair = Pair(stage, source=source, target=target)
    stage.limit("far", pair.far.at(), room, entries)
    pair.listen()
    outcome = pair.push()
    _is_told(outcome)
    old_or_new("the target", pair.at_target(), target, source)
    return pair


def _room_is_made(stage: Stage, pair: Pair, tree: Tree) -> None:
    stage.unlimit("far", pair.far.at())
    equal("the run with room", pair.push().state, "converged")
    holds("the target with room", pair.at_target(), tree)


@scenario("PS-ERR-10")
def large_file_does_not_fit(stage: Stage) -> None:
    """The disk of the target has no room for one file: it is told, the old one stays, and no other file is half of one."""
    pair = _push_into_little(stage, NEW, OLD, ROOM_BYTES)

    old_or_new("the file", pair.at_target(), {"large": OLD["large"]}, {})
    _room_is_made(stage, pair, NEW)


@scenario("PS-ERR-10")
def many_files_do_not_fit(stage: Stage) -> None:
    """The disk of the target becomes full in the middle of many files: each of them is there or not, and none is half of one."""
    pair = _push_into_little(stage, MANY, {}, ROOM_BYTES)

    _room_is_made(stage, pair, MANY)


@scenario("PS-ERR-10")
def pulled_file_does_not_fit(stage: Stage) -> None:
    """The disk of the client has no room for a file that it pulls: likewise."""
    pair = Pair(stage, source=OLD, target=NEW)
    stage.limit("near", pair.near.at(), ROOM_BYTES)
    pair.listen()

    _is_told(pair.pull())

    old_or_new("the folder of the client", pair.at_source(), OLD, {**NEW, "large": OLD["large"]})
    stage.unlimit("near", pair.near.at())
    equal("the run with room", pair.pull().state, "converged")
    holds("the folder of the client with room", pair.at_source(), NEW)


@scenario("PS-ERR-10")
def folders_of_the_source_do_not_fit(stage: Stage) -> None:
    """The disk of the target takes no more than three names: what is below a folder that cannot be made is told, not lost."""
    pair = _push_into_little(stage, DEEP, {"changed": "old"}, ROOM_BYTES, entries=3)

    _room_is_made(stage, pair, DEEP)


@scenario("PS-ROOT-08", "PS-ROOT-05")
def folder_structure_does_not_fit(stage: Stage) -> None:
    """The folders below the RootPath cannot be made, for want of room: the run fails and says why; the next one makes them."""
    pair = Pair(stage, source=NEW, target=OLD)
    path = {"style": "posix", "path": "/elsewhere/and/deeper"}
    mapped = pair.far.at("elsewhere", "and", "deeper")
    stage.limit("far", pair.far.at(), ROOM_BYTES, 1)
    pair.listen()

    outcome = pair.push(path=path)

    equal("the run", outcome.state, "failed")
    require(outcome.causes, "no cause is told")
    equal("the folder that has no room", stage.tree("far", mapped), None)
    holds("what lies beside it", pair.at_target(), OLD)
    stage.unlimit("far", pair.far.at())
    equal("the run with room", pair.push(path=path).state, "converged")
    holds("the folder that has room", stage.tree("far", mapped), NEW)


@scenario("PS-ERR-10")
def reason_is_the_systems_own(stage: Stage) -> None:
    """An error that is no sharing violation is told with the text that the system has for it, and with its errno."""
    pair = Pair(stage, source=NEW, target=OLD)
    stage.limit("far", pair.far.at(), ROOM_BYTES)
    pair.listen()

    outcome = pair.push()

    equal("the run", outcome.state, "partial")
    reason = next((one.reason for one in outcome.problems if one.path == "large"), "")
    require(ERRNO.search(reason), f"the reason is {reason!r}, which names no errno")
