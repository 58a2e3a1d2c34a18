"""Text of others, made harmless."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from psync.app.printable import printable, printable_path

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("notes.txt", "notes.txt", id="plain"),
        pytest.param("naïve café 文書 🎉", "naïve café 文書 🎉", id="letters of all scripts stay"),
        pytest.param("C:\\Users\\x", "C:\\Users\\x", id="a backslash stays, addresses hold it"),
        pytest.param("a\nready on 0.0.0.0", "a\\nready on 0.0.0.0", id="a newline would forge a log line"),
        pytest.param("\x1b[2J\x07", "\\x1b[2J\\x07", id="an escape sequence would clear the screen"),
        pytest.param("\x9b2J", "\\u009b2J", id="the one-character form of the same"),
        pytest.param("a\rb\tc\x7f", "a\\rb\\tc\\x7f", id="other controls"),
        pytest.param("caf\udce9", "caf\\xe9", id="a byte that is not UTF-8"),
        pytest.param("\ud800\udc00", "\\ud800\\udc00", id="a surrogate that is no byte"),
        pytest.param("txt\u202eexe.cod", "txt\\u202eexe.cod", id="reversed reading direction"),
        pytest.param("a\u2028b\x85c", "a\\u2028b\\u0085c", id="line ends beyond ASCII"),
        pytest.param("\U000e0041", "\\U000e0041", id="an invisible tag"),
    ],
)
def test_what_a_terminal_would_act_upon_is_written_as_an_escape(text: str, shown: str):
    assert printable(text) == shown


@given(ANY_TEXT)
@example("\udcff\n\x1b")
def test_any_text_becomes_one_printable_line_that_any_stream_takes(text: str):
    shown = printable(text)

    assert shown.isprintable()
    assert len(shown.splitlines()) <= 1
    assert shown.encode("utf-8").decode("utf-8") == shown


@given(ANY_TEXT)
def test_a_second_pass_changes_nothing(text: str):
    assert printable(printable(text)) == printable(text)


@given(st.text(st.characters(codec=None, exclude_categories=("C", "Z"))))
def test_printable_text_is_shown_as_it_is(text: str):
    assert printable(text) == text


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        pytest.param((b"a", b"b c"), "a/b c", id="names are joined"),
        pytest.param((b"caf\xe9\n",), "caf\\xe9\\n", id="bytes and controls are escaped"),
        pytest.param((), ".", id="the folder itself"),
    ],
)
def test_a_path_is_shown_in_one_line(path: tuple[bytes, ...], shown: str):
    assert printable_path(path) == shown
