"""Any legal sequence of messages between two sides, as a Hypothesis strategy."""

from dataclasses import dataclass, field
from typing import TypeAlias

from hypothesis import strategies as st

from psync.core import changes as change
from psync.core.content import Begin, End, Outcome, Pack, PackedFile, Piece, Request, Unsupplied
from psync.core.manifest import Entry, Kind, Listing, Stamp
from psync.core.paths import PathStyle
from psync.core.problems import Problem, ProblemCode
from psync.core.settings import Durability, OpenRole
from psync.wire import messages as m
from psync.wire.keys import Role
from tests.wire.connections import Said

Turn: TypeAlias = tuple[Role, int, m.Message, bytes]

ids = st.integers(1, 2**63 - 1)
lengths = st.integers(0, 2**63 - 1)
times_ns = st.integers(-(2**63), 2**64 - 1)
modes = st.integers(0, 0o1777)
names = st.binary(max_size=4)
paths = st.lists(names, max_size=3).map(tuple)
labels = st.text(max_size=4)
digests = st.binary(min_size=32, max_size=32)
failures = st.dictionaries(labels, labels, max_size=2)
stamps = st.builds(Stamp, lengths, lengths, times_ns, times_ns)
problems = st.builds(Problem, paths, st.sampled_from(ProblemCode), labels)
kinds = st.sampled_from(Kind)
entries = st.builds(Entry, names, kinds, modes, lengths, times_ns, lengths, times_ns, names)
maybe_stamps = st.none() | stamps
all_changes = st.one_of(
    st.builds(change.MakeFolder, ids, paths, maybe_stamps),
    st.builds(change.WriteFile, ids, paths, modes, lengths, maybe_stamps),
    st.builds(change.MakeLink, ids, paths, names, times_ns, maybe_stamps),
    st.builds(change.SetMode, ids, paths, modes, stamps),
    st.builds(change.RenameEntry, ids, paths, names, stamps),
    st.builds(change.OpenFolder, ids, paths),
    st.builds(change.FinishFolder, ids, paths, modes, times_ns),
    st.builds(change.Delete, ids, paths, kinds, stamps),
)
listings = st.builds(
    Listing, paths, entries, st.lists(entries, max_size=3), st.lists(problems, max_size=2), st.booleans()
)


def packs(contents: list[bytes]) -> tuple[Pack, bytes]:
    files = [PackedFile(number, len(data), 0, bytes(32)) for number, data in enumerate(contents, start=1)]
    return Pack(files), b"".join(contents)


def without_bulk(header: m.ContentHeader) -> tuple[m.ContentHeader, bytes]:
    return header, b""


# Most are short; some outgrow a buffer.
bulks = st.binary(max_size=40) | st.integers(0, 40_000).map(bytes)
contents = st.one_of(
    st.lists(bulks, max_size=3).map(packs),
    st.tuples(st.builds(Piece, ids, lengths), bulks),
    st.builds(Begin, ids, lengths, st.booleans()).map(without_bulk),
    st.builds(End, ids, lengths, times_ns, digests).map(without_bulk),
    st.builds(Unsupplied, ids, problems).map(without_bulk),
)

MESSAGES: dict[type, st.SearchStrategy[m.Message]] = {
    m.Hello: st.builds(
        m.Hello, labels, labels, st.binary(), st.binary(), st.lists(labels, max_size=2).map(tuple)
    ),
    m.Credit: st.builds(m.Credit, st.integers(1, 2**32 - 1), lengths),
    m.Ping: st.builds(m.Ping, lengths),
    m.Pong: st.builds(m.Pong, lengths),
    m.Close: st.builds(m.Close, labels, failures),
    m.Open: st.builds(
        m.Open, st.sampled_from(PathStyle), st.binary(), st.sampled_from(OpenRole), labels, labels
    ),
    m.Opened: st.builds(m.Opened, st.booleans(), st.sampled_from(PathStyle), ids, st.booleans(), lengths),
    m.Scan: st.builds(m.Scan, st.booleans(), st.lists(names, max_size=2).map(tuple)),
    m.Listings: st.builds(m.Listings, st.lists(listings, min_size=1, max_size=2), st.booleans()),
    m.Supply: st.builds(m.Supply),
    m.Requests: st.builds(m.Requests, st.lists(st.builds(Request, ids, paths), max_size=3)),
    m.Apply: st.builds(m.Apply, st.sampled_from(Durability)),
    m.Changes: st.builds(m.Changes, st.lists(all_changes, max_size=3)),
    m.Outcomes: st.builds(
        m.Outcomes, st.lists(st.builds(Outcome, ids, maybe_stamps, st.none() | problems), max_size=3)
    ),
    m.Finish: st.builds(m.Finish),
    m.Fail: st.builds(m.Fail, labels, failures),
}

TALK = (m.Credit, m.Ping, m.Pong, m.Close)
STARTS = (m.Open, m.Scan, m.Supply, m.Apply)
GOES_ON: dict[tuple[type, Role], tuple[type, ...]] = {
    (m.Open, Role.LISTENER): (m.Opened,),
    (m.Scan, Role.LISTENER): (m.Listings,),
    (m.Supply, Role.CLIENT): (m.Requests,),
    (m.Supply, Role.LISTENER): (m.Contents,),
    (m.Apply, Role.CLIENT): (m.Changes, m.Contents),
    (m.Apply, Role.LISTENER): (m.Outcomes,),
}


@dataclass
class _Talk:
    """Which turns may come next."""

    silent: set[Role] = field(default_factory=lambda: set(Role))
    closed: set[Role] = field(default_factory=set)
    open_halves: dict[tuple[int, Role], type] = field(default_factory=dict)
    last_stream: int = 0

    def choices(self) -> list[tuple[Role, int, type]]:
        """Greetings first: what follows is then more than talk."""
        if self.silent:
            return [(role, 0, m.Hello) for role in Role if role in self.silent]
        speaking = [role for role in Role if role not in self.closed]
        found = [(role, 0, kind) for role in speaking for kind in TALK]
        if Role.CLIENT in speaking:
            found += [(Role.CLIENT, self.last_stream + 1, kind) for kind in STARTS]
        for (stream, role), verb in self.open_halves.items():
            if role in speaking:
                found += [(role, stream, kind) for kind in (*GOES_ON.get((verb, role), ()), m.Finish, m.Fail)]
        return found

    def take(self, role: Role, stream: int, kind: type) -> None:
        self.silent -= {role}
        if kind is m.Close:
            self.closed.add(role)
        elif kind in STARTS:
            self.last_stream = stream
            self.open_halves |= {(stream, side): kind for side in Role}
        elif kind in (m.Finish, m.Fail):
            del self.open_halves[stream, role]


@st.composite
def conversations(draw: st.DrawFn, turns_max: int = 12) -> list[Turn]:
    """Draw a legal conversation: who says what on which stream, with which bulk."""
    talk = _Talk()
    turns: list[Turn] = []
    for _ in range(draw(st.integers(0, turns_max))):
        choices = talk.choices()
        if not choices:
            break
        role, stream, kind = draw(st.sampled_from(choices))
        talk.take(role, stream, kind)
        if kind is m.Contents:
            header, bulk = draw(contents)
            turns.append((role, stream, m.Contents(header), bulk))
        else:
            turns.append((role, stream, draw(MESSAGES[kind]), b""))
    return turns


def said_by(role: Role, turns: list[Turn]) -> list[Said]:
    """Give the messages of one side."""
    return [(stream, message, bulk) for sender, stream, message, bulk in turns if sender is role]
