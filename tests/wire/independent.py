"""Both sides of the handshake written a second time, from PROTOCOL.md and without psync's code.

The key agreement is PyPI's `cpace`, the rest the standard library. It draws its
own scalars, and checks what it receives by assertion.
"""

import hashlib
import hmac
from dataclasses import dataclass

import cpace


@dataclass(frozen=True)
class Keys:
    """One direction's keys, and the connection's id and transcript."""

    client: tuple[bytes, bytes, bytes]
    listener: tuple[bytes, bytes, bytes]
    transcript: bytes
    connection_id: bytes


def expand(key: bytes, info: bytes, length: int) -> bytes:
    output, block = b"", b""
    for number in range(1, -(-length // 32) + 1):
        block = hmac.digest(key, block + info + bytes([number]), "sha256")
        output += block
    return output[:length]


class Client:
    """Answers M2 with M3, and takes M4."""

    def __init__(self, prs: bytes, m1: bytes) -> None:
        self.prs, self.m1 = prs, m1

    def take_m2(self, m2: bytes) -> bytes:
        session = self.m1[32:64] + m2[32:64]
        run = cpace.CPace.start(
            role=cpace.CPaceRole.RESPONDER, prs=self.prs, sid=session, ci=b"psync/1", ad=self.m1
        )
        run.derive(m2[64:96], m2[:64])
        self.prk, self.tags = confirm(run.isk, self.m1 + m2, run.public_share)
        self.before = self.m1 + m2 + run.public_share + self.tags[0]
        return run.public_share + self.tags[0]

    def take_m4(self, m4: bytes) -> Keys:
        assert m4 == bytes([1, 0, 0, 0, 0, 0, 0, 0]) + self.tags[1]
        return keys(self.prk, self.before + m4)


class Listener:
    """Answers M1 with M2, and M3 with M4."""

    def __init__(self, prs: bytes, m2_head: bytes) -> None:
        self.prs, self.m2_head = prs, m2_head

    def take_m1(self, m1: bytes) -> bytes:
        session = m1[32:64] + self.m2_head[32:64]
        self.run = cpace.CPace.start(
            role=cpace.CPaceRole.INITIATOR, prs=self.prs, sid=session, ci=b"psync/1", ad=self.m2_head
        )
        self.m1, self.m2 = m1, self.m2_head + self.run.public_share
        return self.m2

    def take_m3(self, m3: bytes) -> tuple[bytes, Keys]:
        self.run.derive(m3[:32], self.m1)
        prk, tags = confirm(self.run.isk, self.m1 + self.m2, m3[:32])
        assert m3[32:] == tags[0]
        m4 = bytes([1, 0, 0, 0, 0, 0, 0, 0]) + tags[1]
        return m4, keys(prk, self.m1 + self.m2 + m3 + m4)


def confirm(isk: bytes, m1_and_m2: bytes, client_share: bytes) -> tuple[bytes, tuple[bytes, bytes]]:
    prk = hmac.digest(b"psync/1", isk, "sha256")
    th = hashlib.sha256(m1_and_m2 + client_share).digest()
    client_tag = hmac.digest(expand(prk, b"psync/1 confirm client" + th, 32), th, "sha256")
    listener_key = expand(prk, b"psync/1 confirm listener" + th, 32)
    return prk, (client_tag, hmac.digest(listener_key, th + client_tag, "sha256"))


def keys(prk: bytes, messages: bytes) -> Keys:
    transcript = hashlib.sha256(messages).digest()

    def direction(sender: bytes) -> tuple[bytes, bytes, bytes]:
        data = expand(prk, b"psync/1 data " + sender + transcript, 44)
        return data[:32], data[32:], expand(prk, b"psync/1 rekey " + sender + transcript, 32)

    connection_id = expand(prk, b"psync/1 conn-id" + transcript, 8)
    return Keys(direction(b"client"), direction(b"listener"), transcript, connection_id)
