"""A fault names its line, or none: never a wrong one."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccontrol.config.lines import Lines
from ccontrol.config.place import Location, Place
from tests.laws import examples
from tests.unit.config.families import CONTROLLER, SITE, faults_with_lines

TRAPS = '''\
"plain" = 1 # a remark with "quotes" and [brackets
text = """
rack = 7
[engine]
\\""" # not the end
"""
also = [ # a list
  "rack = 1", """
[site]""",
  \'\'\'x]\'\'\',
]
dotted . "quoted.key" = \'\'\'
\'\'\'\'\'
inline = { rack = 1 }
[[ site ]] # [[site]]
name = "a=b"
[[site.controller]]
id = "one"
[site.controller.s7]
rack = 2
[[site.controller]]
id = "two"
[site.controller.'s7']
rack = 3
[[site]]
[[site.controller]]
s7.rack = 4
'''
"""What looks like a header or a key and is none, beside what is."""


@pytest.mark.parametrize(
    ("location", "words"),
    [
        (("plain",), "line 1, "),
        (("text",), "line 2, "),
        (("also", 1), "line 7, "),
        (("dotted", "quoted.key"), "line 12, "),
        (("dotted", "other"), "table of line 12, "),
        (("inline", "rack"), "line 14, "),
        (("site", 0, "name"), "line 16, "),
        (("site", 0, "title"), "table of line 15, "),
        (("site", 0, "controller", 0, "s7", "rack"), "line 20, "),
        (("site", 0, "controller", 1, "s7", "rack"), "line 24, "),
        (("site", 0, "controller", 1, "s7", "slot"), "table of line 23, "),
        (("site", 0, "controller", 1, "area"), "table of line 21, "),
        (("site", 1, "controller", 0, "s7", "rack"), "line 27, "),
        (("engine", "in_flight"), ""),
        ((), ""),
    ],
)
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_nothing_in_a_text_or_a_remark_is_taken_for_a_setting(
    location: Location, words: str, ending: str
) -> None:
    text = TRAPS.replace("\n", ending)
    tomllib.loads(text)
    assert Lines(text).words(Place(location)) == words


def test_what_is_no_toml_has_no_lines() -> None:
    for text in ('a = "', "a b = 1", "[a", "= 1", "[]", "a = 1\n'''"):
        assert Lines("known = 1\n" + text).words(Place(("known",))) in {"", "line 1, "}


def test_each_fault_names_the_line_that_has_to_be_mended(folder: Path) -> None:
    text = (
        SITE
        + CONTROLLER
        + "port = 0\n[site.controller.toy]\nrack = 8\n"
        + CONTROLLER.replace('"press-3"', '"7"').replace('area = "hall-2"\n', "")
    )
    assert faults_with_lines(text, folder) == (
        "line 15, site[north].controller[press-3].port: want a number 1..65535, got 0",
        "line 17, site[north].controller[press-3].toy.rack: want a number 0..7, got 8",
        "table of line 19, site[north].controller['7'].area: is missing; want a text",
    )


def test_a_controller_without_an_id_is_called_by_its_number(folder: Path) -> None:
    text = SITE + CONTROLLER.replace('id = "press-3"', 'id = ""').replace("192.0.2.10", "a b")
    assert all(
        fault.startswith(("line 11, site[north].con", "line 14, site[north].con"))
        for fault in faults_with_lines(text, folder)
    )
    assert "controller[0].address" in faults_with_lines(text, folder)[1]


def test_two_controllers_of_one_id_are_told_apart(folder: Path) -> None:
    (fault,) = faults_with_lines(
        SITE + CONTROLLER + CONTROLLER.replace("192.0.2.10", "192.0.2.11"), folder
    )
    assert fault == (
        "line 17, site[north].controller[press-3#2].id: 'press-3' is taken by "
        "site[north].controller[press-3] (capitals do not count)"
    )


KEYS = st.sampled_from(["site", "rack", "s7", "a-b", "7", "store"])
QUOTED = KEYS.flatmap(lambda key: st.sampled_from([key, f'"{key}"', f"'{key}'"]))
DOTTED = st.lists(QUOTED, min_size=1, max_size=3).map(" . ".join)
VALUES = st.sampled_from(
    [
        *("1", '"rack = 1"', "'''\n[site]\nrack=2'''", '"""\n\\"""rack = 3\n"""', "''"),
        *("{ rack = 1, s7 = [1] }", "[\n[1], # ]\n2]", '""""a"""', "2026-11-23T10:00:00Z"),
        *("-1e3", '"\\\\"'),
    ]
)
STATEMENTS = (
    st.builds("{} = {} # rack = [".format, DOTTED, VALUES)
    | DOTTED.map("[{}]".format)
    | DOTTED.map(" [[{}]] # [x]".format)
    | st.sampled_from(["", "# rack = 1", "  "])
)


def places(value: object, place: Place) -> Iterator[tuple[Place, object]]:
    """Yield everything that a file holds, with its place."""
    yield place, value
    if isinstance(value, dict):
        for key, item in value.items():
            yield from places(item, place.at(key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from places(item, place.at(number))


def accepted(statements: list[str]) -> list[str]:
    """Return those that make, one after the other, a file that tomllib takes."""
    kept: list[str] = []
    for statement in statements:
        try:
            tomllib.loads("\n".join((*kept, statement)))
        except tomllib.TOMLDecodeError:
            continue
        kept.append(statement)
    return kept


@settings(max_examples=examples(300))
@given(st.lists(STATEMENTS, max_size=8).map(accepted))
def test_the_line_named_is_that_of_the_statement_that_made_it(statements: list[str]) -> None:
    made: dict[Location, int] = {}
    line = 1
    for number, statement in enumerate(statements):
        so_far = tomllib.loads("\n".join(statements[: number + 1]))
        for place, _ in places(so_far, Place()):
            made.setdefault(place.steps, line)
        line += statement.count("\n") + 1
    text = "\n".join(statements)
    lines = Lines(text)
    for place, value in places(tomllib.loads(text), Place()):
        if not place.steps:
            continue
        named = re.fullmatch("line ([0-9]+), ", lines.words(place))
        assert named, (place, text)
        head = text.split("\n")[int(named[1]) - 1].split("#")[0].strip()
        assert str([step for step in place.steps if isinstance(step, str)][-1]) in head
        own_header = isinstance(value, dict) and head.startswith("[")
        assert int(named[1]) == made[place.steps] or own_header


@settings(max_examples=examples(300))
@given(st.text(alphabet="ab=[]{}\"'#\\\n\r. 1") | st.text())
def test_any_text_at_all_can_be_asked(text: str) -> None:
    Lines(text).words(Place(("a", 0, "b")))
