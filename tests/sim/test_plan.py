"""A plan is a value: it can be kept and read again."""

import re

import msgspec
import pytest

from sim.crash import CrashProfile
from sim.faults import ConnectionReset, EntryUnfit, Fault, NameLost, PowerCut
from sim.faults.unfit import Unfit
from sim.plan import Edit, FileSpec, Kind, Plan, Topology
from sim.presets import PRESETS, derive


@pytest.mark.parametrize("preset", PRESETS)
def test_a_plan_comes_back_from_json_as_it_was(preset: str) -> None:
    for seed in range(20):
        plan = derive(preset, seed)
        assert msgspec.json.decode(msgspec.json.encode(plan), type=Plan) == plan


def test_a_version_of_a_file_is_its_content() -> None:
    one, same, other = FileSpec("a", 5, 1), FileSpec("b", 5, 1), FileSpec("a", 5, 2)

    assert (one.content == same.content, one.content == other.content, len(one.content)) == (True, False, 5)


def test_places_follow_from_the_topology() -> None:
    plans = [Plan("clean", 1, topology) for topology in Topology]

    assert [(plan.source_place.is_remote, plan.target_place.is_remote) for plan in plans] == [
        (False, True),
        (True, False),
        (True, True),
        (False, False),
    ]


@pytest.mark.parametrize(
    ("topology", "fault", "complaint"),
    [
        (
            Topology.PUSH,
            PowerCut("nowhere", 1),
            "the fault PowerCut(machine='nowhere', number=1) names the machine 'nowhere'; "
            "a push plan has: far, near",
        ),
        (
            Topology.RELAY,
            NameLost("near", "afar", 1.0),
            "the fault NameLost(machine='near', name='afar', seconds=1.0) names the machine 'afar'; "
            "a relay plan has: far, near, other",
        ),
        (
            Topology.LOCAL,
            ConnectionReset("near", "far", 1),
            "the fault ConnectionReset(source='near', target='far', packets=1) names the machine 'far'; "
            "a local plan has: near",
        ),
    ],
)
def test_a_fault_on_a_machine_that_the_plan_does_not_have_is_refused(
    topology: Topology, fault: Fault, complaint: str
) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(complaint)}$"):
        Plan("clean", 1, topology, faults=(fault,))


def test_windows_on_a_machine_that_the_plan_does_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^windows names the machine 'other'; a push plan has: far, near$"):
        Plan("clean", 1, windows=("other",))


@pytest.mark.parametrize("path", ["", ".", "../a", "/a", "a//b", "a\0b", "a" * 256])
def test_a_path_that_no_machine_has_is_refused(path: str) -> None:
    file, edit = FileSpec(path, 1, 1), Edit(path, 1, 1)
    for changes in ({"source": (file,)}, {"target": (file,)}, {"edits": ((), (edit,))}):
        with pytest.raises(ValueError, match=f"^no posix machine has a file {re.escape(repr(path))}: "):
            Plan("clean", 1, **changes)


@pytest.mark.parametrize("path", ["a:b", "a.", "sub/con", "a?"])
def test_a_path_that_windows_does_not_have_is_refused_there_and_only_there(path: str) -> None:
    file = FileSpec(path, 1, 1)
    Plan("clean", 1, source=(file,), windows=("far",))

    with pytest.raises(ValueError, match=f"^no windows machine has a file {re.escape(repr(path))}: "):
        Plan("clean", 1, target=(file,), windows=("far",))


def test_a_link_on_windows_is_refused() -> None:
    link = FileSpec("a", 1, 1, Kind.LINK)

    with pytest.raises(
        ValueError, match=r"^the target has the link 'a', and Windows asks a privilege for it$"
    ):
        Plan("clean", 1, target=(link,), windows=("far",))


@pytest.mark.parametrize("kind", [Kind.FILE, Kind.LINK])
def test_a_file_in_what_is_no_folder_is_refused(kind: Kind) -> None:
    files = (FileSpec("b", 1, 1), FileSpec("sub/a/deep", 1, 1), FileSpec("sub/a", 1, 1, kind))

    with pytest.raises(
        ValueError, match=r"^the source has 'sub/a', which is no folder, and 'sub/a/deep' in it$"
    ):
        Plan("clean", 1, source=files)


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"source": (FileSpec("a", 1, 1, mode="200"),)}, "the source has 'a' with the mode 200"),
        ({"source": (FileSpec("a", 0, 1, Kind.FOLDER, "400"),)}, "the source has 'a' with the mode 400"),
        ({"target": (FileSpec("a", 0, 1, Kind.FOLDER, "300"),)}, "the target has 'a' with the mode 300"),
        ({"edits": ((Edit("a", 1, 1, "200"),),)}, "the source has 'a' with the mode 200"),
        (
            {"edits": ((Edit("a", 1, 1, "600"), Edit("a/b", 1, 1)),)},
            "the source has 'a' with the mode 600",
        ),
        ({"source": (FileSpec("a", 1, 1, Kind.LINK, "644"),)}, "the link 'a' has a mode"),
        (
            {"target": (FileSpec("a", 1, 1, mode="600"),), "windows": ("far",)},
            "'a' has the mode 600, and Windows keeps none",
        ),
    ],
)
def test_a_mode_that_nobody_can_work_with_is_refused(changes: dict[str, object], complaint: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(complaint)}"):
        Plan("clean", 1, **changes)


@pytest.mark.parametrize(
    ("edits", "complaint"),
    [
        ((Edit("sub", 1, 1),), "an edit takes the folder 'sub' away, and nothing may be deleted"),
        ((Edit("sub", -1, 1),), "an edit takes the folder 'sub' away, and nothing may be deleted"),
        (
            (Edit("a", 1, 1, kind=Kind.FOLDER), Edit("a", 1, 1)),
            "an edit takes the folder 'a' away, and nothing may be deleted",
        ),
        (
            (Edit("a", 1, 1), Edit("a/b", 1, 1), Edit("a", 1, 1, kind=Kind.LINK)),
            "an edit takes the folder 'a'",
        ),
        ((Edit("sub/a", 0, 0, name="B"),), "'B' is not another spelling of 'a'"),
        ((Edit("sub/a", 0, 0, name="A"),), "'sub/a' is spelled 'A', and no end takes both for one"),
    ],
)
def test_an_edit_that_no_run_can_follow_is_refused(edits: tuple[Edit, ...], complaint: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(complaint)}"):
        Plan("clean", 1, source=(FileSpec("sub/a", 1, 1),), edits=(edits,))


@pytest.mark.parametrize(
    "changes", [{"exclude": ("b",)}, {"faults": (EntryUnfit(Unfit.PIPE, "pipe"),)}], ids=["exclude", "unfit"]
)
def test_a_new_spelling_of_what_is_known_by_its_name_is_refused(changes: dict[str, object]) -> None:
    edits = ((Edit("a", 0, 0, name="A"),),)
    Plan("clean", 1, edits=edits, windows=("far",))

    with pytest.raises(ValueError, match=r"^names change beside exclusions or unfit entries"):
        Plan("clean", 1, edits=edits, windows=("far",), **changes)


def test_an_edit_that_makes_a_link_on_windows_is_refused() -> None:
    edits = ((Edit("a", 1, 1, kind=Kind.LINK),),)

    with pytest.raises(ValueError, match=r"^an edit makes a link, and Windows asks a privilege for it$"):
        Plan("clean", 1, Topology.PULL, edits=edits, windows=("far",))


def test_an_excluded_entry_in_the_way_of_the_source_is_refused() -> None:
    source, target = (FileSpec("sub", 1, 1),), (FileSpec("sub/a", 1, 1),)
    Plan("clean", 1, is_deleting=True, source=source, target=target, exclude=("sub",))

    complaint = r"^the source puts 'sub' in the place of a folder with excluded entries$"
    for changes in ({"source": source}, {"edits": ((Edit("sub", 1, 1),),)}):
        with pytest.raises(ValueError, match=complaint):
            Plan("clean", 1, is_deleting=True, target=target, exclude=("a",), **changes)


def test_a_missing_target_that_has_something_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^the target has 'a', and its folder is missing$"):
        Plan("clean", 1, target=(FileSpec("a", 1, 1),), is_target_missing=True)


def test_a_target_may_have_a_file_that_nobody_can_read() -> None:
    assert Plan("clean", 1, target=(FileSpec("a", 1, 1, mode="200"),)).target[0].mode == "200"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (
            '{"preset": "a", "seed": 1, "source": [{"path": "a", "size": 1, "version": 1, "mode": "9"}]}',
            "Expected `str` matching regex '^([0-7]{3})?$' - at `$.source[0].mode`",
        ),
        ('{"preset": "a", "seed": -1}', "Expected `int` >= 0 - at `$.seed`"),
        (
            '{"preset": "a", "seed": 1, "source": [{"path": "a", "size": 1, "version": -1}]}',
            "Expected `int` >= 0 - at `$.source[0].version`",
        ),
        (
            '{"preset": "a", "seed": 1, "edits": [[{"path": "a", "size": 1, "version": 2000000000}]]}',
            "Expected `int` <= 1000000000 - at `$.edits[0][0].version`",
        ),
    ],
)
def test_a_number_that_no_plan_has_is_refused_when_it_is_read(text: str, complaint: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=f"^{re.escape(complaint)}$"):
        msgspec.json.decode(text, type=Plan)


def test_a_machine_under_windows_has_ntfs_and_the_others_what_the_plan_says():
    plan = Plan("clean", 1, crash_profile=CrashProfile.STRICT_POSIX, windows=("far",))

    assert [plan.profile(name) for name in plan.machines] == [CrashProfile.NTFS, CrashProfile.STRICT_POSIX]
