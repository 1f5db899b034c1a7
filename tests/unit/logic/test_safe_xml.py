"""XML from outside, unit by unit: what is held, what is let go, what is refused."""

import io

import pytest

from ccontrol.errors import BadFileError
from ccontrol.logic import xml
from ccontrol.logic.file import ProjectFile


def file(data: bytes) -> ProjectFile:
    return ProjectFile("a.xml", len(data), io.BytesIO(data))


def test_outermost_units_come_first_and_the_root_last_without_them() -> None:
    data = b"<r><h k='v'><u n='1'><u n='inner'/></u>\n<u n='2'/></h><rest/></r>"
    met = [
        (xml.name_of(each), each.get("n"), [xml.name_of(inner) for inner in each.iter()])
        for each in xml.units(file(data), ("u",))
    ]
    assert met == [
        ("u", "1", ["u", "u"]),
        ("u", "2", ["u"]),
        ("r", None, ["r", "h", "rest"]),
    ]


def test_a_unit_knows_what_holds_it() -> None:
    data = b"<r><h k='v'>" + b"<u/>" * 5 + b"</h></r>"
    holders = [each.getparent() for each in xml.units(file(data), ("u",))][:-1]
    assert [holder is not None and holder.get("k") for holder in holders] == ["v"] * 5


def test_names_are_found_in_any_namespace() -> None:
    data = b"<r xmlns='urn:a' xmlns:b='urn:b'><u/><b:u/></r>"
    assert [xml.name_of(each) for each in xml.units(file(data), ("u",))] == ["u", "u", "r"]


def test_no_more_than_one_unit_and_a_shell_is_held() -> None:
    data = b"<r>" + b"<u><x/></u>tail" * 20_000 + b"</r>"
    held = 0
    for each in xml.units(file(data), ("u",)):
        holder = each.getparent()
        if holder is not None and each.getnext() is None:
            held = max(held, len(holder))
    assert held < 10_000, "the parser is fed 64 KiB at a time, and no more than that may wait"
    (root,) = [each for each in xml.units(file(data), ("u",)) if each.getparent() is None]
    assert len(root) == 0


def test_the_whole_tree_can_be_had_at_once() -> None:
    assert [xml.name_of(each) for each in xml.read_tree(file(b"<a><b/><!-- c --><?d e?></a>"))] == [
        "b"
    ]


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        ("utf-8", "utf-16"),
        ("utf-16", "utf-8"),
        ("utf-32", "utf-8"),
        ("cp1252", "windows-1252"),
        ("iso-8859-1", "ISO-8859-1"),
    ],
)
def test_bytes_outweigh_what_is_declared(encoding: str, declared: str) -> None:
    data = f'<?xml version="1.0" encoding="{declared}"?><a>ö</a>'.encode(encoding)
    assert xml.read_tree(file(data)).text == "ö"


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b"no xml", "line 1"),
        (b"<a>\n<b></a>", "line 2"),
        (b"<a>\xff</a>", "line 1"),
        (b"<a>&unknown;</a>", "a.xml: "),
        (b"<?xml version='1.0' encoding='klingon'?><a/>", "encoding"),
        (b"<!DOCTYPE a><a/>", "document type"),
        (b"<a>" * 300, "depth"),
    ],
)
def test_what_is_no_xml_is_refused_with_the_place(data: bytes, says: str) -> None:
    with pytest.raises(BadFileError, match=says) as caught:
        xml.read_tree(file(data))
    assert "XML_PARSE_HUGE" not in str(caught.value)
    assert "complete file" in caught.value.hint
