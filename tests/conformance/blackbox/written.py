"""The vectors that stand in PROTOCOL.md, read from the page."""

import json
import re

from tests.checkout import ROOT

TEXT = (ROOT / "psync/wire/PROTOCOL.md").read_text("utf-8")

USER, GENERATED = "operator", "psync1-aaaqeayeaudaocajbifqydiob4"


def _block(heading: str) -> str:
    return TEXT.partition(f"\n{heading}\n")[2].partition("```\n")[2].partition("```")[0]


def secrets() -> list[tuple[str, str, str]]:
    """User name, password, PRS in hexadecimal digits."""
    rows = re.findall(r'^\| `(".*")` \| `(".*")` \| `([0-9a-f]+)` \|$', TEXT, re.MULTILINE)
    return [(json.loads(user), json.loads(password), prs) for user, password, prs in rows]


def handshake() -> dict[str, bytes]:
    """The values of the written handshake."""
    lines = re.sub(r"\n +", "", _block("### A handshake")).splitlines()
    return {name: bytes.fromhex(value) for name, value in (line.split(" = ") for line in lines)}


def messages() -> dict[str, tuple[int, bytes]]:
    """Name → stream and plaintext."""
    found = re.findall(
        r"^(\S.*)\n  stream (\d+), .*\n((?:    .*\n)+)", _block("## Message vectors"), re.MULTILINE
    )
    return {name: (int(stream), bytes.fromhex("".join(lines.split()))) for name, stream, lines in found}
