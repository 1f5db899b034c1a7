"""A record drops nothing: what one format calls noise is said of every other."""

import io

from ccontrol.logic.file import Limits, ProjectFile
from ccontrol.logic.xml import read_tree
from ccontrol.logic.xml_record import record


def told(text: str) -> list[str]:
    data = text.encode()
    file = ProjectFile("a.xml", len(data), io.BytesIO(data), Limits())
    return list(record(read_tree(file), str.upper))


def test_attributes_that_say_nothing_in_an_l5x_are_told_of_any_other_format() -> None:
    assert told('<Net><Rung Number="7"/><Line Use="Context"/></Net>') == [
        "Rung.Number = 7",
        "Line.Use = Context",
    ]


def test_elements_that_hold_values_in_an_l5x_are_told_as_any_other() -> None:
    assert told('<Net><Data Format="L5K">1</Data><EncodedData>2</EncodedData></Net>') == [
        "Data = 1",
        "Data.Format = L5K",
        "EncodedData = 2",
    ]


def test_what_its_name_calls_a_secret_is_sealed_in_every_format() -> None:
    assert told('<Net userPassword="swordfish"/>') == ["userPassword = SWORDFISH"]
