"""Operators who make mistakes: two sides that are set up differently, a second listener. Each lasts one run."""

from enum import StrEnum
from functools import partial
from typing import Annotated

from msgspec import Meta, Struct, structs

from psync.core.addresses import PORT_MAX, PORT_MIN
from sim.configuration import NO_KEYS, OTHER_PASSWORD, OTHER_USER, Keys, Setup
from sim.faults.fault import Heal, Site


class PortMismatch(Struct, frozen=True, tag="port-mismatch"):
    """In the run of that number one machine has another port: the client dials it, or the listener is there."""

    run: int
    machine: str
    port: Annotated[int, Meta(ge=PORT_MIN, le=PORT_MAX)]

    def arm(self, site: Site) -> Heal:
        """Plan it."""
        return site.runs.at(self.run, partial(self._begin, site))

    def _begin(self, site: Site) -> Heal:
        site.took_effect(self)
        return _set_up(site, self.machine, structs.replace(site.setups[self.machine], port=self.port))


class KeyPart(StrEnum):
    """Which of the keys one side has not like the other."""

    USER = "user"
    PASSWORD = "password"
    BOTH = "both"
    MISSING = "missing"


class KeyMismatch(Struct, frozen=True, tag="key-mismatch"):
    """In the run of that number one machine has another user name, password or both, or no key at all."""

    run: int
    machine: str
    part: KeyPart

    def arm(self, site: Site) -> Heal:
        """Plan it."""
        return site.runs.at(self.run, partial(self._begin, site))

    def _begin(self, site: Site) -> Heal:
        before = site.setups[self.machine]
        site.took_effect(self, self.part if before.keys != NO_KEYS else "without keys")
        return _set_up(site, self.machine, structs.replace(before, keys=mistaken(before.keys, self.part)))


class SecondListener(Struct, frozen=True, tag="second-listener"):
    """Before the run of that number a second listener is started.

    Two of one version find each other by their instance name; an old one, or one
    that was given another name, is found by the port that is taken.
    """

    run: int
    machine: str
    instance: str

    def arm(self, site: Site) -> Heal:
        """Plan it."""
        return site.runs.at(self.run, partial(self._begin, site))

    def _begin(self, site: Site) -> Heal:
        site.took_effect(self)
        return site.start_rival(self.machine, self.instance)


CONFIGURATION_FAULTS = (PortMismatch, KeyMismatch, SecondListener)


def mistaken(keys: Keys, part: KeyPart) -> Keys:
    """The keys as somebody types them who is mistaken in a part of them."""
    return {
        KeyPart.USER: Keys(OTHER_USER, keys.password),
        KeyPart.PASSWORD: Keys(keys.user, OTHER_PASSWORD),
        KeyPart.BOTH: Keys(OTHER_USER, OTHER_PASSWORD),
        KeyPart.MISSING: NO_KEYS,
    }[part]


def _set_up(site: Site, machine: str, setup: Setup) -> Heal:
    before = site.setups[machine]
    site.setups[machine] = setup

    def heal() -> None:
        site.setups[machine] = before

    return heal
