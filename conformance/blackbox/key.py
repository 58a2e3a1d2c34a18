"""What an operator enters, and the secret that the key agreement starts from."""

import hashlib
import hmac
import re
import unicodedata
from pathlib import Path

from msgspec import Struct

from conformance.blackbox.agreement import prefixed

UNKEYED, KEYED = 0, 1

# More than anybody types, and little enough to read a device that never ends.
PASSWORD_BYTES_MAX = 4096

_CONTEXT = b"psync/1 prs"
_GENERATED = re.compile(r"psync1-[a-z2-7]{25}[aeimquy4]")
_STRETCH_BYTES_MAX = 2**28


class KeyInvalid(Exception):
    """What was given is no key; the text says why, and never what it is."""


class Key(Struct, frozen=True):
    """User name and password; both empty: no key."""

    user: str = ""
    password: str = ""

    def __repr__(self) -> str:
        return "<secret>"

    @property
    def mode(self) -> int:
        """As the offer names it."""
        return KEYED if self.user or self.password else UNKEYED

    @property
    def texts(self) -> list[str]:
        """Those that are there."""
        return [text for text in (self.user, self.password) if text]

    def secret(self) -> bytes:
        """`PRS`; takes half a second and 128 MiB for a password that was not generated."""
        if self.mode == UNKEYED:
            return b"psync/1 unkeyed"
        user, password = (unicodedata.normalize("NFC", text).encode() for text in (self.user, self.password))
        material = prefixed(user) + prefixed(password)
        if _GENERATED.fullmatch(self.password):
            return expand(extract(_CONTEXT, material), b"", 32)
        return hashlib.scrypt(material, salt=_CONTEXT, n=2**17, r=8, p=1, maxmem=_STRETCH_BYTES_MAX, dklen=32)


def read_key(user: str | None, password_file: Path | None) -> Key:
    """Gather what was given; raise `KeyInvalid`. What is given and empty is a mistake, and never no key."""
    password = None if password_file is None else _read(password_file)
    if user == "" or password == "":
        raise KeyInvalid(f"the {'user name' if user == '' else 'password file'} is empty")
    return Key(user or "", password or "")


def extract(salt: bytes, material: bytes) -> bytes:
    """HKDF's first half (RFC 5869) with SHA-256."""
    return hmac.digest(salt, material, "sha256")


def expand(key: bytes, info: bytes, length: int) -> bytes:
    """HKDF's second half."""
    out, block, number = b"", b"", 0
    while len(out) < length:
        number += 1
        block = hmac.digest(key, block + info + bytes([number]), "sha256")
        out += block
    return out[:length]


def _read(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            content = opened.read(PASSWORD_BYTES_MAX + 1)
    except OSError as error:
        raise KeyInvalid(f"the password file '{file}' cannot be read: {error.strerror}") from None
    if len(content) > PASSWORD_BYTES_MAX:
        raise KeyInvalid(f"the password file is longer than {PASSWORD_BYTES_MAX:,} bytes")
    try:
        text = content.decode()
    except UnicodeDecodeError:
        raise KeyInvalid("the password file is no UTF-8 text") from None
    return text.removesuffix("\r\n" if text.endswith("\r\n") else "\n")
