"""The files of this checkout, for the tests that read the project itself."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[1]


def texts(*suffixes: str) -> dict[str, str]:
    """Path from the root → content, of every file whose path ends so."""
    return {path: (ROOT / path).read_text("utf-8") for path in tracked_files() if path.endswith(suffixes)}


def tracked_files(root: Path = ROOT) -> list[str]:
    """Every file that git knows or would take; without git, every file that a fresh checkout could have."""
    command = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split("\0")
    except (OSError, subprocess.CalledProcessError):
        listed = _walked(root)
    return sorted({path for path in listed if (root / path).is_file()})


def last_commit() -> str:
    """The name of the commit that is checked out; empty without git."""
    command = ["git", "-C", str(ROOT), "rev-parse", "HEAD"]
    try:
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def _walked(root: Path) -> list[str]:
    paths = [file.relative_to(root) for file in root.rglob("*")]
    return [path.as_posix() for path in paths if not any(map(_is_made, path.parts[:-1]))]


def _is_made(folder: str) -> bool:
    return folder == "__pycache__" or (folder.startswith(".") and folder != ".ci")
