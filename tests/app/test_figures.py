"""Numbers as people read them."""

import pytest

from psync.app.figures import bytes_text, count_text, seconds_text


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1.0 KiB"),
        (1536, "1.5 KiB"),
        (102_348, "99.9 KiB"),
        (102_400, "100 KiB"),
        (1_048_000, "1023 KiB"),
        (1_048_575, "1.0 MiB"),
        (5 * 2**30, "5.0 GiB"),
        (3 * 2**60, "3.0 EiB"),
    ],
)
def test_bytes_have_three_digits_or_so(count: int, text: str):
    assert bytes_text(count) == text


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 files"), (1, "1 file"), (2, "2 files"), (80_000, "80,000 files")]
)
def test_counts_agree_with_their_noun(count: int, text: str):
    assert count_text(count, "file") == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "0.00 s"),
        (0.034, "0.03 s"),
        (9.999, "10 s"),
        (59.4, "59 s"),
        (59.6, "1 min 0 s"),
        (200, "3 min 20 s"),
        (7500, "2 h 5 min"),
    ],
)
def test_durations_are_as_exact_as_is_of_use(seconds: float, text: str):
    assert seconds_text(seconds) == text
