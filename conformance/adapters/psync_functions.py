"""psync's answers to what needs no world: its own functions, called as its commands call them."""

from collections.abc import Callable
from functools import cache, wraps
from typing import Any

from conformance.adapters.psync_frames import read_frame
from conformance.adapters.serving import Operation, Refusal, Unsupported
from psync.core.addresses import (
    LocalAddress,
    TcpAddress,
    display_uri,
    is_host,
    parse_address,
    parse_port,
    resolve_port,
)
from psync.core.errors import (
    AddressFault,
    AddressInvalid,
    Failure,
    PathRefused,
    connection_failure_text,
    device_text,
    locked_file_text,
)
from psync.core.paths import HostPath, PathStyle, parse_host_path
from psync.core.rootpath import RootPath, map_unconfined
from psync.wire.keys import stretch

Function = Callable[[dict[str, Any]], dict[str, Any]]


def _refusing(function: Function) -> Operation:
    """Turn psync's failures into refusals, by their codes."""

    @wraps(function)
    def operation(params: dict[str, Any]) -> dict[str, Any]:
        try:
            return function(params)
        except Failure as failure:
            raise Refusal(failure.code, str(failure)) from failure

    return operation


def _path(value: dict[str, Any]) -> HostPath:
    return parse_host_path(value["path"], PathStyle(value["style"]))


def _path_as_json(path: HostPath) -> dict[str, Any]:
    return {"style": path.style.value, "path": str(path)}


@_refusing
def map_path(params: dict[str, Any]) -> dict[str, Any]:
    """`map`: refused by the reason. A job that is not run over TCP has no listener, and its path is used as it is."""
    host = PathStyle(params["host"])
    if params.get("mode", "tcp") != "tcp":
        address = parse_address(params["path"]["path"], host)
        assert isinstance(address, LocalAddress)
        return {"path": address.path}
    try:
        return {"path": str(_actual(params["root"], _path(params["path"]), host))}
    except PathRefused as refused:
        raise Refusal(refused.reason, str(refused)) from refused


def _actual(root: dict[str, Any] | None, path: HostPath, host: PathStyle) -> HostPath:
    if root is None:
        return map_unconfined(path, host)
    return RootPath.parse(root["path"], PathStyle(root["style"])).map(path)


@_refusing
def validate_config(params: dict[str, Any]) -> dict[str, Any]:
    """`validate_config`: the settings that there are so far."""
    field, value = params["field"], params["value"]
    host = PathStyle(params.get("host", "posix"))
    if field == "port":
        return {"value": resolve_port(_unnamed(), None) if value is None else parse_port(value)}
    if field == "host":
        return {"value": _host(value)}
    if field == "root_path":
        return {"value": None if value is None else str(RootPath.parse(value, host).folder)}
    if field == "path_on_host":
        return {"value": str(parse_host_path(value or "", host))}
    raise Refusal("SETTING_UNKNOWN", f"psync has no setting {field!r}")


def _unnamed() -> TcpAddress:
    """The address of a user who names neither host nor port."""
    address = parse_address("tcp:///")
    assert isinstance(address, TcpAddress)
    return address


def _host(value: str | None) -> str:
    if value is None:
        return _unnamed().host
    if not is_host(value):
        raise AddressInvalid(address=value, reason=AddressFault.HOST)
    return value


@_refusing
def parse(params: dict[str, Any]) -> dict[str, Any]:
    """`parse_address`"""
    address = parse_address(params["text"], PathStyle(params["here"]))
    if isinstance(address, TcpAddress):
        path = _path_as_json(address.path)
        return {"kind": "tcp", "host": address.host, "port": address.port, "path": path}
    return {"kind": "local", "path": address.path}


@_refusing
def format_uri(params: dict[str, Any]) -> dict[str, Any]:
    """`format_uri`"""
    return {"uri": display_uri(TcpAddress(params["host"], None, _path(params["path"])))}


def format_message(params: dict[str, Any]) -> dict[str, Any]:
    """`format_message`"""
    match params["message"]:
        case "device":
            return {"text": device_text(params["role"], params["uri"])}
        case "connection_failure":
            scheduled = params["retry_scheduled"]
            return {"text": connection_failure_text(params["uri"], params["job"], retry_scheduled=scheduled)}
        case "locked":
            is_listed = params["on_retry_list"]
            return {"text": locked_file_text(params["path"], is_on_retry_list=is_listed)}
        case other:
            raise Unsupported(f"psync has no message {other!r}")


@_refusing
def derive_key(params: dict[str, Any]) -> dict[str, Any]:
    """`derive_key`: the secret that both sides put into the key agreement."""
    return {"key": _key(params["user"] or "", params["password"] or "")}


@cache
def _key(user: str, password: str) -> str:
    return stretch(user, password).reveal().hex()


FUNCTIONS: dict[str, Operation] = {
    "map": map_path,
    "validate_config": validate_config,
    "parse_address": parse,
    "format_uri": format_uri,
    "format_message": format_message,
    "derive_key": derive_key,
    "read_frame": read_frame,
}
