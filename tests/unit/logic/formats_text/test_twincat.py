"""TwinCAT objects: the code as it stands, ids and line ids left out."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccontrol.errors import BadFileError
from tests.unit.logic.formats_text.hand_over import handed, texts

POU = """<?xml version="1.0" encoding="utf-8"?>
<TcPlcObject Version="1.1.0.1" ProductVersion="3.1.4024.12">
  <POU Name="FB_Pump" Id="{e52f4441-8a0a-4101-967b-b7eab2a848a9}" SpecialFunc="None">
    <Declaration><![CDATA[{attribute 'hide'}
FUNCTION_BLOCK FB_Pump
VAR
\tn : INT;
END_VAR]]></Declaration>
    <Implementation><ST><![CDATA[n := n + 1;
]]></ST></Implementation>
    <Folder Name="private" Id="{1c97b2c8-1f37-4a82-a9fb-8dcbd8eb3f0e}" />
    <Property Name="Level" Id="{1420d8a5-f130-452c-8825-a3f354a987ec}" FolderPath="private\\">
      <Declaration><![CDATA[PROPERTY Level : INT]]></Declaration>
      <Get Name="Get" Id="{50c00d93-002d-4d51-b127-116588bc6b70}">
        <Implementation><ST><![CDATA[Level := n;]]></ST></Implementation>
      </Get>
    </Property>
    <LineIds Name="FB_Pump"><LineId Id="3" Count="0" /><LineId Id="2" Count="0" /></LineIds>
  </POU>
</TcPlcObject>"""


def test_a_block_and_what_lies_in_it_are_parts() -> None:
    told = texts(handed("FB_Pump.TcPOU", POU))
    assert list(told) == [
        "blocks/FB_Pump.st",
        "blocks/FB_Pump/Level.st",
        "blocks/FB_Pump/Level/Get.st",
    ]
    assert told["blocks/FB_Pump.st"] == (
        "POU FB_Pump\n{attribute 'hide'}\nFUNCTION_BLOCK FB_Pump\nVAR\n    n : INT;\nEND_VAR\n"
        "\nn := n + 1;\n"
    )
    assert told["blocks/FB_Pump/Level/Get.st"] == "GET Get of FB_Pump.Level\n\nLevel := n;\n"


def test_ids_line_ids_and_folders_are_nobodys_change() -> None:
    other = POU.replace("e52f4441", "00000000").replace('Id="3" Count="0"', 'Id="99" Count="4"')
    other = other.replace('FolderPath="private\\"', 'FolderPath="open\\"')
    assert handed("FB_Pump.TcPOU", other).parts == handed("FB_Pump.TcPOU", POU).parts
    assert other != POU


def test_a_graphical_body_is_listed_and_counted() -> None:
    stored = '<NWL><XmlArchive><o t="Operand"><v n="Expr">"Start"</v></o></XmlArchive></NWL>'
    graphical = POU.replace("<ST><![CDATA[n := n + 1;\n]]></ST>", stored)
    told = handed("FB_Pump.TcPOU", graphical)
    body = next(part for part in told.parts if part.path[-1] == "body")
    assert body.unread == 1
    assert '"Start"' in body.text
    assert told.problems


def test_xml_of_another_kind_is_refused() -> None:
    with pytest.raises(BadFileError, match="root element"):
        handed("a.TcPOU", "<Other/>")


@given(st.integers(0, len(POU)), st.binary(max_size=4))
def test_a_damaged_file_is_read_or_refused(at: int, junk: bytes) -> None:
    data = POU.encode()
    with contextlib.suppress(BadFileError):
        assert handed("a.TcPOU", data[:at] + junk + data[at + len(junk) :]).parts
