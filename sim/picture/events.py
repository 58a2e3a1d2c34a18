"""What the picture shows of each line of a trace: its class, by which it is filtered, and its words."""

import re
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from msgspec import Struct, structs

from sim.picture.calls import BYTES, Calls, paths_in, readable
from sim.trace import BROKEN, CONTENT, LINK, NOTE, Event

# Order and words of the filter; those of the last three are hidden at first.
CLASSES = {
    "run": "programs and machines",
    "fault": "faults",
    "told": "what programs tell",
    "data": "data on the network",
    "packet": "connections",
    "change": "changes to disks",
    "content": "contents of files",
    "look": "reads of disks",
    "receipt": "receipts (ACK)",
    "user": "the user's own calls",
}
HIDDEN = tuple(CLASSES)[-3:]

RECEIPTS = ("ACK", "WINDOW")
PACKET = re.compile(r"(\S+):(\d+)>(\S+):(\d+) (\S+)(?: (\d+))?")
USER = re.compile(r".*/1")

# What programs tell, in words for those who do not know their names; the first that fits is taken.
NOTES = tuple(
    (re.compile(pattern, re.DOTALL), words)
    for pattern, words in (
        ("ListenerReady", "accepts clients"),
        ("SessionEnded", "a client's session ends"),
        ("RunStarted", "both ends answer"),
        ("ContentMoved", "content is on its way"),
        (r"ChangeDone WriteFile (.*) (\d+)", "done: {} has {} bytes"),
        (r"ChangeDone MakeFolder (.*) \d+", "done: folder {} made"),
        (r"ChangeDone FinishFolder (.*) \d+", "done: folder {} finished"),
        (r"ChangeDone Delete (.*) \d+", "done: {} deleted"),
        (r"ProblemFound (.*) (\w+)", "problem with {}: {}"),
        (r"ConnectionFailed (\w+) (.*) (\w+)", "connection failed: {2}, {0} {1}"),
        (r"RunRefused (\w+)", "run refused: {}"),
        (rf"{BROKEN} (.*)", "promise broken: {}"),
        (r"Summary (\w+) (\d+) (\d+) (\d+)", "Summary: {}; {} sent, {} deleted, {} failed"),
    )
)
# What programs tell when something is wrong.
TROUBLE = ("ConnectionFailed", "ProblemFound", "RunRefused")

EXIT = re.compile(r"ended (-?\d+)")


class Shown(Struct, frozen=True):
    """One line. `source` is the machine that has sent a packet, and empty for all else.

    `is_failure`: it tells of something that did not go as it should.
    """

    time_ns: int
    since_ns: int
    place: str
    group: str
    text: str
    raw: str
    source: str = ""
    is_failure: bool = False


def shown(events: Iterable[Event], faults: Mapping[int, str] = MappingProxyType({})) -> Iterator[Shown]:
    """Put each event into words, in order; `faults` has better ones for some, by their number."""
    calls = Calls()
    for event in events:
        line = _described(event, calls)
        yield structs.replace(line, text=faults.get(event.sequence, line.text))


def _described(event: Event, calls: Calls) -> Shown:
    if event.kind == "net":
        return _line(event, *_packet(event.detail))
    if event.kind == "file":
        call = calls.read(event.place, event.detail)
        if USER.fullmatch(event.place):
            return _line(event, "user", call.text)
        return _line(event, "change" if call.is_change else "look", call.text, is_failure=call.is_failure)
    if event.kind == CONTENT:
        return _line(event, "content", _content(event.detail))
    if event.kind == NOTE:
        text = _note(names_readable(event.detail))
        return _line(event, "told", text, is_failure=event.detail.startswith((*TROUBLE, BROKEN)))
    if event.kind in ("fault", LINK):
        text = _link(event.detail) if event.kind == LINK else _fault(event.place, event.detail)
        return _line(event, "fault", text)
    return _line(event, "run", _run(event.place, event.detail))


def _line(event: Event, group: str, text: str, source: str = "", *, is_failure: bool = False) -> Shown:
    return Shown(event.time_ns, event.since_ns, event.place, group, text, event.detail, source, is_failure)


def _packet(detail: str) -> tuple[str, str, str]:
    parsed = PACKET.fullmatch(detail)
    if parsed is None:
        return "packet", detail, ""
    source, kind, size = parsed[1], parsed[5], parsed[6]
    if kind == "DATA":
        return "data", f"{size} bytes", source
    return "receipt" if kind in RECEIPTS else "packet", f"{kind} {size or ''}".rstrip(), source


def _content(detail: str) -> str:
    [path] = paths_in(detail)
    what = BYTES.sub("", detail, count=1).split()
    if what[0].isdigit():
        return f"{readable(path)} now holds {what[0]} bytes"
    return f"{readable(path)} is {'gone' if what[0] == 'gone' else 'a link'}"


def spelled(name: str) -> str:
    """The name of a class as words."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()


def _fault(place: str, detail: str) -> str:
    name, _, kind = detail.partition(" ")
    where = "" if place == "world" else f" on {place}"
    return f"fault{where}: {spelled(name)}{f' ({kind})' if kind else ''}"


def _link(detail: str) -> str:
    ends, _, state = detail.partition(" ")
    source, _, target = ends.partition(">")
    what = "nothing arrives any more" if state == "silent" else "packets arrive again"
    return f"{source} → {target}: {what}"


def _run(place: str, detail: str) -> str:
    if detail.startswith("starts "):
        return f"{detail.removeprefix('starts ')} starts as {place}"
    if detail.startswith("boot "):
        return "has power again, and boots"
    ended = EXIT.fullmatch(detail)
    if ended is None:
        return detail
    code = int(ended[1])
    return f"ended with exit code {code}" if code >= 0 else f"killed by signal {-code}"


def _note(text: str) -> str:
    for pattern, words in NOTES:
        found = pattern.fullmatch(text)
        if found:
            return words.format(*found.groups())
    return text


def names_readable(detail: str) -> str:
    """A note, with its paths as text."""
    return BYTES.sub(lambda found: readable(paths_in(found[0])[0]) or "(the job's own)", detail)
