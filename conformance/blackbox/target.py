"""The target `tcp:HOST:PORT`: what it is called, and how its cases are run and judged."""

import re
import shlex
import time
import traceback
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

from conformance.blackbox.caller import Caller, Refused
from conformance.blackbox.case import Case, Needs, Unasked, Violated
from conformance.blackbox.frames import KEY_MISMATCH, MODE_MISMATCH
from conformance.blackbox.garbage_cases import GARBAGE_CASES
from conformance.blackbox.handshake_cases import HANDSHAKE_CASES
from conformance.blackbox.key import KEYED, Key
from conformance.blackbox.path_cases import path_cases
from conformance.blackbox.record_cases import RECORD_CASES
from conformance.blackbox.wire import Address, Deadlines, SocketLine, Unanswered
from conformance.target import TargetBroken
from conformance.vector import Vector
from conformance.verdict import CaseResult, State

LEVEL = "P"
PREFIX = "tcp:"
DEADLINES = Deadlines()
DEFAULT_PORT = 7333
PORT_MAX = 65535

_ADDRESS = re.compile(r"tcp:(?:\[([^][]+)\]|([^][:]+))(?::([0-9]{1,5}))?")


def is_black_box(target: str) -> bool:
    """Whether a target is a listener that runs somewhere."""
    return target.startswith(PREFIX)


class AddressInvalid(Exception):
    """Not where a listener could be; the text says what is wrong."""


def read_address(text: str) -> Address:
    """Read `tcp:HOST:PORT`, `tcp:[::1]:PORT`, or either without a port; raise `AddressInvalid`."""
    match = _ADDRESS.fullmatch(text)
    port = int(match[3] or DEFAULT_PORT) if match else 0
    if match is None or not 0 < port <= PORT_MAX:
        raise AddressInvalid(f"{text!r} is no listener: write tcp:HOST:PORT, or tcp:[ADDRESS]:PORT for IPv6")
    return Address(match[1] or match[2], port)


def printable(text: str) -> str:
    """What a listener has said, for a terminal: nothing in it moves the cursor or hides what stands beside it."""
    return "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in text)


def black_box_cases(vectors: Iterable[Vector]) -> list[Case]:
    """All that a listener can be judged by from outside, in the order in which it is tried."""
    return [*HANDSHAKE_CASES, *RECORD_CASES, *path_cases(vectors), *GARBAGE_CASES]


class BlackBox:
    """A listener that runs somewhere. Nothing that it is asked changes anything there."""

    def __init__(
        self, name: str, key: Key, password_file: Path | None = None, deadlines: Deadlines = DEADLINES
    ) -> None:
        self.name = name
        self._key = key
        self._password_file = password_file
        self._caller = Caller(partial(SocketLine, read_address(name), deadlines), key, deadlines)

    def greet(self) -> str:
        """See that a listener answers, and with what key; give its name. Raises `TargetBroken`."""
        try:
            with self._caller.session() as session:
                return printable(session.hello.software)
        except Refused as refused:
            self._learn(refused)
            return "a listener with a key"
        except Unanswered as unanswered:
            raise TargetBroken(printable(f"{self.name} {unanswered}")) from None

    def run(self, selected: Iterable[Case]) -> Iterator[CaseResult]:
        """Give a result for each case. Raises `TargetBroken` where there is no listener any more."""
        for case in selected:
            started = time.monotonic()
            self._caller.trail.clear()
            state, message = self._judge(case)
            yield CaseResult(
                case.id,
                case.requirements,
                LEVEL,
                case.about,
                state,
                message,
                time.monotonic() - started,
                tuple(self._caller.trail),
                self._reproduce(case.id),
            )
            if state is State.ERROR:
                self.greet()

    def _learn(self, refused: Refused) -> None:
        if refused.alert == KEY_MISMATCH:
            raise TargetBroken(
                f"{self.name} refuses the key that was given: user name or password is another there"
            )
        if refused.alert != MODE_MISMATCH or refused.mode == self._key.mode:
            raise TargetBroken(f"{self.name} {refused}")
        if self._key.mode == KEYED:
            raise TargetBroken(f"{self.name} has no key, and one was given")
        self._caller.mode = refused.mode

    def _judge(self, case: Case) -> tuple[State, str]:
        if reason := self._missing(case.needs):
            return State.UNSUPPORTED, reason
        try:
            case.check(self._caller)
        except Violated as violated:
            return State.FAIL, printable(str(violated))
        except Unasked as unasked:
            return State.UNSUPPORTED, str(unasked)
        except Unanswered as unanswered:
            return State.ERROR, printable(f"the listener {unanswered}")
        except Exception as defect:  # noqa: BLE001  # a defect of the suite's: the listener is not to blame for it
            traceback.print_exc()
            return State.ERROR, f"the suite has failed: {defect!r}"
        return State.PASS, ""

    def _missing(self, needs: Needs) -> str:
        mode = self._caller.mode
        if needs is Needs.NOTHING:
            return ""
        if needs is Needs.UNKEYED_SESSION and mode == KEYED:
            return "is for a listener without a key, and this one has one"
        if needs is Needs.KEYED_SESSION and mode != KEYED:
            return "is for a listener with a key, and this one has none"
        return "" if mode == self._key.mode else "needs the listener's key: --user, --password-file"

    def _reproduce(self, case: str) -> str:
        """The command line for one case; the user name is a secret, and has to be put in."""
        user = ' --user "$USER_NAME"' if self._key.user else ""
        file = self._password_file
        password = f" --password-file {shlex.quote(str(file))}" if file else ""
        target = shlex.quote(self.name)
        return f"python -m conformance run --target {target}{user}{password} --select {shlex.quote(case)}"
