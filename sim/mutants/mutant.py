"""One planted bug: the lines that it exchanges, and how it gets into a process and out again.

Only the code of functions is exchanged, in place. Whoever has imported a function
or holds a bound method of it runs the mutant's code, nothing is imported twice,
and taking it out again leaves the process as it was.
"""

import ast
import functools
import importlib
import inspect
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CodeType, FunctionType, ModuleType

import msgspec
from msgspec import Struct

CATALOGUES = Path(__file__).parent

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


class MutantUnfit(Exception):
    """Production code is not what the mutant was made for, or the mutant changes more than functions."""


class Exchange(Struct, frozen=True):
    """Lines that stand in the module once, and what stands there instead."""

    before: str
    after: str


class Mutation(Struct, frozen=True, forbid_unknown_fields=True):
    """What a bug exchanges in one module; `name` is the bug's, for complaints."""

    module: str
    exchanges: tuple[Exchange, ...]
    name: str = ""

    def mutated(self, source: str) -> str:
        """Give the source of the module with the bug in it."""
        for exchange in self.exchanges:
            count = source.count(exchange.before)
            if count != 1:
                raise MutantUnfit(f"{self.name}: stands {count} times in {self.module}:\n{exchange.before}")
            source = source.replace(exchange.before, exchange.after)
        return source

    @contextmanager
    def planted(self) -> Iterator[None]:
        """Run the bug in this process."""
        module = importlib.import_module(self.module)
        originals: dict[FunctionType, CodeType] = {}
        try:
            for function, code in self._changes(module):
                originals[function] = function.__code__
                function.__code__ = code
            yield
        finally:
            for function, code in originals.items():
                function.__code__ = code

    def _changes(self, module: ModuleType) -> Iterator[tuple[FunctionType, CodeType]]:
        source = inspect.getsource(module)
        mutated = self.mutated(source)
        old, new = _functions(source), _functions(mutated)
        if old.pop("") != new.pop("") or old.keys() != new.keys() or old == new:
            raise MutantUnfit(f"{self.name}: nothing but the code of functions may change")
        codes = _codes(compile(mutated, f"<{self.name}>", "exec", dont_inherit=True))
        for name in sorted(name for name in old if old[name] != new[name]):
            yield _function(module, name), codes[name]


class Mutant(Mutation, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A bug: `killer` is the promise that it must break, `preset` where it is hunted."""

    what: str
    killer: str
    preset: str


def load_mutants() -> dict[str, Mutant]:
    """Read all catalogues; give the mutants by name."""
    mutants: dict[str, Mutant] = {}
    for file in sorted(CATALOGUES.glob("*.toml")):
        for name, table in tomllib.loads(file.read_text("utf-8")).items():
            mutants[name] = msgspec.convert({**table, "name": name}, Mutant)
    return mutants


def _functions(source: str) -> dict[str, str]:
    """Give functions and methods by qualified name, as text without positions; under "" all the rest."""
    tree = ast.parse(source)
    found = dict(_take_functions(tree, ""))
    return {**found, "": ast.dump(tree)}


def _take_functions(node: ast.Module | ast.ClassDef, prefix: str) -> Iterator[tuple[str, str]]:
    """Give the functions, and leave only their names, arguments and decorators in the tree."""
    for child in node.body:
        if isinstance(child, ast.ClassDef):
            yield from _take_functions(child, f"{prefix}{child.name}.")
        elif isinstance(child, FunctionNode):
            yield f"{prefix}{child.name}", ast.dump(child)
            child.body = [ast.Pass()]


def _codes(code: CodeType) -> dict[str, CodeType]:
    found: dict[str, CodeType] = {}
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            found |= {constant.co_qualname: constant} | _codes(constant)
    return found


def _function(module: ModuleType, qualified_name: str) -> FunctionType:
    """Find a function behind whatever decorates it."""
    found: object = module
    for name in qualified_name.split("."):
        found = vars(found)[name]
    if isinstance(found, property):
        found = found.fget
    elif isinstance(found, functools.cached_property):
        found = found.func
    elif isinstance(found, classmethod | staticmethod):
        found = found.__func__
    assert callable(found)
    function = inspect.unwrap(found)
    assert isinstance(function, FunctionType)
    return function
