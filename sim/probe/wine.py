"""Builds the probe and runs it under Wine, in a folder that is gone afterwards.

As root, Wine would open and replace read-only files, which no Windows does: the
probe then runs as `nobody`.
"""

import os
import pwd
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

SOURCES = sorted(Path(__file__).parent.glob("*.c"))
COMPILER, WINE, WINE_SERVER = "x86_64-w64-mingw32-gcc", "wine", "wineserver"
PACKAGES = {COMPILER: "gcc-mingw-w64-x86-64", WINE: "wine wine64", WINE_SERVER: "wine wine64"}
FLAGS = ("-std=c11", "-O1", "-Wall", "-Wextra", "-Werror")

# Each step takes seconds; Wine waits for ever for a desktop that does not come.
STEP_SECONDS_MAX = 300
UNPRIVILEGED = "nobody"


class ProbeFailed(Exception):
    """Wine could not be asked."""


def ask_wine(search_path: str) -> str:
    """Give what the probe prints. Raises `ProbeFailed`."""
    _require(search_path)
    user = pwd.getpwnam(UNPRIVILEGED) if os.geteuid() == 0 else None
    with TemporaryDirectory(prefix="psync-windows-probe-") as folder:
        program = Path(folder, "windows_probe.exe")
        _run([COMPILER, *FLAGS, "-o", str(program), *map(str, SOURCES)], {"PATH": search_path})
        return _run_under_wine(program, search_path, user)


def _require(search_path: str) -> None:
    missing = [program for program in PACKAGES if shutil.which(program, path=search_path) is None]
    if missing:
        packages = " ".join(sorted({PACKAGES[program] for program in missing}))
        raise ProbeFailed(
            f"{' and '.join(missing)} not found. On Debian: "
            f"apt-get install --no-install-recommends {packages}"
        )


def _run_under_wine(program: Path, search_path: str, user: pwd.struct_passwd | None) -> str:
    """Make a Windows of its own, ask, and wait until all of its processes have ended."""
    folder = program.parent
    if user is not None:
        os.chown(folder, user.pw_uid, user.pw_gid)
    environment = {
        "PATH": search_path,
        "HOME": str(folder),
        "WINEPREFIX": str(folder / "prefix"),
        "WINEARCH": "win64",
        "WINEDEBUG": "-all",
        "WINEDLLOVERRIDES": "mscoree,mshtml=",  # else it asks for downloads
        "LC_ALL": "C.UTF-8",  # names on disk are UTF-8
    }
    try:
        _run([WINE, "wineboot", "--init"], environment, user)
        return _run([WINE, str(program)], environment, user, folder / "prefix/drive_c")
    finally:
        _started([WINE_SERVER, "--kill"], environment, user)  # fails where none has been started
        _started([WINE_SERVER, "--wait"], environment, user)


def _run(
    command: Sequence[str],
    environment: Mapping[str, str],
    user: pwd.struct_passwd | None = None,
    folder: Path | None = None,
) -> str:
    done = _started(command, environment, user, folder)
    if done.returncode:
        told = done.stderr.decode(errors="replace").strip()
        raise ProbeFailed(f"{' '.join(command[:2])} ended with {done.returncode}: {told}")
    return done.stdout.decode("ascii", "replace")


def _started(
    command: Sequence[str],
    environment: Mapping[str, str],
    user: pwd.struct_passwd | None,
    folder: Path | None = None,
) -> "subprocess.CompletedProcess[bytes]":
    try:
        return subprocess.run(
            command,
            env=environment,
            user=user and user.pw_uid,
            group=user and user.pw_gid,
            extra_groups=() if user else None,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=STEP_SECONDS_MAX,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        raise ProbeFailed(f"{command[0]} has not ended within {STEP_SECONDS_MAX} seconds") from late
