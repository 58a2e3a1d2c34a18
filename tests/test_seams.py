"""The two doors to the world, guarded over the syntax trees of `psync/`.

Production code reaches the world through the event loop (network, monotonic
clock, timers, threads) and through `System` (all the rest), so that the world
can be replaced and the code need not. `psync/real` is where `System` meets the
machine and is free. What holds elsewhere stands in `RULES`, one row a name: the
name with all below it, what to use in its place, and a line that must be caught.

Names are resolved through the imports of a module. `.name` is an attribute of
any object, `builtins.name` a builtin, `name()` only a call, `*` any part of a
name. Not seen: what is reached through a variable or another module's import.
"""

import ast
import builtins
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

import pytest

from tests.checkout import ROOT, texts

REAL = ("psync/real",)
PROGRAM = ("psync/__main__.py", "psync/app", *REAL)  # what only ever runs on a real machine
PURE = ("psync/core", "psync/wire")


@dataclass(frozen=True)
class Rule:
    """Forbids `name` and all below it in files under `inside` that are not under `outside`."""

    name: str
    instead: str
    planted: str
    outside: tuple[str, ...] = REAL
    inside: tuple[str, ...] = ("psync",)

    def holds_in(self, file: str) -> bool:
        return _under(file, self.inside) and not _under(file, self.outside)

    def forbids(self, use: str) -> bool:
        return fnmatchcase(use, self.name) or fnmatchcase(use, f"{self.name}.*")


CLOCK = "System.now_ns() for the date, loop.time() for spans"
ENTROPY = "System.random_bytes()"
FILES = "System.os"
NETWORK = "asyncio.start_server() and asyncio.open_connection()"
THREADS = "asyncio.to_thread()"
NO_PROGRAMS = "nothing: psync starts no programs"
NAMES = "psync.core.paths or pathlib.PurePath for names, System.os for files"
NATIVE = "a method of System, written in psync/real"
STABLE = "sorted order or a digest: this value differs from run to run"
SANS_IO = "values and events: core and wire are pure"

# Repeated in pyproject.toml, so that ruff shows them while a line is being written.
MODULES = (
    Rule("time", CLOCK, "from time import monotonic"),
    Rule("datetime.datetime.now", CLOCK, "import datetime as d; d.datetime.now(d.UTC)"),
    Rule("datetime.datetime.utcnow", CLOCK, "from datetime import datetime; datetime.utcnow()"),
    Rule("datetime.datetime.today", CLOCK, "from datetime import datetime as d; d.today()"),
    Rule("datetime.date.today", CLOCK, "from datetime import date; moment = date.today"),
    Rule("random", ENTROPY, "import random"),
    Rule("secrets", f"{ENTROPY}, and hmac.compare_digest()", "from secrets import token_bytes"),
    Rule("uuid", ENTROPY, "from uuid import uuid4"),
    Rule("os", f"{FILES}; errno, stat, posixpath and ntpath are free", "import os.path as paths"),
    Rule("io.open", FILES, "import io; io.open('name')"),
    Rule("io.FileIO", FILES, "from io import FileIO"),
    Rule("codecs.open", FILES, "from codecs import open as read"),
    Rule("glob", f"{FILES}.scandir()", "from glob import glob"),
    Rule("tempfile", f"{ENTROPY} for a name, {FILES}.open() with O_EXCL", "def f(): import tempfile"),
    Rule("shutil", f"{FILES}, and System.volume() for free space", "import shutil"),
    Rule("pathlib.Path", NAMES, "import pathlib; pathlib.Path('name').exists()"),
    Rule("pathlib.PosixPath", NAMES, "from pathlib import PosixPath"),
    Rule("pathlib.WindowsPath", NAMES, "from pathlib import WindowsPath"),
    Rule("sqlite3", "System.databases", "import sqlite3"),
    Rule("socket", NETWORK, "import socket"),
    Rule("socketserver", NETWORK, "import socketserver"),
    Rule("select", NETWORK, "from select import epoll"),
    Rule("selectors", NETWORK, "import selectors"),
    Rule("ssl", "psync.wire, which seals every frame", "import ssl"),
    Rule("asyncio.open_unix_connection", NETWORK, "import asyncio; asyncio.open_unix_connection('name')"),
    Rule("asyncio.start_unix_server", NETWORK, "from asyncio import start_unix_server"),
    Rule("threading", THREADS, "from threading import Lock"),
    Rule("queue", "asyncio.Queue", "import queue"),
    Rule("concurrent", THREADS, "from concurrent.futures import ThreadPoolExecutor"),
    Rule("multiprocessing", THREADS, "import multiprocessing.shared_memory"),
    Rule("subprocess", NO_PROGRAMS, "import subprocess"),
    Rule("asyncio.subprocess", NO_PROGRAMS, "from asyncio.subprocess import PIPE"),
    Rule("asyncio.create_subprocess_exec", NO_PROGRAMS, "from asyncio import create_subprocess_exec"),
    Rule("asyncio.create_subprocess_shell", NO_PROGRAMS, "import asyncio as a; a.create_subprocess_shell"),
    Rule("ctypes", NATIVE, "import ctypes"),
    Rule("fcntl", NATIVE, "import fcntl"),
    Rule("mmap", NATIVE, "import mmap"),
    Rule("msvcrt", NATIVE, "import msvcrt"),
    Rule("winreg", NATIVE, "import winreg"),
    Rule("platform", "System.path_style and System.host_name", "import platform"),
    Rule("getpass", "System.user_id and System.environment", "from getpass import getuser"),
    Rule("pwd", "System.user_id", "import pwd"),
    Rule("grp", "System.user_id", "import grp"),
    Rule("locale", "UTF-8, always", "import locale"),
)

RULES = (
    *MODULES,
    # What ruff has no words for
    Rule("builtins.open", f"{FILES}.open()", "reader = open"),
    Rule("builtins.input", "a prompt in psync/app", "input()"),
    Rule("builtins.breakpoint", "a test", "breakpoint()"),
    Rule("builtins.eval", "msgspec", "eval('1')"),
    Rule("builtins.exec", "a function", "exec('pass')"),
    Rule("builtins.__import__", "an import statement", "__import__('os')"),
    Rule("builtins.id()", STABLE, "id(object())"),
    Rule("builtins.hash()", STABLE, "hash('name')"),
    Rule("importlib.import_module", "an import statement", "import importlib; importlib.import_module('os')"),
    Rule(
        "cryptography.*.generate*",
        f"{ENTROPY} and from_private_bytes()",
        "from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey as K; K.generate()",
    ),
    # Methods that leave the event loop's public streams and asyncio.to_thread
    Rule(".run_in_executor", THREADS, "loop.run_in_executor(None, work)"),
    Rule(".set_default_executor", THREADS, "loop.set_default_executor(pool)"),
    Rule(".add_reader", NETWORK, "loop.add_reader(0, work)"),
    Rule(".add_writer", NETWORK, "loop.add_writer(0, work)"),
    Rule(".connect_read_pipe", NETWORK, "await_later = loop.connect_read_pipe"),
    Rule(".connect_write_pipe", NETWORK, "await_later = loop.connect_write_pipe"),
    Rule(".create_datagram_endpoint", NETWORK, "loop.create_datagram_endpoint(work)"),
    Rule(".create_unix_connection", NETWORK, "loop.create_unix_connection(work)"),
    Rule(".create_unix_server", NETWORK, "loop.create_unix_server(work)"),
    Rule(".subprocess_exec", NO_PROGRAMS, "loop.subprocess_exec(work)"),
    Rule(".subprocess_shell", NO_PROGRAMS, "loop.subprocess_shell(work)"),
    # Methods of a path that something else handed out
    Rule(".iterdir", f"{FILES}.scandir()", "folder.iterdir()"),
    Rule(".rglob", f"{FILES}.scandir()", "folder.rglob('*')"),
    Rule(".read_bytes", FILES, "path.read_bytes()"),
    Rule(".write_bytes", FILES, "path.write_bytes(b'')"),
    Rule(".write_text", FILES, "path.write_text('')"),
    # The program may; what it is made of may not
    Rule("sys", "arguments, return values and System", "from sys import platform", PROGRAM),
    Rule("signal", "stop()", "import signal", PROGRAM),
    Rule(".add_signal_handler", "stop()", "loop.add_signal_handler(2, stop)", PROGRAM),
    Rule("asyncio.run", "await: the program owns the loop", "import asyncio; asyncio.run(main())", PROGRAM),
    Rule("asyncio.Runner", "await: the program owns the loop", "from asyncio import Runner", PROGRAM),
    Rule(
        "asyncio.new_event_loop", "asyncio.get_running_loop()", "from asyncio import new_event_loop", PROGRAM
    ),
    Rule(
        "asyncio.set_event_loop", "asyncio.get_running_loop()", "from asyncio import set_event_loop", PROGRAM
    ),
    Rule("click", "psync/app, which talks to the operator", "import click", PROGRAM),
    Rule("rich", "psync/app, which talks to the operator", "from rich.progress import Progress", PROGRAM),
    Rule("platformdirs", "a path in the settings", "import platformdirs", PROGRAM),
    # Pure code decides; others wait, and others tell
    Rule("asyncio", SANS_IO, "import asyncio", (), PURE),
    Rule("logging", SANS_IO, "from logging import getLogger", (), PURE),
    Rule("async def", SANS_IO, "async def work(): pass", (), PURE),
)

# Production code cannot know what it runs on, so it has no words for it.
STAND_IN = re.compile(r"simulat|\bsim\b|pyfakefs|\bmock", re.IGNORECASE)


def _under(file: str, places: tuple[str, ...]) -> bool:
    return any(file == place or file.startswith(place + "/") for place in places)


def _imports(tree: ast.AST) -> Iterator[tuple[int, str, str]]:
    """Yield line, local name and full name of everything that is imported anywhere in a module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.asname or "", alias.name
                if alias.asname is None:
                    top = alias.name.partition(".")[0]
                    yield node.lineno, top, top
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                yield node.lineno, alias.asname or alias.name, f"{node.module}.{alias.name}"


def _full_name(node: ast.AST, bound: dict[str, str]) -> str:
    """Give the full name of `a.b.c` where `a` is imported or a builtin, else nothing."""
    if isinstance(node, ast.Attribute):
        owner = _full_name(node.value, bound)
        return f"{owner}.{node.attr}" if owner else ""
    if not isinstance(node, ast.Name) or isinstance(node.ctx, ast.Store):
        return ""
    return bound.get(node.id) or (f"builtins.{node.id}" if node.id in dir(builtins) else "")


def _uses(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield line and name of all that the rules have words for."""
    imports = list(_imports(tree))
    yield from ((line, full) for line, _, full in imports)
    bound = {local: full for _, local, full in imports}
    for node in ast.walk(tree):
        if isinstance(node, ast.AsyncFunctionDef):
            yield node.lineno, "async def"
        if isinstance(node, ast.Attribute | ast.Name):
            yield node.lineno, _full_name(node, bound)
        if isinstance(node, ast.Attribute):
            yield node.lineno, f".{node.attr}"
        if isinstance(node, ast.Call):
            yield node.lineno, f"{_full_name(node.func, bound)}()"


def _breaches(file: str, text: str) -> list[str]:
    """List every use in `text` that a rule forbids in `file`, with what to use in its place."""
    rules = [rule for rule in RULES if rule.holds_in(file)]
    found = {
        (line, f"{file}:{line}: {rule.name}: use {rule.instead}")
        for line, use in _uses(ast.parse(text))
        for rule in rules
        if rule.forbids(use)
    }
    return [message for _, message in sorted(found)]


def _mentions(file: str, text: str) -> list[str]:
    """List the lines of production code that know of a stand-in for the machine."""
    lines = enumerate(text.splitlines(), start=1)
    return [f"{file}:{number}: {line.strip()}" for number, line in lines if STAND_IN.search(line)]


def _production(suffix: str) -> dict[str, str]:
    return {file: text for file, text in texts(suffix).items() if file.startswith("psync/")}


def test_production_code_reaches_the_world_only_through_the_loop_and_system():
    found = [breach for file, text in _production(".py").items() for breach in _breaches(file, text)]

    assert found == []


@pytest.mark.parametrize("suffix", [".py", ".md", ".sql"])
def test_production_code_never_mentions_a_stand_in_for_the_machine(suffix):
    found = [line for file, text in _production(suffix).items() for line in _mentions(file, text)]

    assert found == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_planted_use_is_caught_and_the_message_names_the_replacement(rule):
    for place in rule.inside:
        file = f"{place}/planted.py"
        assert f"{file}:1: {rule.name}: use {rule.instead}" in _breaches(file, rule.planted)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_is_silent_where_it_does_not_hold(rule):
    for place in rule.outside:
        file = place if place.endswith(".py") else f"{place}/planted.py"
        assert _breaches(file, rule.planted) == []


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("psync/core/names.py", "import errno, stat, posixpath, ntpath"),
        ("psync/core/names.py", "from pathlib import PurePosixPath"),
        ("psync/core/dates.py", "from datetime import UTC, datetime; datetime.fromtimestamp(0, UTC)"),
        ("psync/disk/folder.py", "def f(system): return system.os.open(b'name', 0)"),
        ("psync/engine/endpoint.py", "class E:\n    def open(self): return self.open()"),
        ("psync/engine/job.py", "import asyncio\nasync def f(): await asyncio.to_thread(print)"),
        ("psync/engine/job.py", "import asyncio; now = asyncio.get_running_loop().time()"),
        ("psync/engine/job.py", "import logging; logging.getLogger(__name__)"),
        ("psync/app/cli.py", "import asyncio, sys, signal, click; sys.exit(asyncio.run(click))"),
        ("psync/state/store.py", "from importlib.resources import files"),
        ("psync/core/manifest.py", "time = 1; random = time; os = random"),
        ("psync/core/manifest.py", "def f(id, hash): return f'{id} {hash}'"),
    ],
)
def test_what_stays_within_the_doors_is_not_reported(file, line):
    assert _breaches(file, line) == []


@pytest.mark.parametrize(
    "line",
    ["# Simulated hosts too", "import sim.loop", "x = 'SIMULATION'", "from pyfakefs import x", "mocked = 1"],
)
def test_a_planted_mention_is_caught(line):
    assert _mentions("psync/core/planted.py", f"ok = 1\n{line}\n") == [f"psync/core/planted.py:2: {line}"]


@pytest.mark.parametrize("line", ["a similar name", "simple", "simultaneous scans", "assimilate", "hammock"])
def test_a_word_that_only_resembles_a_mention_is_not_reported(line):
    assert _mentions("psync/core/names.py", line) == []


def test_ruff_forbids_the_same_modules_with_the_same_words():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    banned = settings["tool"]["ruff"]["lint"]["flake8-tidy-imports"]["banned-api"]

    assert banned == {rule.name: {"msg": f"Use {rule.instead}."} for rule in MODULES}
