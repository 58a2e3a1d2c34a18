"""Every local link in the documents leads somewhere: to a file, a folder or a heading."""

import re
from pathlib import PurePosixPath

import pytest

from tests.checkout import texts, tracked_files

FENCED = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
CODE_SPAN = re.compile(r"`[^`\n]*`")
LINK = re.compile(r"\]\(\s*<?([^)\s>]+)")
HEADING = re.compile(r"^#+ +(.*?) *$", re.MULTILINE)


def broken_links(path: str, text: str, documents: dict[str, str], known: set[str]) -> list[str]:
    """Local links whose file, folder or heading is not there; `documents` are all Markdown files."""
    links = [link for link in LINK.findall(_prose(text)) if not re.match(r"[a-z]+:", link)]
    return [f"{path}: {link} leads nowhere" for link in links if not _leads(path, link, documents, known)]


def _leads(path: str, link: str, documents: dict[str, str], known: set[str]) -> bool:
    target, _, anchor = link.partition("#")
    file = _joined(PurePosixPath(path).parent, target) if target else path
    if anchor and file in documents:
        return anchor in map(_slug, HEADING.findall(FENCED.sub("", documents[file])))
    return file in known or any(name.startswith(f"{file}/") for name in known)


def _joined(folder: PurePosixPath, target: str) -> str:
    """Resolve `..` by hand: what leads above the checkout leads nowhere."""
    parts = list(folder.parts)
    for part in PurePosixPath(target).parts:
        if part == ".." and not parts:
            return ""
        parts = parts[:-1] if part == ".." else [*parts, part]
    return "/".join(parts)


def _slug(heading: str) -> str:
    """The anchor under which a heading is published: lower case, no punctuation, hyphens for spaces."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _prose(text: str) -> str:
    return CODE_SPAN.sub("", FENCED.sub("", text))


def test_every_local_link_leads_somewhere():
    documents = texts(".md")
    known = set(tracked_files())

    assert [
        link for path, text in documents.items() for link in broken_links(path, text, documents, known)
    ] == []


@pytest.mark.parametrize(
    "link", ["gone.md", "../../README.md", "../README.md#gone", "#gone", "../psync/gone/", "<gone.md>"]
)
def test_a_link_that_leads_nowhere_is_found(link: str):
    documents = {"docs/a.md": f"see [this]({link})", "README.md": "# Run it, now"}

    assert broken_links("docs/a.md", documents["docs/a.md"], documents, {*documents, "psync/cli.py"}) == [
        f"docs/a.md: {link.strip('<>')} leads nowhere"
    ]


@pytest.mark.parametrize(
    "text",
    [
        "[file](../README.md)",
        "[heading](../README.md#run-it-now)",
        "[folder](../psync)",
        "[web](https://example.org/gone)",
        "`[code](gone.md)`",
        "```\n[code](gone.md)\n```",
        "# Here\n[up](#here)",
    ],
)
def test_a_link_that_leads_somewhere_is_not_reported(text: str):
    documents = {"docs/a.md": text, "README.md": "# Run it, now"}

    assert broken_links("docs/a.md", text, documents, {*documents, "psync/cli.py"}) == []
