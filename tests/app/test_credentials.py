"""User name and password: where they come from, and what is refused."""

import os
from pathlib import Path

import pytest

from psync.app.credentials import (
    GUESSABLE_KEY,
    PASSWORD_BYTES_MAX,
    CredentialOptions,
    Credentials,
    is_keyed,
    key_warnings,
    read_credentials,
)
from psync.core.errors import SecretInvalid
from tests.app.machine import Disturbed, Machine

BOTH = {"PSYNC_USER": "env user", "PSYNC_PASSWORD": "env password"}


def read(options: CredentialOptions, environment: dict[str, str], typed: str = "typed") -> tuple[str, str]:
    warnings: list[str] = []
    found = read_credentials(options, Machine(environment), lambda: typed, warnings.append)
    assert warnings == []
    return found.user, found.password


def password_file(folder: Path, content: bytes = b"from file\n", mode: int = 0o600) -> str:
    file = folder / "password"
    file.write_bytes(content)
    file.chmod(mode)
    return str(file)


@pytest.mark.parametrize(
    ("user", "file", "ask", "environment", "expected"),
    [
        pytest.param(None, False, False, {}, ("", ""), id="nothing: no key"),
        pytest.param("u", False, False, {}, ("u", ""), id="a user name alone never prompts"),
        pytest.param(None, True, False, {}, ("", "from file"), id="a password alone"),
        pytest.param("u", True, False, BOTH, ("u", "from file"), id="options before the environment"),
        pytest.param(None, False, False, BOTH, ("env user", "env password"), id="the environment"),
        pytest.param(None, False, True, BOTH, ("env user", "typed"), id="a prompt before the environment"),
        pytest.param(None, False, True, {}, ("", "typed"), id="a prompt alone"),
        pytest.param(
            "u", True, False, {"PSYNC_USER": "", "PSYNC_PASSWORD": ""}, ("u", "from file"), id="not asked"
        ),
    ],
)
def test_secrets_come_from_option_file_prompt_or_environment(
    tmp_path: Path, user: str | None, file: bool, ask: bool, environment: dict, expected: tuple[str, str]
):
    options = CredentialOptions(user, password_file(tmp_path) if file else None, ask)

    assert read(options, environment) == expected
    assert is_keyed(options, Machine(environment)) == (expected != ("", ""))


@pytest.mark.parametrize(
    ("content", "password"),
    [
        pytest.param(b"secret", "secret", id="no newline"),
        pytest.param(b"secret\n", "secret", id="the newline of an editor"),
        pytest.param(b"secret\r\n", "secret", id="the newline of another editor"),
        pytest.param(b"secret\n\n", "secret\n", id="one newline only"),
        pytest.param(b" secret \n", " secret ", id="blanks belong to it"),
        pytest.param(b"secret\r", "secret\r", id="a lone carriage return is no newline"),
        pytest.param("pässwörd\n".encode(), "pässwörd", id="UTF-8"),
        pytest.param(b"x" * PASSWORD_BYTES_MAX, "x" * PASSWORD_BYTES_MAX, id="the longest"),
    ],
)
def test_a_password_file_is_taken_without_one_trailing_newline(tmp_path: Path, content: bytes, password: str):
    options = CredentialOptions(password_file=password_file(tmp_path, content))

    assert read(options, {}) == ("", password)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(b"", "it is empty", id="empty"),
        pytest.param(b"\n", "it is empty", id="a newline alone"),
        pytest.param(b"hunter2\xff\n", "it is not valid UTF-8 text", id="not UTF-8"),
        pytest.param(b"x" * (PASSWORD_BYTES_MAX + 1), "it is longer than 4,096 bytes", id="endless"),
    ],
)
def test_a_password_file_that_holds_no_password_is_refused(tmp_path: Path, content: bytes, reason: str):
    path = password_file(tmp_path, content)

    with pytest.raises(SecretInvalid) as refused:
        read(CredentialOptions(password_file=path), {})

    assert str(refused.value) == f"The password file '{path}' cannot be used: {reason}."
    error = refused.value
    assert error.__context__ is None or error.__suppress_context__, "the other exception holds the content"


@pytest.mark.parametrize(
    ("name", "reason"),
    [("missing", "No such file or directory"), ("", "Is a directory"), ("password/x", "Not a directory")],
)
def test_a_password_file_that_cannot_be_read_is_refused(tmp_path: Path, name: str, reason: str):
    password_file(tmp_path)
    path = str(tmp_path / name)

    with pytest.raises(SecretInvalid) as refused:
        read(CredentialOptions(password_file=path), {})

    assert str(refused.value) == f"The password file '{path}' cannot be used: {reason}."


def test_a_file_without_end_is_not_read_to_its_end():
    with pytest.raises(SecretInvalid, match="longer than 4,096 bytes"):
        read(CredentialOptions(password_file="/dev/zero"), {})


def test_a_file_that_changes_while_it_is_read_is_not_remembered_by_what_it_was(tmp_path: Path):
    path = password_file(tmp_path)
    machine = Machine()
    machine.os = Disturbed(machine.os, lambda: os.utime(path, ns=(0, 0)))

    found = read_credentials(CredentialOptions(password_file=path), machine, str, [].append)

    assert (found.password, found.file) == ("from file", None)


@pytest.mark.parametrize(
    ("options", "name"),
    [(CredentialOptions(user=""), "user name"), (CredentialOptions(ask_password=True), "password")],
)
def test_what_is_given_and_empty_is_refused(options: CredentialOptions, name: str):
    """A variable that a script forgot to set must not make a connection without a key."""
    with pytest.raises(SecretInvalid) as refused:
        read(options, BOTH, typed="")

    assert str(refused.value) == f"The {name} cannot be used: it is empty."


@pytest.mark.parametrize(
    ("options", "environment", "name"),
    [
        pytest.param(CredentialOptions(), {"PSYNC_USER": ""}, "PSYNC_USER", id="user name"),
        pytest.param(CredentialOptions(), {"PSYNC_PASSWORD": ""}, "PSYNC_PASSWORD", id="password"),
        pytest.param(
            CredentialOptions(), BOTH | {"PSYNC_PASSWORD": ""}, "PSYNC_PASSWORD", id="beside a user name"
        ),
        pytest.param(CredentialOptions("u"), {"PSYNC_PASSWORD": ""}, "PSYNC_PASSWORD", id="beside an option"),
        pytest.param(
            CredentialOptions(ask_password=True), {"PSYNC_USER": ""}, "PSYNC_USER", id="beside a prompt"
        ),
    ],
)
def test_a_variable_that_is_set_and_empty_is_a_key_that_is_refused(
    options: CredentialOptions, environment: dict[str, str], name: str
):
    with pytest.raises(SecretInvalid) as refused:
        read(options, environment)

    assert is_keyed(options, Machine(environment))
    assert str(refused.value) == f"The variable {name} cannot be used: it is set and empty."
    assert "unset a variable" in refused.value.remedy


@pytest.mark.parametrize("mode", [0o640, 0o604])
def test_a_file_that_others_can_read_is_used_with_a_warning(tmp_path: Path, mode: int):
    path = password_file(tmp_path, mode=mode)
    warnings: list[str] = []

    found = read_credentials(CredentialOptions(password_file=path), Machine(), str, warnings.append)

    assert found.password == "from file"
    assert warnings == [
        f"The password file '{path}' can be read by other accounts; chmod 600 keeps it secret."
    ]


def test_a_password_from_a_pipe_has_no_file_to_remember_it_by():
    reading, writing = os.pipe()
    os.write(writing, b"piped\n")
    os.close(writing)
    try:
        options = CredentialOptions(password_file=f"/dev/fd/{reading}")
        found = read_credentials(options, Machine(), str, [].append)
    finally:
        os.close(reading)

    assert (found.password, found.file) == ("piped", None)


@pytest.mark.parametrize(
    ("user", "password", "is_exposed", "warned"),
    [
        pytest.param("me", "", True, True, id="a user name alone"),
        pytest.param("me", "", False, False, id="on this machine, where no key would do as well"),
        pytest.param("", "secret", True, False, id="a password alone"),
        pytest.param("me", "secret", True, False, id="both"),
        pytest.param("", "", True, False, id="no key, which has a warning of its own"),
    ],
)
def test_a_key_of_a_user_name_alone_has_a_warning_where_others_can_guess_it(
    user: str, password: str, is_exposed: bool, warned: bool
):
    found = key_warnings(Credentials(user, password), is_exposed=is_exposed)

    assert found == ([GUESSABLE_KEY] if warned else [])


def test_credentials_do_not_show_themselves(tmp_path: Path):
    options = CredentialOptions(password_file=password_file(tmp_path))

    assert repr(read_credentials(options, Machine(), str, [].append)) == "<secret>"
