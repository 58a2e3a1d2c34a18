"""A small catalogue of a made-up guide, and the real files to plant faults in."""

import shutil
from hashlib import sha256
from pathlib import Path

from conformance.catalogue import FOLDER, Ambiguity, Catalogue, Deviation, Requirement, Sentence

FILES = ("requirements.toml", "ambiguities.toml", "decisions.toml", "sentences.toml")

GUIDE = """Setup

  1. Use port 7333. It can be changed (e.g. to 7444).
  2. Click OK.
"""

CATALOGUE = Catalogue(
    {
        "PS-PORT-01": Requirement(
            id="PS-PORT-01", strength="D", levels=("V", "P"), checks="default", line=3, quote="port 7333"
        ),
        "PS-PORT-02": Requirement(
            id="PS-PORT-02", strength="N", levels=(), checks="nothing", line=3, quote="can be changed"
        ),
        "PS-RET-S1": Requirement(
            id="PS-RET-S1", strength="S", levels=("S",), checks="retry", source="a page"
        ),
    },
    {"AMB-01": Ambiguity("Which?", "this", {"that": "that one"})},
    {"DEV-001": Deviation("so", "otherwise", "because")},
    (
        Sentence(1, "a", sha256(b"Setup").hexdigest(), informative="heading"),
        Sentence(3, "a", sha256(b"Use port 7333.").hexdigest(), requirements=("PS-PORT-01",)),
        Sentence(
            3, "b", sha256(b"It can be changed (e.g. to 7444).").hexdigest(), requirements=("PS-PORT-02",)
        ),
        Sentence(4, "a", sha256(b"Click OK.").hexdigest(), informative="mouse step of PS-PORT-01"),
    ),
)


def copied(folder: Path) -> Path:
    """A copy of the real catalogue's files."""
    for name in FILES:
        shutil.copy(FOLDER / name, folder)
    return folder


def planted(folder: Path, name: str, old: str, new: str) -> Path:
    """A copy with one change, which must be one."""
    file = copied(folder) / name
    text = file.read_text("utf-8")
    assert text.count(old) == 1, (text.count(old), old)
    file.write_text(text.replace(old, new), "utf-8")
    return folder
