"""psync's answer to `read_frame`: what one side of a handshake, or of a session, makes of bytes that arrive.

The sides have fixed keys and fixed randomness; only what they read is of interest.
"""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any, Protocol

from conformance.adapters.serving import Refusal
from psync.wire.greeting import Answer, Offer, Verdict
from psync.wire.handshake import Handshake
from psync.wire.identity import Identity
from psync.wire.keys import Role, Secret, TrafficKeys, mode_of, stretch
from psync.wire.refusal import HandshakeRefused
from psync.wire.seal import LengthInvalid, Opener, TagMismatch

Fields = dict[str, Any]

# A generated key, since stretching a password takes half a second.
PRS = stretch("operator", "psync1-aaaqeayeaudaocajbifqydiob4")

LENGTH_BYTES = 4


class Frame(Protocol):
    """A frame that can be decoded, and whose fields are those of a dataclass."""

    @classmethod
    def decode(cls, data: bytes) -> Any: ...


def _client() -> Handshake:
    return Handshake(Role.CLIENT, PRS, mode_of(PRS), bytes(range(64)))


def _listener() -> Handshake:
    identity = Identity.from_bytes(bytes(range(128, 160)))
    return Handshake(Role.LISTENER, PRS, mode_of(PRS), bytes(range(64, 128)), identity)


def _answered_client() -> Handshake:
    """A client that has sent its proof."""
    client = _client()
    client.receive(_listener().receive(client.opening).send)
    return client


# Who reads a frame, and which one it is.
READERS: dict[str, tuple[Callable[[], Handshake], type[Frame]]] = {
    "offer": (_listener, Offer),
    "answer": (_client, Answer),
    "verdict": (_answered_client, Verdict),
}


def read_frame(params: Fields) -> Fields:
    """`read_frame`"""
    data = bytes.fromhex(params["hex"])
    try:
        if params["frame"] == "record":
            return {"plaintext": _opened(data, params).hex()}
        side, kind = READERS[params["frame"]]
        side().receive(data)
    except HandshakeRefused as refused:
        raise Refusal(refused.code.value) from refused
    except TagMismatch as mismatch:
        raise Refusal("TAG_MISMATCH") from mismatch
    except LengthInvalid as invalid:
        raise Refusal("LENGTH_INVALID") from invalid
    fields = asdict(kind.decode(data))
    return {name: value.hex() if isinstance(value, bytes) else value for name, value in fields.items()}


def _opened(data: bytes, params: Fields) -> bytes:
    """A record of a later number is the first one under the iv that makes its nonce."""
    nonce = int(params["iv"], 16) ^ params["number"]
    key = Secret(bytes.fromhex(params["key"]))
    opener = Opener(TrafficKeys(key, Secret(nonce.to_bytes(12, "big")), Secret(bytes(32))))
    length, sealed, out = data[:LENGTH_BYTES], data[LENGTH_BYTES:], bytearray(len(data))
    opener.ciphertext_bytes(length)
    return bytes(out[: opener.open_into(length, sealed, memoryview(out))])
