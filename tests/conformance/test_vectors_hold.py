"""psync itself answers the vectors: the only tests of what they say about paths, addresses, ports and messages."""

from collections.abc import Callable
from dataclasses import asdict
from functools import cache
from typing import Any

import pytest

from conformance.vector import UNSET, Vector, load_alternatives, load_vectors
from psync.core.addresses import (
    DEFAULT_HOST,
    DEFAULT_PORT,
    LocalAddress,
    TcpAddress,
    display_uri,
    is_host,
    parse_address,
    parse_port,
)
from psync.core.errors import (
    AddressFault,
    AddressInvalid,
    Failure,
    PathRefused,
    connection_failure_text,
    device_text,
    locked_file_text,
)
from psync.core.paths import HostPath, PathStyle, parse_host_path
from psync.core.rootpath import RootPath, map_unconfined
from psync.wire.greeting import Answer, Offer, Verdict
from psync.wire.keys import Secret, TrafficKeys, stretch
from psync.wire.refusal import HandshakeRefused
from psync.wire.seal import LengthInvalid, Opener, TagMismatch
from tests.checkout import ROOT
from tests.wire.handshakes import answered, client, listener

FOLDER = ROOT / "conformance/vectors"
VECTORS = load_vectors(FOLDER)

# Field that psync cannot be asked for yet → requirement that waits for it.
NOT_BUILT = {
    "byte_level": "PS-BYTE-01",
    "connection_retry_minutes": "PS-RET-02",
    "cpu": "PS-LCF-02",
    "encryption": "PS-ENC-01",
    "retries_max": "PS-RET-02",
    "retry_seconds": "PS-RET-02",
}

Params = dict[str, Any]


def is_built(vector: Vector) -> bool:
    return vector.op != "validate_config" or vector.params["field"] not in NOT_BUILT


BUILT = [vector for vector in VECTORS.values() if is_built(vector)]
ALTERNATIVES = [vector for vectors in load_alternatives(FOLDER).values() for vector in vectors.values()]


def read_path(path: Params) -> HostPath:
    return parse_host_path(path["path"], PathStyle(path["style"]))


def written_path(path: HostPath) -> Params:
    return {"style": path.style.value, "path": str(path)}


def map_path(params: Params) -> Params:
    here = PathStyle(params["host"])
    if params.get("mode", "tcp") != "tcp":
        address = parse_address(params["path"]["path"], here)
        assert isinstance(address, LocalAddress)  # no listener, and so no RootPath, comes into it
        return {"path": address.path}
    path, root = read_path(params["path"]), params["root"]
    actual = RootPath.parse(root["path"], here).map(path) if root else map_unconfined(path, here)
    assert actual.style is here
    return {"path": str(actual)}


def read_host(params: Params) -> str:
    if params["value"] is None:
        return DEFAULT_HOST
    if not is_host(params["value"]):
        raise AddressInvalid(address=params["value"], reason=AddressFault.HOST)
    return params["value"]


def read_root(params: Params) -> str | None:
    if params["value"] is None:
        return None
    return str(RootPath.parse(params["value"], PathStyle(params["host"])).folder)


CONFIG: dict[str, Callable[[Params], Any]] = {
    "host": read_host,
    "path_on_host": lambda params: str(parse_host_path(params["value"], PathStyle(params["host"]))),
    "port": lambda params: DEFAULT_PORT if params["value"] is None else parse_port(params["value"]),
    "root_path": read_root,
}


def read_address(params: Params) -> Params:
    address = parse_address(params["text"], PathStyle(params["here"]))
    if isinstance(address, LocalAddress):
        return {"kind": "local", "path": address.path}
    return {"kind": "tcp", "host": address.host, "port": address.port, "path": written_path(address.path)}


def message_text(params: Params) -> str:
    match params["message"]:
        case "device":
            return device_text(params["role"], params["uri"])
        case "connection_failure":
            scheduled = params["retry_scheduled"]
            return connection_failure_text(params["uri"], params["job"], retry_scheduled=scheduled)
    return locked_file_text(params["path"], is_on_retry_list=params["on_retry_list"])


@cache
def key(user: str | None, password: str | None) -> str:
    return stretch(user or "", password or "").reveal().hex()


READERS = {"offer": (listener, Offer), "answer": (client, Answer), "verdict": (answered, Verdict)}


def read_frame(params: Params) -> Params:
    data = bytes.fromhex(params["hex"])
    if params["frame"] == "record":
        return {"plaintext": opened(data, params).hex()}
    side, kind = READERS[params["frame"]]
    side().receive(data)
    fields = asdict(kind.decode(data))
    return {name: value.hex() if isinstance(value, bytes) else value for name, value in fields.items()}


def opened(data: bytes, params: Params) -> bytes:
    """A record of a later number is the first one under the iv that makes its nonce."""
    nonce = int(params["iv"], 16) ^ params["number"]
    keys = TrafficKeys(
        Secret(bytes.fromhex(params["key"])), Secret(nonce.to_bytes(12, "big")), Secret(bytes(32))
    )
    opener, out = Opener(keys), bytearray(len(data))
    opener.ciphertext_bytes(data[:4])
    return bytes(out[: opener.open_into(data[:4], data[4:], memoryview(out))])


OPERATIONS: dict[str, Callable[[Params], Params]] = {
    "derive_key": lambda params: {"key": key(params["user"], params["password"])},
    "format_message": lambda params: {"text": message_text(params)},
    "format_uri": lambda params: {
        "uri": display_uri(TcpAddress(params["host"], None, read_path(params["path"])))
    },
    "map": map_path,
    "parse_address": read_address,
    "read_frame": read_frame,
    "validate_config": lambda params: {"value": CONFIG[params["field"]](params)},
}


def answer(vector: Vector) -> Params | str:
    """The result, or the code of a refusal."""
    try:
        return OPERATIONS[vector.op](vector.params)
    except PathRefused as refused:
        return refused.code if vector.op == "validate_config" else refused.reason.value
    except Failure as refused:
        return refused.code
    except HandshakeRefused as refused:
        return refused.code.value
    except (TagMismatch, LengthInvalid) as refused:
        return {"TagMismatch": "TAG_MISMATCH", "LengthInvalid": "LENGTH_INVALID"}[type(refused).__name__]


def holds(vector: Vector) -> bool:
    given, expected = answer(vector), vector.expect
    if expected.rejected is not UNSET:
        return given in ([expected.rejected] if isinstance(expected.rejected, str) else expected.rejected)
    if isinstance(given, str):
        return False
    if expected.ok is not UNSET:
        return {name: given.get(name) for name in expected.ok} == expected.ok
    others = [answer(VECTORS[reference]) for reference in expected.references]
    return (given in others) == (expected.same_as is not UNSET)


@pytest.mark.parametrize("vector", BUILT, ids=lambda vector: vector.id)
def test_psync_answers_as_the_vector_expects(vector: Vector):
    assert holds(vector), answer(vector)


@pytest.mark.parametrize("vector", ALTERNATIVES, ids=lambda vector: f"{vector.ambiguity} {vector.id}")
def test_psync_keeps_to_the_reading_that_was_chosen(vector: Vector):
    assert not holds(vector)


def test_what_is_not_built_is_asked_for_by_vectors_of_its_requirement():
    fields = {vector.params["field"] for vector in VECTORS.values() if not is_built(vector)}
    wrong = [
        vector.id
        for vector in VECTORS.values()
        if not is_built(vector) and NOT_BUILT[vector.params["field"]] not in vector.requirements
    ]

    assert fields == set(NOT_BUILT)
    assert wrong == []
