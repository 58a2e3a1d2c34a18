"""`builtin:process` says who it is and answers on its standard output, a line for a line."""

import json
import subprocess
import sys

from psync import __version__
from tests.checkout import ROOT

REQUESTS = [
    {"id": 1, "op": "hello", "params": {"protocol": 1}},
    {"id": 2, "op": "validate_config", "params": {"field": "port", "value": None}},
    {"id": 3, "op": "bye", "params": {}},
]


def test_it_answers_line_by_line_and_ends() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "conformance.adapters.process"],
        cwd=ROOT,
        input="".join(json.dumps(request) + "\n" for request in REQUESTS),
        capture_output=True,
        check=True,
        text=True,
    )

    hello, port, bye = map(json.loads, ran.stdout.splitlines())
    assert (hello["ok"]["name"], hello["ok"]["version"]) == ("psync", __version__)
    assert (port, bye) == ({"id": 2, "ok": {"value": 7333}}, {"id": 3, "ok": {}})
