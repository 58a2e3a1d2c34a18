"""Files of the target that another program has open, and the retry list."""

from collections.abc import Callable
from typing import Any

from conformance.content import Tree, expected
from conformance.scenario import scenario
from conformance.scenarios.pair import Pair
from conformance.stage import FOLDER, Client, NotSupported, Stage, equal, has, holds, require

OLD: Tree = {"Document.doc": "old document", "Letter.doc": "old letter"}
NEW: Tree = {"Document.doc": "the new document", "Letter.doc": "the new letter"}
STUCK: Tree = {**NEW, "Document.doc": OLD["Document.doc"]}

# Short, since a real clock cannot be put forward; so long that a busy machine is not taken for a wrong interval.
RETRY_SECONDS = 3.0
LOOK_SECONDS = 0.25

# Within what time a client that has been started has told what came of its first attempt.
START_SECONDS_MAX = 15.0

# No scan is due before: what arrives earlier, the retry list has brought.
SCAN_MINUTES = 60

LISTED = " (Added To Retry List)..."

REASON = "(The process cannot access the file because it is being used by another process)"


# What a job is told to use, and where that is below the RootPath, on each system.
MAPPED = {"windows": ("D:\\Target", ("D", "Target")), "posix": ("/Target", ("Target",))}


def _pair(stage: Stage, source: Tree = NEW, target: Tree | None = OLD) -> Pair:
    """With the target on Windows, where each open file is locked; on another system, where that cannot be had, the lock is played."""
    try:
        return Pair(stage, source, target, style="windows")
    except NotSupported:
        stage.end()
        return Pair(stage, source, target)


def _locked(stage: Stage) -> Pair:
    pair = _pair(stage)
    pair.listen()
    stage.lock("far", _document(pair))
    return pair


def _document(pair: Pair) -> dict[str, str]:
    return pair.far.at(FOLDER, "Document.doc")


def _stay(pair: Pair, **job: Any) -> Client:
    """Start a client that stays, and scans when it starts and then no more."""
    return pair.start_push(
        **{"stays": True, "retry_seconds": RETRY_SECONDS, "scan_minutes": SCAN_MINUTES, **job}
    )


def _listed(pair: Pair, *names: str, **job: Any) -> Client:
    """A client that stays, and has just told by its texts that these files, or else the document, are on its retry list."""
    client = _stay(pair, **job)
    texts = [_text(pair.far.at(FOLDER, name)["path"]) + LISTED for name in names or ("Document.doc",)]
    _until(pair, START_SECONDS_MAX, lambda: len(client.wait(0).messages) >= len(texts))
    equal("the messages", sorted(client.wait(0).messages), texts)
    return client


def _until(pair: Pair, seconds: float, is_so: Callable[[], bool]) -> None:
    """Let time pass until something is so, and no more than so many seconds."""
    for _ in range(round(seconds / LOOK_SECONDS)):
        if is_so():
            return
        pair.stage.sleep(LOOK_SECONDS)


def _until_there(pair: Pair, seconds: float, tree: Tree) -> None:
    """Let time pass until the target has these files, whatever else is in it, and no more than so many seconds."""
    wanted = expected(tree).items()
    _until(pair, seconds, lambda: wanted <= (pair.at_target() or {}).items())


def _text(path: str) -> str:
    return f"PSListener responded with - Update Failure [LockFiles] Error Opening Handle: {path} {REASON}"


@scenario("PS-ERR-09", "PS-ERR-10", "PS-ERR-12")
def locked_file_is_told_and_the_job_goes_on(stage: Stage) -> None:
    """The locked file stays as it was and is told in the documented text; the other one arrives."""
    pair = _locked(stage)

    outcome = pair.push()

    equal("the run", outcome.state, "partial")
    equal("the problems", [(one.path, one.code) for one in outcome.problems], [("Document.doc", "LOCKED")])
    require(len(outcome.messages) == 1, f"the messages are {outcome.messages}")
    text = _text(_document(pair)["path"])
    require(
        outcome.messages[0].startswith(text), f"the message is {outcome.messages[0]!r}, expected {text!r}"
    )
    holds("the target", pair.at_target(), STUCK)


@scenario("PS-ERR-12", "PS-ERR-09")
def locked_file_is_not_deleted(stage: Stage) -> None:
    """The source lacks a file that is open at the target: it is told, it stays, and the others go away and arrive."""
    gone: Tree = {f"{name}.doc": "the source has it no more" for name in ("A", "Z")}
    pair = _pair(stage, {"Letter.doc": "the new letter"}, {**OLD, **gone})
    pair.listen()
    stage.lock("far", _document(pair))

    outcome = pair.push(delete=True)

    equal("the run", outcome.state, "partial")
    told = [(one.path, one.code) for one in outcome.problems]
    equal("the problems", told, [("Document.doc", "LOCKED")])
    equal("the messages", outcome.messages, (_text(_document(pair)["path"]),))
    kept: Tree = {"Document.doc": OLD["Document.doc"], "Letter.doc": "the new letter"}
    holds("the target", pair.at_target(), kept)


@scenario("PS-ERR-09")
def locked_file_of_the_client_blames_no_listener(stage: Stage) -> None:
    """A file is open at the client's own target: it is told, it stays, and nobody says that a listener has responded."""
    pair = Pair(stage, source=OLD, target=NEW)
    pair.listen()
    stage.lock("near", {**pair.source, "path": f"{pair.source['path']}/Document.doc"})

    outcome = pair.pull()

    equal("the run", outcome.state, "partial")
    equal("the problems", [(one.path, one.code) for one in outcome.problems], [("Document.doc", "LOCKED")])
    equal("the messages", outcome.messages, ())
    holds("the folder of the client", pair.at_source(), STUCK)


@scenario("PS-ERR-11")
def suffix_stands_only_on_the_retry_list(stage: Stage) -> None:
    """A client that ends keeps no retry list of its own that anybody works off: the text claims none."""
    pair = _locked(stage)

    outcome = pair.push()

    equal("the messages", outcome.messages, (_text(_document(pair)["path"]),))


@scenario("PS-ERR-10")
def denied_folder_is_no_locked_file(stage: Stage) -> None:
    """Nobody may enter a folder of the target: that is told as what it is, and by no text of a file that is open elsewhere."""
    pair = Pair(stage, source={**NEW, "sub/inner": "new"}, target={**OLD, "sub/inner": "old"})
    pair.listen()
    stage.ask("fs.deny", {"machine": "far", "path": pair.far.at(FOLDER, "sub")})

    outcome = pair.push()

    equal("the run", outcome.state, "partial")
    equal("the codes of the problems", {one.code for one in outcome.problems}, {"PERMISSION"})
    require({one.path.split("/")[0] for one in outcome.problems} == {"sub"}, f"told: {outcome.problems}")
    equal("the messages", outcome.messages, ())
    for name, content in NEW.items():
        has("the target", pair.at_target(), name, content)


@scenario("PS-ERR-14", "PS-ROOT-05")
def path_is_told_as_it_was_asked(stage: Stage) -> None:
    """The text names the path that the job has, not the one below the RootPath to which it was mapped."""
    pair = _pair(stage, target=None)
    pair.listen()
    asked, mapped = MAPPED[pair.far.style]
    stage.plant("far", pair.far.at(*mapped), OLD)
    stage.lock("far", pair.far.at(*mapped, "Document.doc"))

    outcome = pair.push(path={"style": pair.far.style, "path": asked})

    separator = "\\" if pair.far.style == "windows" else "/"
    equal("the messages", outcome.messages, (_text(f"{asked}{separator}Document.doc"),))


@scenario("PS-RET-04", "PS-ERR-12")
def locked_file_holds_nobody_up(stage: Stage) -> None:
    """Files before and after the locked one arrive in the same run, and each is told once."""
    files: Tree = {f"file {number:02}.doc": f"new {number}" for number in range(20)}
    pair = _pair(stage, {**files, **NEW})
    pair.listen()
    stage.lock("far", _document(pair))

    outcome = pair.push()

    equal("how many problems are told", len(outcome.problems), 1)
    holds("the target", pair.at_target(), {**files, **STUCK})


@scenario("PS-RET-03")
def next_run_settles_it(stage: Stage) -> None:
    """Once the file is closed, the next run brings what the source has by then."""
    pair = _locked(stage)
    equal("the run", pair.push().state, "partial")
    stage.plant("near", pair.source, {"Document.doc": "newer than new"})
    stage.unlock("far", _document(pair))

    equal("the next run", pair.push().state, "converged")

    holds("the target", pair.at_target(), {**NEW, "Document.doc": "newer than new"})


@scenario("PS-RET-01", "PS-RET-03", "PS-ERR-11")
def retried_on_the_interval(stage: Stage) -> None:
    """The file is open at the first attempt, and closed after it: the second one brings it, an interval later, and none before."""
    pair = _locked(stage)
    _listed(pair)

    stage.sleep(1.25 * RETRY_SECONDS)
    holds("the target after the first attempt", pair.at_target(), STUCK)
    stage.unlock("far", _document(pair))
    stage.sleep(0.25 * RETRY_SECONDS)
    holds("the target before the interval is over", pair.at_target(), STUCK)
    _until_there(pair, RETRY_SECONDS, NEW)
    holds("the target after it", pair.at_target(), NEW)


@scenario("PS-RET-03", "PS-RET-01")
def newest_content_is_tried_again(stage: Stage) -> None:
    """The source changes while the file waits on the list: what is tried again is what the source has by then."""
    pair = _locked(stage)
    _listed(pair)
    stage.plant("near", pair.source, {"Document.doc": "newer than new"})
    stage.sleep(1.0)
    stage.unlock("far", _document(pair))

    newest = {**NEW, "Document.doc": "newer than new"}
    _until_there(pair, 2 * RETRY_SECONDS, newest)

    holds("the target after it", pair.at_target(), newest)


@scenario("PS-RET-05")
def retry_list_survives_a_crash(stage: Stage) -> None:
    """The client is killed. The next one does not scan when it starts, and brings what was on the list, and nothing else."""
    pair = _locked(stage)
    _listed(pair).kill()
    stage.plant("near", pair.source, {"unseen.doc": "only a scan finds it"})
    stage.unlock("far", _document(pair))

    _stay(pair, scan_at_start=False)
    _until_there(pair, START_SECONDS_MAX + RETRY_SECONDS, NEW)
    stage.sleep(1.0)

    require("unseen.doc" not in (pair.at_target() or {}), "the next client has scanned, and shows no list")
    holds("the target", pair.at_target(), NEW)


@scenario("PS-RET-04", "PS-RET-03")
def entry_is_dropped_with_its_source(stage: Stage) -> None:
    """Of two files on the list one loses its source: the other one is brought on the interval, and this one no more."""
    pair = _locked(stage)
    letter = pair.far.at(FOLDER, "Letter.doc")
    stage.lock("far", letter)
    _listed(pair, *NEW)
    stage.remove("near", pair.near.at("data", "Document.doc"))
    for path in (_document(pair), letter):
        stage.unlock("far", path)

    _until_there(pair, 2 * RETRY_SECONDS, {"Letter.doc": NEW["Letter.doc"]})
    stage.sleep(RETRY_SECONDS)

    holds("the target", pair.at_target(), STUCK)


@scenario("PS-RET-S1", levels=("S",))
def period_is_set_in_seconds(stage: Stage) -> None:
    """The period between two attempts is what is set, in seconds: nothing is tried before, and then at once."""
    for seconds in (30.0, 45.0):
        pair = _locked(stage)
        _listed(pair, retry_seconds=seconds)
        stage.unlock("far", _document(pair))
        stage.sleep(seconds - 2)
        holds(f"the target 2 s before {seconds:g} s are over", pair.at_target(), STUCK)
        stage.sleep(4.0)
        holds(f"the target 2 s after {seconds:g} s", pair.at_target(), NEW)
        stage.end()


# How many attempts there may be, in how many intervals the file is closed, and what the target has two intervals later.
ATTEMPTS = ((2, 1, NEW), (2, 5, STUCK), (0, 5, NEW))


@scenario("PS-RET-S2", levels=("S",))
def maximum_of_attempts(stage: Stage) -> None:
    """After so many attempts the file leaves the list, until the next scan; with 0 there is no end to them."""
    for attempts_max, intervals, tree in ATTEMPTS:
        pair = _locked(stage)
        _listed(pair, retries_max=attempts_max)
        stage.sleep((intervals + 0.5) * RETRY_SECONDS)
        stage.unlock("far", _document(pair))
        stage.sleep(2 * RETRY_SECONDS)
        what = f"the target with a maximum of {attempts_max}, closed after {intervals} intervals"
        holds(what, pair.at_target(), tree)
        stage.sleep(SCAN_MINUTES * 60)
        holds(f"{what} and a scan", pair.at_target(), NEW)
        stage.end()
