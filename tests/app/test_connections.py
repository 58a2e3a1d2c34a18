"""No connection: whatever is at the other end, the documented texts, the cause, exit code 3, and no harm."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.app.psync_process import HOST, Ran, Site, contents
from tests.app.services import hanging_up, service, silent, talkative, web, wire

NOT_PSYNC = "Cause: NOT_PSYNC: What answers at 127.0.0.1 port {port} is not a psync listener."


def failed_texts(role: str, path: str, job: str = "Replication") -> list[str]:
    uri = rf"TCP:\\{HOST}\{path}"
    return [f"Could not initialize {role} device: {uri}...", f"Connection Failure: {uri} - Job: {job}"]


def push(site: Site, port: int, *options: str) -> Ran:
    return site.run("copy", str(site.folder / "source"), f"tcp://{HOST}:{port}/docs", *options)


@pytest.fixture(autouse=True)
def source(site: Site) -> Path:
    return site.tree("source", a="one")


@pytest.mark.parametrize("role", ["source", "target"])
def test_where_nobody_listens_the_documented_texts_appear_without_the_word_of_a_retry(site: Site, role: str):
    ends = {"source": (site.address("/srv/x"), "back"), "target": ("source", site.address("/srv/x"))}

    ran = site.run("copy", "--job", "Nightly", *ends[role])

    assert (ran.code, ran.out) == (3, "")
    assert ran.first_errors == [
        *failed_texts(role, r"srv\x", "Nightly"),
        f"Cause: CONNECT_REFUSED: Nothing accepts connections at {HOST} port {site.port} (connection refused).",
    ]
    assert not (site.folder / "back").exists()


def test_a_windows_folder_is_named_as_in_the_guide(site: Site):
    ran = site.run("copy", "source", f"tcp://{HOST}:{site.port}/C:/Testing")

    assert ran.first_errors[:2] == failed_texts("target", r"c$\Testing")


def test_a_failure_is_an_event_as_well_and_the_summary_is_the_last_line(site: Site):
    ran = push(site, site.port, "--json")

    assert [event["event"] for event in ran.events] == ["connection_failed", "summary"]
    assert ran.events[0]["messages"] == ran.first_errors[:2] == failed_texts("target", "docs")
    assert (ran.events[0]["retry_scheduled"], ran.events[1]["state"]) == (False, "failed")


@pytest.mark.parametrize("answer", [talkative, web, hanging_up])
def test_another_service_on_the_port_is_recognised(site: Site, answer: Callable):
    with service(answer) as port:
        ran = push(site, port)

    assert ran.code == 3
    assert ran.first_errors == [*failed_texts("target", "docs"), NOT_PSYNC.format(port=port)]


def test_a_service_that_accepts_and_says_nothing_is_given_up_after_a_while(site: Site):
    """Takes the ten seconds that a handshake may take."""
    with service(silent) as port:
        ran = push(site, port)

    cause = f"{HOST} port {port} accepts connections but did not complete the handshake within 10 seconds."
    assert ran.code == 3
    assert ran.first_errors == [*failed_texts("target", "docs"), f"Cause: HANDSHAKE_TIMEOUT: {cause}"]


def test_a_name_that_nobody_knows_is_named(site: Site):
    ran = site.run("copy", "source", "tcp://no-such-host.invalid/docs", PSYNC_PASSWORD="secret")

    assert ran.code == 3
    assert ran.first_errors[2].startswith("Cause: HOST_UNKNOWN: The host name 'no-such-host.invalid' ")


@pytest.mark.parametrize(
    ("listener", "client", "code", "cause"),
    [
        pytest.param(
            "one", "two", 3, f"KEY_MISMATCH: The listener at {HOST} has another key.", id="different keys"
        ),
        pytest.param(
            "one",
            "",
            3,
            f"MODE_MISMATCH: The listener at {HOST} has a key and this side has none.",
            id="a key at the listener only",
        ),
        pytest.param(
            "",
            "one",
            3,
            f"MODE_MISMATCH: This side has a key and the listener at {HOST} has none.",
            id="a key at the client only",
        ),
    ],
)
def test_keys_that_are_not_identical_are_refused_before_any_path_operation(
    site: Site, listener: str, client: str, code: int, cause: str
):
    sides = [
        ["--password-file", site.key_file(f"{name}.key", content)] if content else []
        for name, content in (("listener", listener), ("client", client))
    ]
    with site.listener(*sides[0]):
        ran = push(site, site.port, *sides[1])

    assert ran.code == code
    assert ran.first_errors == [*failed_texts("target", "docs"), f"Cause: {cause}"]
    assert list(site.root.iterdir()) == []


@pytest.mark.parametrize("secret", ["--user", "--password-file"])
def test_user_name_and_password_are_both_part_of_the_key(site: Site, secret: str):
    options = {"--user": "me", "--password-file": site.key_file("key", "secret")}
    other = options | ({secret: "you"} if secret == "--user" else {secret: site.key_file("other", "Secret")})
    with site.listener(*(word for pair in options.items() for word in pair)):
        ran = push(site, site.port, *(word for pair in other.items() for word in pair))

    assert ran.code == 3
    assert ran.first_errors[2].startswith("Cause: KEY_MISMATCH: ")


def test_a_second_run_onto_the_same_target_is_told_of_the_first(site: Site):
    (site.folder / "source" / "large").write_bytes(bytes(range(256)) * 4096 * 4)
    with site.listener(), wire(site.port) as (port, stuck):
        first = site.start("copy", "--job", "First", "source", f"tcp://{HOST}:{port}/docs")
        assert stuck.is_stuck.wait(60)
        second = site.run("copy", "--job", "Second", "source", site.address("/docs"))
        inside = site.run("copy", "--job", "Second", "source", site.address("/docs/below"))
        first.process.kill()
        first.wait()

    assert (second.code, inside.code) == (3, 3)
    assert second.first_errors[:2] == failed_texts("target", "docs", "Second")
    assert second.first_errors[2].startswith("Cause: BUSY: The target /docs is busy: job 'First' of ")
    assert inside.first_errors[2].startswith("Cause: BUSY: The target /docs/below is busy: job 'First' of ")


def test_a_second_run_onto_the_same_local_target_is_told_the_process_of_the_first(site: Site):
    (site.root / "large").write_bytes(bytes(range(256)) * 4096 * 4)
    with site.listener(), wire(site.port, to_listener=False) as (port, stuck):
        first = site.start("copy", f"tcp://{HOST}:{port}/", "target")
        assert stuck.is_stuck.wait(60)
        second = site.run("copy", "source", "target")
        first.process.kill()
        first.wait()

    assert second.code == 3
    assert second.first_errors[2] == (
        f"Cause: BUSY: The target target is busy: process {first.process.pid} writes to it, above it or below it."
    )
    assert [name for name in contents(site.folder / "target") if not name.startswith(".psync-")] == []
