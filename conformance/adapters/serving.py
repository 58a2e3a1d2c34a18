"""The loop of an adapter: a line in, a line out, until it is told goodbye."""

import json
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from typing import Any, BinaryIO

# Carries out one operation: params in, the `ok` of the answer out.
Operation = Callable[[dict[str, Any]], dict[str, Any]]

PROTOCOL = 1


class Refusal(Exception):
    """The implementation refuses what it was asked."""

    def __init__(self, code: str, text: str = "", detail: Mapping[str, Any] | None = None) -> None:
        super().__init__(code, text)
        self.code = code
        self.text = text
        self.detail = dict(detail or {})


class Unsupported(Exception):
    """The implementation, or this adapter, cannot do that."""


class Identity:
    """Who answers `hello`. `clock`: of its worlds, `virtual` or `real`; `styles`: of the systems that it runs on."""

    def __init__(
        self, name: str, version: str, clock: str = "real", styles: Sequence[str] = ("windows", "posix")
    ) -> None:
        self.name = name
        self.version = version
        self.clock = clock
        self.styles = styles


def serve(
    identity: Identity,
    operations: Mapping[str, Operation],
    requests: BinaryIO = sys.stdin.buffer,
    answers: BinaryIO = sys.stdout.buffer,
) -> None:
    """Answer requests until `bye`, or until there are no more."""

    def hello(params: dict[str, Any]) -> dict[str, Any]:
        if params.get("protocol") != PROTOCOL:
            raise Unsupported(f"protocol {params.get('protocol')!r}; this adapter speaks {PROTOCOL}")
        about = {"name": identity.name, "version": identity.version, "clock": identity.clock}
        return {**about, "styles": identity.styles, "operations": sorted(served)}

    served: dict[str, Operation] = {**operations, "hello": hello, "bye": lambda params: {}}
    for line in requests:
        request = json.loads(line)
        answer = {"id": request["id"], **_answer(served, request["op"], request["params"])}
        answers.write(json.dumps(answer, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n")
        answers.flush()
        if request["op"] == "bye":
            return


def _answer(operations: Mapping[str, Operation], op: str, params: dict[str, Any]) -> dict[str, Any]:
    operation = operations.get(op)
    if operation is None:
        return {"unsupported": {"reason": f"this adapter has no operation {op!r}"}}
    try:
        return {"ok": operation(params)}
    except Refusal as refusal:
        told = {"code": refusal.code, "text": refusal.text}
        return {"rejected": told | ({"detail": refusal.detail} if refusal.detail else {})}
    except Unsupported as unsupported:
        return {"unsupported": {"reason": str(unsupported)}}
    except Exception as error:  # noqa: BLE001  # whatever it is, the suite must hear of it and go on
        traceback.print_exc()
        return {"error": {"text": repr(error)}}
