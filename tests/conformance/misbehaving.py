"""Programs that speak the adapter protocol wrongly, each in its own way; `python -m tests.conformance.misbehaving NAME`."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from conformance.protocol import LINE_BYTES_MAX

FOREVER_SECONDS = 600


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def _answer(request: dict[str, Any], **answer: Any) -> None:
    _say(json.dumps({"id": request["id"], **answer}) + "\n")


def _hang(request: dict[str, Any]) -> None:
    time.sleep(FOREVER_SECONDS)


def _hang_with_a_child(request: dict[str, Any]) -> None:
    child = subprocess.Popen(["sleep", str(FOREVER_SECONDS)])
    sys.stderr.write(f"child {child.pid}\n")
    sys.stderr.flush()
    child.wait()


def _close(request: dict[str, Any]) -> None:
    sys.stderr.write("no more today\n")
    raise SystemExit(7)


def _break_off(request: dict[str, Any]) -> None:
    """Answer one question, and end at the next."""
    if request["id"] > 2:
        raise SystemExit(7)
    _answer(request, ok={"name": "brittle", "text": "", "operations": []})


def _endless(request: dict[str, Any]) -> None:
    while True:
        _say("x" * LINE_BYTES_MAX)


MISBEHAVIOURS: dict[str, Callable[[dict[str, Any]], None]] = {
    "hangs": _hang,
    "hangs with a child": _hang_with_a_child,
    "closes": _close,
    "ends in the middle": _break_off,
    "says half of a line": lambda request: _say('{"id": 1, "ok"'),
    "says no JSON": lambda request: _say("hello\n"),
    "says bytes that are no text": lambda request: sys.stdout.buffer.write(
        b'{"id": 1, "ok": {"a": "\xff"}}\n'
    ),
    "says an oversized line": lambda request: _answer(request, ok={"x": "y" * LINE_BYTES_MAX}),
    "says a line without an end": _endless,
    "answers another request": lambda request: _answer({"id": request["id"] + 1}, ok={}),
    "answers in two ways": lambda request: _answer(request, ok={}, unsupported={"reason": "no"}),
    "answers in no way": lambda request: _answer(request),
    "has another clock": lambda request: _answer(request, ok={"clock": "sundial"}),
    "does not say why not": lambda request: _answer(request, unsupported={"reason": ""}),
    "answers twice": lambda request: _say(2 * (json.dumps({"id": request["id"], "ok": {}}) + "\n")),
}

if __name__ == "__main__":
    if sys.argv[1] == "ends at once":
        raise SystemExit(3)
    if sys.argv[1] == "does not read":
        time.sleep(FOREVER_SECONDS)
    for line in sys.stdin:
        MISBEHAVIOURS[sys.argv[1]](json.loads(line))
        sys.stdout.flush()
