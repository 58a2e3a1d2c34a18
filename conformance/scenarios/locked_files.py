"""Files of the target that another program has open, and the retry list."""

from conformance.content import Tree
from conformance.scenario import scenario
from conformance.scenarios.pair import Pair
from conformance.stage import Stage, equal, holds, require

OLD: Tree = {"Document.doc": "old document", "Letter.doc": "old letter"}
NEW: Tree = {"Document.doc": "the new document", "Letter.doc": "the new letter"}
STUCK: Tree = {**NEW, "Document.doc": OLD["Document.doc"]}

RETRY_SECONDS = 60.0
SLACK_SECONDS = 15.0

REASON = "(The process cannot access the file because it is being used by another process)"


def _locked(stage: Stage) -> Pair:
    pair = Pair(stage, source=NEW, target=OLD, style="windows")
    pair.listen()
    stage.lock("far", _document(pair))
    return pair


def _document(pair: Pair) -> dict[str, str]:
    return pair.far.at("backup", "Document.doc")


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


@scenario("PS-ERR-11")
def suffix_stands_only_on_the_retry_list(stage: Stage) -> None:
    """A client that ends keeps no retry list of its own that anybody works off: the text claims none."""
    pair = _locked(stage)

    outcome = pair.push()

    equal("the messages", outcome.messages, (_text(_document(pair)["path"]),))


@scenario("PS-ERR-14", "PS-ROOT-05")
def path_is_told_as_it_was_asked(stage: Stage) -> None:
    """The text names the path that the job has, not the one below the RootPath to which it was mapped."""
    pair = Pair(stage, source=NEW, target=None, style="windows")
    pair.listen()
    path = {"style": "windows", "path": "D:\\Target"}
    mapped = pair.far.at("D", "Target")
    stage.plant("far", mapped, OLD)
    stage.lock("far", {**mapped, "path": mapped["path"] + "\\Document.doc"})

    outcome = pair.push(path=path)

    equal("the messages", outcome.messages, (_text("D:\\Target\\Document.doc"),))


@scenario("PS-RET-04", "PS-ERR-12")
def locked_file_holds_nobody_up(stage: Stage) -> None:
    """Files before and after the locked one arrive in the same run, and each is told once."""
    files: Tree = {f"file {number:02}.doc": f"new {number}" for number in range(20)}
    pair = Pair(stage, source={**files, **NEW}, target=OLD, style="windows")
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
    """A job that stays tries again on its interval, and no earlier, until the file is closed."""
    pair = _locked(stage)
    client = pair.start_push(stays=True, retry_seconds=RETRY_SECONDS)
    told = client.wait(SLACK_SECONDS)
    suffix = " (Added To Retry List)..."
    equal("the messages", told.messages, (_text(_document(pair)["path"]) + suffix,))

    stage.unlock("far", _document(pair))
    stage.sleep(RETRY_SECONDS / 2)
    holds("the target before the interval is over", pair.at_target(), STUCK)
    stage.sleep(RETRY_SECONDS)
    holds("the target after it", pair.at_target(), NEW)


@scenario("PS-RET-05")
def retry_list_survives_a_crash(stage: Stage) -> None:
    """The client is killed: the one that is started next tries what was on the list."""
    pair = _locked(stage)
    client = pair.start_push(stays=True, retry_seconds=RETRY_SECONDS)
    client.wait(SLACK_SECONDS)
    client.kill()
    stage.unlock("far", _document(pair))

    pair.start_push(stays=True, retry_seconds=RETRY_SECONDS)
    stage.sleep(RETRY_SECONDS + SLACK_SECONDS)

    holds("the target", pair.at_target(), NEW)


@scenario("PS-RET-04", "PS-RET-03")
def entry_is_dropped_with_its_source(stage: Stage) -> None:
    """The source of an entry on the list is deleted: nobody tries to bring it any more."""
    pair = _locked(stage)
    client = pair.start_push(stays=True, retry_seconds=RETRY_SECONDS)
    client.wait(SLACK_SECONDS)
    stage.remove("near", pair.near.at("data", "Document.doc"))
    stage.unlock("far", _document(pair))
    stage.sleep(RETRY_SECONDS + SLACK_SECONDS)

    holds("the target", pair.at_target(), STUCK)


@scenario("PS-RET-S1", levels=("S",))
def period_is_set_in_seconds(stage: Stage) -> None:
    """The period between two attempts is what is set, in seconds."""
    pair = _locked(stage)
    pair.start_push(stays=True, retry_seconds=30.0).wait(SLACK_SECONDS)
    stage.unlock("far", _document(pair))
    stage.sleep(30.0)

    holds("the target", pair.at_target(), NEW)


@scenario("PS-RET-S2", levels=("S",))
def maximum_of_attempts(stage: Stage) -> None:
    """After so many attempts the file leaves the list, until the next scan; with 0 there is no end to them."""
    for attempts_max, tree in ((2, STUCK), (0, NEW)):
        pair = _locked(stage)
        client = pair.start_push(
            stays=True, retry_seconds=RETRY_SECONDS, retries_max=attempts_max, scan_minutes=60
        )
        client.wait(SLACK_SECONDS)
        stage.sleep(5 * RETRY_SECONDS)
        stage.unlock("far", _document(pair))
        stage.sleep(2 * RETRY_SECONDS)
        holds(f"the target with a maximum of {attempts_max}", pair.at_target(), tree)
        stage.end()
