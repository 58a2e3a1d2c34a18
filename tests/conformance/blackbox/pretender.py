"""A listener in a thread of the test: honest, unless a fault is planted.

It is built on the suite's own codec, which real listeners show to be right, so that it can do what no
real one does. Without a fault it passes every case; each fault has to be found by its case.
"""

import hashlib
import os
import select
import socket
import threading
import time
from contextlib import suppress
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from conformance.blackbox.agreement import ZERO, generator, multiply
from conformance.blackbox.case import Case
from conformance.blackbox.frames import (
    BUSY,
    KEY_MISMATCH,
    MAGIC,
    MODE_MISMATCH,
    VERSION,
    Agreement,
    agree,
    refusal,
)
from conformance.blackbox.key import Key
from conformance.blackbox.messages import (
    CONNECTION,
    Close,
    Fail,
    Finish,
    Hello,
    Message,
    MessageInvalid,
    Open,
    Opened,
    Ping,
    Pong,
    decode,
    encode,
)
from conformance.blackbox.path_cases import OPEN_PATH_BYTES_MAX, TEMPORARY, codes_of
from conformance.blackbox.records import Direction, RecordInvalid, length_of
from conformance.blackbox.target import BlackBox, black_box_cases, read_address
from conformance.blackbox.wire import Deadlines, SocketLine
from conformance.vector import VECTORS, load_vectors
from conformance.verdict import CaseResult

HANDSHAKE_SECONDS = 2.0
DEADLINES = Deadlines(
    connect=5, answer=2.5, handshake=HANDSHAKE_SECONDS, grace=1, prompt=1, quiet=0.2, busy=0.3
)
GENERATED = Key("operator", "psync1-aaaqeayeaudaocajbifqydiob4")

_VECTORS = load_vectors(VECTORS).values()
CASES = {case.id: case for case in black_box_cases(_VECTORS)}
HOSTILE = {
    (vector.params["path"]["style"], vector.params["path"]["path"]): sorted(codes_of(vector))[0]
    for vector in _VECTORS
    if vector.op == "map" and codes_of(vector) and not codes_of(vector) & {"FOREIGN", "UNC"}
}


class Gone(Exception):
    """The connection is over."""


class Pretender:
    """A listener; `with` starts it. `faults` are the names of what it does wrongly."""

    def __init__(self, *faults: str, key: Key | None = None) -> None:
        self.faults = set(faults)
        self.key = key or Key()
        self.prs = self.key.secret()
        self.identity = Ed25519PrivateKey.generate()
        self.is_down = False
        self.sessions = 0
        self._nonce = os.urandom(32)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.name = f"tcp:127.0.0.1:{self._socket.getsockname()[1]}"
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> "Pretender":
        self._start(self._accept)
        return self

    def __exit__(self, *ignored: object) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for thread in self._threads:
            thread.join(5)

    def dial(self) -> SocketLine:
        """A connection to it."""
        return SocketLine(read_address(self.name), DEADLINES)

    def has(self, fault: str) -> bool:
        return fault in self.faults

    @property
    def nonce(self) -> bytes:
        return self._nonce if self.has("repeats its nonce") else os.urandom(32)

    def _start(self, target: Any, *arguments: Any) -> None:
        self._threads.append(threading.Thread(target=target, args=arguments, daemon=True))
        self._threads[-1].start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                self._start(self._serve, self._socket.accept()[0])

    def _serve(self, connection: socket.socket) -> None:
        with connection, suppress(Gone, OSError, MessageInvalid):
            Visit(self, connection).serve()


class Visit:
    """One client."""

    def __init__(self, listener: Pretender, connection: socket.socket) -> None:
        self.listener = listener
        self.has = listener.has
        self.connection = connection
        self.deadline = time.monotonic() + (60 if self.has("waits for ever") else HANDSHAKE_SECONDS)

    def read(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            self.connection.settimeout(max(0.001, self.deadline - time.monotonic()))
            part = self.connection.recv(count - len(data))
            if not part:
                raise Gone
            data += part
        return data

    def send(self, data: bytes) -> None:
        self.connection.sendall(data)

    def serve(self) -> None:
        if self.listener.is_down or self.has("ends every connection"):
            return
        if self.has("says what it likes"):
            self.send(b"220 welcome\r\n" * 40)
        if self.has("never says anything"):
            self.read(1 << 20)
        offer = self._offer()
        answer, scalar = self._answer(offer)
        agreement = self._proof(offer, answer, scalar)
        verdict = agreement.acceptance
        if self.has("does not prove itself"):
            verdict = verdict[:-1] + bytes([verdict[-1] ^ 1])
        self.send(verdict)
        self.listener.sessions += 1
        self.deadline = time.monotonic() + 10
        Conversation(self, agreement, agreement.transcript(verdict)).hold()

    def _offer(self) -> bytes:
        magic = b""
        while len(magic) < len(MAGIC):
            magic += self.read(1)
            if not MAGIC.startswith(magic):
                self._show_out()
        return magic + self.read(56)

    def _show_out(self) -> None:
        if self.has("falls over what is foreign"):
            self.listener.is_down = True
        if self.has("answers what is foreign"):
            self.send(b"400 Bad Request\r\n")
        if self.has("keeps what is foreign"):
            self.read(1 << 20)
        raise Gone

    def _answer(self, offer: bytes) -> tuple[bytes, bytes]:
        mode, low, high = offer[12], offer[8], offer[9]
        alert = 0
        has_common = low <= 1 <= high and offer[11] & 1 and offer[14] >= 20
        if (not has_common and not self.has("takes any offer")) or (
            high > 1 and self.has("refuses newer clients")
        ):
            alert = VERSION
        elif mode != self.listener.key.mode and not self.has("falls back"):
            alert = MODE_MISMATCH
        if self.has("is busy after one session") and self.listener.sessions:
            alert = BUSY
        own = self.listener.key.mode
        if alert:
            self.send(MAGIC + bytes([1, alert, 0, 0, own]) + bytes(83))
            if self.has("keeps who was refused"):
                self.read(1 << 20)
            raise Gone
        if self.has("ends half way through its answer"):
            self.send(MAGIC)
            raise Gone
        return self._accept(offer, mode if self.has("falls back") else own)

    def _accept(self, offer: bytes, mode: int) -> tuple[bytes, bytes]:
        scalar, nonce = os.urandom(32), self.listener.nonce
        public = self.listener.identity.public_key().public_bytes_raw()
        head = MAGIC + bytes([1, 0, 0, 1, mode, 0, 20, 0]) + hashlib.sha256(public).digest()[:16] + nonce
        share = multiply(scalar, generator(self.listener.prs, offer[32:64] + nonce))
        answer = head + (ZERO if self.has("offers a share of low order") else share)
        self.send(answer)
        if self.has("hurries its client") and not select.select([self.connection], [], [], 0.1)[0]:
            self.send(b"hurry")
        return answer, scalar

    def _proof(self, offer: bytes, answer: bytes, scalar: bytes) -> Agreement:
        proof = self.read(64)
        if self.has("answers questions before a proof") and proof[4:5] == bytes([Open.code]):
            self.send(encode(Opened(True, "posix", 1, False, 0), 1))
            raise Gone
        product = multiply(scalar, proof[:32])
        agreement = agree(product, offer, answer, proof[:32])
        is_right = agreement.client_tag == proof[32:]
        if product == ZERO and not self.has("takes shares of low order"):
            is_right = False
        if is_right or self.has("takes any key"):
            return replace_tag(agreement, proof[32:])
        if not self.has("is silent about a wrong key"):
            self.send(refusal(3 if self.has("calls a wrong key busy") else KEY_MISMATCH))
        raise Gone


def replace_tag(agreement: Agreement, tag: bytes) -> Agreement:
    """The transcript has the tag that the client sent."""
    return Agreement(agreement.before, agreement.prk, tag, agreement.listener_tag)


class Conversation:
    """What follows the handshake."""

    def __init__(self, visit: Visit, agreement: Agreement, transcript: bytes) -> None:
        self.visit = visit
        self.has = visit.has
        self.receiving = Direction(*agreement.direction("client", transcript)[:2])
        self.sending = Direction(*agreement.direction("listener", transcript)[:2])
        identity = visit.listener.identity
        signed = bytes(32) if self.has("signs something else") else transcript
        public = Ed25519PrivateKey.generate() if self.has("shows another key") else identity
        self.say(
            Hello(
                "pretender 1",
                "here",
                public.public_key().public_bytes_raw(),
                identity.sign(b"psync/1 identity" + signed),
            )
        )

    def say(self, message: Message, stream: int = CONNECTION) -> None:
        self.visit.send(self.sending.seal(encode(message, stream)))

    def hold(self) -> None:
        while True:
            try:
                self._take(self._record())
            except RecordInvalid:
                if not self.has("passes over what does not open"):
                    self.say(Close("PROTOCOL", {"reason": "a record"}))
                    raise Gone from None

    def _record(self) -> bytes:
        head = self.visit.read(4)
        try:
            length = length_of(head)
        except RecordInvalid:
            if not self.has("waits behind a length out of range"):
                raise
            length = int.from_bytes(head, "big")
        record = head + self.visit.read(length)
        number = self.receiving.number
        try:
            return self.receiving.open(record)
        except RecordInvalid:
            return self._opened_otherwise(record, number)

    def _opened_otherwise(self, record: bytes, number: int) -> bytes:
        """What an honest listener does not try."""
        tries = {"takes a record twice": number - 1, "takes records in any order": number + 1}
        for fault, other in tries.items():
            if self.has(fault):
                self.receiving.number = other
                plaintext = self.receiving.open(record)
                self.receiving.number = number if fault.endswith("twice") else number + 2
                return plaintext
        if self.has("takes its own records"):
            self.sending.number -= 1
            self.receiving.number = number
            return self.sending.open(record)
        if self.has("takes records in clear"):
            return record[4:]
        raise RecordInvalid("it does not open")

    def _take(self, plaintext: bytes) -> None:
        stream, message = decode(plaintext)
        if isinstance(message, Ping) and self.has("pings without end"):
            while True:
                self.say(Ping(1))
        if isinstance(message, Ping) and not self.has("answers no Ping"):
            self.say(Pong(message.number + self.has("miscounts Pings")))
        if isinstance(message, Close):
            if not self.has("says no goodbye"):
                self.say(Close())
            raise Gone
        if isinstance(message, Open):
            self._open(stream, message)

    def _open(self, stream: int, question: Open) -> None:
        path = question.path.decode("utf-8", "surrogatepass")
        if self.has("echoes paths in clear"):
            self.visit.send(question.path)
        if self.has("ends at a hostile path") and ".." in path:
            raise Gone
        is_odd = question.style not in ("posix", "windows") or question.role not in ("inspect", "source")
        if (is_odd and not self.has("takes any mode of paths")) or (
            len(question.path) > OPEN_PATH_BYTES_MAX and not self.has("takes paths of any length")
        ):
            self.say(Close("PROTOCOL", {"reason": "a field"}))
            raise Gone
        self._answer(stream, question, path)

    def _answer(self, stream: int, question: Open, path: str) -> None:
        reason = HOSTILE.get((question.style, path)) or ("TEMPORARY" if TEMPORARY in path else "")
        if ".." in path.replace("\\", "/").split("/"):
            reason = reason or "DOTDOT"
        if reason and not self.has("opens hostile paths"):
            told = "EMPTY" if self.has("gives another reason") else reason
            self.say(Fail("PATH_REFUSED", {"path": path, "reason": told, "explanation": ""}), stream)
        elif question.role == "source" and not self.has("opens sources that are missing"):
            named = f"/srv/root{path}" if self.has("tells where it keeps its folders") else path
            self.say(Fail("SOURCE_MISSING", {"path": named}), stream)
        else:
            self.say(Opened(path == "/", "posix", 1, False, 0), stream)
            self.say(Finish(), stream)


def judged(case: str, *faults: str, key: Key | None = None) -> CaseResult:
    """Try one case at a listener with these faults."""
    with Pretender(*faults, key=key) as pretender:
        box = BlackBox(pretender.name, pretender.key, deadlines=DEADLINES)
        box.greet()
        return next(box.run([CASES[case]]))


def cases_of(cases: tuple[Case, ...]) -> list[str]:
    """Their ids."""
    return [case.id for case in cases]
