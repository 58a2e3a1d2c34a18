"""Somebody in between who changes what he cannot read: one bit is enough, and it is noticed.

A flip is counted from the first byte of a connection on. No handshake that agrees
on a key is shorter than the first places; the others lie in contents, which no
packer makes smaller.
"""

from collections.abc import Callable, Iterator

from conformance.answers import Outcome
from conformance.content import Entries, Made, Tree, expected
from conformance.scenario import scenario
from conformance.scenarios.encryption import KEY
from conformance.scenarios.pair import Pair
from conformance.stage import NotMet, Stage, equal, holds, require

OLD: Tree = {"large": Made(20_000, "old"), "sub/small": "old"}
NEW: Tree = {"large": Made(300_000, "new"), "sub/small": "new", "sub/added": "new"}

IN_THE_HANDSHAKE = (0, 5, 20, 40, 80, 120)
IN_CONTENTS = (1_000, 50_000, 200_000)

Way = tuple[str, str]
THERE, BACK = ("near", "far"), ("far", "near")


@scenario("PS-ENC-08", levels=("S",))
def bit_of_a_push(stage: Stage) -> None:
    """A bit is flipped on the way there or back: the run fails with the documented texts, and no wrong byte is kept."""
    pair = Pair(stage, source=NEW, target=OLD)
    pair.listen(**KEY)

    for way, place in _flips(contents=THERE, others=BACK):
        where = f"with byte {place} from {way[0]} to {way[1]} changed"
        _has_failed(pair, _flipped(stage, way, place, pair.push), "target", where)
        _is_noticed(pair.push, pair.at_target, "the target", where)
        _is_old_again(stage, pair, "far")


@scenario("PS-ENC-08", levels=("S",))
def bit_of_a_pull(stage: Stage) -> None:
    """The same where the contents travel towards the client."""
    pair = Pair(stage, source=OLD, target=NEW)
    pair.listen(**KEY)

    for way, place in _flips(contents=BACK, others=THERE):
        where = f"with byte {place} from {way[0]} to {way[1]} changed"
        _has_failed(pair, _flipped(stage, way, place, pair.pull), "source", where)
        _is_noticed(pair.pull, pair.at_source, "the folder of the client", where)
        _is_old_again(stage, pair, "near")


def _flips(contents: Way, others: Way) -> Iterator[tuple[Way, int]]:
    """The bits that are flipped: of the handshake either way, and of the contents where they travel."""
    yield from ((contents, place) for place in IN_THE_HANDSHAKE + IN_CONTENTS)
    yield from ((others, place) for place in IN_THE_HANDSHAKE)


def _is_noticed(
    copy: Callable[..., Outcome], found: Callable[[], Entries | None], folder: str, where: str
) -> None:
    """Demand that nothing false is kept, and that the next run brings what there is."""
    _holds_nothing_false(f"{folder} {where}", found())
    equal(f"the next run after the one {where}", copy(delete=True, **KEY).state, "converged")
    holds(f"{folder} after the next run, after the one {where}", found(), NEW)


def _flipped(stage: Stage, way: Way, place: int, copy: Callable[..., Outcome]) -> Outcome:
    """Carry out a job in which one bit is flipped."""
    fault = stage.fault("flip", *way, after_bytes=place)
    outcome = copy(**KEY)
    stage.heal(fault)
    return outcome


def _has_failed(pair: Pair, outcome: Outcome, role: str, where: str) -> None:
    equal(f"the run {where}", outcome.state, "failed")
    equal(f"the messages of the run {where}", outcome.messages, pair.texts(role))


def _holds_nothing_false(what: str, found: Entries | None) -> None:
    """Each file is the old one or the new one, and none of the old ones is gone."""
    old, new = expected(OLD), expected(NEW)
    entries = found or {}
    require(entries.keys() >= old.keys(), f"{what}: has only {sorted(entries)}")
    for path, entry in entries.items():
        if entry not in (old.get(path), new.get(path)):
            raise NotMet(f"{what}: {path} is {entry}, which nobody has sent")


def _is_old_again(stage: Stage, pair: Pair, machine: str) -> None:
    folder = pair.target if machine == "far" else pair.source
    stage.remove(machine, folder)
    stage.plant(machine, folder, OLD)
