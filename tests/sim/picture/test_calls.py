"""System calls in words."""

import pytest

from sim.picture.calls import Calls, Reading, readable

TEMPORARY = ".psync-svkxcnp5yn7sogjjhfq4e3taab.part"


@pytest.mark.parametrize(
    ("reason", "details", "expected"),
    [
        ("an open only looks", ["open(b'/srv', 589824) 3"], Reading("opens /srv")),
        (
            "but for one that makes a file",
            ["open(b'/srv/a', 65, 420) 3"],
            Reading("makes /srv/a", is_change=True),
        ),
        ("a descriptor is its file", ["open(b'/a', 0) 3", "fsync(3)"], Reading("syncs /a", is_change=True)),
        (
            "in a folder that is open, too",
            ["open(b'/srv', 0) 3", "open(b'a', 65, 420, dir_fd=3) 4", "write(4, 5 bytes 00000000) 2"],
            Reading("writes 2 bytes to /srv/a", is_change=True),
        ),
        (
            "a number is free after a close",
            ["open(b'/a', 0) 3", "close(3)", "fstat(3)"],
            Reading("looks at descriptor 3"),
        ),
        (
            "a read tells what came",
            ["open(b'/a', 0) 3", "pread(3, 3001, 0) 3000 bytes 96d1b899"],
            Reading("reads 3000 bytes of /a"),
        ),
        (
            "a rename has two names in two folders",
            ["open(b'/d', 0) 3", f"rename(b'{TEMPORARY}', b'a', src_dir_fd=3, dst_dir_fd=3)"],
            Reading("renames /d/⟨temporary taab⟩ to /d/a", is_change=True),
        ),
        (
            "an error stands last",
            ["mkdir(b'/a', 448) ENOSPC"],
            Reading("makes folder /a: ENOSPC", is_change=True, is_failure=True),
        ),
        (
            "a folder that is there is no change",
            ["mkdir(b'/a') EEXIST"],
            Reading("makes folder /a: there already (EEXIST)"),
        ),
        (
            "a name that is not there is an answer",
            ["stat(b'/a', follow_symlinks=False) ENOENT"],
            Reading("looks at /a: not there (ENOENT)"),
        ),
        (
            "on Windows no folder can be synced",
            [r"open(b'C:\\srv', 589824) 3", "fsync(3) EINVAL"],
            Reading(r"syncs C:\srv: no folder can be synced here, as expected (EINVAL)"),
        ),
        (
            "but a file can",
            [r"open(b'C:\\srv', 589824) 3", "open(b'a', 65, 420, dir_fd=3) 4", "fsync(4) EINVAL"],
            Reading(r"syncs C:\srv\a: EINVAL", is_change=True, is_failure=True),
        ),
        (
            "and a number that was a folder's may be a file's",
            ["open(b'/srv', 589824) 3", "close(3)", "open(b'/a', 65, 420) 3", "fsync(3) EINVAL"],
            Reading("syncs /a: EINVAL", is_change=True, is_failure=True),
        ),
        (
            "a folder that could be synced and fails is a failure",
            ["open(b'/srv', 589824) 3", "fsync(3) EIO"],
            Reading("syncs /srv: EIO", is_change=True, is_failure=True),
        ),
        (
            "a file system that reserves nothing is none",
            ["open(b'/a', 65, 420) 3", "posix_fallocate(3, 0, 9) EOPNOTSUPP"],
            Reading("makes room in /a: nothing can be reserved here, as expected (EOPNOTSUPP)"),
        ),
        (
            "a name may hold what calls are written with",
            ["""unlink(b"/a') {other} \\\\x, ")"""],
            Reading("removes /a') {other} \\x, ", is_change=True),
        ),
        (
            "a call without words stands as it is",
            ["claim_instance(default)"],
            Reading("claim_instance(default)"),
        ),
        ("what is no call does, too", ["nothing"], Reading("nothing")),
    ],
)
def test_a_call_is_put_into_words(reason: str, details: list[str], expected: Reading):
    calls = Calls()

    assert [calls.read("near/1000", detail) for detail in details][-1] == expected


def test_descriptors_belong_to_their_process():
    calls = Calls()
    calls.read("near/1000", "open(b'/a', 0) 3")

    assert calls.read("far/1000", "fstat(3)") == Reading("looks at descriptor 3")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (b"/srv/a b", "/srv/a b"),
        ("/ä".encode(), "/ä"),
        (b"/\xff", "/\\xff"),
        (b"/a\nb\x1b", "/a\\nb\\x1b"),
        ("/\u202ecod.exe".encode(), "/\\u202ecod.exe"),
        (f"/srv/{TEMPORARY}".encode(), "/srv/⟨temporary taab⟩"),
        (rf"C:\srv\{TEMPORARY}".encode(), r"C:\srv\⟨temporary taab⟩"),
        (TEMPORARY.encode(), "⟨temporary taab⟩"),
    ],
)
def test_a_path_is_readable_and_hides_nothing(path: bytes, text: str):
    assert readable(path) == text
