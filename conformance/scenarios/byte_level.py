"""Large files of which little has changed."""

from collections.abc import Callable

from conformance.content import Made, Tree
from conformance.scenario import scenario
from conformance.scenarios.pair import Pair
from conformance.stage import Client, Stage, equal, has, holds, require

FILE = "large.bin"
SIZE = 2_000_000

# The most that may travel beyond what the old file lacks: 5 % of the file.
MORE_BYTES_MAX = SIZE // 20

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
    "sparse": lambda: BASE[:5000] + bytes(SIZE // 2) + BASE[5000:9000],
}

# After these the old file has all of the new one but a few bytes.
SMALL = ("insert", "delete", "append", "truncate", "reorder")

# A new file of which the old one has half. Somebody who sends whole files sends twice as much as is new.
HALF = SIZE // 2
HALF_NEW = BASE[:HALF] + Made(HALF, "the other half").content()


def _pair(stage: Stage, new: bytes, *, is_push: bool = True, **settings: bool) -> Pair:
    """A pair of which one folder has the new file and the other one the old one, with a listener."""
    trees: tuple[Tree, Tree] = ({FILE: Made(SIZE, "byte level")}, {})
    old, nothing = trees
    pair = Pair(stage, source=nothing if is_push else old, target=old if is_push else nothing)
    machine, folder = ("near", pair.source) if is_push else ("far", pair.target)
    stage.plant_pieces(machine, folder, FILE, new)
    pair.listen(**settings)
    return pair


def _start(pair: Pair, *, is_push: bool = True) -> Client:
    start = pair.start_push if is_push else pair.start_pull
    return start(block_level=True)


def _arrives(pair: Pair, what: str, literal: int, *, is_push: bool = True) -> None:
    """Demand that a run converges, and that hardly more travels than what is new."""
    before = pair.stage.carried()
    equal(what, _start(pair, is_push=is_push).wait().state, "converged")
    travelled = pair.stage.carried() - before
    require(
        travelled < literal + MORE_BYTES_MAX,
        f"{what}: {travelled} bytes travelled for {literal} new ones in {SIZE}",
    )


def _is_small(stage: Stage, *, is_push: bool) -> None:
    new = _edited(SIZE // 2)
    pair = _pair(stage, new, is_push=is_push)

    _arrives(pair, "the run", len(new) - SIZE, is_push=is_push)

    has("the file", pair.at_target() if is_push else pair.at_source(), FILE, new)


@scenario("PS-BYTE-02", "PS-BYTE-01")
def small_edit_is_small_in_a_push(stage: Stage) -> None:
    """A few bytes are put into a large file: a push with byte-level replication moves less than 5 % of it."""
    _is_small(stage, is_push=True)


@scenario("PS-BYTE-02", "PS-BYTE-01")
def small_edit_is_small_in_a_pull(stage: Stage) -> None:
    """Likewise a pull."""
    _is_small(stage, is_push=False)


@scenario("PS-BYTE-03", "PS-BYTE-02")
def every_edit_arrives(stage: Stage) -> None:
    """Bytes are inserted, deleted, appended, cut off, reordered, all of them, or are zeros: the result is the source.

    Where the old file has nearly all of it, nearly nothing travels.
    """
    for name, edit in EDITS.items():
        pair = _pair(stage, edit())
        _arrives(pair, f"the run after {name}", 0 if name in SMALL else len(edit()))
        has(f"the file after {name}", pair.at_target(), FILE, edit())
        stage.end()


@scenario("PS-BYTE-01")
def whole_file_without_it(stage: Stage) -> None:
    """Nothing is said of byte-level replication: the whole file travels, and arrives."""
    new = _edited(SIZE // 2)
    pair = _pair(stage, new)
    before = stage.carried()

    equal("the run", pair.push().state, "converged")

    has("the file", pair.at_target(), FILE, new)
    travelled = stage.carried() - before
    require(travelled >= len(new), f"only {travelled} bytes travelled")


@scenario("PS-BYTE-04", levels=("S",))
def peer_without_it_gets_the_whole_file(stage: Stage) -> None:
    """The job has it and the listener has not: the whole file travels and arrives, and the operator is told why."""
    new = _edited(SIZE // 2)
    pair = _pair(stage, new, block_level=False)
    before = stage.carried()

    outcome = _start(pair).wait()

    equal("the run", outcome.state, "converged")
    has("the file", pair.at_target(), FILE, new)
    travelled = stage.carried() - before
    require(travelled >= len(new), f"only {travelled} bytes travelled")
    require(outcome.warnings, "nobody was told that the whole file travels")


@scenario("PS-BYTE-S1", "PS-SVC-07")
def file_is_exchanged_at_the_end(stage: Stage) -> None:
    """A byte-level transfer breaks off: the old file is whole, what was begun is no file of the user's, and the next one arrives."""
    pair = _pair(stage, HALF_NEW)
    fault = stage.fault("reset", "near", "far", after_bytes=HALF // 2)
    equal("the run that breaks off", _start(pair).wait().state, "failed")
    stage.heal(fault)
    has("the target", pair.at_target(), FILE, BASE)

    elsewhere = pair.near.at("elsewhere")
    stage.plant("near", elsewhere, {})
    source = {"host": pair.far.host, "path": pair.target}
    equal(
        "the pull",
        stage.start("near", source=source, target={"path": elsewhere}).wait().state,
        "converged",
    )
    holds("what was pulled", stage.tree("near", elsewhere), {FILE: BASE})

    _arrives(pair, "the next run", HALF)
    has("the target", pair.at_target(), FILE, HALF_NEW)


@scenario("PS-BYTE-S2", levels=("S",))
def whole_file_where_it_fails(stage: Stage) -> None:
    """The old file changes under a byte-level transfer: it is never a mixture, the new one arrives, and small edits are small again."""
    pair = _pair(stage, HALF_NEW)
    fault = stage.fault("silent", "near", "far", after_bytes=HALF // 2)
    client = _start(pair)
    client.wait_under_way(HALF // 4)
    stage.plant("far", pair.target, {FILE: "written by somebody else"})
    stage.heal(fault)
    state = client.wait().state
    require(state in ("converged", "partial", "failed"), f"the run does not end: it is {state}")
    whole = "written by somebody else" if state != "converged" else HALF_NEW
    has("the target", pair.at_target(), FILE, whole)

    equal("the next run", _start(pair).wait().state, "converged")
    has("the target after it", pair.at_target(), FILE, HALF_NEW)

    stage.plant_pieces("near", pair.source, FILE, HALF_NEW + b"and an edit")
    _arrives(pair, "the run after an edit", 11)
    has("the target after the edit", pair.at_target(), FILE, HALF_NEW + b"and an edit")
