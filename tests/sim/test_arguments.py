"""What can be typed, and what is said to the rest."""

import os
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from sim.arguments import (
    LINE_LETTERS,
    Group,
    NewFile,
    NewFolder,
    Unwritable,
    Value,
    Whole,
    listed,
    one_of,
    parameter_of,
    read_parameters,
    read_seeds,
    seeds_of,
    told_if_unwritable,
)


@pytest.mark.parametrize(
    ("text", "seeds"),
    [("1..3", range(1, 4)), ("0..0", range(1)), ("7", range(7, 8)), ("08..9", range(8, 10))],
)
def test_seeds_are_read_with_both_ends(text: str, seeds: range):
    assert seeds_of(text) == seeds


@pytest.mark.parametrize(
    "text", ["", "a", "1..", "..2", "1...2", "-1..2", "1.5", "1..2..3", "1 ..2", "²", "1..2\n"]
)
def test_what_is_not_of_the_form_of_seeds_is_refused(text: str):
    with pytest.raises(click.BadParameter) as caught:
        seeds_of(text)

    assert str(caught.value) == f"{text!r} is not of the form A..B, such as 1..2000, nor one seed."


def test_seeds_that_end_before_they_begin_are_refused():
    with pytest.raises(click.BadParameter, match=r"^'9\.\.2' ends before it begins\.$"):
        seeds_of("9..2")


@pytest.mark.parametrize(
    ("text", "parameter"),
    [
        ("retry_seconds=5,60", ("retry_seconds", (5, 60))),
        ("a=0.5,1e3,-1", ("a", (0.5, 1000.0, -1))),
        (f"a=nan,inf,-1e999,{'9' * 400}", ("a", ("nan", "inf", "-1e999", "9" * 400))),
        ("durability=file,none", ("durability", ("file", "none"))),
        ("a=b=c", ("a", ("b=c",))),
    ],
)
def test_a_parameter_has_numbers_or_texts(text: str, parameter: tuple[str, tuple[Value, ...]]):
    assert parameter_of(text) == parameter


@pytest.mark.parametrize("text", ["", "a", "a=", "=1", "a=1,,2", "a=1,", "1a=1", "a b=1"])
def test_what_is_not_of_the_form_of_a_parameter_is_refused(text: str):
    with pytest.raises(click.BadParameter) as caught:
        parameter_of(text)

    assert str(caught.value) == f"{text!r} is not of the form name=value,value."


@pytest.mark.parametrize("text", ["1..9999999999999999999", "9999999999999999999", f"1..{'9' * 5000}"])
def test_seeds_that_nobody_can_count_are_refused(text: str):
    with pytest.raises(click.BadParameter, match=r"^'9+' is no seed, which is a whole number from 0 to 999,"):
        seeds_of(text)


@pytest.mark.parametrize("text", ["", "x", "1.5", "-1", "9", "²", "1_0", " 1", "1\n", "9" * 5000])
def test_what_is_no_whole_number_within_limits_is_refused_with_what_is_accepted(text: str):
    assert (
        _refusal(Whole("number of repeats", 0, 8), text)
        == f"{text!r} is no number of repeats, which is a whole number from 0 to 8."
    )


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("08", 8), (5, 5)])
def test_a_whole_number_is_read(text: str, number: int):
    assert Whole("seed", 0, 8).convert(text, None, None) == number


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("nix", "There is no scenario 'nix'.\nThere are: crash, deletion, full_disk."),
        (
            "fulldisk",
            "There is no scenario 'fulldisk'. Did you mean full_disk?\nThere are: crash, deletion, full_disk.",
        ),
    ],
)
def test_a_name_that_is_not_known_is_refused_with_those_like_it_and_those_that_are(name: str, told: str):
    known = {"full_disk": 1, "crash": 2, "deletion": 3}

    assert one_of("crash", known, "scenario") == 2
    with pytest.raises(click.UsageError) as caught:
        one_of(name, known, "scenario")
    assert caught.value.message == told


def test_many_names_are_listed_in_lines_that_can_be_read():
    names = [f"failing-disk-{number}" for number in range(40)]

    lines = listed("There are", names).splitlines()

    assert " ".join(map(str.strip, lines)) == f"There are: {', '.join(sorted(names))}."
    assert max(map(len, lines)) <= LINE_LETTERS
    assert {line[:2] for line in lines[1:]} == {"  "}


def _refusal(kind: click.ParamType, text: str) -> str:
    with pytest.raises(click.BadParameter) as caught:
        kind.convert(text, None, None)
    return caught.value.message


def test_a_new_file_needs_a_folder_that_is_there(tmp_path: Path):
    (tmp_path / "file").touch()
    vectors = {
        "": "A file needs a name.",
        f"{tmp_path}": f"File '{tmp_path}' is a directory.",
        f"{tmp_path}/new/file": f"There is no folder '{tmp_path}/new'.",
        f"{tmp_path}/file/new": f"'{tmp_path}/file' is no folder.",
    }

    assert {text: _refusal(NewFile(), text) for text in vectors} == vectors
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_new_file_may_be_there_already(tmp_path: Path):
    (tmp_path / "old").touch()

    files = [tmp_path / "old", tmp_path / "new"]
    assert [NewFile().convert(str(file), None, None) for file in files] == files


def test_a_new_folder_needs_one_that_it_can_be_made_in(tmp_path: Path):
    (tmp_path / "file").touch()
    vectors = {
        "": "A folder needs a name.",
        f"{tmp_path}/file": f"Directory '{tmp_path}/file' is a file.",
        f"{tmp_path}/new/folder": f"There is no folder '{tmp_path}/new'.",
        f"{tmp_path}/file/new": f"'{tmp_path}/file' is no folder.",
    }

    assert {text: _refusal(NewFolder(), text) for text in vectors} == vectors


def test_a_new_folder_may_be_there_already_and_is_not_made_yet(tmp_path: Path):
    folders = [tmp_path, tmp_path / "new"]

    assert [NewFolder().convert(str(folder), None, None) for folder in folders] == folders
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_written_in_the_end_is_told_by_name(tmp_path: Path):
    file = tmp_path / "folder gone" / "file"

    with pytest.raises(Unwritable) as caught, told_if_unwritable(file):
        file.touch()

    told = f"'{file}' cannot be written: No such file or directory."
    assert (caught.value.message, caught.value.exit_code) == (told, 2)


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_folder_that_nothing_can_be_written_into_is_refused(tmp_path: Path):
    tmp_path.chmod(0o500)

    refusal = _refusal(NewFile(), f"{tmp_path}/new")

    tmp_path.chmod(0o700)
    assert refusal == f"The folder '{tmp_path}' cannot be written to."


@click.group(cls=Group)
def program() -> None:
    """A program."""


@program.command()
@click.option("--seeds", callback=read_seeds, default="1..2")
@click.option("--param", "-p", multiple=True, callback=read_parameters)
def work(seeds: range, param: dict[str, tuple[Value, ...]]) -> None:
    """A command."""
    click.echo(f"{seeds} {param}")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["work"], 0, "range(1, 3) {}"),
        (["work", "-p", "a=1", "-p", "b=x"], 0, "range(1, 3) {'a': (1,), 'b': ('x',)}"),
        (["work", "-p", "a=1", "-p", "a=2"], 2, "A parameter is named twice."),
        (["work", "--seed", "1"], 2, "No such option '--seed'. There are: --help, --param, --seeds, -p."),
        (["walk"], 2, "No such command 'walk'. There are: work."),
    ],
)
def test_refusals_name_what_is_known(words: list[str], code: int, said: str):
    result = CliRunner().invoke(program, words)

    assert result.exit_code == code
    assert said in result.output
