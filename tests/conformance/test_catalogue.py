"""The catalogue's files: whole, without contradiction, and a planted fault is told with its place."""

import re
from collections import Counter
from pathlib import Path

import pytest

from conformance.catalogue import (
    AREAS,
    STRENGTHS,
    CatalogueError,
    Requirement,
    load_catalogue,
    part_of,
)
from tests.conformance.catalogues import copied, planted

ROOT_03 = (
    'quote = "only be able to access directories bellow or at the same level as the specified RootPath"\n'
)
VENDOR = 'source = "resources.peersoftware.com, idh_source_tcp_port_configuration.htm"\n'
REQUIREMENTS, AMBIGUITIES, DECISIONS, SENTENCES = (
    "requirements.toml",
    "ambiguities.toml",
    "decisions.toml",
    "sentences.toml",
)


def test_it_has_every_requirement_of_the_guide_and_of_the_other_pages():
    requirements = load_catalogue().requirements.values()

    counted = Counter(requirement.strength for requirement in requirements)

    assert counted == {"D": 64, "I": 19, "N": 6, "R": 2, "X": 1, "S": 7}
    assert len([requirement for requirement in requirements if requirement.line is not None]) == 92
    assert [requirement.id for requirement in requirements if requirement.strength == "S"] == [
        *(f"PS-RET-S{number}" for number in (1, 2, 3, 4)),
        *("PS-CFG-S1", "PS-BYTE-S1", "PS-BYTE-S2"),
    ]


def test_every_area_is_numbered_without_gaps():
    requirements = load_catalogue().requirements.values()

    for area in AREAS:
        ids = [requirement.id for requirement in requirements if requirement.area == area]
        guide = [id for id in ids if "S" not in id.split("-")[2]]
        assert guide == [f"PS-{area}-{number:02}" for number in range(1, len(guide) + 1)]


def test_the_registers_are_whole():
    catalogue = load_catalogue()

    assert list(catalogue.ambiguities) == [f"AMB-{number:02}" for number in range(1, 23)]
    assert list(catalogue.deviations) == [f"DEV-{number:03}" for number in range(1, 5)]


def test_every_sentence_of_the_guide_has_a_row():
    sentences = load_catalogue().sentences

    assert len(sentences) == 108
    assert len({sentence.line for sentence in sentences}) == 85
    assert len([sentence for sentence in sentences if sentence.informative]) == 48


def test_a_requirement_is_loaded_as_it_is_written():
    assert load_catalogue().requirements["PS-ENC-06"] == Requirement(
        id="PS-ENC-06",
        line=23,
        quote="the key values need to be identical on both sides",
        strength="D",
        levels=("S", "P"),
        checks="mismatch matrix refused before any path operation; ERR-01/02",
        resolution="NFC then byte-exact, both case-sensitive",
        ambiguities=("AMB-02",),
    )


def test_every_strength_is_used():
    requirements = load_catalogue().requirements.values()

    assert {requirement.strength for requirement in requirements} == set(STRENGTHS)


@pytest.mark.parametrize(
    ("name", "old", "new", "complaint"),
    [
        (REQUIREMENTS, '["PS-ROOT-04"]', '["PS-ROOT-03"]', "Cannot declare ('PS-ROOT-03',) twice"),
        (REQUIREMENTS, ROOT_03, "", ", PS-ROOT-03: strength D needs a quote"),
        (REQUIREMENTS, ROOT_03, 'quote = ""\n', ", PS-ROOT-03: Expected `str` of length >= 1 - at `$.quote`"),
        (REQUIREMENTS, ROOT_03, f"{ROOT_03}id = 'x'\n", ", PS-ROOT-03: the id is the name of the table, and no field"),
        (REQUIREMENTS, ROOT_03, f"{ROOT_03}a = 1\n", ", PS-ROOT-03: Object contains unknown field `a`"),
        (REQUIREMENTS, ROOT_03, f"{ROOT_03}source = 'a page'\n", ", PS-ROOT-03: strength D has no source"),
        (REQUIREMENTS, '["PS-ROOT-03"]\nline = 73', '["PS-ROOT-03"]\nline = 0', ", PS-ROOT-03: Expected `int` >= 1 - at `$.line`"),
        (REQUIREMENTS, '["PS-ROOT-03"]\nline = 73\n', '["PS-ROOT-03"]\n', ", PS-ROOT-03: strength D needs a line"),
        (REQUIREMENTS, '["PS-ROOT-03"]\nline = 73\n', '["PS-ROOT-03"]\nline = 72\n', ", PS-ROOT-03: no sentence of line 72 names it"),
        (REQUIREMENTS, f'{ROOT_03}strength = "D"', f'{ROOT_03}strength = "Q"', ", PS-ROOT-03: Invalid enum value 'Q' - at `$.strength`"),
        (REQUIREMENTS, f'{ROOT_03}strength = "D"', f'{ROOT_03}strength = "S"', ", PS-ROOT-03: strength S does not go with this id"),
        (REQUIREMENTS, f'{VENDOR}strength = "S"', f'{VENDOR}strength = "D"', ", PS-CFG-S1: strength D does not go with this id"),
        (REQUIREMENTS, VENDOR, "", ", PS-CFG-S1: strength S needs a source"),
        (REQUIREMENTS, VENDOR, f"{VENDOR}line = 1\n", ", PS-CFG-S1: strength S has no line"),
        (REQUIREMENTS, f'{VENDOR}strength = "S"\nlevels = ["V"]', f'{VENDOR}strength = "S"\nlevels = []', ", PS-CFG-S1: strength S needs a level"),
        (REQUIREMENTS, f'{VENDOR}strength = "S"\nlevels = ["V"]', f'{VENDOR}strength = "S"\nlevels = ["U"]', ", PS-CFG-S1: Invalid enum value 'U' - at `$.levels["),
        (REQUIREMENTS, f'{VENDOR}strength = "S"\nlevels = ["V"]', f'{VENDOR}strength = "S"\nlevels = ["P", "S"]', ", PS-CFG-S1: levels stand once each, in the order V, S, P"),
        (REQUIREMENTS, '["PS-CFG-S1"]', '["PS-NIX-S1"]', ", PS-NIX-S1: an id is PS-AREA-nn or, for strength S, PS-AREA-Sn"),
        (REQUIREMENTS, '["AMB-03"]', '["AMB-93"]', ", PS-ROOT-03: there is no AMB-93 (ambiguities)"),
        (REQUIREMENTS, '["DEV-004"]', '["DEV-005"]', ", PS-ENC-07: there is no DEV-005 (deviations)"),
        (REQUIREMENTS, "# What the guide", "x = 1\n# What the guide", ", x: this is no table"),
        (AMBIGUITIES, "siblings =", "siblings = 1 #", ", AMB-03: Expected `str`, got `int` - at `$.others[...]`"),
        (AMBIGUITIES, '["AMB-22"]', '["AMB-21"]', "Cannot declare ('AMB-21',) twice"),
        (AMBIGUITIES, '["AMB-05"]\nquestion', '["AMB-05"]\nquery', ", AMB-05: Object contains unknown field `query`"),
        (AMBIGUITIES, '["AMB-01"]', '["AMB-23"]\nquestion = "?"\nchosen = "a"\nothers = { b = "b" }\n\n["AMB-01"]', ", AMB-23: no requirement names it"),
        (DECISIONS, '["DEV-001"]', '["DEV-1"]\nguide = "a"\nours = "b"\nwhy = "c"\n\n["DEV-001"]', ", DEV-1: an id is DEV-nnn"),
        (DECISIONS, 'ours = "AES-256-GCM."', "", ", DEV-001: Object missing required field `ours`"),
        (SENTENCES, '["PS-LCF-02"]', '["PS-LCF-92"]', ", 85a: there is no PS-LCF-92"),
        (SENTENCES, '["PS-LCF-02"]', '["PS-RET-S1"]', ", 85a: PS-RET-S1 is not of the guide"),
        (SENTENCES, 'requirements = ["PS-LCF-02"]', 'informative = ""', ", 85a: it has either requirements or is informative"),
        (SENTENCES, '["PS-LCF-02"]', '["PS-LCF-02"], informative = "x"', ", 85a: it has either requirements or is informative"),
        (SENTENCES, "mouse step of PS-SVC-05", "mouse step of PS-SVC-95", ", 46a: there is no PS-SVC-95"),
        (SENTENCES, 'line = 85, part = "a"', 'line = 85, part = "b"', ", 85: its parts are b and not a"),
        (SENTENCES, 'line = 86, part = "b"', 'line = 86, part = "a"', ", 86: its parts are a, a and not a, b"),
        (SENTENCES, 'line = 85, part = "a"', 'line = 84, part = "a"', "requirements.toml, PS-LCF-02: no sentence of line 85 names it"),
        (SENTENCES, 'line = 85, part = "a"', 'line = 87, part = "a"', ", 86: this line stands after 87"),
        (SENTENCES, 'line = 85, part = "a", sha256 = "', 'line = 85, part = "a", sha256 = "F', ", row 76 (85a): Expected `str` matching regex"),
        (SENTENCES, "sentences = [", "sentences = [\n  1,", ", row 1: Expected `object`, got `int`"),
        (SENTENCES, "sentences = [", "rows = [", ": there must be one array, `sentences`, and nothing else"),
    ],
)  # fmt: skip
def test_a_planted_fault_is_told_with_file_and_table(name, old, new, complaint, tmp_path):
    planted(tmp_path, name, old, new)

    with pytest.raises(CatalogueError, match=re.escape(complaint)) as told:
        load_catalogue(tmp_path)

    assert str(told.value).startswith((name, REQUIREMENTS))


def test_several_faults_are_told_at_once(tmp_path: Path):
    planted(tmp_path, REQUIREMENTS, ROOT_03, "")
    text = (tmp_path / SENTENCES).read_text("utf-8")
    (tmp_path / SENTENCES).write_text(text.replace("PS-LCF-02", "PS-LCF-92"), "utf-8")

    with pytest.raises(CatalogueError) as told:
        load_catalogue(tmp_path)

    assert str(told.value).splitlines() == [
        "requirements.toml, PS-ROOT-03: strength D needs a quote",
        "sentences.toml, 85a: there is no PS-LCF-92",
        "requirements.toml, PS-LCF-02: no sentence of line 85 names it",
    ]


def test_a_missing_file_and_one_that_is_not_utf_8_are_named(tmp_path: Path):
    (copied(tmp_path) / DECISIONS).unlink()
    with pytest.raises(CatalogueError, match=r"^decisions\.toml: .*No such file"):
        load_catalogue(tmp_path)

    (copied(tmp_path) / DECISIONS).write_bytes(b"\xff")
    with pytest.raises(CatalogueError, match=r"^decisions\.toml: .*can't decode"):
        load_catalogue(tmp_path)


@pytest.mark.parametrize(("index", "part"), [(0, "a"), (25, "z"), (26, "a1"), (52, "a2")])
def test_parts_of_a_line_are_named_in_order(index: int, part: str):
    assert part_of(index) == part
