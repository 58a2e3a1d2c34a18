"""Keys of simulated machines are psync's own derivation: different whenever one part of them is."""

import hashlib
import itertools
from unittest.mock import Mock

import pytest

from psync.wire.keys import PRS_BYTES, UNKEYED_PRS
from sim.configuration import KEYS, NO_KEYS, OTHER_PASSWORD, OTHER_USER, Keys


def test_each_part_of_the_keys_makes_another_secret_and_none_is_no_key():
    users, passwords = (KEYS.user, OTHER_USER, ""), (KEYS.password, OTHER_PASSWORD)
    secrets = [Keys(user, password).secret.reveal() for user, password in itertools.product(users, passwords)]

    assert len(set(secrets)) == len(secrets)
    assert NO_KEYS.secret == UNKEYED_PRS
    assert Keys(KEYS.user, KEYS.password).secret == KEYS.secret


def test_worlds_in_which_only_a_user_name_is_typed_pay_for_stretching_it_once(
    monkeypatch: pytest.MonkeyPatch,
):
    stretching = Mock(return_value=bytes(PRS_BYTES))
    monkeypatch.setattr(hashlib, "scrypt", stretching)

    assert Keys("carol").secret == Keys("carol").secret
    assert stretching.call_count == 1
