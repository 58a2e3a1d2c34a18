"""Wine is asked in a folder of its own, which is gone afterwards, and what is missing is named."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sim.probe.wine import SOURCES, ProbeFailed, ask_wine
from tests.sim.probe.stand_ins import StandIns, printed_by_wine, stand_ins


@pytest.fixture
def programs() -> Iterator[StandIns]:
    with stand_ins() as programs:
        yield programs


def folder_of(programs: StandIns) -> Path:
    """The folder in which a probe was made, from the call of the compiler."""
    return Path(programs.calls[0].split(" -o ")[1].split()[0]).parent


def test_the_probe_is_made_of_all_sources_and_what_it_prints_is_given(programs: StandIns):
    assert ask_wine(programs.search_path) == printed_by_wine()

    folder = folder_of(programs)
    sources = " ".join(map(str, SOURCES))
    flags = "-std=c11 -O1 -Wall -Wextra -Werror"
    assert programs.calls == [
        f"x86_64-w64-mingw32-gcc {flags} -o {folder}/windows_probe.exe {sources}",
        "wine wineboot --init",
        f"wine {folder}/windows_probe.exe",
        "wineserver --kill",
        "wineserver --wait",
    ]
    assert not folder.exists()


def test_all_c_files_are_sources():
    names = [path.name for path in SOURCES]

    assert names == ["habits.c", "names.c", "sharing.c", "windows_probe.c"]


@pytest.mark.parametrize(
    ("missing", "message"),
    [
        (
            ["x86_64-w64-mingw32-gcc"],
            "x86_64-w64-mingw32-gcc not found. On Debian: "
            "apt-get install --no-install-recommends gcc-mingw-w64-x86-64",
        ),
        (
            ["wine", "wineserver"],
            "wine and wineserver not found. On Debian: apt-get install --no-install-recommends wine wine64",
        ),
    ],
)
def test_missing_programs_are_told_with_their_packages(programs: StandIns, missing: list[str], message: str):
    for name in missing:
        (programs.folder / name).unlink()

    with pytest.raises(ProbeFailed) as failure:
        ask_wine(programs.search_path)

    assert str(failure.value) == message


def test_a_compiler_that_fails_is_told_with_its_words_and_wine_is_not_started(programs: StandIns):
    programs.make("x86_64-w64-mingw32-gcc", "echo no such header >&2; exit 1")

    with pytest.raises(ProbeFailed, match=r"^x86_64-w64-mingw32-gcc -std=c11 ended with 1: no such header$"):
        ask_wine(programs.search_path)

    assert len(programs.calls) == 1


def test_a_wine_that_fails_is_told_and_its_server_ended(programs: StandIns):
    programs.make("wine", "echo no prefix >&2; exit 3")

    with pytest.raises(ProbeFailed, match=r"^wine wineboot ended with 3: no prefix$"):
        ask_wine(programs.search_path)

    assert programs.calls[-2:] == ["wineserver --kill", "wineserver --wait"]
    assert not folder_of(programs).exists()


def test_wine_is_never_root_for_whom_no_file_is_read_only(programs: StandIns):
    programs.make("wine", "[ -w /etc/passwd ] && echo root >&2; exit 3")

    with pytest.raises(ProbeFailed, match=r"^wine wineboot ended with 3: $"):
        ask_wine(programs.search_path)
