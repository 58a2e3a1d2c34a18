"""A listener that leaks, opens or misnames paths is found, each fault by its case."""

import pytest

from conformance.blackbox.path_cases import shown_in
from conformance.verdict import State
from tests.conformance.blackbox.pretender import CASES, judged

HOSTILE = "tcp-rootpath-10-up-to-sibling"
FAULTS = {
    "echoes paths in clear": ("tcp-canary", "a path can be read on the way from the listener, as it is"),
    "takes any mode of paths": (
        "tcp-no-mode-of-paths",
        "answers a path of style 'unc' in the role 'inspect' with",
    ),
    "opens sources that are missing": ("tcp-source-missing", "opens a source that is not there"),
    "tells where it keeps its folders": ("tcp-source-missing", "names a missing source '/srv/root/psync-"),
    "takes paths of any length": ("tcp-path-beyond-limit", "answers a path of 98,302 bytes with Opened("),
    "opens hostile paths": (HOSTILE, "opened, expected to be refused with DOTDOT"),
    "gives another reason": (HOSTILE, "refused with EMPTY, expected DOTDOT"),
    "ends at a hostile path": (HOSTILE, "ends the connection after 0 of 4 bytes of the answer to Open"),
}


@pytest.mark.parametrize(
    "case", ["tcp-canary", "tcp-no-mode-of-paths", "tcp-source-missing", "tcp-path-temporary", HOSTILE]
)
def test_an_honest_listener_passes(case: str) -> None:
    result = judged(case)

    assert (result.state, result.message) == (State.PASS, "")


@pytest.mark.parametrize(("fault", "case", "complaint"), [(fault, *row) for fault, row in FAULTS.items()])
def test_a_fault_is_found_by_its_case(fault: str, case: str, complaint: str) -> None:
    result = judged(case, fault)

    assert (result.state, result.message[: len(complaint)]) == (State.FAIL, complaint)


def test_every_hostile_spelling_of_the_guide_is_a_case() -> None:
    hostile = [id for id, case in CASES.items() if "PS-ROOT-13" in case.requirements]

    assert len(hostile) > 50


@pytest.mark.parametrize(
    ("case", "reason"),
    [
        ("tcp-rootpath-29-foreign-device", "is for a listener on windows, and this one is on posix"),
        ("tcp-rootpath-30-windows-path-on-posix", "is for a listener without RootPath"),
        ("tcp-rootpath-long-posix-path-by-root", "depends on the length of the RootPath"),
    ],
)
def test_what_belongs_to_another_listener_is_not_asked(case: str, reason: str) -> None:
    result = judged(case)

    assert (result.state, result.message[: len(reason)]) == (State.UNSUPPORTED, reason)


FORMS = {
    b"xx canary1 yy": "as it is",
    b"CANARY1": "in capitals",
    "canary1".encode("utf-16-le"): "in UTF-16, little-endian",
    "canary1".encode("utf-16-be"): "in UTF-16, big-endian",
    b"63616e61727931": "in hexadecimal digits",
    b"1yranac": "backwards",
    b"Y2FuYXJ5MQ==": "in base64, from byte 0",
    b"eGNhbmFyeTE=": "in base64, from byte 2",
    b"something else": "",
}


@pytest.mark.parametrize(("data", "form"), FORMS.items())
def test_a_text_is_found_in_each_of_its_forms(data: bytes, form: str) -> None:
    assert shown_in(b"canary1", data) == form


def test_a_short_text_is_not_looked_for() -> None:
    assert shown_in(b"me", b"me") == ""
