"""A program under test, driven line by line: started, asked, and ended, whatever it does."""

import os
import selectors
import shlex
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol

from conformance.protocol import LINE_BYTES_MAX, Answer, LineInvalid, Request, read_answer, write_request

ANSWER_SECONDS_MAX = 10.0
END_SECONDS_MAX = 5.0
EXIT_SECONDS = 0.2
READ_BYTES = 1 << 16

# How much of what the program wrote to its standard error is shown.
STDERR_BYTES = 2000


class TargetBroken(Exception):
    """The program under test cannot be judged: the text names it, what it was asked, and what it did instead."""


class Target(Protocol):
    """What the runner asks."""

    @property
    def name(self) -> str:
        """As it was given on the command line."""
        ...

    def ask(self, op: str, params: dict[str, Any], seconds: float = ANSWER_SECONDS_MAX) -> Answer:
        """Ask one thing; raise `TargetBroken` if no answer comes of it in time."""
        ...

    def close(self) -> None:
        """End it; may be called twice."""
        ...


class AdapterTarget:
    """A program that speaks the adapter protocol on its standard input and output."""

    def __init__(
        self, command: list[str], name: str = "", clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.name = name or f"adapter:{shlex.join(command)}"
        self._clock = clock
        self._number = 0
        self._received = bytearray()
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115  # as long as the program
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                start_new_session=True,  # so that all it has started can be ended with it
                bufsize=0,
            )
        except (OSError, ValueError) as error:
            self._errors.close()
            raise TargetBroken(f"{self.name} does not start: {error}") from None
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._input, self._output = self._process.stdin, self._process.stdout
        os.set_blocking(self._input.fileno(), False)

    def ask(self, op: str, params: dict[str, Any], seconds: float = ANSWER_SECONDS_MAX) -> Answer:
        """Ask one thing; raise `TargetBroken` if no answer comes of it in time."""
        self._number += 1
        deadline = self._clock() + seconds
        what = f"to {op!r} (request {self._number})"
        self._send(write_request(Request(self._number, op, params)), deadline, what)
        try:
            answer = read_answer(self._receive(deadline, what))
        except LineInvalid as invalid:
            raise self._broken(f"answers {what} with a line that is none: {invalid}") from None
        if answer.id != self._number:
            raise self._broken(f"answers {what} with the id {answer.id}")
        return answer

    def close(self) -> None:
        """Let it end by itself at the end of its input, and kill what is left."""
        if self._errors.closed:
            return
        self._input.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(END_SECONDS_MAX)
        self._kill()
        self._output.close()
        self._errors.close()

    def _send(self, line: bytes, deadline: float, what: str) -> None:
        rest = memoryview(line)
        while rest:
            self._wait(
                self._input.fileno(), selectors.EVENT_WRITE, deadline, f"does not read what is due {what}"
            )
            try:
                rest = rest[os.write(self._input.fileno(), rest) :]
            except BrokenPipeError:
                raise self._broken(f"has ended before it was asked {what[3:]}") from None

    def _receive(self, deadline: float, what: str) -> bytes:
        while b"\n" not in self._received:
            if len(self._received) > LINE_BYTES_MAX:
                raise self._broken(f"answers {what} with a line of more than {LINE_BYTES_MAX} bytes")
            self._wait(self._output.fileno(), selectors.EVENT_READ, deadline, f"does not answer {what}")
            data = os.read(self._output.fileno(), READ_BYTES)
            if not data:
                raise self._broken(f"ends instead of an answer {what}")
            self._received += data
        line, _, rest = bytes(self._received).partition(b"\n")
        if len(line) > LINE_BYTES_MAX:
            raise self._broken(f"answers {what} with a line of more than {LINE_BYTES_MAX} bytes")
        self._received = bytearray(rest)
        if rest:
            raise self._broken(f"says more than it was asked {what}: {rest[:80]!r}")
        return line

    def _wait(self, descriptor: int, event: int, deadline: float, complaint: str) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(descriptor, event)
            if not selector.select(max(0.0, deadline - self._clock())):
                raise self._broken(f"{complaint} in time")

    def _broken(self, what: str) -> TargetBroken:
        """Say what it did, with its exit code and its last words; it is not asked anything any more."""
        with suppress(subprocess.TimeoutExpired):  # one that has closed its output is about to end
            self._process.wait(EXIT_SECONDS)
        self._kill()
        code = self._process.wait()
        size = self._errors.seek(0, os.SEEK_END)
        self._errors.seek(max(0, size - STDERR_BYTES))
        words = self._errors.read().decode("utf-8", "backslashreplace").strip()
        ended = "" if code == -signal.SIGKILL else f"; it has ended with exit code {code}"
        return TargetBroken(
            f"{self.name} {what}{ended}" + (f"; its standard error: {words}" if words else "")
        )

    def _kill(self) -> None:
        """End the program and all that it has started."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
