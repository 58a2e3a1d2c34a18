"""A connection on which both sides have proven themselves and said hello."""

import hashlib
from types import TracebackType

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from conformance.blackbox.frames import Agreement
from conformance.blackbox.messages import (
    CONNECTION,
    Close,
    Credit,
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
from conformance.blackbox.records import LENGTH_BYTES, Direction, RecordInvalid, length_of
from conformance.blackbox.wire import Unanswered, Wire

SOFTWARE = "psync conformance suite"
LABEL = "conformance"
FIRST_STREAM = 1

# Pings and credit between one answer and the next; more is a listener that never comes to the point.
PASSED_OVER_MAX = 1000


class Session:
    """Talks to the listener; to be closed, which says goodbye. `connection_id` names it in the listener's log."""

    def __init__(self, wire: Wire, agreement: Agreement, verdict: bytes, listener_id: bytes) -> None:
        self.wire = wire
        transcript = agreement.transcript(verdict)
        self.connection_id = agreement.connection_id(transcript).hex()
        self.sending = Direction(*agreement.direction("client", transcript)[:2])
        self.receiving = Direction(*agreement.direction("listener", transcript)[:2])
        self.hello = self._meet(listener_id, transcript)

    def __enter__(self) -> "Session":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self.wire.is_ended:
            self.say(Close())
            self.wire.rest(1.0)
        self.wire.__exit__(kind, error, trace)

    def say(self, message: Message, stream: int = CONNECTION) -> bytes:
        """Send a message; give its record."""
        return self.send(encode(message, stream))

    def send(self, plaintext: bytes) -> bytes:
        """Send any plaintext; give its record."""
        record = self.sending.seal(plaintext)
        self.wire.send(record)
        return record

    def hear(self, what: str) -> Message:
        """Give the next message; pings are answered, credit is passed over. Raises `Unanswered`."""
        return self._read(self.hear_plaintext(what), what)

    def hear_plaintext(self, what: str) -> bytes:
        """Give the next message as it came, for whoever knows more of them; likewise."""
        for _ in range(PASSED_OVER_MAX):
            head = self.wire.read(LENGTH_BYTES, what)
            try:
                plaintext = self.receiving.open(head + self.wire.read(length_of(head), what))
            except RecordInvalid as invalid:
                raise Unanswered(f"sends {invalid}, {what} is due") from None
            if plaintext[0] not in (Ping.code, Credit.code):
                return plaintext
            message = self._read(plaintext, what)
            if isinstance(message, Ping):
                self.say(Pong(message.number))
        raise Unanswered(f"sends {PASSED_OVER_MAX:,} other messages, {what} is due")

    def ask(self, question: Open) -> Opened | Fail | Close:
        """Open a folder; raise `Unanswered` for an answer of another kind.

        Never as a target: that would make the folder, and lock it.
        """
        assert question.role != "target"
        self.say(question, FIRST_STREAM)
        self.say(Finish(), FIRST_STREAM)
        answer = self.hear("the answer to Open")
        if not isinstance(answer, Opened | Fail | Close):
            raise Unanswered(f"answers Open with {type(answer).__name__}")
        return answer

    def last_words(self, seconds: float) -> list[Message]:
        """All that still comes until the connection ends, or the time is over; raise `Unanswered` for garbage."""
        data, found = self.wire.rest(seconds), []
        try:
            while data:
                end = LENGTH_BYTES + length_of(data[:LENGTH_BYTES])
                found.append(decode(self.receiving.open(data[:end]))[1])
                data = data[end:]
        except (RecordInvalid, MessageInvalid) as invalid:
            raise Unanswered(f"ends with {invalid}") from None
        return found

    def _read(self, plaintext: bytes, what: str) -> Message:
        try:
            return decode(plaintext)[1]
        except MessageInvalid as invalid:
            raise Unanswered(f"sends {invalid}, {what} is due") from None

    def _meet(self, listener_id: bytes, transcript: bytes) -> Hello:
        """Exchange Hello; the listener's has to show who it is."""
        self.say(Hello(SOFTWARE, LABEL))
        hello = self.hear("Hello")
        if not isinstance(hello, Hello):
            raise Unanswered(f"begins with {type(hello).__name__}, not with Hello")
        if hashlib.sha256(hello.public_key).digest()[:16] != listener_id:
            raise Unanswered("shows another public key than it has announced")
        try:
            key = Ed25519PublicKey.from_public_bytes(hello.public_key)
            key.verify(hello.signature, b"psync/1 identity" + transcript)
        except (ValueError, InvalidSignature):
            raise Unanswered("has not signed this connection with the key that it shows") from None
        return hello
