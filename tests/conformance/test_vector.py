"""The files of vectors: all in one form, and each fault in one is told with file and id."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from conformance.vector import (
    LIST_NAME,
    Expectation,
    Reading,
    Vector,
    VectorsInvalid,
    canonical_json,
    load_alternatives,
    load_vectors,
    read_vector_file,
)
from tests.checkout import ROOT

FOLDER = ROOT / "conformance/vectors"
SCHEMA_FILE = FOLDER / "schema.json"
SCHEMA = Draft202012Validator(json.loads(SCHEMA_FILE.read_text("utf-8")))

# One a line, for the same reason as those of scenarios.
IDS = ROOT / "tests/conformance/vector_ids.txt"
FILES = sorted(path for path in FOLDER.rglob("*.json") if path != SCHEMA_FILE)

ONE: dict[str, Any] = {
    "id": "keys-one",
    "requirements": ["PS-ENC-05"],
    "strength": "must",
    "about": "A sentence.",
    "provenance": "guide, line 23",
    "op": "derive_key",
    "params": {"user": "a", "password": None},
    "expect": {"differs_from": ["keys-two"]},
    "ambiguity": "AMB-02",
}
TWO = ONE | {"id": "keys-two", "params": {"user": "A", "password": None}, "expect": {"ok": {"key": "00"}}}
OTHERWISE = ONE | {"expect": {"same_as": "keys-two"}}


def document(*vectors: object) -> dict[str, Any]:
    return {"$schema": "schema.json", "area": "keys", "about": "A sentence.", "vectors": list(vectors)}


def file_name(path: Path) -> str:
    return path.relative_to(FOLDER).as_posix()


def write(path: Path, *vectors: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(canonical_json(document(*vectors)), "utf-8")


def listed(folder: Path) -> Path:
    """The folder, with a list of the files that are in it."""
    names = (path.relative_to(folder).as_posix() for path in folder.rglob("*.json"))
    (folder / LIST_NAME).write_text("".join(f"{name}\n" for name in names if name != "schema.json"))
    return folder


def complaint(load: Callable[[Path], object], folder: Path) -> str:
    """What a load of the folder ends with, the folder itself left out."""
    with pytest.raises(VectorsInvalid) as caught:
        load(folder)
    return str(caught.value).replace(f"{folder}/", "")


def without(member: str) -> dict[str, Any]:
    return {name: value for name, value in ONE.items() if name != member}


def test_the_schema_is_one():
    Draft202012Validator.check_schema(SCHEMA.schema)


@pytest.mark.parametrize("path", FILES, ids=file_name)
def test_a_file_keeps_to_the_schema_that_it_names(path: Path):
    content = json.loads(path.read_text("utf-8"))

    assert [f"{error.json_path}: {error.message}" for error in SCHEMA.iter_errors(content)] == []
    assert (path.parent / content["$schema"]).resolve() == SCHEMA_FILE


@pytest.mark.parametrize("path", [*FILES, SCHEMA_FILE], ids=file_name)
def test_a_file_stands_in_the_canonical_form(path: Path):
    text = path.read_text("utf-8")

    assert canonical_json(json.loads(text)) == text


@pytest.mark.parametrize("path", FILES, ids=file_name)
def test_the_vectors_of_a_file_are_of_its_area_and_sorted(path: Path):
    file = read_vector_file(path)
    ids = [vector.id for vector in file.vectors]

    assert ids == sorted(ids)
    assert [id for id in ids if not id.startswith(f"{file.area}-")] == []


def test_no_two_vectors_ask_the_same():
    """But for keys, which are derived twice in order to compare them."""
    vectors = [vector for vector in load_vectors(FOLDER).values() if vector.op != "derive_key"]
    questions = [canonical_json([vector.op, vector.params]) for vector in vectors]

    assert sorted(question for question in set(questions) if questions.count(question) > 1) == []


def test_no_id_has_gone_and_with_it_a_question_that_nobody_misses():
    assert sorted(load_vectors(FOLDER)) == IDS.read_text("utf-8").splitlines(), (
        f"{IDS.name} lists them in order"
    )


def test_the_readings_are_those_of_the_register_that_expect_otherwise():
    assert list(load_alternatives(FOLDER)) == [
        Reading("AMB-03", "B"),
        Reading("AMB-04", "B"),
        Reading("AMB-04", "C"),
        Reading("AMB-16", "B"),
    ]


def test_vectors_of_all_files_are_found_by_their_ids(tmp_path: Path):
    write(tmp_path / "a.json", TWO)
    write(tmp_path / "b.json", ONE)
    (tmp_path / "schema.json").write_text("{}")

    vectors = load_vectors(listed(tmp_path))

    assert list(vectors) == ["keys-two", "keys-one"]
    assert vectors["keys-one"] == Vector(
        id="keys-one",
        requirements=("PS-ENC-05",),
        strength="must",
        about="A sentence.",
        provenance="guide, line 23",
        op="derive_key",
        params={"user": "a", "password": None},
        expect=Expectation(differs_from=("keys-two",)),
        ambiguity="AMB-02",
    )


def test_another_reading_is_found_by_ambiguity_and_name(tmp_path: Path):
    write(tmp_path / "keys.json", ONE, TWO)
    write(tmp_path / "alternatives/AMB-02/B/keys.json", OTHERWISE)

    (reading, vectors), *rest = load_alternatives(listed(tmp_path)).items()

    assert (reading, rest) == (("AMB-02", "B"), [])
    assert [(id, vector.expect.references) for id, vector in vectors.items()] == [("keys-one", ("keys-two",))]


def test_without_other_readings_there_are_none(tmp_path: Path):
    write(tmp_path / "keys.json", TWO)

    assert load_alternatives(listed(tmp_path)) == {}


@pytest.mark.parametrize("load", [load_vectors, load_alternatives])
@pytest.mark.parametrize("name", ["keys.json", "alternatives/AMB-02/B/keys.json"])
def test_a_file_that_is_missing_or_that_nobody_lists_is_told(tmp_path: Path, load, name: str):
    write(tmp_path / "keys.json", ONE, TWO)
    write(tmp_path / "alternatives/AMB-02/B/keys.json", OTHERWISE)
    listed(tmp_path)

    (tmp_path / name).rename(tmp_path / "other.json")
    assert complaint(load, tmp_path) == f"{name}: is missing, and listed in files.txt"
    (tmp_path / "other.json").rename(tmp_path / name)
    write(tmp_path / f"{name}.json", TWO)
    assert complaint(load, tmp_path) == f"{name}.json: is there, and not listed in files.txt"


def test_without_a_list_of_files_nobody_knows_whether_all_are_there(tmp_path: Path):
    write(tmp_path / "keys.json", TWO)

    assert complaint(load_vectors, tmp_path).startswith("files.txt: [Errno 2] No such file")


@pytest.mark.parametrize(
    ("vectors", "expected"),
    [
        ([], "keys.json: holds no vector"),
        ([TWO, TWO], "keys.json: keys-two: stands in keys.json too"),
        ([ONE], "keys.json: keys-one: refers to 'keys-two', which is no other vector"),
        ([OTHERWISE], "keys.json: keys-one: refers to 'keys-two', which is no other vector"),
        (
            [TWO | {"expect": {"same_as": "keys-two"}}],
            "keys.json: keys-two: refers to 'keys-two', which is no other vector",
        ),
        ([TWO | {"note": 1}], "keys.json: keys-two: Object contains unknown field `note`"),
        ([without("op")], "keys.json: keys-one: Object missing required field `op`"),
        (
            [TWO, without("id")],
            "keys.json: vector 2, which has no id: Object missing required field `id`",
        ),
        (
            [TWO | {"strength": "shall"}],
            "keys.json: keys-two: Invalid enum value 'shall' - at `$.strength`",
        ),
        (
            [TWO | {"expect": {"fails": 1}}],
            "keys.json: keys-two: Object contains unknown field `fails` - at `$.expect`",
        ),
        (
            [TWO | {"expect": {}}],
            "keys.json: keys-two: expect needs one of ok, rejected, same_as, differs_from - at `$.expect`",
        ),
        (
            [TWO | {"expect": {"ok": {}, "rejected": "DOTDOT"}}],
            "keys.json: keys-two: expect needs one of ok, rejected, same_as, differs_from - at `$.expect`",
        ),
        ([1], "keys.json: Expected `object`, got `int` - at `$.vectors[0]`"),
    ],
)
def test_a_fault_in_a_vector_is_told_with_file_and_id(tmp_path: Path, vectors: list[object], expected: str):
    write(tmp_path / "keys.json", *vectors)

    assert complaint(load_vectors, listed(tmp_path)) == expected


def test_an_id_of_two_files_is_told_with_both(tmp_path: Path):
    write(tmp_path / "a.json", TWO)
    write(tmp_path / "b.json", TWO)

    assert complaint(load_vectors, listed(tmp_path)) == "b.json: keys-two: stands in a.json too"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "keys.json: Input data was truncated"),
        (b"#", "keys.json: JSON is malformed: invalid character (byte 0)"),
        (b"[]", "keys.json: Expected `object`, got `array`"),
        (b'{"vectors": []}', "keys.json: Object missing required field `$schema`"),
        (
            b'{"$schema": "", "area": "", "about": "", "vectors": [], "x": 1}',
            "keys.json: Object contains unknown field `x`",
        ),
    ],
)
def test_a_file_that_holds_no_vectors_is_told(tmp_path: Path, content: bytes, expected: str):
    (tmp_path / "keys.json").write_bytes(content)

    assert complaint(load_vectors, listed(tmp_path)) == expected


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path):
    (tmp_path / "keys.json").mkdir()

    assert complaint(load_vectors, listed(tmp_path)).startswith("keys.json: [Errno 21] Is a directory")


@pytest.mark.parametrize(
    ("vectors", "alternative", "expected"),
    [
        ([TWO], OTHERWISE, "is another reading of no vector"),
        ([ONE, TWO], OTHERWISE | {"ambiguity": "AMB-03"}, "stands under AMB-02 and names AMB-03"),
        ([without("ambiguity"), TWO], OTHERWISE, "the vector that it reads otherwise names no ambiguity"),
        (
            [ONE, TWO],
            OTHERWISE | {"params": {"user": "b", "password": None}},
            "asks something else than the vector that it reads otherwise",
        ),
        ([ONE, TWO], ONE, "expects what the vector expects that it reads otherwise"),
    ],
)
def test_an_alternative_that_is_none_is_told(
    tmp_path: Path, vectors: list[object], alternative: dict[str, Any], expected: str
):
    write(tmp_path / "keys.json", *vectors)
    write(tmp_path / "alternatives/AMB-02/B/keys.json", alternative)

    assert (
        complaint(load_alternatives, listed(tmp_path))
        == f"alternatives/AMB-02/B/keys.json: keys-one: {expected}"
    )


@pytest.mark.parametrize(
    "fault",
    [
        {"op": "derive"},
        {"params": {"user": "a"}},
        {"params": {"user": "a", "password": None, "salt": ""}},
        {"expect": {"ok": {"path": "x"}}},
        {"expect": {"rejected": "DOTDOT"}},
        {"op": "map"},
        {"id": "Keys"},
        {"requirements": []},
        {"requirements": ["ENC-05"]},
        {"about": "no sentence"},
        {"ambiguity": "3"},
    ],
    ids=str,
)
def test_a_planted_fault_breaks_the_schema(fault: dict[str, Any]):
    assert SCHEMA.is_valid(document(ONE, TWO))
    assert not SCHEMA.is_valid(document(ONE | fault, TWO))


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("caf\u00e9 \u20ac \u591c \U0001f600", "caf\u00e9 \u20ac \u591c \U0001f600"),
        ("\x7f\u0085\u202e", r"\u007f\u0085\u202e"),
        ("e\u0301 \u212a \uff17 \u00b9 \ufb01", r"e\u0301 \u212a \uff17 \u00b9 \ufb01"),
        ("\u0430 \u03bf \u0131", r"\u0430 \u03bf \u0131"),
    ],
    ids=["plain", "invisible", "equal to others", "like others"],
)
def test_what_cannot_be_told_by_its_looks_is_written_as_an_escape(text: str, written: str):
    assert canonical_json([text]) == f'[\n  "{written}"\n]\n'
