"""The claim to an instance name, between real processes."""

import errno
import os
import socket
from uuid import uuid4

import pytest

from psync.real.single import claim_instance
from psync.system import InstanceClaimed
from tests.expectations import does_not_raise
from tests.real.holder import holding

HOLDER = """
import os, sys
from psync.real.single import claim_instance
if sys.argv[2:] == ["another user"]:
    os.setuid(65534)
claim = claim_instance(sys.argv[1])
"""


@pytest.fixture
def instance() -> str:
    return f"test-{uuid4()}"


def owner_of(instance: str) -> int | None:
    with pytest.raises(InstanceClaimed) as raised:
        claim_instance(instance)
    return raised.value.owner


def test_a_second_claim_names_the_process_of_the_first(instance: str) -> None:
    with holding(HOLDER, instance) as process:
        assert owner_of(instance) == process


def test_another_name_is_free(instance: str) -> None:
    with holding(HOLDER, instance), does_not_raise():
        claim_instance(instance + "-2").release()


def test_a_killed_holder_leaves_the_name_free(instance: str) -> None:
    with holding(HOLDER, instance):
        pass  # killed at the end of the block
    with does_not_raise():
        claim_instance(instance).release()


def test_a_name_that_was_asked_for_before_its_holder_was_killed_is_free_too(instance: str) -> None:
    with holding(HOLDER, instance):
        owner_of(instance)
    with does_not_raise():
        claim_instance(instance).release()


HOLDER_THAT_ENDS_WHEN_ASKED = """
import sys
from psync.real.single import claim_instance
claim = claim_instance(sys.argv[1])
sys.addaudithook(lambda event, _: claim.release() if event == "socket.connect" else None)
claim_instance(sys.argv[1])
"""


def test_a_holder_that_ends_while_it_is_asked_for_leaves_the_name_to_the_one_who_asks(instance: str) -> None:
    with does_not_raise(), holding(HOLDER_THAT_ENDS_WHEN_ASKED, instance):
        pass  # the second claim of the script has succeeded


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can start a process of another user")
def test_another_user_holds_the_name_as_well(instance: str) -> None:
    with holding(HOLDER, instance, "another user") as process:
        assert owner_of(instance) == process


def test_a_claim_excludes_a_second_one_of_the_same_process(instance: str) -> None:
    claim = claim_instance(instance)
    assert owner_of(instance) == os.getpid()
    claim.release()


def test_a_second_release_does_not_touch_the_claim_of_another(instance: str) -> None:
    first = claim_instance(instance)
    first.release()
    second = claim_instance(instance)

    first.release()

    assert owner_of(instance) == os.getpid()
    second.release()


def test_more_refused_starts_than_the_queue_holds_still_end_in_a_refusal(instance: str) -> None:
    claim = claim_instance(instance)
    owners = {owner_of(instance) for _ in range(300)}
    assert owners == {os.getpid(), None}
    claim.release()


def test_a_squatter_that_does_not_listen_is_refused_without_a_name(instance: str) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as squatter:
        squatter.bind(f"\0psync-listener-{instance}")
        assert owner_of(instance) is None


@pytest.mark.parametrize(
    "name", ["größe", "a b/c", "\udcff", "x" * 92], ids=["letters", "signs", "a stray byte", "the longest"]
)
def test_an_instance_may_have_any_name(name: str) -> None:
    claim = claim_instance(name)
    assert owner_of(name) == os.getpid()
    claim.release()


def test_a_name_that_does_not_fit_is_an_error() -> None:
    with pytest.raises(OSError, match=os.strerror(errno.ENAMETOOLONG)):
        claim_instance("x" * 93)
