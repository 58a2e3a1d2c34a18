"""What a user installs: the wheel holds psync, all of it, and nothing else."""

import subprocess
import sys
from collections.abc import Iterator
from configparser import ConfigParser
from zipfile import ZipFile

import pytest

from psync import __version__
from tests.checkout import ROOT, tracked_files

DIST_INFO = f"psync-{__version__}.dist-info"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ZipFile]:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    built = subprocess.run(build, capture_output=True, text=True)
    assert built.returncode == 0, built.stdout + built.stderr
    (path,) = folder.glob("*.whl")
    with ZipFile(path) as opened:
        yield opened


def test_its_top_level_names_are_psync_and_the_record_of_the_installation(wheel: ZipFile):
    assert {name.partition("/")[0] for name in wheel.namelist()} == {"psync", DIST_INFO}


def test_it_holds_every_file_of_psync(wheel: ZipFile):
    """The typing marker and the protocol's specification among them."""
    packed = {name for name in wheel.namelist() if name.startswith("psync/")}

    assert packed == {path for path in tracked_files() if path.startswith("psync/")}
    assert packed >= {"psync/py.typed", "psync/wire/PROTOCOL.md"}


def test_it_installs_one_command(wheel: ZipFile):
    entry_points = ConfigParser()
    entry_points.read_string(wheel.read(f"{DIST_INFO}/entry_points.txt").decode())

    assert {section: dict(entry_points[section]) for section in entry_points.sections()} == {
        "console_scripts": {"psync": "psync.__main__:main"}
    }


def test_it_carries_the_licence(wheel: ZipFile):
    assert wheel.read(f"{DIST_INFO}/licenses/LICENSE") == (ROOT / "LICENSE").read_bytes()
