"""Frames are read by the sides that they are for; what they say in each case is held by the vectors of `wire.json`."""

import pytest

from conformance.adapters.psync_frames import read_frame
from conformance.adapters.serving import Refusal

RECORD = {
    "frame": "record",
    "hex": "00000015bcca19112da6ac1e1b5673373cb9be5d",
    "key": "00" * 32,
    "iv": "00" * 12,
    "number": 0,
}


def test_a_frame_is_refused_by_who_would_read_it() -> None:
    with pytest.raises(Refusal, match="NOT_PSYNC"):
        read_frame({"frame": "offer", "hex": b"GET / HTTP/1.1\r\n".hex()})


def test_a_record_under_another_key_does_not_open() -> None:
    with pytest.raises(Refusal, match="TAG_MISMATCH"):
        read_frame({**RECORD, "hex": "00000015" + "00" * 21})


def test_a_frame_that_there_is_not_is_a_mistake_of_who_asks() -> None:
    with pytest.raises(KeyError):
        read_frame({"frame": "letter", "hex": ""})
