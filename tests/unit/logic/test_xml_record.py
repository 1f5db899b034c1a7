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


def test_so_is_all_that_lies_in_an_element_of_such_a_name() -> None:
    assert told('<Net><Password form="plain"><Value>swordfish</Value></Password></Net>') == [
        "Password.form = PLAIN",
        "Password.Value = SWORDFISH",
    ]


def test_so_is_the_value_of_a_setting_that_is_called_so() -> None:
    assert told(
        '<Net><P Name="SNMP_Community" Type="text" Value="swordfish"/>'
        '<P name="AdminPassword" value="swordfish"/>'
        '<P Name="Passwort" Unit="none"><Value>swordfish</Value></P>'
        '<P key="pwd">swordfish</P><P Name="Port" Value="161"/></Net>'
    ) == [
        "P[SNMP_Community].Type = text",
        "P[SNMP_Community].Value = SWORDFISH",
        "P[#2].name = AdminPassword",
        "P[#2].value = SWORDFISH",
        "P[Passwort].Unit = none",
        "P[Passwort].Value = SWORDFISH",
        "P[#4] = SWORDFISH",
        "P[#4].key = pwd",
        "P[Port].Value = 161",
    ]
