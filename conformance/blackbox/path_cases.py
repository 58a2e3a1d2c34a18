"""Questions for folders, by clients that have proven themselves. All are asked so that nothing is made or locked."""

import os
from base64 import b64encode
from collections.abc import Iterable, Iterator

from conformance.blackbox.caller import Caller
from conformance.blackbox.case import Case, Unasked, Violated, demand
from conformance.blackbox.messages import Close, Fail, Open, Opened
from conformance.blackbox.session import Session
from conformance.blackbox.wire import Unanswered
from conformance.vector import Vector

# Shorter texts are met by chance in what is sealed.
CANARY_BYTES_MIN = 6

OPEN_PATH_BYTES_MAX = 98_301
TEMPORARY = ".psync-abcdefghijklmnopqrstuvwxyz.part"

# Reasons that depend on where the RootPath is, or on whether there is one.
LENGTHS = {"NAME_LONG", "PATH_LONG"}
WITHOUT_ROOT = {"FOREIGN", "UNC"}


def canary(caller: Caller) -> None:
    """A path that is absent, one that is refused, a source that is missing; and what the key is made of."""
    name = f"psync-conformance-{os.urandom(8).hex()}"
    failed: Violated | None = None
    questions = [
        Open("posix", f"/{name}/x".encode(), job=name),
        Open("posix", f"/{name}/../x".encode()),
        Open("posix", f"/{name}/y".encode(), "source"),
        Open("windows", f"C:\\{name}\\z".encode()),
    ]
    for question in questions:
        with caller.session() as opened:
            try:
                answer = ask(opened, question)
                caller.note("open", {"path": question.path.decode()}, {"kind": type(answer).__name__})
            except Violated as violated:  # what can be read tells more
                failed = violated
        for what, text in [("a path", name), *(("a part of the key", text) for text in caller.key.texts)]:
            for direction, data in (("to", opened.wire.sent), ("from", opened.wire.received)):
                form = shown_in(text.encode(), bytes(data))
                demand(not form, f"{what} can be read on the way {direction} the listener, {form}")
    if failed is not None:
        raise failed


def shown_in(text: bytes, data: bytes) -> str:
    """Name the form in which a text stands in what went over the wire; empty where it does not."""
    if len(text) < CANARY_BYTES_MIN:
        return ""
    wide = text.decode()
    forms = {
        "as it is": text,
        "in capitals": text.upper(),
        "in UTF-16, little-endian": wide.encode("utf-16-le"),
        "in UTF-16, big-endian": wide.encode("utf-16-be"),
        "in hexadecimal digits": text.hex().encode(),
        "backwards": text[::-1],
        **{f"in base64, from byte {start}": _base64(text[start:]) for start in range(3)},
    }
    return next((name for name, form in forms.items() if form in data), "")


def no_mode_of_paths(caller: Caller) -> None:
    """A client cannot say that its path is none of the RootPath's business."""
    for style, role in (("unc", "inspect"), ("local", "inspect"), ("posix", "unc"), ("posix", "local")):
        with caller.session() as opened:
            answer = ask(opened, Open(style, b"/", role))
            caller.note("open", {"style": style, "role": role}, {"kind": type(answer).__name__})
            _demand_violation(answer, f"a path of style {style!r} in the role {role!r}")


def source_missing(caller: Caller) -> None:
    """A source that is not there is an error that names it as it was asked for, and no empty folder."""
    path = _native(caller, f"/psync-conformance-{os.urandom(8).hex()}/a")
    with caller.session() as opened:
        answer = ask(opened, Open(caller.host.style, path.encode(), "source"))
    caller.note("open", {"path": path, "role": "source"}, {"answer": str(answer)})
    demand(not isinstance(answer, Opened), "opens a source that is not there")
    demand(
        isinstance(answer, Fail) and answer.failure == "SOURCE_MISSING",
        f"answers a missing source with {answer}",
    )
    named = answer.fields.get("path") if isinstance(answer, Fail) else None
    demand(named == path, f"names a missing source {named!r}, and was asked for {path!r}")


def path_beyond_limit(caller: Caller) -> None:
    """A path of more bytes than a message of its kind may have."""
    with caller.session() as opened:
        answer = ask(opened, Open("posix", b"/" + b"a" * OPEN_PATH_BYTES_MAX))
    _demand_violation(answer, f"a path of {OPEN_PATH_BYTES_MAX + 1:,} bytes")


def temporary_name(caller: Caller) -> None:
    """psync's own files are nobody's folder, nor on the way to one."""
    for path in (f"/{TEMPORARY}", f"/{TEMPORARY}/a"):
        _demand_refused(caller, caller.host.style, _native(caller, path), {"TEMPORARY"})


def _native(caller: Caller, path: str) -> str:
    """A path as the listener's system writes it."""
    return path if caller.host.style == "posix" else f"C:{path}".replace("/", "\\")


def path_cases(vectors: Iterable[Vector]) -> Iterator[Case]:
    """Cases of our own, and one for each path that a vector has refused."""
    yield Case(
        "tcp-canary",
        ("PS-ENC-02",),
        "Neither a path nor a part of the key can be read on the wire, not even in a refusal.",
        canary,
    )
    yield Case(
        "tcp-no-mode-of-paths",
        ("PS-ROOT-10",),
        "A client cannot claim that its path is local or UNC: such a claim ends the connection.",
        no_mode_of_paths,
    )
    yield Case(
        "tcp-source-missing",
        ("PS-ROOT-08", "PS-ERR-14"),
        "A source that is missing is an error, and named as the client asked for it.",
        source_missing,
    )
    yield Case(
        "tcp-path-beyond-limit",
        ("PS-ROOT-16",),
        "A path longer than a message may hold ends the connection.",
        path_beyond_limit,
    )
    yield Case(
        "tcp-path-temporary",
        ("PS-ROOT-13",),
        "The names of psync's own files are refused in every path.",
        temporary_name,
    )
    yield from (_hostile(vector) for vector in vectors if _is_refused_path(vector))


def _is_refused_path(vector: Vector) -> bool:
    return vector.op == "map" and bool(codes_of(vector)) and vector.params.get("mode", "tcp") == "tcp"


def codes_of(vector: Vector) -> set[str]:
    """The reasons that are right; none where the vector expects no refusal."""
    rejected = vector.expect.rejected
    if isinstance(rejected, str):
        return {rejected}
    return set(rejected) if isinstance(rejected, tuple) else set()


def _hostile(vector: Vector) -> Case:
    """Ask a listener for the vector's path; it is refused, with the vector's reason."""

    def check(caller: Caller) -> None:
        path, codes = vector.params["path"], codes_of(vector)
        _check_applies(caller, vector)
        if caller.host.style != path["style"] and not caller.host.is_confined:
            codes |= WITHOUT_ROOT
        _demand_refused(caller, path["style"], path["path"], codes)

    return Case(f"tcp-{vector.id}", vector.requirements, vector.about, check)


def _check_applies(caller: Caller, vector: Vector) -> None:
    """Raise `Unasked` where the reason belongs to a listener of another system, or with another RootPath."""
    host, codes = vector.params["host"], codes_of(vector)
    is_of_host = vector.params["path"]["style"] != host or codes & (LENGTHS | WITHOUT_ROOT)
    if is_of_host and caller.host.style != host:
        raise Unasked(f"is for a listener on {host}, and this one is on {caller.host.style}")
    if codes & WITHOUT_ROOT and caller.host.is_confined:
        raise Unasked("is for a listener without RootPath, and this one has one")
    if "PATH_LONG" in codes and vector.params["root"] is not None:
        raise Unasked("depends on the length of the RootPath, which a listener does not tell")


def _demand_refused(caller: Caller, style: str, path: str, codes: set[str]) -> None:
    errors = "surrogateescape" if style == "posix" else "surrogatepass"
    with caller.session() as opened:
        answer = ask(opened, Open(style, path.encode("utf-8", errors)))
    shown = path.encode("utf-8", "backslashreplace").decode()[:200]
    caller.note("open", {"style": style, "path": shown}, {"answer": type(answer).__name__, **_fields(answer)})
    expected = " or ".join(sorted(codes))
    demand(not isinstance(answer, Opened), f"opened, expected to be refused with {expected}")
    is_refused = isinstance(answer, Fail) and answer.failure == "PATH_REFUSED"
    demand(is_refused, f"answered with {answer}, expected to be refused with {expected}")
    reason = _fields(answer).get("reason", "no reason")
    demand(reason in codes, f"refused with {reason}, expected {expected}")


def ask(opened: Session, question: Open) -> Opened | Fail | Close:
    """Ask; an end without an answer is the listener's fault here, since it has answered others."""
    try:
        return opened.ask(question)
    except Unanswered as unanswered:
        raise Violated(str(unanswered)) from None


def _demand_violation(answer: Opened | Fail | Close, what: str) -> None:
    is_told = isinstance(answer, Close) and answer.failure == "PROTOCOL"
    demand(is_told, f"answers {what} with {answer}, expected the connection to be closed with PROTOCOL")


def _fields(answer: Opened | Fail | Close) -> dict[str, str]:
    return {} if isinstance(answer, Opened) else answer.fields


def _base64(text: bytes) -> bytes:
    """What stands in the middle of a longer text in base64, whatever is behind."""
    return b64encode(text[: len(text) // 3 * 3])
