"""SimaticML: networks as SCL, interfaces and tags as lists; what is not decoded is kept."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccontrol.errors import BadFileError
from tests.unit.logic.formats_text.hand_over import handed, texts


def _access(key: int, name: str) -> str:
    return (
        f'<Access Scope="GlobalVariable" UId="{key}"><Symbol><Component Name="{name}"/></Symbol>'
        "</Access>"
    )


def _block(part: str = "Contact", source: str | None = None) -> str:
    net = source or (
        f'<FlgNet><Parts>{_access(21, "Start")}{_access(22, "Run")}<Part Name="{part}" UId="23"/>'
        '<Part Name="Coil" UId="24"/></Parts><Wires><Wire UId="25"><Powerrail/>'
        '<NameCon UId="23" Name="in"/></Wire><Wire UId="26"><IdentCon UId="21"/>'
        '<NameCon UId="23" Name="operand"/></Wire><Wire UId="27"><NameCon UId="23" Name="out"/>'
        '<NameCon UId="24" Name="in"/></Wire><Wire UId="28"><IdentCon UId="22"/>'
        '<NameCon UId="24" Name="operand"/></Wire></Wires></FlgNet>'
    )
    return f"""<?xml version="1.0" encoding="utf-8"?>
<Document><Engineering version="V19"/><SW.Blocks.FB ID="0"><AttributeList>
<CodeModifiedDate ReadOnly="true">2026-01-01T00:00:00Z</CodeModifiedDate>
<Interface><Sections xmlns="http://www.siemens.com/automation/Openness/SW/Interface/v5">
<Section Name="Input"><Member Name="Level" Datatype="Int"><StartValue>5</StartValue></Member>
</Section></Sections></Interface><MemoryLayout>Optimized</MemoryLayout><Name>Pump</Name>
<Number>7</Number><ProgrammingLanguage>LAD</ProgrammingLanguage></AttributeList><ObjectList>
<SW.Blocks.CompileUnit ID="1" CompositionName="CompileUnits"><AttributeList><NetworkSource>{net}
</NetworkSource><ProgrammingLanguage>LAD</ProgrammingLanguage></AttributeList>
</SW.Blocks.CompileUnit></ObjectList></SW.Blocks.FB></Document>"""


def test_a_network_is_told_as_scl_and_the_interface_as_a_list() -> None:
    told = handed("Pump.xml", _block())
    text = texts(told)
    assert text["blocks/Pump.st"].startswith('FUNCTION_BLOCK "Pump"\n// Network')
    assert '"Run" := "Start";' in text["blocks/Pump.st"]
    assert text["blocks/Pump/interface.txt"].endswith("SECTION Input\n  Level : Int := 5\n")
    assert "Number = 7\n" in text["blocks/Pump/settings.txt"]
    assert not told.problems


def test_dates_and_ids_are_nobodys_change() -> None:
    other = _block().replace("2026-01-01", "2027-07-07").replace('UId="2', 'UId="9')
    assert handed("Pump.xml", other).parts == handed("Pump.xml", _block()).parts


def test_what_the_decoder_does_not_know_is_kept_as_stored_and_counted() -> None:
    told = handed("Pump.xml", _block("Unheard"))
    stored = next(part for part in told.parts if part.path[-1] == "as stored")
    assert stored.unread == 1
    assert "Unheard" in stored.text


def test_a_contact_that_leads_nowhere_is_not_lost() -> None:
    """The decoder tells it neither in the SCL nor in its warnings."""
    aside = f'{_access(31, "Forgotten")}<Part Name="Contact" UId="32"/></Parts>'
    wired = '<Wire UId="33"><IdentCon UId="31"/><NameCon UId="32" Name="operand"/></Wire></Wires>'
    block = _block().replace("</Parts>", aside).replace("</Wires>", wired)
    stored = texts(handed("Pump.xml", block))["blocks/Pump/as stored.txt"]
    assert "Forgotten" in stored


def test_a_network_that_the_decoder_takes_for_empty_is_not_lost() -> None:
    stored = texts(handed("Pump.xml", _block(source="<Graph><Step Number='1'/></Graph>")))
    assert "Step" in stored["blocks/Pump/as stored.txt"]


def test_tag_tables_and_types_are_lists() -> None:
    tags = """<Document><Engineering version="V19"/><SW.Tags.PlcTagTable ID="0"><AttributeList>
<Name>Motors</Name></AttributeList><ObjectList><SW.Tags.PlcTag ID="1" CompositionName="Tags">
<AttributeList><DataTypeName>Bool</DataTypeName><LogicalAddress>%M0.0</LogicalAddress>
<Name>Start</Name></AttributeList></SW.Tags.PlcTag></ObjectList></SW.Tags.PlcTagTable></Document>"""
    assert texts(handed("t.xml", tags)) == {
        "tags/Motors.txt": 'TAG TABLE "Motors"\nStart AT %M0.0 : Bool\n'
    }


def test_a_document_type_is_refused() -> None:
    bomb = '<!DOCTYPE a [<!ENTITY x "ha">]><Document><Engineering/><SW.a>&x;</SW.a></Document>'
    with pytest.raises(BadFileError):
        handed("a.xml", bomb)


@given(st.integers(60, len(_block())), st.binary(min_size=1, max_size=3))
def test_a_damaged_file_is_read_or_refused(at: int, junk: bytes) -> None:
    data = _block().encode()
    with contextlib.suppress(BadFileError):
        assert handed("a.xml", data[:at] + junk + data[at + len(junk) :]).parts
