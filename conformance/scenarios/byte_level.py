"""Large files of which little has changed."""

import hashlib
from collections.abc import Callable

from conformance.answers import Outcome
from conformance.content import Made, Tree
from conformance.scenario import scenario
from conformance.scenarios.pair import Pair
from conformance.stage import Stage, equal, has, holds, require

FILE = "large.bin"
SIZE = 4_000_000

# Of the file, for a change of a few bytes: the most that may travel.
SHARE_MAX = 0.05

BASE = Made(SIZE, "byte level").content()


def _edited(place: int) -> bytes:
    return BASE[:place] + b"a few bytes more" + BASE[place:]


# What an edit does to a file, by its name.
EDITS: dict[str, Callable[[], bytes]] = {
    "insert": lambda: _edited(SIZE // 3),
    "delete": lambda: BASE[: SIZE // 3] + BASE[SIZE // 3 + 1000 :],
    "append": lambda: BASE + b"the end",
    "truncate": lambda: BASE[: SIZE // 2],
    "reorder": lambda: BASE[SIZE // 2 :] + BASE[: SIZE // 2],
    "empty": lambda: b"",
    "sparse": lambda: BASE[:5000] + bytes(2_000_000) + BASE[5000:9000],
}


def _copied(pair: Pair, *, is_push: bool) -> Outcome:
    copy = pair.push if is_push else pair.pull
    return copy(block_level=True)


def _pair(stage: Stage, new: bytes, *, is_push: bool) -> Pair:
    """A pair of which one folder has the new file and the other one the old one."""
    trees: tuple[Tree, Tree] = ({FILE: Made(SIZE, "byte level")}, {})
    old, nothing = trees
    pair = Pair(stage, source=nothing if is_push else old, target=old if is_push else nothing)
    machine, folder = ("near", pair.source) if is_push else ("far", pair.target)
    _write(stage, machine, folder, new)
    pair.listen()
    return pair


def _write(stage: Stage, machine: str, folder: dict[str, str], content: bytes) -> None:
    """Plant a large file in pieces that fit into a line."""
    stage.plant_pieces(machine, folder, FILE, content)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _is_small(stage: Stage, *, is_push: bool) -> None:
    new = _edited(SIZE // 2)
    pair = _pair(stage, new, is_push=is_push)

    outcome = _copied(pair, is_push=is_push)

    equal("the run", outcome.state, "converged")
    found = pair.at_target() if is_push else pair.at_source()
    has("the file", found, FILE, new)
    require(
        outcome.bytes_wire < SIZE * SHARE_MAX,
        f"{outcome.bytes_wire} bytes travelled for 16 new ones in {SIZE}",
    )


@scenario("PS-BYTE-02", "PS-BYTE-01")
def small_edit_is_small_in_a_push(stage: Stage) -> None:
    """A few bytes are put into a large file: a push with byte-level replication moves less than 5 % of it."""
    _is_small(stage, is_push=True)


@scenario("PS-BYTE-02", "PS-BYTE-01")
def small_edit_is_small_in_a_pull(stage: Stage) -> None:
    """Likewise a pull."""
    _is_small(stage, is_push=False)


@scenario("PS-BYTE-03")
def every_edit_arrives(stage: Stage) -> None:
    """Bytes are inserted, deleted, appended, cut off, reordered, all of them, or are zeros: the result is the source."""
    for name, edit in EDITS.items():
        pair = _pair(stage, edit(), is_push=True)
        equal(f"the run after {name}", _copied(pair, is_push=True).state, "converged")
        has(f"the file after {name}", pair.at_target(), FILE, edit())
        stage.end()


@scenario("PS-BYTE-01")
def whole_file_without_it(stage: Stage) -> None:
    """Nothing is said of byte-level replication: the whole file travels, and arrives."""
    new = _edited(SIZE // 2)
    pair = _pair(stage, new, is_push=True)

    outcome = pair.push()

    equal("the run", outcome.state, "converged")
    has("the file", pair.at_target(), FILE, new)
    require(outcome.bytes_wire >= len(new), f"only {outcome.bytes_wire} bytes travelled")


@scenario("PS-BYTE-S1", "PS-SVC-07")
def file_is_exchanged_at_the_end(stage: Stage) -> None:
    """A byte-level transfer breaks off: the old file is whole, and what was begun is no file of the user's."""
    pair = _pair(stage, Made(SIZE, "all is new").content(), is_push=True)
    fault = stage.fault("reset", "near", "far", after_bytes=SIZE // 2)

    equal("the run", _copied(pair, is_push=True).state, "failed")

    has("the target", pair.at_target(), FILE, BASE)
    stage.heal(fault)
    equal("the next run", pair.pull().state, "converged")
    holds("the folder of the client", pair.at_source(), {FILE: BASE})


@scenario("PS-BYTE-S2", levels=("S",))
def whole_file_where_it_fails(stage: Stage) -> None:
    """The old file changes under a byte-level transfer: the new one arrives all the same."""
    pair = _pair(stage, _edited(SIZE // 2), is_push=True)
    client = pair.start_push(block_level=True)
    stage.plant("far", pair.target, {FILE: "written by somebody else"})
    client.wait()

    equal("the next run", _copied(pair, is_push=True).state, "converged")

    has("the file", pair.at_target(), FILE, _edited(SIZE // 2))
