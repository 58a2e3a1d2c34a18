"""The guide's text, sentence by sentence. The guide is not part of this project: only hashes of its sentences are.

How a text is split, so that everybody who has it gets the same hashes:

1. Lines end with a line feed and count from 1. Nothing joins two lines.
2. Every run of white space, no-break spaces among it, is one space; none at the ends. A line that
   is then empty has no sentence, every other has at least one.
3. A mark of a list at its start falls away: a bullet, or a number with a period, and the space after it.
4. A sentence ends after `.`, `!` or `?` and whatever closes there (quotes, parentheses), if a space
   follows and then an upper-case letter or a digit, perhaps behind what opens (quotes, parentheses).
   - What is followed by a lower-case letter goes on: "See fig. two", "C:\\a.txt is a file".
   - "e.g.", "i.e.", "cf." and "vs." end nothing, nor do two or more periods: an ellipsis is text.
   - A colon, a semicolon and a dash end nothing: a term and its definition are one sentence.
5. The sentences of a line are its parts a, b, c ... z, a1, b1 ...
6. The hash is the SHA-256 of the sentence in UTF-8, in lower-case hexadecimal digits.
"""

import hashlib
import re
from collections.abc import Iterator

import msgspec

from conformance.catalogue import Catalogue, Sentence, part_of

# So much of a sentence is shown where one is complained of: enough to find it.
SHOWN_LETTERS = 60

# Straight quotes and the two curly pairs; escapes, since some look like other letters.
_OPENS = r"[(\[\"'\u201c\u2018«]"
_CLOSES = r"[)\]\"'\u201d\u2019»]"
_LIST_MARK = re.compile(r"\A(?:•|\d+\.) ")
_END = re.compile(rf"[.!?]+{_CLOSES}* (?={_OPENS}*([^\W_]))")
_ABBREVIATION = re.compile(rf"(?:^|\s|{_OPENS})(?:e\.g|i\.e|cf|vs)\.$", re.IGNORECASE)


class GuideSentence(msgspec.Struct, frozen=True):
    """A sentence of the guide and where it stands."""

    line: int
    part: str
    text: str

    @property
    def place(self) -> str:
        """Line and part, such as `73b`."""
        return f"{self.line}{self.part}"

    @property
    def sha256(self) -> str:
        """What stands for it in `sentences.toml`."""
        return hashlib.sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()


def sentences_of(text: str) -> list[GuideSentence]:
    """Split a text as the head of this module says."""
    return [
        GuideSentence(number, part_of(index), sentence)
        for number, line in enumerate(text.split("\n"), start=1)
        for index, sentence in enumerate(_split(_LIST_MARK.sub("", _normalised(line))))
    ]


def check_guide(catalogue: Catalogue, text: str) -> list[str]:
    """Compare the catalogue with the guide itself; what is wrong comes in the order of the lines."""
    found = sentences_of(text)
    complaints = [
        *_without_row(catalogue.sentences, found),
        *_without_sentence(catalogue.sentences, found),
        *_misquoted(catalogue, text),
    ]
    return [complaint for _, complaint in sorted(complaints, key=lambda pair: pair[0])]


def _without_row(rows: tuple[Sentence, ...], found: list[GuideSentence]) -> Iterator[tuple[int, str]]:
    known = {(row.place, row.sha256) for row in rows}
    for sentence in found:
        if (sentence.place, sentence.sha256) not in known:
            shown = _shortened(sentence.text)
            yield sentence.line, f"guide, {sentence.place}: no row of sentences.toml has “{shown}”"


def _without_sentence(rows: tuple[Sentence, ...], found: list[GuideSentence]) -> Iterator[tuple[int, str]]:
    places: dict[str, list[str]] = {}
    for sentence in found:
        places.setdefault(sentence.sha256, []).append(sentence.place)
    for row in rows:
        elsewhere = places.get(row.sha256, [])
        if row.place not in elsewhere:
            where = f"stands at {', '.join(elsewhere)}" if elsewhere else "is not in the guide"
            yield row.line, f"sentences.toml, {row.place}: its sentence {where}"


def _misquoted(catalogue: Catalogue, text: str) -> Iterator[tuple[int, str]]:
    lines = [_normalised(line) for line in text.split("\n")]
    for requirement in catalogue.requirements.values():
        number, quote = requirement.line, requirement.quote
        if number is None or quote is None:
            continue
        if number > len(lines) or _normalised(quote) not in lines[number - 1]:
            yield number, f"requirements.toml, {requirement.id}: line {number} of the guide has no “{quote}”"


def _normalised(line: str) -> str:
    return " ".join(line.removeprefix("\N{BYTE ORDER MARK}").split())


def _split(line: str) -> Iterator[str]:
    start = 0
    for end in _END.finditer(line):
        if _is_end(line, end):
            yield line[start : end.end() - 1]
            start = end.end()
    if line[start:]:
        yield line[start:]


def _is_end(line: str, end: re.Match[str]) -> bool:
    is_start = end[1].isupper() or end[1].isdigit()
    return is_start and ".." not in end[0] and _ABBREVIATION.search(line, 0, end.start() + 1) is None


def _shortened(text: str) -> str:
    return text if len(text) <= SHOWN_LETTERS else f"{text[: SHOWN_LETTERS - 1]}…"
