"""User name and password, the two secrets of a connection: where they come from, and what is refused.

They come from a file, from a prompt that was asked for, or from the environment,
never from an argument: other users read command lines. What is not given is
empty and counts as absent, but what is given and empty is refused, a variable
of the environment included, since an unset variable in a script must not turn a
connection with a key into one without.

A user name alone is a key as well (guide, "PeerSync" 6): it is used, with a
warning where another machine could guess it.
"""

import stat
from collections.abc import Callable

from msgspec import Struct

from psync.core.errors import SecretInvalid
from psync.system import StatResult, System

USER_VARIABLE = "PSYNC_USER"
PASSWORD_VARIABLE = "PSYNC_PASSWORD"

# Far more than anybody types, and little enough to read /dev/zero.
PASSWORD_BYTES_MAX = 4096

GUESSABLE_KEY = (
    "THE KEY IS A USER NAME ALONE: whoever guesses the name has the key. "
    "Give both sides a password as well: psync key --generate, then --password-file."
)

READABLE_BY_OTHERS = stat.S_IRGRP | stat.S_IROTH


class CredentialOptions(Struct, frozen=True):
    """What the command line says of the key; `ask_password` prompts on a terminal."""

    user: str | None = None
    password_file: str | None = None
    ask_password: bool = False


class PasswordFile(Struct, frozen=True):
    """A file as it was while its password was read."""

    path: str
    device: int
    inode: int
    size: int
    mtime_ns: int
    ctime_ns: int


class Credentials:
    """User name and password, empty where absent; `file` if the password came from a regular one, unchanged."""

    def __init__(self, user: str, password: str, file: PasswordFile | None = None) -> None:
        self.user = user
        self.password = password
        self.file = file

    def __repr__(self) -> str:
        return "<secret>"


def is_keyed(options: CredentialOptions, system: System) -> bool:
    """Whether there is a key at all, known before it is read: what is given is never empty."""
    given = (options.user, options.password_file, options.ask_password or None)
    variables = (USER_VARIABLE, PASSWORD_VARIABLE)
    return any(one is not None for one in given) or any(name in system.environment for name in variables)


def read_credentials(
    options: CredentialOptions, system: System, ask: Callable[[], str], warn: Callable[[str], None]
) -> Credentials:
    """Gather the secrets; raise `SecretInvalid` for one that is given and cannot be used."""
    if options.user is not None:
        user = _present("user name", options.user)
    else:
        user = _read_variable(USER_VARIABLE, system)
    if options.password_file is not None:
        return _read_file(user, options.password_file, system, warn)
    if options.ask_password:
        return Credentials(user, _present("password", ask()))
    return Credentials(user, _read_variable(PASSWORD_VARIABLE, system))


def key_warnings(credentials: Credentials, *, is_exposed: bool) -> list[str]:
    """Name the dangers of a key; `is_exposed`: other machines can try it."""
    is_guessable = bool(credentials.user) and not credentials.password
    return [GUESSABLE_KEY] if is_guessable and is_exposed else []


def _read_variable(name: str, system: System) -> str:
    text = system.environment.get(name)
    if text == "":
        raise SecretInvalid(name=f"variable {name}", reason="it is set and empty")
    return text or ""


def _read_file(user: str, path: str, system: System, warn: Callable[[str], None]) -> Credentials:
    name = f"password file '{path}'"
    try:
        content, before, after = _read(system, path)
    except OSError as error:
        raise SecretInvalid(name=name, reason=error.strerror or str(error)) from error
    password = _decode(name, content)
    if not stat.S_ISREG(after.st_mode):
        return Credentials(user, password)
    if after.st_mode & READABLE_BY_OTHERS:
        warn(f"The {name} can be read by other accounts; chmod 600 keeps it secret.")
    file = _identify(path, after)
    return Credentials(user, password, file if file == _identify(path, before) else None)


def _read(system: System, path: str) -> tuple[bytes, StatResult, StatResult]:
    """Read a password with the file's status before and after."""
    os = system.os
    fd = os.open(os.fsencode(path), os.O_RDONLY | os.O_CLOEXEC)
    try:
        before, content = os.fstat(fd), b""
        while len(content) <= PASSWORD_BYTES_MAX and (part := os.read(fd, PASSWORD_BYTES_MAX + 1)):
            content += part
        return content, before, os.fstat(fd)
    finally:
        os.close(fd)


def _decode(name: str, content: bytes) -> str:
    """Give the text of a password file without the newline that editors end it with."""
    if len(content) > PASSWORD_BYTES_MAX:
        raise SecretInvalid(name=name, reason=f"it is longer than {PASSWORD_BYTES_MAX:,} bytes")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        # Not chained: the other exception holds the content.
        raise SecretInvalid(name=name, reason="it is not valid UTF-8 text") from None
    newline = "\r\n" if text.endswith("\r\n") else "\n"
    return _present(name, text.removesuffix(newline))


def _present(name: str, text: str) -> str:
    if not text:
        raise SecretInvalid(name=name, reason="it is empty")
    return text


def _identify(path: str, status: StatResult) -> PasswordFile:
    return PasswordFile(
        path, status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns
    )
