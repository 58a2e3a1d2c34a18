"""Options of the command line, made into checked settings.

The text of an option comes here as it was typed. Whatever is wrong with it is
found here or in the settings themselves, before anything is opened or dialled.
"""

import re

from msgspec import Struct

from psync.app.credentials import CredentialOptions
from psync.app.state_folder import state_folder
from psync.core.addresses import (
    DEFAULT_PORT,
    TcpAddress,
    is_host,
    masked,
    parse_address,
    parse_port,
    resolve_port,
)
from psync.core.errors import (
    HostInvalid,
    InstanceInvalid,
    JobNameInvalid,
    PatternFault,
    PatternInvalid,
    UsageInvalid,
)
from psync.core.rootpath import RootPath
from psync.core.settings import (
    DEFAULT_INSTANCE,
    DEFAULT_JOB,
    CopySettings,
    Durability,
    ListenerSettings,
)
from psync.system import System

JOB_LENGTH_MAX = 255

_INSTANCE = re.compile(r"[A-Za-z0-9._-]{1,64}")


class ListenOptions(Struct, frozen=True):
    """`psync listen` as typed."""

    host: str | None = None
    port: str | None = None
    root_path: str | None = None
    user: str | None = None
    password_file: str | None = None
    ask_password: bool = False
    instance: str = DEFAULT_INSTANCE
    read_only: bool = False
    allow_unauthenticated_network: bool = False
    json: bool = False

    @property
    def credentials(self) -> CredentialOptions:
        return CredentialOptions(self.user, self.password_file, self.ask_password)


class CopyOptions(Struct, frozen=True):
    """`psync copy` as typed."""

    source: str
    target: str
    delete: bool = False
    exclude: tuple[str, ...] = ()
    port: str | None = None
    user: str | None = None
    password_file: str | None = None
    ask_password: bool = False
    job: str = DEFAULT_JOB
    durability: str = Durability.BATCH
    dry_run: bool = False
    allow_unauthenticated_network: bool = False
    verbose: bool = False
    quiet: bool = False
    json: bool = False

    @property
    def credentials(self) -> CredentialOptions:
        return CredentialOptions(self.user, self.password_file, self.ask_password)


class QuickstartOptions(Struct, frozen=True):
    """`psync quickstart` as typed; `keep` is a complete path."""

    folder: str | None = None
    keep: str | None = None
    json: bool = False


def listener_settings(options: ListenOptions, system: System, *, is_keyed: bool) -> ListenerSettings:
    """Check the options of a listener; raise the `Failure` that names the wrong one."""
    _check_one_password("psync listen", options.credentials)
    if not _INSTANCE.fullmatch(options.instance):
        raise InstanceInvalid(instance=options.instance)
    root = options.root_path
    return ListenerSettings(
        host=None if options.host is None else _read_host(options.host),
        port=DEFAULT_PORT if options.port is None else parse_port(options.port),
        root=None if root is None else RootPath.parse(root, system.path_style),
        is_keyed=is_keyed,
        is_read_only=options.read_only,
        instance=options.instance,
        allow_unauthenticated_network=options.allow_unauthenticated_network,
        state_folder=state_folder(system),
    )


def copy_settings(options: CopyOptions, system: System, *, is_keyed: bool) -> CopySettings:
    """Check the options of a run; raise the `Failure` that names the wrong one."""
    _check_one_password("psync copy", options.credentials)
    if options.verbose and options.quiet:
        raise UsageInvalid(command="psync copy", reason="--verbose and --quiet exclude each other.")
    port = None if options.port is None else parse_port(options.port)
    source, target = (parse_address(text, system.path_style) for text in (options.source, options.target))
    for address in (source, target):
        if isinstance(address, TcpAddress):
            resolve_port(address, port)
    return CopySettings(
        source=source,
        target=target,
        port=port,
        delete=options.delete,
        exclude=tuple(map(_read_pattern, options.exclude)),
        job=_read_job(options.job),
        durability=Durability(options.durability),
        dry_run=options.dry_run,
        is_keyed=is_keyed,
        allow_unauthenticated_network=options.allow_unauthenticated_network,
    )


def has_connection(settings: CopySettings) -> bool:
    """Whether an end of a run lies behind a listener, and a key is of any use."""
    return any(isinstance(address, TcpAddress) for address in (settings.source, settings.target))


def _check_one_password(command: str, options: CredentialOptions) -> None:
    if options.password_file is not None and options.ask_password:
        reason = "--password-file and --ask-password exclude each other."
        raise UsageInvalid(command=command, reason=reason)


def _read_host(text: str) -> str:
    host = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    if not is_host(host):
        raise HostInvalid(host=masked(text))
    return host


def _read_job(text: str) -> str:
    if not 1 <= len(text) <= JOB_LENGTH_MAX:
        raise JobNameInvalid(job=text, reason=f"it has {len(text)} characters")
    if not _is_unicode(text):
        raise JobNameInvalid(job=text, reason="it is not valid Unicode text")
    return text


def _read_pattern(text: str) -> str:
    """Check that a pattern can travel; whether it means anything, the settings check."""
    if not _is_unicode(text):
        raise PatternInvalid(pattern=text, reason=PatternFault.NOT_UNICODE)
    return text


def _is_unicode(text: str) -> bool:
    """Whether text can travel: arguments that are not UTF-8 hold surrogates."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
