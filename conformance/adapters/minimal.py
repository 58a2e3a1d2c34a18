"""A stand-alone adapter: RootPath mapping and messages, from adapter.md and the requirement catalogue alone.

It shares no code with any implementation, to show that the protocol serves others. Standard library only.
"""

import json
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

NAME_UNITS = 255
PATH_UNITS = {"windows": 32767, "posix": 4096}
FORBIDDEN_ON_WINDOWS = re.compile(r'[\x00-\x1f<>"|?*\\/]')
NAMESPACE = re.compile(r"[\\/](?:[\\/][?.]|\?\?)(?:[\\/]|\Z)")
DEVICE = re.compile(r"(?ai:CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(?:COM|LPT)[1-9\u00b9\u00b2\u00b3])")
LOCKED_REASON = "The process cannot access the file because it is being used by another process"

Members = dict[str, Any]


class Refused(Exception):
    """A refusal: its code and its words for people."""


@dataclass(frozen=True)
class Path:
    """A complete path: its volume is ("C",) for a drive, (server, share) for a share, () on POSIX."""

    style: str
    volume: tuple[str, ...]
    names: tuple[str, ...]


def check_length(text: str, style: str, limit: int, code: str) -> None:
    """Refuse what is too long, counted in UTF-16 units on Windows and in bytes on POSIX."""
    encoding, unit = ("utf-16-le", 2) if style == "windows" else ("utf-8", 1)
    if len(text.encode(encoding, "surrogatepass")) > limit * unit:
        raise Refused(code, f"longer than {limit} units")


def check_windows_name(name: str) -> None:
    """Refuse a name that Windows forbids, or would take for something else."""
    if FORBIDDEN_ON_WINDOWS.search(name):
        raise Refused("CHARS", "a character that no name of Windows holds")
    if ":" in name:
        raise Refused("STREAM", "a stream")
    if DEVICE.fullmatch(name.split(".")[0].rstrip(" ")):
        raise Refused("RESERVED", "a device")
    if name.endswith((".", " ")):
        raise Refused("TRAILING", "Windows would shorten this name")


def check_name(name: str, style: str) -> None:
    """Refuse a name that the system of this style must not be given."""
    if name == "..":
        raise Refused("DOTDOT", "two dots")
    if style == "windows":
        check_windows_name(name)
    if "\0" in name:
        raise Refused("CHARS", "a NUL ends a name")
    check_length(name, style, NAME_UNITS, "NAME_LONG")


def without_empty_and_dot(parts: list[str]) -> tuple[str, ...]:
    """Only the parts that lead somewhere: not those between doubled separators, not single dots."""
    return tuple(part for part in parts if part not in ("", "."))


def parse_share(text: str) -> Path:
    """Read a Windows path that begins with two separators."""
    server, share, *rest = [*re.split(r"[\\/]", text[2:]), ""]
    if server == "" or share in ("", "."):
        raise Refused("INCOMPLETE", "a share needs a server and a name")
    return Path("windows", (server, share), without_empty_and_dot(rest))


def parse_windows(text: str) -> Path:
    """Read a complete path of Windows."""
    if NAMESPACE.match(text):
        raise Refused("NAMESPACE", "a namespace of Windows")
    if re.match(r"[\\/]{2}", text):
        return parse_share(text)
    if not re.match(r"[A-Za-z]:", text):
        raise Refused("INCOMPLETE", "no drive")
    if not re.match(r"[\\/]", text[2:]):
        raise Refused("DRIVE_RELATIVE", "no separator behind the drive")
    return Path("windows", (text[0],), without_empty_and_dot(re.split(r"[\\/]", text[3:])))


def parse_posix(text: str) -> Path:
    """Read a complete path of POSIX."""
    if not text.startswith("/"):
        raise Refused("INCOMPLETE", "does not begin with a slash")
    return Path("posix", (), without_empty_and_dot(text.split("/")))


def parse_path(text: str, style: str) -> Path:
    """Read a path strictly by its declared style, and refuse hostile spellings."""
    path = parse_windows(text) if style == "windows" else parse_posix(text)
    for name in path.volume + path.names:
        check_name(name, style)
    return path


def parse_root(text: str, style: str, host: str) -> Path:
    """Read a RootPath, which is a path of the listener's own system."""
    if style != host:
        raise Refused("ROOT_PATH_INVALID", "the RootPath is none of this system")
    try:
        return parse_path(text, style)
    except Refused as refusal:
        raise Refused("ROOT_PATH_INVALID", refusal.args[1]) from refusal


def format_path(path: Path) -> str:
    """Write a path in the spelling of its system."""
    if path.style == "posix":
        return "/" + "/".join(path.names)
    if len(path.volume) == 1:
        return f"{path.volume[0]}:\\" + "\\".join(path.names)
    return "\\\\" + "\\".join(path.volume + path.names)


def fold_character(character: str) -> str:
    """The capital of a letter that is one of a pair within 16 bits; any other character as it is."""
    capital = character.upper()
    is_pair = len(capital) == 1 and capital.lower() == character
    return capital if is_pair and character <= "\uffff" else character


def fold(names: tuple[str, ...], style: str) -> list[str]:
    """What names are compared by: regardless of case on Windows, as they are on POSIX."""
    if style == "posix":
        return list(names)
    return ["".join(map(fold_character, name)) for name in names]


def is_at_or_below(path: Path, root: Path) -> bool:
    """Whether a path is the root or below it, compared name by name."""
    if path.style != root.style or fold(path.volume, path.style) != fold(root.volume, root.style):
        return False
    return fold(path.names[: len(root.names)], path.style) == fold(root.names, root.style)


def names_below_root(path: Path, root: Path) -> tuple[str, ...]:
    """The names that lead from the root to where the path really is."""
    if is_at_or_below(path, root):
        return path.names[len(root.names) :]
    if len(path.volume) == 2:
        return ("UNC", *path.volume, *path.names)
    return (*(letter.upper() for letter in path.volume), *path.names)


def map_confined(path: Path, root: Path) -> str:
    """Where a path is at a RootPath: in place when it is at or below it, else made again below it."""
    names = names_below_root(path, root)
    for name in names:
        check_name(name, root.style)
    return format_path(Path(root.style, root.volume, root.names + names))


def map_unconfined(text: str, path: Path, host: str, allow_share: bool) -> str:
    """Where a path is without a RootPath: as it was given, if this system has such a path at all."""
    if path.style != host:
        raise Refused("FOREIGN", "a path of another system")
    if len(path.volume) == 2 and not allow_share:
        raise Refused("UNC", "a share is no disk of the listener's own")
    return text


def answer_map(params: Members) -> Members:
    """Serve `map`; a job in another mode than tcp has no listener, so no RootPath applies to it."""
    given, root, host = params["path"], params["root"], params["host"]
    path = parse_path(given["path"], given["style"])
    is_tcp = params.get("mode", "tcp") == "tcp"
    if is_tcp and root is not None:
        really = map_confined(path, parse_root(root["path"], root["style"], host))
    else:
        really = map_unconfined(given["path"], path, host, allow_share=not is_tcp)
    check_length(really, host, PATH_UNITS[host], "PATH_LONG")
    return {"path": really}


def answer_format_message(params: Members) -> Members:
    """Serve `format_message`."""
    message = params["message"]
    if message == "device":
        return {"text": f"Could not initialize {params['role']} device: {params['uri']}..."}
    if message == "connection_failure":
        suffix = " (Connection Retry is Enabled!)..." if params["retry_scheduled"] else ""
        return {"text": f"Connection Failure: {params['uri']} - Job: {params['job']}{suffix}"}
    if message == "locked":
        suffix = " (Added To Retry List)..." if params["on_retry_list"] else ""
        opening = "PSListener responded with - Update Failure [LockFiles] Error Opening Handle:"
        return {"text": f"{opening} {params['path']} ({LOCKED_REASON}){suffix}"}
    raise NotImplementedError(f"no message {message!r}")


def answer_hello(params: Members) -> Members:
    """Serve `hello`."""
    if params["protocol"] != 1:
        raise NotImplementedError("only protocol 1 is spoken")
    return {"name": "minimal", "version": "1", "styles": ["windows", "posix"], "operations": list(OPERATIONS)}


OPERATIONS: dict[str, Callable[[Members], Members]] = {
    "hello": answer_hello,
    "map": answer_map,
    "format_message": answer_format_message,
    "bye": lambda _params: {},
}


def answer(operation: str, params: Members) -> Members:
    """One of the four kinds of answers to a request."""
    try:
        if operation not in OPERATIONS:
            raise NotImplementedError(f"{operation} is not served")
        return {"ok": OPERATIONS[operation](params)}
    except Refused as refusal:
        code, text = refusal.args
        return {"rejected": {"code": code, "text": text}}
    except NotImplementedError as gap:
        return {"unsupported": {"reason": str(gap)}}
    except Exception as failure:  # noqa: BLE001  # the suite must hear of it, whatever it is
        return {"error": {"text": f"{type(failure).__name__}: {failure}"}}


def main() -> None:
    """Answer line by line until `bye` or the end of the input."""
    for line in sys.stdin.buffer:
        request = json.loads(line)
        reply = {"id": request["id"], **answer(request["op"], request.get("params", {}))}
        sys.stdout.buffer.write(json.dumps(reply).encode("ascii") + b"\n")
        sys.stdout.buffer.flush()
        if request["op"] == "bye":
            return


if __name__ == "__main__":
    main()
