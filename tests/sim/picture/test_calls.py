"""System calls in words."""

import pytest

from sim.picture.calls import Calls, readable

TEMPORARY = ".psync-svkxcnp5yn7sogjjhfq4e3taab.part"


@pytest.mark.parametrize(
    ("reason", "details", "expected"),
    [
        ("an open only looks", ["open(b'/srv', 589824) 3"], (False, "opens /srv")),
        ("but for one that makes a file", ["open(b'/srv/a', 65, 420) 3"], (True, "makes /srv/a")),
        ("a descriptor is its file", ["open(b'/a', 0) 3", "fsync(3)"], (True, "syncs /a")),
        (
            "in a folder that is open, too",
            ["open(b'/srv', 0) 3", "open(b'a', 65, 420, dir_fd=3) 4", "write(4, 5 bytes 00000000) 2"],
            (True, "writes 2 bytes to /srv/a"),
        ),
        (
            "a number is free after a close",
            ["open(b'/a', 0) 3", "close(3)", "fstat(3)"],
            (False, "looks at descriptor 3"),
        ),
        (
            "a read tells what came",
            ["open(b'/a', 0) 3", "pread(3, 3001, 0) 3000 bytes 96d1b899"],
            (False, "reads 3000 bytes of /a"),
        ),
        (
            "a rename has two names in two folders",
            ["open(b'/d', 0) 3", f"rename(b'{TEMPORARY}', b'a', src_dir_fd=3, dst_dir_fd=3)"],
            (True, "renames /d/⟨temporary taab⟩ to /d/a"),
        ),
        ("an error stands last", ["mkdir(b'/a', 448) ENOSPC"], (True, "makes folder /a: ENOSPC")),
        ("a folder that is there is no change", ["mkdir(b'/a') EEXIST"], (False, "makes folder /a: EEXIST")),
        (
            "a name may hold what calls are written with",
            ["""unlink(b"/a') {other} \\\\x, ")"""],
            (True, "removes /a') {other} \\x, "),
        ),
        (
            "a call without words stands as it is",
            ["claim_instance(default)"],
            (False, "claim_instance(default)"),
        ),
        ("what is no call does, too", ["nothing"], (False, "nothing")),
    ],
)
def test_a_call_is_put_into_words(reason: str, details: list[str], expected: tuple[bool, str]):
    calls = Calls()

    assert [calls.read("near/1000", detail) for detail in details][-1] == expected


def test_descriptors_belong_to_their_process():
    calls = Calls()
    calls.read("near/1000", "open(b'/a', 0) 3")

    assert calls.read("far/1000", "fstat(3)") == (False, "looks at descriptor 3")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (b"/srv/a b", "/srv/a b"),
        ("/ä".encode(), "/ä"),
        (b"/\xff", "/\\xff"),
        (b"/a\nb\x1b", "/a\\nb\\x1b"),
        ("/\u202ecod.exe".encode(), "/\\u202ecod.exe"),
        (f"/srv/{TEMPORARY}".encode(), "/srv/⟨temporary taab⟩"),
        (TEMPORARY.encode(), "⟨temporary taab⟩"),
    ],
)
def test_a_path_is_readable_and_hides_nothing(path: bytes, text: str):
    assert readable(path) == text
