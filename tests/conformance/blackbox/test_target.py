"""A listener is addressed, greeted and judged; one that cannot be judged ends the run with its name, soon."""

import socket
from typing import Any

import pytest
from msgspec import structs

from conformance.blackbox.key import Key
from conformance.blackbox.target import AddressInvalid, BlackBox, is_black_box, printable, read_address
from conformance.blackbox.wire import Address, Unanswered
from conformance.target import TargetBroken
from conformance.verdict import State
from tests.conformance.blackbox.pretender import CASES, DEADLINES, GENERATED, Pretender
from tests.conformance.typed import typed

ADDRESSES = {
    "tcp:server:7400": Address("server", 7400),
    "tcp:10.0.0.1": Address("10.0.0.1", 7333),
    "tcp:[::1]:7400": Address("::1", 7400),
}


@pytest.mark.parametrize(("text", "address"), ADDRESSES.items())
def test_an_address_is_read(text: str, address: Address) -> None:
    assert (is_black_box(text), read_address(text)) == (True, address)


@pytest.mark.parametrize(
    "text", ["tcp:", "tcp::7333", "tcp:a:0", "tcp:a:65536", "tcp:a:b", "tcp:::1", "tcp:[a:1"]
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(AddressInvalid, match=r"write tcp:HOST:PORT"):
        read_address(text)


def box(pretender: Pretender, key: Key | None = None) -> BlackBox:
    return BlackBox(pretender.name, key or pretender.key, deadlines=DEADLINES)


def test_an_honest_listener_fails_no_case() -> None:
    with Pretender(key=GENERATED) as pretender:
        listener = box(pretender)
        assert listener.greet() == "pretender 1"
        results = list(listener.run(CASES.values()))

    assert {result.state for result in results} == {State.PASS, State.UNSUPPORTED}
    assert {result.level for result in results} == {"P"}


def test_without_the_key_a_keyed_listener_is_judged_by_what_is_left() -> None:
    with Pretender(key=GENERATED) as pretender:
        listener = box(pretender, Key())
        assert listener.greet() == "a listener with a key"
        [random_key, canary] = listener.run([CASES["tcp-random-key"], CASES["tcp-canary"]])

    assert random_key.state is State.PASS
    assert (canary.state, canary.message) == (
        State.UNSUPPORTED,
        "needs the listener's key: --user, --password-file",
    )


BROKEN: dict[str, tuple[dict[str, Any], str]] = {
    "never says anything": ({}, "says nothing more for 0.3 seconds, the answer is due"),
    "ends every connection": ({}, "ends the connection after 0 of 96 bytes of the answer"),
    "ends half way through its answer": ({}, "ends the connection after 8 of 96 bytes of the answer"),
    "says what it likes": (
        {},
        "what is no answer: an answer begins with 5053594e0d0a1a01, not with 32323020",
    ),
    "does not prove itself": ({}, "accepts and does not prove that it knows the key"),
    "has another key": ({"key": Key("other", GENERATED.password)}, "refuses the key that was given"),
    "has no key": ({"key": Key()}, "has no key, and one was given"),
}


@pytest.mark.parametrize(("fault", "other", "complaint"), [(fault, *row) for fault, row in BROKEN.items()])
def test_a_listener_that_cannot_be_judged_is_named(fault: str, other: dict[str, Any], complaint: str) -> None:
    with Pretender(fault, **{"key": GENERATED, **other}) as pretender:
        deadlines = structs.replace(DEADLINES, answer=0.3)
        with pytest.raises(TargetBroken, match=complaint) as broken:
            BlackBox(pretender.name, GENERATED, deadlines=deadlines).greet()
    assert str(broken.value).startswith(f"tcp:127.0.0.1:{pretender.name.split(':')[2]} ")


def test_what_a_listener_says_does_not_move_the_cursor() -> None:
    assert printable("a\x1b[2Jb\u202ec\nd") == r"a\x1b[2Jb\u202ec\nd"


def test_nobody_there_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        name = f"tcp:127.0.0.1:{server.getsockname()[1]}"

    with pytest.raises(TargetBroken, match=f"{name} cannot be reached: Connection refused"):
        BlackBox(name, Key(), deadlines=DEADLINES).greet()


def test_a_listener_that_goes_away_is_an_error_and_ends_the_run() -> None:
    with Pretender() as pretender:
        listener = box(pretender)
        listener.greet()
        pretender.is_down = True
        results = listener.run([CASES["tcp-random-key"], CASES["tcp-canary"]])
        first = next(results)
        with pytest.raises(TargetBroken, match="ends the connection after 0 of 96"):
            next(results)

    assert first.state is State.ERROR
    assert first.message.startswith("the listener ends the connection")


def test_an_error_of_one_case_does_not_end_the_run() -> None:
    def check(caller: object) -> None:
        raise Unanswered("says something odd")

    with Pretender() as pretender:
        odd = structs.replace(CASES["tcp-random-key"], check=check)
        results = list(box(pretender).run([odd, CASES["tcp-random-key"]]))

    assert [result.state for result in results] == [State.ERROR, State.PASS]


def test_a_defect_of_the_suite_is_no_verdict(capsys) -> None:
    with Pretender() as pretender:
        odd = structs.replace(CASES["tcp-random-key"], check=lambda caller: [][0])
        [result] = box(pretender).run([odd])

    assert (result.state, result.message[:27]) == (State.ERROR, "the suite has failed: Index")
    assert "Traceback" in capsys.readouterr().err


def test_the_line_that_reproduces_a_case_names_the_password_file_and_not_the_user(tmp_path) -> None:
    with Pretender(key=Key("canary-user", GENERATED.password)) as pretender:
        listener = BlackBox(pretender.name, pretender.key, tmp_path / "a key", DEADLINES)
        [result] = listener.run([CASES["tcp-answer-alone"]])

    assert result.reproduce == (
        f'python -m conformance run --target {pretender.name} --user "$USER_NAME"'
        f" --password-file '{tmp_path}/a key' --select tcp-answer-alone"
    )


def test_a_deviation_speaks_of_a_listener_as_of_a_program(monkeypatch, capsys, tmp_path) -> None:
    (tmp_path / "known.toml").write_text(
        '[["tcp-random-key"]]\nmessage = "a random key is accepted"\nreason = "no key is checked"\nclears = "x"\n'
    )
    selected = ("--select", "tcp-random-key", "--select", "tcp-other-mode")
    with Pretender("takes any key") as pretender:
        command = ["run", "--target", pretender.name, *selected]
        known = typed([*command, "--deviations", str(tmp_path / "known.toml")], monkeypatch, capsys)
        unknown = typed(command, monkeypatch, capsys)

    assert (known.code, unknown.code) == (0, 1)
    assert "(1 pass, 1 xfail)" in known.out
    assert f"--target {pretender.name} --select tcp-random-key" in unknown.out
