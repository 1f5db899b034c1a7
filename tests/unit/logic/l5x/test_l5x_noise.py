"""Nothing that differs between two exports of an unchanged project is seen in the text."""

import re
from collections.abc import Callable

import pytest

from ccontrol.logic.project import Language
from tests.unit.logic.l5x.plant import PLANT, edited, project

ENCODED = "c2VjcmV0IGJ5dGVzIHRoYXQgY2hhbmdlIHdpdGggZXZlcnkgZXhwb3J0"


def attributes_turned_round(text: str) -> str:
    def turn(found: re.Match[str]) -> str:
        attributes = re.findall(r'\s[\w]+="[^"]*"', found[2])
        return f"<{found[1]}{''.join(reversed(attributes))}{found[3]}>"

    return re.sub(r'<(\w+)((?:\s\w+="[^"]*")+)(/?)>', turn, text)


def members_hosted_anew(text: str) -> str:
    return text.replace("ZZZZZZZZZZRecipe0", "ZZZZZZZZZZRecipe7").replace('"1" Ext', '"5" Ext')


def numbers_moved(text: str) -> str:
    return re.sub(r'(<(?:Rung|Line) Number=)"(\d+)"', r'\1"1\2"', text)


def places_moved(text: str) -> str:
    return re.sub(r' (X|Y|DescX|DescY)="(\d+)"', r' \1="9\2"', text)


def ids_moved(text: str) -> str:
    return re.sub(r' (ID|FromID|ToID)="(\d+)"', r' \1="4\2"', text)


def tags_turned_round(text: str) -> str:
    start, end = text.index("<Tags>") + len("<Tags>"), text.index("</Tags>")
    tags = re.findall(r"<Tag .*?(?:</Tag>|/>\n(?=<Tag))", text[start:end], re.DOTALL)
    return text[:start] + "".join(reversed(tags)) + text[end:]


def routines_turned_round(text: str) -> str:
    start = text.index('<Routines>\n<Routine Name="Main"') + len("<Routines>")
    end = text.index('<EncodedData EncodedType="Routine"')
    routines = re.findall(r"<Routine .*?</Routine>", text[start:end], re.DOTALL)
    return text[:start] + "".join(reversed(routines)) + text[end:]


NOISE: dict[str, Callable[[str], str]] = {
    "export date": lambda text: text.replace(
        "Tue Mar 03 10:15:20 2026", "Wed Mar 04 01:00:00 2026"
    ),
    "last modified": lambda text: text.replace("Tue Mar 03 10:14:59", "Wed Mar 04 10:14:59"),
    "creation date in another zone": lambda text: text.replace("Jan 12 08:00", "Jan 12 14:00"),
    "owner": lambda text: text.replace("Dana, Example Works", "Lee"),
    "who edited an instruction": lambda text: text.replace(
        r'EditedBy="WORKS\dana"', r'EditedBy="WORKS\lee"'
    ),
    "when an instruction was edited": lambda text: text.replace(
        "2026-02-01T09:30", "2026-03-01T10:00"
    ),
    "encrypted anew": lambda text: text.replace(ENCODED, ENCODED[::-1]),
    "encrypted routine": lambda text: text.replace("YW5vdGhlciBibG9i", "AAAAdGhlciBibG9i"),
    "rung and line numbers": numbers_moved,
    "coordinates": places_moved,
    "ids": ids_moved,
    "size of a sheet": lambda text: text.replace("Letter - 8.5 x 11 in", "A4"),
    "visible pins": lambda text: text.replace('"Open Limit"', '"Open"'),
    "byte order mark": lambda text: "\ufeff" + text,
    "line ends": lambda text: text.replace("\n", "\r\n"),
    "order of attributes": attributes_turned_round,
    "order of tags": tags_turned_round,
    "order of routines": routines_turned_round,
    "hidden hosts": members_hosted_anew,
    "L5K beside decorated": lambda text: text.replace("[[0,5000,120]]", "[[9,9,9]]"),
    "a new attribute's default": lambda text: text.replace(' OpcUaAccess="None"', ""),
    "comments of XML": lambda text: text.replace("<Tags>", "<!-- made by hand --><Tags>"),
    "dependencies": lambda text: text.replace('<Dependency Type="DataType" Name="Recipe"/>', ""),
    "indented elements": lambda text: re.sub(r"\n<(?!!)", "\n  <", text),
}


@pytest.mark.parametrize("kind", NOISE)
def test_noise_is_not_seen(kind: str) -> None:
    after = NOISE[kind](PLANT)
    assert after != PLANT
    assert logic(after) == logic(PLANT)


def test_a_pushed_node_changes_the_layout_alone() -> None:
    before, after = project(PLANT), project(places_moved(PLANT))
    moved = {
        one.language
        for one, other in zip(before.parts, after.parts, strict=True)
        if one.text != other.text
    }
    assert moved == {Language.LAYOUT}


def test_other_export_options_are_told_and_not_compared_blindly() -> None:
    other = edited("NoRawData L5KData DecoratedData", "NoRawData L5KData")
    assert project(other).comparable != project(PLANT).comparable


def test_the_order_of_export_options_says_nothing() -> None:
    other = edited("NoRawData L5KData DecoratedData", "DecoratedData NoRawData L5KData")
    assert project(other).comparable == project(PLANT).comparable


def test_values_written_as_l5k_only_are_read_from_there() -> None:
    plain = re.sub(
        r'<Data Format="Decorated">\n<Structure DataType="TIMER">.*?</Data>',
        "",
        PLANT,
        flags=re.DOTALL,
    )
    (values,) = [part for part in project(plain).parts if part.name == "values/controller/tags"]
    assert "FillTimer = [0,5000,120]" in values.text


def logic(text: str) -> list[tuple[str, str]]:
    parts = project(text).parts
    return [(part.name, part.text) for part in parts if part.language is not Language.LAYOUT]
