"""Every case is there once, with what only its kind has."""

from conformance.blackbox.target import black_box_cases
from conformance.every_case import SHOWN_LETTERS, Told, all_cases
from conformance.scenarios import SCENARIOS
from conformance.vector import VECTORS, load_vectors


def test_every_case_of_every_kind_is_there() -> None:
    vectors = load_vectors(VECTORS)
    outside = [case.id for case in black_box_cases(vectors.values())]

    assert [*all_cases()] == [*vectors, *SCENARIOS, *outside]


def test_a_scenario_of_real_processes_alone_is_asked_of_them() -> None:
    assert all_cases()["installation-service-is-optional"] == Told(
        "installation-service-is-optional",
        "a scenario",
        ("PS-SVC-01",),
        "Nothing has been installed as a service: a listener serves all the same.",
        ("P",),
        {"strength": "must", "written in": "conformance/scenarios/installation.py, service_is_optional"},
        "builtin:process",
    )


def test_a_question_is_shown_as_far_as_somebody_reads_it() -> None:
    question = all_cases()["rootpath-long-path-beyond-limit"].fields["question"]

    assert question.startswith('map {"root": ')
    assert len(question) == SHOWN_LETTERS + len(" …")
