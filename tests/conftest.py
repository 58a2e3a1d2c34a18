"""Peers: programs of the machine that some tests compare psync with, watch it by, or
open its pages in.

A test says so with a marker, `@pytest.mark.needs_rsync`. Where the program is
missing, such tests are deselected and counted in the summary, never skipped in
silence; in continuous integration (`CI=true`) a missing peer ends the run.
"""

import gc
import os
import shutil
from collections import Counter

import pytest
from hypothesis import HealthCheck, settings

IS_CI = os.environ.get("CI") == "true"

# No test may fail because the machine is busy; the rest is Hypothesis' own profile, in CI a repeatable one.
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("psync", PATIENT, max_examples=50 if IS_CI else PATIENT.max_examples)
settings.load_profile("psync")

PEERS = ("rsync", "strace", "chromium")
COUNTS = pytest.StashKey[Counter[str]]()  # missing peer → tests that need it


def pytest_configure(config: pytest.Config) -> None:
    config.stash[COUNTS] = Counter()
    for peer in PEERS:
        config.addinivalue_line("markers", f"needs_{peer}: runs only where the program {peer} is installed")
    missing = [peer for peer in PEERS if not shutil.which(peer)]
    if missing and IS_CI:
        raise pytest.UsageError(f"CI=true, and not installed: {', '.join(missing)}")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    lacking = {item: peer for item in items if (peer := _missing_peer(item))}
    config.stash[COUNTS].update(lacking.values())
    if lacking:
        config.hook.pytest_deselected(items=list(lacking))
        items[:] = [item for item in items if item not in lacking]


def pytest_collection_finish() -> None:
    """Many tests collect garbage, to hear of what nobody closed: let them not search all that was imported."""
    gc.collect()
    gc.freeze()


def _missing_peer(item: pytest.Item) -> str | None:
    needed = (peer for peer in PEERS if item.get_closest_marker(f"needs_{peer}"))
    return next((peer for peer in needed if not shutil.which(peer)), None)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for peer, count in config.stash[COUNTS].items():
        terminalreporter.line(f"deselected {count} tests: {peer} is not installed")


# With pytest-xdist only the workers collect, each of them everything: one count is carried home.


def pytest_sessionfinish(session: pytest.Session) -> None:
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["missing_peers"] = dict(session.config.stash[COUNTS])


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node) -> None:
    node.config.stash[COUNTS] |= Counter(getattr(node, "workeroutput", {}).get("missing_peers", {}))
