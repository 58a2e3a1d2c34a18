"""The client: it has the right key, opens a folder that it may open, and sends what the suite gives it."""

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any

import msgspec
from msgspec import Struct

from conformance.blackbox.messages import Close, Fail, Finish, Message, MessageInvalid, Open, Opened, decode
from conformance.blackbox.session import FIRST_STREAM, Session
from conformance.blackbox.wire import Unanswered
from conformance.hostile.messages import (
    APPLY,
    CHANGES,
    CONTENTS,
    REQUESTS,
    SCAN,
    SUPPLY,
    Contents,
    Entry,
    Header,
    Listings,
    Outcomes,
    Path,
    Problem,
    Told,
    is_told,
    pack,
    read,
    write,
)

PACK, UNSUPPLIED = 1, 5
LAST_SECONDS = 5.0

# What stands for a change or a request that was carried out.
DONE = "done"


class Answers(Struct, frozen=True):
    """By id: `done`, or the code of the problem. `end`: what came in place of the rest, if it did.

    `bulk`: all bytes of files that came.
    """

    codes: dict[int, str]
    end: str = ""
    bulk: bytes = b""

    def of(self, id: int) -> str:
        """What was answered to a change or a request."""
        return self.codes.get(id, f"no answer, and {self.end or 'the end of the stream'}")


def refusal_of(session: Session, question: Open) -> str:
    """Ask for a folder in whatever role, even one that makes it; give the code of the refusal, or what came in its place."""
    session.say(question, FIRST_STREAM)
    session.say(Finish(), FIRST_STREAM)
    try:
        answer = session.hear("the answer to Open")
    except Unanswered as unanswered:
        return str(unanswered)
    return answer.failure if isinstance(answer, Fail) else str(answer)


class Intruder:
    """A session with one folder open; where that is not granted, it ends with `Unanswered`.

    Each verb has a stream of its own.
    """

    def __init__(self, session: Session, question: Open) -> None:
        self._session = session
        self._stream = FIRST_STREAM
        try:
            self._open(question)
        except Unanswered:
            session.__exit__(None, None, None)
            raise

    def __enter__(self) -> "Intruder":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._session.__exit__(kind, error, trace)

    def scan(self) -> dict[Path, Entry]:
        """All entries below the folder, by their paths."""
        self._begin(SCAN, [False])
        self._session.say(Finish(), self._stream)
        found: dict[Path, Entry] = {}
        while isinstance(message := self._hear("the scan")[0], Listings):
            for listing in message.listings:
                found |= {(*listing.path, entry.name): entry for entry in listing.entries}
        return found

    def apply(self, changes: Mapping[int, Header], content: bytes, announced: Sequence[int] = ()) -> Answers:
        """Have changes carried out, each as written without its id; those that are announced have this content."""
        self._begin(APPLY, ["none"])
        rows = [[tag, id, *fields] for id, (tag, *fields) in changes.items()]
        self._session.send(write(CHANGES, self._stream, [rows]))
        if announced:
            self._session.send(write(CONTENTS, self._stream, *pack([*announced], content)))
        self._session.say(Finish(), self._stream)
        return self._answers()

    def request(self, paths: Mapping[int, Path]) -> Answers:
        """Ask for the contents of files."""
        self._begin(SUPPLY, [])
        self._session.send(write(REQUESTS, self._stream, [[[id, path] for id, path in paths.items()]]))
        self._session.say(Finish(), self._stream)
        return self._answers()

    def misspeak(self, code: int, header: Header) -> list[Message]:
        """Send a message to a verb that has just begun; give the last words of the listener."""
        self._begin(SUPPLY if code == REQUESTS else APPLY, [] if code == REQUESTS else ["none"])
        self._session.send(write(code, self._stream, header))
        return self._session.last_words(LAST_SECONDS)

    @property
    def is_over(self) -> bool:
        """Whether the listener has ended the connection."""
        return self._session.wire.is_ended

    def _open(self, question: Open) -> None:
        self._session.say(question, FIRST_STREAM)
        self._session.say(Finish(), FIRST_STREAM)
        for kind in (Opened, Finish):
            answer = self._session.hear(f"{kind.__name__} for the folder")
            if not isinstance(answer, kind):
                raise Unanswered(f"answers Open with {answer}")

    def _begin(self, code: int, header: Header) -> None:
        self._stream += 1
        self._session.send(write(code, self._stream, header))

    def _answers(self) -> Answers:
        codes: dict[int, str] = {}
        bulk = b""
        try:
            while True:
                message, data = self._hear("an answer")
                if isinstance(message, Finish | Fail | Close):
                    return Answers(codes, "" if isinstance(message, Finish) else str(message), bulk)
                codes |= _codes(message)
                bulk += data
        except Unanswered as unanswered:
            return Answers(codes, str(unanswered), bulk)

    def _hear(self, what: str) -> tuple[Told | Message, bytes]:
        plaintext = self._session.hear_plaintext(what)
        try:
            return read(plaintext) if is_told(plaintext) else (decode(plaintext)[1], b"")
        except MessageInvalid as invalid:
            raise Unanswered(f"sends {invalid}, {what} is due") from None


def _codes(message: Told | Message) -> dict[int, str]:
    if isinstance(message, Outcomes):
        return {one.id: one.problem.code if one.problem else DONE for one in message.outcomes}
    if not isinstance(message, Contents):
        raise Unanswered(f"answers with {message}")
    return _codes_of_content(message.header)


def _codes_of_content(header: tuple[Any, ...]) -> dict[int, str]:
    """Whoever gets any part of a file has it, whatever it is called."""
    tag, subject, *rest = header
    if tag == UNSUPPLIED:
        return {subject: msgspec.convert(rest[0], Problem).code}
    return dict.fromkeys([file[0] for file in subject] if tag == PACK else [subject], DONE)
