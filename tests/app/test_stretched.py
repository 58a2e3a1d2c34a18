"""The stretched key, kept for the next process: never for another password, user or file.

Stretching takes 0.4 s on purpose, so most tests stretch by a plain hash, and count.
"""

import hashlib
import os
from pathlib import Path

import pytest
from msgspec import structs

from psync.app.credentials import CredentialOptions, Credentials, PasswordFile, read_credentials
from psync.app.stretched import stretched_key
from psync.wire.keys import UNKEYED_PRS, Secret, generate_key, stretch
from tests.app.machine import Machine

LATER_SECONDS = 60
PASSWORD = "correct horse"


class Site:
    """A password file and a state folder; `stretched` lists what had to be stretched."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "password"
        self.state = folder / "state" / "psync"
        self.stretched: list[tuple[str, str]] = []
        self.write(PASSWORD)
        self.machine = Machine({"PSYNC_STATE_DIR": str(self.state)})
        self.machine.seconds_later = LATER_SECONDS

    def write(self, password: str) -> None:
        self.file.write_text(password)
        self.file.chmod(0o600)

    def key(self, user: str = "", machine: Machine | None = None) -> bytes:
        """The key of a process that starts now."""
        machine = machine or self.machine
        options = CredentialOptions(user or None, str(self.file))
        credentials = read_credentials(options, machine, str, [].append)
        return stretched_key(credentials, machine, self.stretch).reveal()

    def stretch(self, user: str, password: str) -> Secret:
        self.stretched.append((user, password))
        return hashed(user, password)

    @property
    def records(self) -> list[Path]:
        return sorted(self.state.glob("*")) if self.state.exists() else []


def hashed(user: str, password: str) -> Secret:
    return Secret(hashlib.sha256(f"{user} {password}".encode()).digest())


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def test_a_password_is_stretched_once_and_remembered_in_a_private_file(site: Site):
    keys = {site.key(), site.key(), site.key()}
    (record,) = site.records

    assert keys == {hashed("", PASSWORD).reveal()}
    assert site.stretched == [("", PASSWORD)]
    assert [path.stat().st_mode & 0o777 for path in (record, site.state)] == [0o600, 0o700]
    assert PASSWORD.encode() not in record.read_bytes()


def test_what_is_remembered_is_the_key_that_the_other_side_has(site: Site):
    options = CredentialOptions(None, str(site.file))
    credentials = read_credentials(options, site.machine, str, [].append)

    keys = [stretched_key(credentials, site.machine) for _ in range(2)]

    assert keys == [stretch("", PASSWORD)] * 2


def test_another_user_name_has_another_key(site: Site):
    assert [site.key(user) for user in ("", "me", "you", "")] == [
        hashed(user, PASSWORD).reveal() for user in ("", "me", "you", "")
    ]


def _rewrite(site: Site) -> None:
    site.write("CORRECT HORSE")


def _replace(site: Site) -> None:
    beside = site.file.with_name("new")
    beside.write_text("CORRECT HORSE")
    os.utime(beside, ns=(site.file.stat().st_atime_ns, site.file.stat().st_mtime_ns))
    beside.chmod(0o600)
    beside.rename(site.file)


def _rewrite_and_hide_it(site: Site) -> None:
    times = site.file.stat()
    site.write("CORRECT HORSE")
    os.utime(site.file, ns=(times.st_atime_ns, times.st_mtime_ns))


@pytest.mark.parametrize("change", [_rewrite, _replace, _rewrite_and_hide_it])
def test_a_changed_password_of_the_same_length_is_not_taken_for_the_old_one(site: Site, change):
    site.key()
    change(site)

    assert site.key() == hashed("", "CORRECT HORSE").reveal()


def test_a_file_that_pretends_to_be_old_is_not_remembered_either(site: Site):
    os.utime(site.file, ns=(0, 0))
    site.machine.seconds_later = 0

    site.key()

    assert site.records == []


@pytest.mark.parametrize("field", ["device", "inode", "size", "mtime_ns", "ctime_ns"])
def test_a_file_that_differs_in_one_part_of_its_identity_is_another_file(site: Site, field: str):
    file = PasswordFile("password", 1, 2, 3, 4, 5)
    other = structs.replace(file, **{field: 6})

    for one in (file, file, other):
        stretched_key(Credentials("", PASSWORD, one), site.machine, site.stretch)

    assert len(site.stretched) == 2


@pytest.mark.parametrize("seconds_later", [0, -3600], ids=["now", "in the future, by a clock set back"])
def test_a_file_that_was_just_written_is_not_remembered(site: Site, seconds_later: int):
    """Its next version could bear the same time, on a clock that ticks slowly."""
    site.machine.seconds_later = seconds_later

    site.key()

    assert site.records == []


@pytest.mark.parametrize("position", [0, 31, 32, 63])
def test_a_damaged_record_is_not_used(site: Site, position: int):
    site.key()
    damaged = bytearray(site.records[0].read_bytes())
    damaged[position] ^= 1
    site.records[0].write_bytes(damaged)

    assert site.key() == hashed("", PASSWORD).reveal()
    assert len(site.stretched) == 2


@pytest.mark.parametrize("length", [0, 32, 63, 65])
def test_a_record_of_another_length_is_not_used(site: Site, length: int):
    site.key()
    site.records[0].write_bytes((site.records[0].read_bytes() + b"x")[:length])

    assert site.key() == hashed("", PASSWORD).reveal()
    assert len(site.stretched) == 2


def test_a_record_that_others_can_write_is_not_used(site: Site):
    """With a right to write, another account could give this one a key of its own."""
    site.key()
    site.records[0].chmod(0o620)

    site.key()

    assert len(site.stretched) == 2


def test_a_record_of_another_account_is_not_used(site: Site):
    site.key()
    other = Machine(dict(site.machine.environment), user_id=os.geteuid() + 1)

    site.key(machine=other)

    assert len(site.stretched) == 2


def test_a_link_in_the_place_of_a_record_is_not_followed(site: Site, tmp_path: Path):
    site.key()
    (record,) = site.records
    record.rename(tmp_path / "elsewhere")
    record.symlink_to(tmp_path / "elsewhere")

    site.key()

    assert len(site.stretched) == 2
    assert not record.is_symlink(), "it was written anew"


@pytest.mark.parametrize("user", ["", "me"])
def test_a_generated_key_is_not_kept(site: Site, user: str):
    site.write(generate_key(bytes(16)))

    site.key(user)

    assert site.records == []


def test_a_password_that_came_from_no_file_is_not_kept(site: Site):
    stretched_key(Credentials("", PASSWORD), site.machine, site.stretch)

    assert site.records == []


def test_without_any_key_there_is_the_constant_one(site: Site):
    assert stretched_key(Credentials("", ""), site.machine) == UNKEYED_PRS


@pytest.mark.parametrize("state", ["/proc/none/psync", "relative", "/dev/null"])
def test_a_state_folder_that_cannot_be_used_costs_time_and_nothing_else(site: Site, state: str):
    site.machine.environment = {"PSYNC_STATE_DIR": state}

    assert site.key() == hashed("", PASSWORD).reveal()
