"""Random trees and damaged scans, for the properties of planning."""

from typing import Any

from hypothesis import strategies as st

from psync.core.manifest import Entry, Kind
from tests.core.tree_model import Damage, Tree, build_tree, file, folder, link, special

# Few, so that two trees have much in common.
NAMES = (b"a", b"b")
TWINS = (b"ab", b"aB", b"AB", "é".encode(), "É".encode())

times = st.integers(-3, 3)
plain_entries = st.one_of(
    st.builds(file, st.integers(0, 2), times, st.sampled_from([0o644, 0o600, 0o200])),
    st.builds(folder, st.sampled_from([0o755, 0o555, 0o1700]), times),
    st.builds(link, st.sampled_from([b"x", b"y"]), times),
)
entries = st.one_of(plain_entries, st.builds(special))


def trees(
    first_inode: int,
    names: tuple[bytes, ...] = NAMES,
    kinds: st.SearchStrategy[Entry] = entries,
    *,
    folded: bool = False,
) -> st.SearchStrategy[Tree]:
    """Trees up to three folders deep; `folded`: on a volume that takes twins for one name."""
    paths = st.lists(st.sampled_from(names), min_size=1, max_size=3).map(tuple)
    made = st.lists(st.tuples(paths, kinds), max_size=12)
    return made.map(lambda found: build_tree(found, first_inode, folded=folded))


@st.composite
def damages(draw: Any, tree: Tree) -> Damage:
    """Some folders cannot be listed to their end, and some entries not be looked at."""
    folders = sorted(path for path, entry in tree.items() if entry.kind is Kind.FOLDER)
    inside = sorted(path for path in tree if path)
    incomplete = draw(st.sets(st.sampled_from(folders), max_size=2))
    unreadable = draw(st.sets(st.sampled_from(inside), max_size=2)) if inside else ()
    return Damage(frozenset(incomplete), frozenset(unreadable))
