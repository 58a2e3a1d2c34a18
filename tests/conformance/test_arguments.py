"""What is accepted after `python -m conformance`, and how the rest is refused."""

import re

import click
import pytest

from conformance.arguments import Group, one_of

KNOWN = {"PS-ROOT-03": 3, "PS-ROOT-04": 4, "AMB-01": 1}


@pytest.mark.parametrize("id", ["PS-ROOT-03", "ps-root-03"])
def test_an_id_is_found_whatever_its_case(id: str):
    assert one_of(id, KNOWN, "id") == 3


@pytest.mark.parametrize(
    ("id", "complaint"),
    [
        ("ps-root-05", "There is no id 'ps-root-05'. Did you mean PS-ROOT-04 or PS-ROOT-03?"),
        ("AMB-1", "There is no id 'AMB-1'. Did you mean AMB-01?"),
        ("", "There is no id ''. `list` names them all."),
    ],
)
def test_an_unknown_id_is_refused_with_those_like_it(id: str, complaint: str):
    with pytest.raises(click.UsageError, match=f"^{re.escape(complaint)}$"):
        one_of(id, KNOWN, "id")


@pytest.fixture
def group() -> Group:
    group = Group("suite")

    @group.command()
    @click.option("--json", is_flag=True)
    def tell(json: bool) -> int:
        return int(json)

    return group


def test_a_known_option_of_a_known_command_is_read(group: Group):
    assert group.main(["tell", "--json"], standalone_mode=False) == 1


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["tel"], "No such command 'tel'. There are: tell."),
        (["tell", "--jso"], "No such option '--jso'. There are: --help, --json."),
    ],
)
def test_what_is_unknown_is_refused_and_what_is_known_named(group: Group, arguments, complaint):
    with pytest.raises(click.UsageError, match=f"^{re.escape(complaint)}$"):
        group.main(arguments, standalone_mode=False)
