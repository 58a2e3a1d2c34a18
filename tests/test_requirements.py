"""What the simulator imports is installed by the line of its guide: psync's own requirements, and the extra `sim`."""

import ast
import re
import sys
import tomllib

from tests.checkout import ROOT, texts

OUR_OWN = {"psync", "sim"}


def required(extra: str) -> set[str]:
    """The names of what `pip install '.[extra]'` brings. All of them are imported under these names."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    rows = [*project["dependencies"], *project["optional-dependencies"][extra]]
    return {re.split(r"[^\w-]", row)[0] for row in rows}


def imported(text: str) -> set[str]:
    """What a module imports of others, at its head or later; what only a type checker reads is left out."""
    found: set[str] = set()
    nodes: list[ast.AST] = [ast.parse(text)]
    while nodes:
        node = nodes.pop()
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            nodes += node.orelse
            continue
        if isinstance(node, ast.Import):
            found.update(name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
        nodes += ast.iter_child_nodes(node)
    return {name.partition(".")[0] for name in found} - sys.stdlib_module_names - OUR_OWN


def test_the_extra_sim_installs_what_the_simulator_imports():
    modules = {path: imported(text) for path, text in texts(".py").items() if path.startswith("sim/")}

    assert {path: names - required("sim") for path, names in modules.items() if names - required("sim")} == {}
    assert required("sim") >= {"greenlet", "pyfakefs", "msgspec"} <= set().union(*modules.values())


def test_imports_are_found_wherever_they_stand():
    text = "import os, one.a\nfrom two.b import c\ndef f():\n    import three\n"
    guarded = "if TYPE_CHECKING:\n    import four\nelse:\n    import five\n"

    assert imported(text + guarded) == {"one", "two", "three", "five"}
