"""Calls one listener: connections, handshakes and sessions, and what is known of it."""

import os
import time
from collections.abc import Callable
from typing import Any

from msgspec import Struct

from conformance.blackbox.agreement import ZERO, generator, multiply
from conformance.blackbox.frames import (
    ALERTS,
    ANSWER_BYTES,
    BUSY,
    VERDICT_BYTES,
    Agreement,
    Answer,
    FrameInvalid,
    Offer,
    agree,
    read_refusal,
)
from conformance.blackbox.key import Key
from conformance.blackbox.messages import Fail, Open, Opened
from conformance.blackbox.session import Session
from conformance.blackbox.wire import Deadlines, Line, Unanswered, Wire
from conformance.verdict import Step

BUSY_PAUSE_SECONDS = 0.5


class Busy(Unanswered):
    """The listener takes nobody now."""


class Refused(Unanswered):
    """The listener refuses the handshake, with this alert."""

    def __init__(self, alert: int, mode: int) -> None:
        super().__init__(f"refuses the handshake with {ALERTS[alert]}")
        self.alert = alert
        self.mode = mode


class Met(Struct, frozen=True):
    """M1 and M2, and what is in the latter."""

    offer: bytes
    data: bytes
    answer: Answer


class Host(Struct, frozen=True):
    """What a listener's answers tell of its machine: how it writes paths, and whether there is a RootPath."""

    style: str
    is_confined: bool


class Caller:
    """Makes connections, with the key that was given; `trail` tells what it has done.

    `dial` makes one connection. `mode` is the listener's own, and the key's until it is known.
    """

    def __init__(self, dial: Callable[[], Line], key: Key, deadlines: Deadlines) -> None:
        self.dial = dial
        self.key = key
        self.deadlines = deadlines
        self.mode = key.mode
        self.trail: list[Step] = []
        self._host: Host | None = None
        self._prs: bytes | None = None

    @property
    def prs(self) -> bytes:
        """The secret of the key that was given."""
        if self._prs is None:
            self._prs = self.key.secret()
        return self._prs

    @property
    def host(self) -> Host:
        """Ask for absent folders in both styles, once; raise `Unanswered` where the answers tell nothing."""
        if self._host is None:
            name = f"psync-conformance-{os.urandom(8).hex()}"
            own = self._style_of(Open("posix", f"/{name}".encode()))
            other = self._style_of(Open("windows", f"C:\\{name}".encode()))
            if own is None and other is None:
                raise Unanswered("calls the paths of both systems foreign")
            self._host = Host(own or other or "", own == other)
        return self._host

    def _style_of(self, question: Open) -> str | None:
        """The style of the host; None if this path is one of another system's to it."""
        with self.session() as session:
            answer = session.ask(question)
        if isinstance(answer, Opened):
            return answer.style
        if isinstance(answer, Fail) and answer.fields.get("reason") == "FOREIGN":
            return None
        raise Unanswered(f"answers a question for a folder that is not there with {answer}")

    def note(self, op: str, params: dict[str, Any], answer: dict[str, Any]) -> None:
        """Remember a step for the report. Nothing of a key is ever noted."""
        self.trail.append(Step(op, params, answer))

    def wire(self) -> Wire:
        """Connect."""
        return Wire(self.dial(), self.deadlines)

    def offer(self, wire: Wire, mode: int) -> Met:
        """Send an offer and read an answer without an alert; raise `Refused`, `Busy` or `Unanswered`."""
        met = self.greet(wire, Offer(mode, os.urandom(32)).encode())
        if met.answer.alert:
            raise Refused(met.answer.alert, met.answer.mode)
        if met.answer.mode != mode:
            raise Unanswered(f"answers an offer of mode {mode} in mode {met.answer.mode}")
        return met

    def greet(self, wire: Wire, offer: bytes) -> Met:
        """Send any offer and read whatever answer; raise `Busy`, which says nothing about the offer."""
        wire.send(offer)
        data = wire.read(ANSWER_BYTES, "the answer")
        try:
            answer = Answer.decode(data)
        except FrameInvalid as invalid:
            raise Unanswered(f"answers an offer with what is no answer: {invalid}") from None
        if answer.alert == BUSY:
            raise Busy("takes no further connection now")
        return Met(offer, data, answer)

    def prove(self, wire: Wire, met: Met, prs: bytes) -> tuple[Agreement, bytes]:
        """Send the proof that belongs to a secret; give the agreement and the verdict."""
        scalar = os.urandom(32)
        share = multiply(scalar, generator(prs, met.offer[32:64] + met.answer.nonce))
        product = multiply(scalar, met.answer.share)
        if product == ZERO:
            raise Unanswered("offers a share that makes the agreed secret zero")
        agreement = agree(product, met.offer, met.data, share)
        wire.send(share + agreement.client_tag)
        return agreement, wire.read(VERDICT_BYTES, "the verdict")

    def session(self) -> Session:
        """Shake hands with the key that was given; a busy listener is tried again for a while."""
        deadline = time.monotonic() + self.deadlines.busy
        while True:
            try:
                session = self._session()
                self.note("session", {}, {"connection": session.connection_id})
                return session
            except Busy:
                if time.monotonic() > deadline:
                    raise
            time.sleep(BUSY_PAUSE_SECONDS)

    def _session(self) -> Session:
        prs = self.prs  # before the handshake's time begins: a password takes a while
        wire = self.wire()
        try:
            met = self.offer(wire, self.key.mode)
            agreement, verdict = self.prove(wire, met, prs)
            if verdict != agreement.acceptance:
                raise _refused(verdict)
            return Session(wire, agreement, verdict, met.answer.listener_id)
        except BaseException:
            wire.__exit__(None, None, None)
            raise


def _refused(verdict: bytes) -> Unanswered:
    try:
        alert = read_refusal(verdict)
    except FrameInvalid:
        return Unanswered("accepts and does not prove that it knows the key")
    return Busy("takes no further connection now") if alert == BUSY else Refused(alert, 0)
