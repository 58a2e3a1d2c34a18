"""psync's own listener conforms as a deployed program, with and without a key, and does not where it was made worse.

The worse ones are real listeners, too: a program spoils one function of psync and then starts it.
"""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from conformance.blackbox.key import Key
from conformance.blackbox.target import BlackBox
from conformance.verdict import CaseResult, State
from tests.app.psync_process import Background, Site
from tests.conformance.blackbox.pretender import CASES, GENERATED
from tests.conformance.typed import Said, typed

KEY = Key("canary-user", GENERATED.password)
QUICK = [case for id, case in CASES.items() if id != "tcp-slow-first-bytes"]

# What it does wrongly → how psync is spoiled, the case that finds it, how the failure begins.
SPOILED = {
    "takes any key": (
        "import hmac; hmac.compare_digest = lambda one, other: True",
        "tcp-random-key",
        "a random key is accepted",
    ),
    "repeats its random bytes": (
        "from psync.real.system import RealSystem; RealSystem.random_bytes = lambda system, count: bytes(count)",
        "tcp-fresh-answers",
        "has the same nonce in two answers",
    ),
    "drops what goes up": (
        "from psync.core import paths; split = paths._split_posix\n"
        "paths._split_posix = lambda text: split(text.replace('..', '.'))",
        "tcp-rootpath-34-up",
        "opened, expected to be refused with DOTDOT",
    ),
    "takes questions for shares as local ones": (
        "from psync.core import rootpath, paths\npaths._split_windows = lambda text: (paths.Drive('C'), [])",
        "tcp-rootpath-18-no-share",
        "opened, expected to be refused with INCOMPLETE",
    ),
}
START = "import sys\nfrom psync.__main__ import main\nsys.argv[0] = 'psync'\nmain()\n"


@contextmanager
def started(site: Site, command: list[str]) -> Iterator[Background]:
    listener = site.start_command(command)
    try:
        listener.wait_for("ready")
        yield listener
    finally:
        listener.process.kill()
        listener.process.wait()


@pytest.fixture(scope="module")
def keyed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    site = Site(tmp_path_factory.mktemp("keyed"))
    (site.root / "kept").write_text("kept")
    with site.listener("--user", KEY.user, "--password-file", site.key_file("key", KEY.password + "\n")):
        yield site


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    return lambda *words: typed(["run", *words], monkeypatch, capsys)


def target(site: Site) -> tuple[str, str]:
    return ("--target", f"tcp:127.0.0.1:{site.port}")


def with_key(site: Site) -> tuple[str, ...]:
    return (*target(site), "--user", KEY.user, "--password-file", str(site.folder / "key"))


def tree(folder: Path) -> list[tuple[str, int]]:
    return sorted((str(path), path.stat().st_mtime_ns) for path in [folder, *folder.rglob("*")])


def failures(results: list[CaseResult]) -> list[tuple[str, str]]:
    passes = (State.PASS, State.UNSUPPORTED)
    return [(result.id, result.message) for result in results if result.state not in passes]


def test_a_listener_with_a_key_conforms_and_is_left_as_it_was(said, keyed: Site, tmp_path: Path) -> None:
    before = tree(keyed.root)
    files = {name: tmp_path / name for name in ("json", "junit", "html", "badge")}

    ran = said(*with_key(keyed), *(f"--{name}={file}" for name, file in files.items()))

    assert (ran.code, ran.err) == (0, ""), ran.out
    assert ran.out.startswith(f"tcp:127.0.0.1:{keyed.port}: conformant in what could be asked (")
    assert tree(keyed.root) == before
    report = json.loads(files["json"].read_text())
    assert report["implementation"].startswith("psync ")
    assert report["counts"]["pass"] > 70
    texts = [ran.out, *(file.read_text() for file in files.values())]
    assert not any(secret in text for secret in KEY.texts for text in texts)


def test_a_listener_without_a_key_conforms(tmp_path: Path) -> None:
    site = Site(tmp_path)
    command = [sys.executable, "-m", "psync", "listen", "--port", str(site.port), "--instance", site.instance]
    with started(site, command):
        box = BlackBox(f"tcp:127.0.0.1:{site.port}", Key())
        assert box.greet().startswith("psync ")
        results = list(box.run(QUICK))

    assert failures(results) == []
    assert {"tcp-session-unkeyed", "tcp-rootpath-30-windows-path-on-posix"} <= {
        result.id for result in results if result.state is State.PASS
    }


def test_without_the_key_it_is_judged_by_what_is_left(said, keyed: Site) -> None:
    ran = said(*target(keyed), "--select", "tcp-[anor]*", "--select", "tcp-paths*")

    assert ran.code == 0, ran.out
    assert "6 pass" in ran.out.splitlines()[0]
    assert "unsupported  tcp-near-keys (PS-ENC-05, PS-ENC-06, PS-ERR-07): needs the listener's key" in ran.out


def test_the_wrong_key_is_a_harness_error(said, keyed: Site) -> None:
    ran = said(*target(keyed), "--user", KEY.user)

    assert (ran.code, ran.out) == (3, "")
    assert "refuses the key that was given" in ran.err


@pytest.mark.parametrize(("spoil", "case", "complaint"), SPOILED.values(), ids=SPOILED)
def test_a_listener_that_was_made_worse_is_found(
    tmp_path: Path, spoil: str, case: str, complaint: str
) -> None:
    site = Site(tmp_path)
    options = ["listen", "--port", str(site.port), "--instance", site.instance, "--root-path", str(site.root)]
    with started(site, [sys.executable, "-c", f"{spoil}\n{START}", *options]):
        box = BlackBox(f"tcp:127.0.0.1:{site.port}", Key())
        box.greet()
        [result] = box.run([CASES[case]])

    assert (result.state, result.message[: len(complaint)]) == (State.FAIL, complaint)
