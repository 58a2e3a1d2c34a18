"""Who says that the other end has broken the protocol is told, but where somebody in between has."""

from contextlib import nullcontext

import pytest

from psync.core.errors import ConnectionLost, Failure, ProtocolViolation
from psync.engine.events import ConnectionFailed, Event, RunRefused, SessionEnded
from sim.checkers.checker import Broken
from sim.checkers.protocol import CHANGED, Protocol
from tests.sim.checkers.trials import beginning

LOST = ConnectionLost(host="far", reason="closed")
WRONG = ProtocolViolation(host="far", reason="two Scan at once")
TAMPERED = ProtocolViolation(host="far", reason=CHANGED)


def failed(cause: Failure) -> Event:
    return ConnectionFailed("target", "uri", "job", cause, False)


def session(reason: str) -> Event:
    return SessionEnded("near", "", "job", "/srv", False, 0, 0, 0.0, reason, None)


@pytest.mark.parametrize(
    ("event", "is_tampered", "is_told"),
    [
        (failed(LOST), False, False),
        (failed(WRONG), False, True),
        (failed(WRONG), True, True),
        (failed(TAMPERED), False, True),
        (failed(TAMPERED), True, False),
        (RunRefused(WRONG), False, True),
        (session(""), False, False),
        (session(str(WRONG)), False, True),
        (session(str(TAMPERED)), True, False),
    ],
)
def test_a_complaint_is_judged(event: Event, is_tampered: bool, is_told: bool) -> None:
    with beginning() as trial:
        if is_tampered:
            trial.effects["SegmentTampered replay"] += 1
        with pytest.raises(Broken, match="protocol: ") if is_told else nullcontext():
            Protocol(trial).heard(event)
