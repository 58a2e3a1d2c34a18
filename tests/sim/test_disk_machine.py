"""Random histories of file calls: the simulated disk answers and holds what a real folder does.

Every call of the allow-list is tried, from any folder that is open, wherever it
has been moved meanwhile and even if it is gone. Pipes are left to the tables of
test_operating_system.py, since no process of psync puts anything into one.
"""

import os

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from tests.sim.contract import LONG_NAME
from tests.sim.two_disks import TwoDisks, listing, read_into, told

# Few names, so that histories meet; the last three are as long as may be, too long, and no text.
NAMES = [b"a", b"b", b"c", LONG_NAME, LONG_NAME + b"n", b"\xff\xfe"]
NAME = st.sampled_from([*NAMES[:3], *NAMES])
STEP = st.one_of(NAME, NAME, NAME, st.sampled_from([b".", b".."]))
ANY_NAME = st.binary(min_size=1, max_size=5).filter(lambda name: not {0, ord("/")} & set(name))
PATH = st.one_of(
    NAME,
    st.lists(STEP, min_size=1, max_size=3).map(b"/".join),
    st.builds(bytes.__add__, STEP, st.sampled_from([b"/", b"//", b"/."])),
    st.one_of(ANY_NAME, st.just(b"")),
)
AT = st.one_of(st.just(0), st.just(-1), st.integers(0, 20))  # an open descriptor: the root, the newest, any

FLAGS = [
    os.O_RDONLY,
    os.O_CREAT,
    os.O_CREAT | os.O_EXCL,
    os.O_CREAT | os.O_NOFOLLOW,
    os.O_CREAT | os.O_TRUNC,
    os.O_TRUNC,
    os.O_TRUNC | os.O_NOFOLLOW,
    os.O_NOFOLLOW,
    os.O_DIRECTORY,
    os.O_DIRECTORY | os.O_NOFOLLOW,
    os.O_PATH,
    os.O_PATH | os.O_NOFOLLOW,
    os.O_PATH | os.O_DIRECTORY,
]
ACCESS = st.sampled_from([os.O_RDONLY, os.O_WRONLY, os.O_RDWR, os.O_RDWR | os.O_APPEND])
MODE = st.sampled_from([0o755, 0o755, 0o644, 0o600, 0o444, 0o555, 0o300, 0o000, 0o1777, 0o4755])
OFFSET = st.integers(-1, 12)
TIME_NS = st.integers(0, 1_100_000_000_987_654_321)


class DiskMachine(RuleBasedStateMachine):
    """Two disks that are told the same."""

    def __init__(self) -> None:
        super().__init__()
        self.disks = TwoDisks()

    def teardown(self) -> None:
        self.disks.close()

    @initialize(folders=st.lists(st.sampled_from([b"a", b"a/b", b"a/b/c", b"b", b"b/a"]), unique=True))
    def begin(self, folders: list[bytes]) -> None:
        for path in folders:
            self.make_folder(0, path, 0o755)
            self.open_folder(0, path)

    # Names

    @rule(at=AT, path=PATH, flags=st.sampled_from(FLAGS), access=ACCESS)
    def open(self, at: int, path: bytes, flags: int, access: int) -> None:
        self.disks.open(at, path, flags | access)

    @rule(at=AT, path=PATH)
    def open_folder(self, at: int, path: bytes) -> None:
        self.disks.open(at, path, os.O_RDONLY | os.O_DIRECTORY)

    @rule(at=AT, path=PATH, mode=MODE)
    def make_folder(self, at: int, path: bytes, mode: int) -> None:
        self.disks.on(at, lambda side, fd: side.os.mkdir(path, mode, dir_fd=fd))

    @rule(at=AT, path=PATH)
    def hold_a_folder_that_is_gone(self, at: int, path: bytes) -> None:
        self.make_folder(at, path, 0o755)
        self.open_folder(at, path)
        self.remove_folder(at if at >= 0 else at - 1, path)

    @rule(at=AT, path=PATH)
    def remove_folder(self, at: int, path: bytes) -> None:
        self.disks.on(at, lambda side, fd: side.os.rmdir(path, dir_fd=fd))

    @rule(at=AT, path=PATH)
    def remove(self, at: int, path: bytes) -> None:
        self.disks.on(at, lambda side, fd: side.os.unlink(path, dir_fd=fd))

    @rule(at=AT, old=PATH, to=AT, new=PATH)
    def rename(self, at: int, old: bytes, to: int, new: bytes) -> None:
        self.disks.on_two(at, to, lambda side, fd, to: side.os.rename(old, new, src_dir_fd=fd, dst_dir_fd=to))

    @rule(at=AT, behind=PATH, path=PATH)
    def link(self, at: int, behind: bytes, path: bytes) -> None:
        self.disks.on(at, lambda side, fd: side.os.symlink(behind, path, dir_fd=fd))

    @rule(at=AT, path=PATH)
    def read_link(self, at: int, path: bytes) -> None:
        self.disks.on(at, lambda side, fd: side.os.readlink(path, dir_fd=fd))

    @rule(at=AT, path=PATH, follow=st.booleans())
    def look(self, at: int, path: bytes, follow: bool) -> None:
        self.disks.on(at, lambda side, fd: told(side.os.stat(path, dir_fd=fd, follow_symlinks=follow)))

    @rule(at=AT, path=PATH, time_ns=TIME_NS, follow=st.booleans())
    def set_time(self, at: int, path: bytes, time_ns: int, follow: bool) -> None:
        self.disks.on(at, lambda side, fd: side.utime(path, time_ns, dir_fd=fd, follow_symlinks=follow))

    # Descriptors

    @rule(at=AT)
    def close(self, at: int) -> None:
        self.disks.let_go(at)

    @rule(at=AT)
    def list_folder(self, at: int) -> None:
        self.disks.on(at, listing)

    @rule(at=AT)
    def look_at_what_is_open(self, at: int) -> None:
        self.disks.on(at, lambda side, fd: told(side.os.fstat(fd)))

    @rule(at=AT, mode=MODE)
    def change_mode(self, at: int, mode: int) -> None:
        self.disks.on(at, lambda side, fd: side.os.fchmod(fd, mode))

    @rule(at=AT, time_ns=TIME_NS)
    def set_time_of_what_is_open(self, at: int, time_ns: int) -> None:
        self.disks.on(at, lambda side, fd: side.utime(fd, time_ns))

    @rule(at=AT)
    def sync(self, at: int) -> None:
        self.disks.on(at, lambda side, fd: side.os.fsync(fd))

    @rule(at=AT, length=OFFSET)
    def read(self, at: int, length: int) -> None:
        self.disks.on(at, lambda side, fd: side.os.read(fd, length))

    @rule(at=AT, length=OFFSET, offset=OFFSET)
    def read_at(self, at: int, length: int, offset: int) -> None:
        self.disks.on(at, lambda side, fd: side.os.pread(fd, length, offset))

    @rule(at=AT, lengths=st.lists(st.integers(1, 5), min_size=1, max_size=3), offset=st.integers(0, 12))
    def read_into_buffers(self, at: int, lengths: list[int], offset: int) -> None:
        self.disks.on(at, lambda side, fd: read_into(side, fd, lengths, offset))

    @rule(at=AT, content=st.binary(max_size=6))
    def write(self, at: int, content: bytes) -> None:
        self.disks.on(at, lambda side, fd: side.os.write(fd, content))

    @rule(at=AT, content=st.binary(max_size=6), offset=OFFSET)
    def write_at(self, at: int, content: bytes, offset: int) -> None:
        self.disks.on(at, lambda side, fd: side.os.pwrite(fd, content, offset))

    @rule(at=AT, offset=OFFSET)
    def seek(self, at: int, offset: int) -> None:
        self.disks.on(at, lambda side, fd: side.os.lseek(fd, offset, os.SEEK_SET))

    @rule(at=AT, length=OFFSET)
    def cut(self, at: int, length: int) -> None:
        self.disks.on(at, lambda side, fd: side.os.ftruncate(fd, length))

    @rule(at=AT, offset=OFFSET, length=OFFSET)
    def allocate(self, at: int, offset: int, length: int) -> None:
        self.disks.on(at, lambda side, fd: side.os.posix_fallocate(fd, offset, length))


TestDiskMachine = DiskMachine.TestCase
TestDiskMachine.settings = settings(
    max_examples=150, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
