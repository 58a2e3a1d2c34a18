"""What a target must hold in the end, told without any code of psync.

A tree is what `Files.tree` gives: relative path → content, link, or None for a folder.
"""

from collections.abc import Callable

from sim.exclusions import Exclusions
from sim.trees import Tree

NOTHING_EXCLUDED = Exclusions()


def expected_tree(
    source: Tree, target: Tree, *, is_deleting: bool, exclusions: Exclusions = NOTHING_EXCLUDED
) -> Tree:
    """The target after a run that nothing disturbs: the source, and with it what nobody may delete.

    What is excluded is not sent, and stays where the target has it, with the folders that it lies in.
    """
    kept = {} if is_deleting else target
    if exclusions:
        source, _ = exclusions.divide(source)
        _, outside = exclusions.divide(target)
        kept = {**kept, **{folder: None for path in outside for folder in _folders_above(path)}, **outside}
    return dict(sorted({**kept, **source}.items()))


def differences(expected: Tree, found: Tree, spelled: Tree, key: Callable[[bytes], bytes]) -> list[bytes]:
    """Which paths are not as they should be, where `key` makes equal what is one name.

    What is in `spelled` must have that very name; the rest may have come to any spelling.
    """
    if missing := sorted(spelled.keys() - found.keys()):
        return missing
    expected |= {path: expected.pop(path) for path in spelled}  # last, so that they count
    wanted, there = ({key(path): tree[path] for path in tree} for tree in (expected, found))
    return sorted(
        path for path in wanted.keys() | there.keys() if wanted.get(path, key) != there.get(path, key)
    )


def _folders_above(path: bytes) -> list[bytes]:
    names = path.split(b"/")
    return [b"/".join(names[:length]) for length in range(1, len(names))]
