"""How a text is split into sentences, and what is said if it is not the text of the catalogue."""

from hashlib import sha256

import pytest

from conformance.guide import SHOWN_LETTERS, GuideSentence, check_guide, sentences_of
from tests.conformance.catalogues import CATALOGUE, GUIDE


@pytest.mark.parametrize(
    ("line", "sentences"),
    [
        ("One. Two! Three? Four", ["One.", "Two!", "Three?", "Four"]),
        ("A heading", ["A heading"]),
        ("====", ["===="]),
        ("  12. Click OK. Then close.", ["Click OK.", "Then close."]),
        ("  • Check this. Check that.", ["Check this.", "Check that."]),
        ("Use port 7333. 80 is refused.", ["Use port 7333.", "80 is refused."]),
        ("Enter a path (e.g., C:\\My Documents\\Target). Save.", ["Enter a path (e.g., C:\\My Documents\\Target).", "Save."]),
        ("Enter a path, e.g. C:\\Target, i.e. “Target”. Save.", ["Enter a path, e.g. C:\\Target, i.e. “Target”.", "Save."]),
        ("(E.g. C is a drive.) Go on.", ["(E.g. C is a drive.)", "Go on."]),
        ("Open C:\\a.B\\PSL.exe. D: is next.", ["Open C:\\a.B\\PSL.exe.", "D: is next."]),
        ("At 127.0.0.1 or 10.0.0.1. Both", ["At 127.0.0.1 or 10.0.0.1.", "Both"]),
        ("Opening TCP:\\\\a\\c$\\T... Failed (Retry!)... Again", ["Opening TCP:\\\\a\\c$\\T... Failed (Retry!)... Again"]),
        ("Save (this stops nothing.) “Then” close.", ["Save (this stops nothing.)", "“Then” close."]),
        ("He said “go.” (Then) he went.", ["He said “go.”", "(Then) he went."]),
        ("See approx. two of vol. b", ["See approx. two of vol. b"]),
        ("Cipher:\u00a0 A series; of steps - Nothing: More", ["Cipher: A series; of steps - Nothing: More"]),
        ("Keys.\u00a0\u00a0These \t are\r", ["Keys.", "These are"]),
        ("Überall. Äpfel. \u0130x", ["Überall.", "Äpfel.", "\u0130x"]),
        ("\ufeffFirst", ["First"]),
        (" \t\u00a0", []),
    ],
)  # fmt: skip
def test_a_line_is_split_where_a_sentence_ends(line: str, sentences: list[str]):
    assert [sentence.text for sentence in sentences_of(line)] == sentences


def test_a_sentence_knows_its_place_and_its_hash():
    sentences = sentences_of(GUIDE)

    assert sentences == [
        GuideSentence(1, "a", "Setup"),
        GuideSentence(3, "a", "Use port 7333."),
        GuideSentence(3, "b", "It can be changed (e.g. to 7444)."),
        GuideSentence(4, "a", "Click OK."),
    ]
    assert sentences[2].place == "3b"
    assert sentences[3].sha256 == sha256(b"Click OK.").hexdigest()


def test_the_hash_is_that_of_utf_8():
    (sentence,) = sentences_of("“é” ends")

    assert sentence.sha256 == sha256("“é” ends".encode()).hexdigest()


def test_only_a_line_feed_ends_a_line():
    assert [sentence.place for sentence in sentences_of("a\u2028b\x0bc\rd\ne")] == ["1a", "2a"]


@pytest.mark.parametrize(
    "text", [GUIDE, GUIDE.replace("\n", "\r\n"), GUIDE.replace(" ", "\u00a0"), f"\ufeff{GUIDE}"]
)
def test_the_guide_itself_has_nothing_to_complain_of(text: str):
    assert check_guide(CATALOGUE, text) == []


@pytest.mark.parametrize(
    ("old", "new", "complaints"),
    [
        ("Click OK.", "Click OK. Wait.", ["guide, 4b: no row of sentences.toml has “Wait.”"]),
        ("  2. Click OK.", "", ["sentences.toml, 4a: its sentence is not in the guide"]),
        (
            "Click OK.",
            "Click on OK.",
            [
                "guide, 4a: no row of sentences.toml has “Click on OK.”",
                "sentences.toml, 4a: its sentence is not in the guide",
            ],
        ),
        (
            "  2. Click",
            "\n\n  2. Click",
            [
                "sentences.toml, 4a: its sentence stands at 6a",
                "guide, 6a: no row of sentences.toml has “Click OK.”",
            ],
        ),
        (
            "port 7333",
            "port 7334",
            [
                "guide, 3a: no row of sentences.toml has “Use port 7334.”",
                "sentences.toml, 3a: its sentence is not in the guide",
                "requirements.toml, PS-PORT-01: line 3 of the guide has no “port 7333”",
            ],
        ),
    ],
)
def test_a_difference_is_told_with_its_place(old: str, new: str, complaints: list[str]):
    assert check_guide(CATALOGUE, GUIDE.replace(old, new)) == complaints


def test_a_guide_that_ends_too_early_lacks_sentences_and_quotes():
    assert check_guide(CATALOGUE, "Setup") == [
        "sentences.toml, 3a: its sentence is not in the guide",
        "sentences.toml, 3b: its sentence is not in the guide",
        "requirements.toml, PS-PORT-01: line 3 of the guide has no “port 7333”",
        "requirements.toml, PS-PORT-02: line 3 of the guide has no “can be changed”",
        "sentences.toml, 4a: its sentence is not in the guide",
    ]


def test_of_a_long_sentence_only_the_start_is_shown():
    long = "x" * (SHOWN_LETTERS + 1)

    assert check_guide(CATALOGUE, f"{GUIDE}{long}") == [
        f"guide, 5a: no row of sentences.toml has “{long[: SHOWN_LETTERS - 1]}…”"
    ]
