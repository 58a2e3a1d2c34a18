"""The tables of PROTOCOL.md are those of the code: messages, values, states, codes and limits."""

import json
import re
from enum import StrEnum
from string import Formatter
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

import msgspec
import pytest
from msgspec import NODEFAULT, Struct
from msgspec.structs import FieldInfo, fields

from psync.core import content
from psync.core.changes import Change, ChangeId
from psync.core.content import ContentHeader, Digest, Length, Outcome, Pack, PackedFile, Piece, Request
from psync.core.errors import REFUSED_PATH_TEXTS, RefusedPath, revive
from psync.core.lineage import LINEAGE_LENGTH_MAX, FolderMarks
from psync.core.manifest import Entry, EntryPath, Kind, Listing, Stamp
from psync.core.paths import PathStyle
from psync.core.problems import NOTICES, PROBLEM_TEXTS, RETRYABLE, Problem, ProblemCode
from psync.core.settings import Durability, OpenRole
from psync.disk import target
from psync.engine import channel, dial, listener, local, session, stream, transfer
from psync.engine.session import VERB_ROLES
from psync.wire import batches, messages, states
from psync.wire.keys import Role
from psync.wire.messages import (
    HEAD,
    TABLE,
    Apply,
    Close,
    Contents,
    Credit,
    Hello,
    Label,
    Listings,
    Open,
    Opened,
    Ping,
    Place,
    Pong,
    Scan,
    StreamNumber,
    Supply,
)
from psync.wire.seal import PLAINTEXT_BYTES_MAX
from psync.wire.states import PHASES, VERBS, Phase
from tests.wire.message_vectors import NOTATIONS, PLAINTEXTS, TEXT, VECTORS

MESSAGES_TEXT = TEXT.partition("\n## Messages\n")[2].partition("\n## Message vectors\n")[0]

TYPES = {
    int: "int",
    bool: "bool",
    bytes: "bytes",
    str: "text",
    dict[str, str]: "map",
    Length: "length",
    ChangeId: "id",
    Digest: "digest",
    FolderMarks: "marks",
    Label: "label",
    StreamNumber: "stream",
    EntryPath: "path",
    tuple[bytes, ...]: "path",
    Kind: "kind",
    ProblemCode: "problem",
    PathStyle: "style",
    OpenRole: "role",
    Durability: "durability",
    Change: "Change",
    ContentHeader: "Content",
}
# Those whose limits stand in the text.
LIMITED = {
    (Hello, "capabilities"): "list of label",
    (Open, "path"): "bytes",
    (Opened, "time_granularity_ns"): "length",
    (Listings, "listings"): "list of Listing",
    (Scan, "exclude"): "list of bytes",
}
PLACES = {Place.CONNECTION: "0", Place.START: "start", Place.STREAM: "stream"}


def table(heading: str, number: int = 0) -> list[tuple[str, ...]]:
    """Give the rows of a table below a heading, without its head and without code marks."""
    section = re.split(r"^#+ ", TEXT.partition(f"\n{heading}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]
    lines = re.findall(r"(?:^\|.*\n)+", section, re.MULTILINE)[number].splitlines()[2:]
    cells = [line.strip("|").replace("`", "").split("|") for line in lines]
    return [tuple(cell.strip() for cell in row) for row in cells]


def columns(rows: list[tuple[str, ...]], *numbers: int) -> list[tuple[str, ...]]:
    return [tuple(row[number] for number in numbers) for row in rows]


def type_text(hint: Any) -> str:
    if hint in TYPES:
        return TYPES[hint]
    if get_origin(hint) is list:
        return f"list of {type_text(get_args(hint)[0])}"
    if isinstance(hint, UnionType):
        return " or ".join("nil" if part is NoneType else type_text(part) for part in get_args(hint))
    return hint.__name__


def default_text(field: FieldInfo) -> str:
    if field.default_factory in (dict, list):
        return " = {}" if field.default_factory is dict else " = []"
    if field.default is NODEFAULT:
        return ""
    words = {"None": "nil", "True": "true", "False": "false", "b''": '""', "''": '""', "()": "[]"}
    return f" = {words.get(repr(field.default), field.default)}"


def fields_text(kind: type[Struct]) -> str:
    hints = get_type_hints(kind, include_extras=True)
    return ", ".join(
        f"{field.name}: {LIMITED.get((kind, field.name)) or type_text(hints[field.name])}{default_text(field)}"
        for field in fields(kind)
    )


def tagged(union: Any) -> list[tuple[str, ...]]:
    return [(str(kind.__struct_config__.tag), kind.__name__, fields_text(kind)) for kind in get_args(union)]


def test_the_messages_are_those_of_the_table():
    assert columns(table("### Table of messages"), 0, 1, 2, 3, 4) == [
        (str(row.code), row.type.__name__, PLACES[row.place], " ".join(row.senders), fields_text(row.type))
        for row in TABLE
    ]


def test_bulk_follows_those_messages_that_may_have_it():
    assert [row[1] for row in table("### Table of messages") if row[5]] == [Contents.__name__]
    assert [row[1] for row in table("### Contents") if row[3]] == [Pack.__name__, Piece.__name__]


@pytest.mark.parametrize(
    ("heading", "number", "kinds"),
    [
        ("### Scan", 0, (Listing, Entry, Stamp)),
        ("### Supply", 0, (Request, PackedFile)),
        ("### Apply", 1, (Outcome,)),
        ("### Problems", 0, (Problem,)),
    ],
)
def test_values_have_the_written_fields(heading: str, number: int, kinds: tuple[type[Struct], ...]):
    assert table(heading, number) == [(kind.__name__, fields_text(kind)) for kind in kinds]


@pytest.mark.parametrize(("heading", "union"), [("### Contents", ContentHeader), ("### Changes", Change)])
def test_kinds_of_values_have_the_written_tags_and_fields(heading: str, union: Any):
    assert columns(table(heading), 0, 1, 2) == tagged(union)


def test_every_change_is_explained():
    assert [row[0] for row in table("### Changes", 1)] == [kind.__name__ for kind in get_args(Change)]


@pytest.mark.parametrize(
    ("name", "kind"), [("style", PathStyle), ("role", OpenRole), ("durability", Durability)]
)
def test_words_are_the_written_ones(name: str, kind: type[StrEnum]):
    texts = {row[0]: row[2] for row in table("## Messages", 1)}

    assert sorted(texts[name].partition(": ")[2].split(", ")) == sorted(kind)


def test_kinds_of_entries_are_the_written_ones():
    assert columns(table("#### Kinds"), 0, 1) == [(str(kind.value), kind.name) for kind in Kind]


def test_phases_are_the_written_ones():
    talk = (Hello, Credit, Ping, Pong, None, Close)
    rows = []
    for phase in Phase:
        cells = [PHASES[phase].get(kind) if kind else phase for kind in talk]
        cells[4] = phase if phase is Phase.OPEN else None
        rows.append((phase.name.lower(), *(cell.name.lower() if cell else "" for cell in cells)))

    assert table("### Life of a connection") == rows


def test_verbs_have_the_written_messages():
    assert table("### Streams") == [
        (verb.__name__, *(" ".join(sorted(kind.__name__ for kind in sides[role])) for role in Role))
        for verb, sides in VERBS.items()
    ]


def test_each_role_allows_the_written_verbs():
    verbs = (Scan, Supply, Apply)

    assert table("### Streams", 2) == [
        (role.value, *("yes" if role in VERB_ROLES[verb] else "" for verb in verbs)) for role in OpenRole
    ]


def test_refused_paths_have_the_written_reasons():
    assert table("### Paths on host") == [
        (reason.value, REFUSED_PATH_TEXTS[reason]) for reason in RefusedPath
    ]


def test_each_written_failure_is_known_and_has_the_written_fields():
    for code, written, *_ in table("### Failures"):
        names = written.split(", ") if written else []
        failure = revive("host", code, dict.fromkeys(names, "CHARS"))
        wanted = {name for _, name, _, _ in Formatter().parse(failure.template) if name}

        assert (failure.code, set(names)) == (code, wanted)


def test_problems_are_the_written_ones():
    assert table("### Problems", 1) == [
        (
            code.value,
            PROBLEM_TEXTS[code],
            "yes" if code in RETRYABLE else "",
            "" if code in NOTICES else "yes",
        )
        for code in ProblemCode
    ]


LIMITS = {
    "longest message, and longest record": (PLAINTEXT_BYTES_MAX, "bytes"),
    "streams that are open at once": (states.STREAMS_MAX, ""),
    "label": (messages.LABEL_CHARS_MAX, "code points"),
    "capabilities": (messages.CAPABILITIES_MAX, ""),
    "path of Open": (messages.HOST_PATH_BYTES_MAX, "bytes"),
    "marks": (LINEAGE_LENGTH_MAX, ""),
    "credit of a new stream": (stream.CREDIT_BYTES, "bytes"),
    "used and not given back": (stream.CREDIT_STEP_BYTES, "bytes"),
    "least cost of a message": (stream.MESSAGE_COST_MIN, "bytes"),
    "cost of what waits on a stream": (stream.CREDIT_BYTES + PLAINTEXT_BYTES_MAX, "bytes"),
    "Pings whose answers are not read": (channel.PENDING_MAX, ""),
    "announced files without their content": (target.ANNOUNCED_MAX, ""),
    "hole in one step": (content.HOLE_STEP_BYTES, "bytes"),
}
CHOICES = {
    "wait for a connection": (dial.CONNECT_SECONDS, "seconds"),
    "wait for the handshake and Hello": (dial.HANDSHAKE_SECONDS, "seconds"),
    "own silence before a Ping": (channel.PING_SECONDS, "seconds"),
    "silence of a peer that is gone": (channel.DEAD_PEER_SECONDS, "seconds"),
    "speed at which an unfinished record is no silence": (
        channel.RECORD_BYTES_PER_SECOND_MIN,
        "bytes a second",
    ),
    "wait for the other side's Close": (channel.CLOSE_SECONDS, "seconds"),
    "wait for a Pong before a target is taken over": (session.TAKEOVER_SECONDS, "seconds"),
    "sessions of a listener": (listener.SESSIONS_MAX, ""),
    "connections that have proven nothing": (listener.UNPROVEN_MAX, ""),
    "list in a message": (batches.BATCH_BYTES, "bytes"),
    "largest file that travels in a pack": (content.SMALL_BYTES_MAX, "bytes"),
    "bulk at which a pack is sent": (content.PACK_BYTES_MIN, "bytes"),
    "files in a pack": (content.PACK_FILES_MAX, ""),
    "piece": (content.PIECE_BYTES_MAX, "bytes"),
    "files announced ahead of their content": (transfer.OPEN_FILES_MAX, ""),
    "tries to read a file that changes": (1 + len(local.CHANGED_RETRY_SECONDS), ""),
}


@pytest.mark.parametrize(("number", "limits"), [(0, LIMITS), (1, CHOICES)], ids=["limits", "choices"])
def test_limits_are_the_written_ones(number: int, limits: dict[str, tuple[float, str]]):
    assert table("### Limits", number) == [
        (name, f"{value:,.0f} {unit}".strip()) for name, (value, unit) in limits.items()
    ]


def test_large_numbers_of_the_text_are_those_of_the_tables():
    known = {f"{value:,.0f}" for value, _ in [*LIMITS.values(), *CHOICES.values()]}
    prose = re.sub(r"^(\|.*|```(.|\n)*?```)$", "", MESSAGES_TEXT, flags=re.MULTILINE)

    assert set(re.findall(r"\b\d{1,3}(?:,\d{3})+\b", prose)) <= known


@pytest.mark.parametrize("name", VECTORS)
def test_the_fields_of_a_vector_are_written_beside_its_bytes(name: str):
    vector = VECTORS[name]
    header = msgspec.msgpack.decode(PLAINTEXTS[name][HEAD.size : len(PLAINTEXTS[name]) - len(vector.bulk)])
    bulk = f", bulk {notation(vector.bulk)}" if vector.bulk else ""

    assert NOTATIONS[name] == f"stream {vector.stream}, {notation(header)}{bulk}"


def notation(value: Any) -> str:
    if isinstance(value, bytes):
        return f"h'{value.hex()}'"
    if isinstance(value, list):
        return f"[{', '.join(map(notation, value))}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{notation(key)}: {notation(item)}" for key, item in value.items()) + "}"
    return "nil" if value is None else json.dumps(value, ensure_ascii=False)
