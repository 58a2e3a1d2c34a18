"""The house rules that a machine can check, over every file that git knows. No exceptions list.

A rule is a function from a file's path and text to what is wrong with it, so
that each can be shown a planted fault without touching the checkout.
"""

import ast
import io
import re
import tokenize
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import PurePosixPath

import pytest

from tests.checkout import texts, tracked_files

CODE = ("psync/", "sim/", "conformance/", "benchmarks/", "tests/")
MIRRORED = ("psync/", "sim/", "conformance/")  # tests/ has a file for each of their modules
TEXT_SUFFIXES = (".py", ".md", ".toml", ".ini", ".sql", ".json", ".yml", ".ci/run")

FUNCTION_LINES_MAX = 60
TEST_BODY_LINES_MAX = 20  # a longer one arranges what belongs into a fixture, or tests two things
FILE_LINES_MAX = 500
VAGUE_WORDS = {"util", "utils", "helper", "helpers", "common", "misc", "base", "manager"}
UNFINISHED = re.compile(r"\b(TO[D]O|FIX[M]E|XX[X])\b")
SWITCHED_OFF = re.compile(r"#\s*(noqa|type:\s*ignore)\b")
REASONED = re.compile(r"# (noqa: [A-Z]+\d+(, [A-Z]+\d+)*|type: ignore\[[a-z, -]+\])  # \S")
BANNER = re.compile(r"([-=*#~_+])\1{3}")

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
Rule = Callable[[str, str], list[str]]


def functions_are_short(path: str, text: str) -> list[str]:
    return [
        f"{path}:{function.lineno}: {function.name} has {lines} lines, more than {FUNCTION_LINES_MAX}"
        for function in _functions(text)
        if (lines := _line_count(function, function)) > FUNCTION_LINES_MAX
    ]


def bodies_of_tests_are_short(path: str, text: str) -> list[str]:
    """The signature, the docstring and the table of vectors above the function do not count."""
    return [
        f"{path}:{function.lineno}: {function.name} has {lines} lines, more than {TEST_BODY_LINES_MAX}"
        for function in _functions(text)
        if path.startswith("tests/") and function.name.startswith("test_")
        if (lines := _body_line_count(function)) > TEST_BODY_LINES_MAX
    ]


def files_are_short(path: str, text: str) -> list[str]:
    lines = len(text.splitlines())
    return [f"{path}: {lines} lines, more than {FILE_LINES_MAX}"] if lines > FILE_LINES_MAX else []


def names_say_what_is_inside(path: str, _text: str) -> list[str]:
    parts = PurePosixPath(path).with_suffix("").parts
    vague = [word for part in parts for word in part.split("_") if word in VAGUE_WORDS]
    return [f"{path}: {word!r} says nothing about what is inside" for word in vague]


def nothing_is_left_for_later(path: str, text: str) -> list[str]:
    return _lines_with(UNFINISHED, path, text, "do it, or open an issue")


def comments_are_no_banners(path: str, text: str) -> list[str]:
    return [f"{path}:{line}: a banner" for line, comment in _comments(text) if BANNER.search(comment)]


def who_switches_a_check_off_says_which_and_why(path: str, text: str) -> list[str]:
    return [
        f"{path}:{line}: name what is switched off, and behind it '  # ' and the reason"
        for line, comment in _comments(text)
        if SWITCHED_OFF.search(comment) and not REASONED.search(comment)
    ]


def lines_end_where_the_text_ends(path: str, text: str) -> list[str]:
    return _lines_with(re.compile(r"[ \t\r]$"), path, text, "trailing whitespace")


def files_say_what_they_are_for(path: str, text: str) -> list[str]:
    tree = ast.parse(text)
    return [f"{path}: no docstring"] if tree.body and not ast.get_docstring(tree) else []


def packages_hold_no_code(path: str, text: str) -> list[str]:
    """What an `__init__.py` defines would have no test file of its own."""
    definitions = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    found = [node for node in ast.parse(text).body if isinstance(node, definitions)]
    return [f"{path}:{node.lineno}: {node.name} belongs into a module" for node in found]


PYTHON_RULES = (
    functions_are_short,
    bodies_of_tests_are_short,
    files_are_short,
    comments_are_no_banners,
    who_switches_a_check_off_says_which_and_why,
    files_say_what_they_are_for,
)
TEXT_RULES = (names_say_what_is_inside, nothing_is_left_for_later, lines_end_where_the_text_ends)


def modules_without_test(paths: Iterable[str]) -> list[str]:
    """`psync/core/paths.py` has `tests/core/test_paths.py`, `sim/loop.py` has `tests/sim/test_loop.py`."""
    known = set(paths)
    modules = [path for path in sorted(known) if path.startswith(MIRRORED)]
    return [
        f"{path}: {mirror} is missing"
        for path in modules
        if path.endswith(".py") and not path.endswith("/__init__.py")
        if (mirror := _mirror(path)) not in known
    ]


def _mirror(path: str) -> str:
    module = PurePosixPath(path)
    folder = PurePosixPath("tests", *module.parts[1:-1] if module.parts[0] == "psync" else module.parts[:-1])
    return str(folder / f"test_{module.stem.strip('_')}.py")


@cache
def _comments(text: str) -> list[tuple[int, str]]:
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return [(token.start[0], token.string) for token in tokens if token.type == tokenize.COMMENT]


def _functions(text: str) -> list[FunctionNode]:
    return [node for node in ast.walk(ast.parse(text)) if isinstance(node, FunctionNode)]


def _line_count(first: ast.stmt, last: ast.stmt) -> int:
    return (last.end_lineno or last.lineno) - first.lineno + 1


def _body_line_count(function: FunctionNode) -> int:
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return _line_count(body[0], body[-1]) if body else 0


def _lines_with(pattern: re.Pattern[str], path: str, text: str, complaint: str) -> list[str]:
    lines = enumerate(text.split("\n"), start=1)
    return [f"{path}:{number}: {complaint}" for number, line in lines if pattern.search(line)]


def _code(suffix: str) -> dict[str, str]:
    return {path: text for path, text in texts(suffix).items() if path.startswith(CODE)}


@pytest.mark.parametrize("rule", PYTHON_RULES, ids=lambda rule: rule.__name__)
def test_every_python_file_keeps_the_rule(rule: Rule):
    assert [fault for path, text in _code(".py").items() for fault in rule(path, text)] == []


@pytest.mark.parametrize("rule", TEXT_RULES, ids=lambda rule: rule.__name__)
def test_every_text_file_keeps_the_rule(rule: Rule):
    assert [fault for path, text in texts(*TEXT_SUFFIXES).items() for fault in rule(path, text)] == []


def test_no_package_file_holds_code():
    packages = _code("/__init__.py")

    assert [fault for path, text in packages.items() for fault in packages_hold_no_code(path, text)] == []


def test_every_module_has_its_test_file():
    assert modules_without_test(tracked_files()) == []


def _function(name: str, body_lines: int) -> str:
    return f"def {name}():\n" + "    pass\n" * body_lines


UNREASONED = ":1: name what is switched off, and behind it '  # ' and the reason"


def _described(function: str) -> str:
    return function.replace("pass", '"""Why."""', 1)


@pytest.mark.parametrize(
    ("rule", "path", "text", "fault"),
    [
        (functions_are_short, "psync/a.py", _function("f", 60), ":1: f has 61 lines, more than 60"),
        (functions_are_short, "sim/a.py", "async " + _function("f", 60), ":1: f has 61 lines, more than 60"),
        (
            bodies_of_tests_are_short,
            "tests/a.py",
            _function("test_a", 21),
            ":1: test_a has 21 lines, more than 20",
        ),
        (
            bodies_of_tests_are_short,
            "tests/a.py",
            _described(_function("test_a", 22)),
            ":1: test_a has 21 lines, more than 20",
        ),
        (files_are_short, "sim/a.py", "1\n" * 501, ": 501 lines, more than 500"),
        (names_say_what_is_inside, "sim/utils/a.py", "", ": 'utils' says nothing about what is inside"),
        (names_say_what_is_inside, "a/job_manager.py", "", ": 'manager' says nothing about what is inside"),
        (nothing_is_left_for_later, "a.md", "ok\nTO" + "DO: more", ":2: do it, or open an issue"),
        (nothing_is_left_for_later, "a.py", "x = 1  # FIX" + "ME", ":1: do it, or open an issue"),
        (comments_are_no_banners, "a.py", "x = 1\n# ---- Names", ":2: a banner"),
        (comments_are_no_banners, "a.py", "#####", ":1: a banner"),
        (who_switches_a_check_off_says_which_and_why, "a.py", "x = 1  # no" + "qa: E501", UNREASONED),
        (who_switches_a_check_off_says_which_and_why, "a.py", "x = 1  # no" + "qa  # why", UNREASONED),
        (who_switches_a_check_off_says_which_and_why, "a.py", "x = 1  # type" + ": ignore", UNREASONED),
        (lines_end_where_the_text_ends, "a.md", "one \ntwo", ":1: trailing whitespace"),
        (lines_end_where_the_text_ends, "a.md", "one\r\ntwo", ":1: trailing whitespace"),
        (files_say_what_they_are_for, "a.py", "x = 1", ": no docstring"),
        (packages_hold_no_code, "a/__init__.py", "class A: pass", ":1: A belongs into a module"),
    ],
)
def test_a_planted_fault_is_found(rule: Rule, path: str, text: str, fault: str):
    assert rule(path, text) == [path + fault]


@pytest.mark.parametrize(
    ("rule", "path", "text"),
    [
        (functions_are_short, "psync/a.py", _function("work", 59)),
        (bodies_of_tests_are_short, "tests/a.py", _function("test_a", 20)),
        (bodies_of_tests_are_short, "tests/a.py", _described(_function("test_a", 21))),
        (bodies_of_tests_are_short, "tests/a.py", _function("arrange", 21)),
        (files_are_short, "psync/a.py", "1\n" * 500),
        (names_say_what_is_inside, "psync/database.py", ""),
        (comments_are_no_banners, "psync/a.py", "rule = '----'  # a line - of a table"),
        (who_switches_a_check_off_says_which_and_why, "a.py", "x = 1  # no" + "qa: E501, E502  # a table"),
        (
            who_switches_a_check_off_says_which_and_why,
            "a.py",
            "x = 1  # type" + ": ignore[a-b, c]  # wrong stubs",
        ),
        (files_say_what_they_are_for, "psync/a.py", ""),
    ],
)
def test_what_keeps_the_rule_is_not_reported(rule: Rule, path: str, text: str):
    assert rule(path, text) == []


@pytest.mark.parametrize(
    ("module", "mirror"),
    [
        ("psync/core/paths.py", "tests/core/test_paths.py"),
        ("psync/__main__.py", "tests/test_main.py"),
        ("sim/checkers/order.py", "tests/sim/checkers/test_order.py"),
    ],
)
def test_a_module_without_its_test_file_is_found(module: str, mirror: str):
    assert modules_without_test([module]) == [f"{module}: {mirror} is missing"]
    assert modules_without_test([module, mirror]) == []
