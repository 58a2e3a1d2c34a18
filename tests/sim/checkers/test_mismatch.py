"""The checker of mismatches: it knows the cause, and finds a run that tells another one or changes something."""

import pytest
from msgspec import structs

from psync.core.changes import MakeFolder
from psync.core.errors import ConnectRefused, KeyMismatch
from psync.engine.events import ChangeDone, ConnectionFailed
from sim.checkers.checker import Broken
from sim.checkers.mismatch import Mismatch, cause_between
from sim.configuration import KEYS, NO_KEYS, OTHER_USER, Keys, Setup
from sim.faults import ProcessKilled, RivalRun
from sim.plan import CLIENT
from sim.trial import Trial
from tests.expectations import does_not_raise
from tests.sim.checkers.trials import beginning
from tests.sim.plans import with_faults

KEYED = with_faults(is_keyed=True)
WRONG_KEY = KeyMismatch(host="far")
REFUSED = ConnectRefused(host="far", port=7334, reason="connection refused")


def failed(cause: ConnectRefused | KeyMismatch) -> ConnectionFailed:
    return ConnectionFailed("target", r"TCP:\\far\srv\data", "Replication", cause, False)


def mistaken(trial: Trial) -> Mismatch:
    """The checker before a run in which the client has another user name than the listener."""
    trial.setups[CLIENT] = structs.replace(trial.setups[CLIENT], keys=Keys(OTHER_USER, KEYS.password))
    checker = Mismatch(trial)
    checker.before_run()
    return checker


@pytest.mark.parametrize(
    ("client", "listener", "cause"),
    [
        (Setup(), Setup(), ""),
        (Setup(keys=KEYS), Setup(keys=KEYS), ""),
        (Setup(port=7334), Setup(), "CONNECT_REFUSED"),
        (Setup(keys=KEYS), Setup(port=7334), "CONNECT_REFUSED"),
        (Setup(keys=KEYS), Setup(keys=Keys(OTHER_USER, KEYS.password)), "KEY_MISMATCH"),
        (Setup(keys=KEYS), Setup(keys=NO_KEYS), "MODE_MISMATCH"),
        (Setup(keys=NO_KEYS), Setup(keys=KEYS), "MODE_MISMATCH"),
    ],
)
def test_the_cause_follows_from_how_both_sides_are_set_up(client: Setup, listener: Setup, cause: str):
    assert cause_between(client, listener) == cause


def test_a_run_that_names_the_cause_and_changes_nothing_is_right():
    with beginning(KEYED) as trial:
        checker = mistaken(trial)
        checker.heard(failed(WRONG_KEY))

        with does_not_raise():
            checker.after_run(3)


@pytest.mark.parametrize(
    ("causes", "exit_code", "what"),
    [
        ([], 0, "a run has converged in spite of KEY_MISMATCH"),
        ([], 3, "KEY_MISMATCH was told as [], exit code 3"),
        ([REFUSED], 3, "KEY_MISMATCH was told as ['CONNECT_REFUSED'], exit code 3"),
        ([WRONG_KEY], 1, "KEY_MISMATCH was told as ['KEY_MISMATCH'], exit code 1"),
    ],
)
def test_another_end_of_such_a_run_is_found(causes: list[ConnectRefused], exit_code: int, what: str):
    with beginning(KEYED) as trial:
        checker = mistaken(trial)
        for cause in causes:
            checker.heard(failed(cause))

        with pytest.raises(Broken) as broken:
            checker.after_run(exit_code)

    assert str(broken.value) == f"mismatch: {what}"


@pytest.mark.parametrize(("machine", "folder"), [("near", b"/home/source"), ("far", b"/srv/data")])
def test_a_file_that_changes_on_either_side_is_found(machine: str, folder: bytes):
    with beginning(KEYED) as trial:
        checker = mistaken(trial)
        checker.heard(failed(WRONG_KEY))
        trial.machine(machine).files.remove(folder + b"/a")

        with pytest.raises(Broken, match="bytes have changed in spite of KEY_MISMATCH"):
            checker.after_run(3)


def test_a_change_that_is_acknowledged_is_found_at_once():
    with beginning(KEYED) as trial:
        checker = mistaken(trial)

        with pytest.raises(Broken, match="something was done in spite of KEY_MISMATCH"):
            checker.heard(ChangeDone(MakeFolder(1, (b"new",)), 0))


def test_beside_other_faults_another_cause_may_come_first_but_no_success():
    with beginning(with_faults(ProcessKilled("far", 1), is_keyed=True)) as trial:
        checker = mistaken(trial)
        checker.heard(failed(REFUSED))
        checker.after_run(3)

        checker = mistaken(trial)
        with pytest.raises(Broken, match="a run has converged"):
            checker.after_run(0)


def test_a_run_that_began_with_other_keys_may_go_on():
    with beginning(with_faults(RivalRun("near", 1), is_keyed=True)) as trial, does_not_raise():
        mistaken(trial).heard(ChangeDone(MakeFolder(1, (b"new",)), 0))
