"""L5X files as the simulator loads them: made ones in detail, all real ones without an error."""

import struct
from pathlib import Path

import pytest

from ccontrol.sim.logix import l5x, plant
from ccontrol.sim.logix.chassis import Chassis
from ccontrol.sim.logix.controller import controller_in
from ccontrol.sim.logix.memory import Memory, value_of
from ccontrol.sim.logix.project import Access, Language
from ccontrol.sim.logix.server import running
from tests.unit.sim.logix.caller import calling, message, name, path, slot
from tests.unit.sim.logix.captured import CORPUS

DOCUMENT = """\ufeff<?xml version="1.0" encoding="UTF-8"?>
<RSLogix5000Content SchemaRevision="1.0" TargetName="Made" TargetType="Controller">
<Controller Use="Target" Name="Made" ProcessorType="1756-L83E" MajorRev="34" MinorRev="12">
<Description><![CDATA[A made one]]></Description>
<SafetyInfo SafetyLocked="true" SafetySignature="0A0B0C0D"/>
<Security ChangesToDetect="16#ffff_ffff_ffff_fffd"/>
<DataTypes><DataType Name="Recipe"><Members>
<Member Name="ZZZZZZZZZZRecipe0" DataType="SINT" Dimension="0" Hidden="true"/>
<Member Name="Ready" DataType="BIT" Dimension="0" Target="ZZZZZZZZZZRecipe0" BitNumber="0"/>
<Member Name="Done" DataType="BIT" Dimension="0" Target="ZZZZZZZZZZRecipe0" BitNumber="1"/>
<Member Name="Steps" DataType="INT" Dimension="3"/>
<Member Name="Dwell" DataType="TIMER" Dimension="0"/>
</Members></DataType></DataTypes>
<Modules>
<Module Name="Local" CatalogNumber="1756-L83E" Vendor="1" ProductType="14" ProductCode="166"
 Major="34" Minor="12" ParentModule="Local"><Ports><Port Id="1" Address="2" Type="ICP"/></Ports>
</Module>
<Module Name="Inputs" CatalogNumber="1756-IB16" Vendor="1" ProductType="7" ProductCode="17"
 Major="3" Minor="5" ParentModule="Local">
<Ports><Port Id="1" Address="5" Type="ICP" Upstream="true"/></Ports>
<Communications><Connections><Connection Name="In"><InputTag><Data Format="Decorated">
<Structure DataType="AB:1756_DI:I:0"><DataValueMember Name="Fault" DataType="DINT" Value="7"/>
<DataValueMember Name="Data" DataType="DINT" Value="16#0000_00ff"/></Structure></Data></InputTag>
</Connection></Connections></Communications></Module>
<Module Name="Drive" CatalogNumber="755" Vendor="1" ProductType="143" ProductCode="1168"
 Major="14" Minor="1" ParentModule="Eth">
<Ports><Port Id="2" Address="10.0.0.9" Type="Ethernet" Upstream="true"/></Ports></Module>
</Modules>
<AddOnInstructionDefinitions><AddOnInstructionDefinition Name="Valve"><Parameters>
<Parameter Name="EnableIn" DataType="BOOL" Usage="Input"/>
<Parameter Name="Open" DataType="BOOL" Usage="Output"/>
<Parameter Name="Where" DataType="Recipe" Usage="InOut"/></Parameters>
<LocalTags><LocalTag Name="Count" DataType="DINT"/></LocalTags>
</AddOnInstructionDefinition></AddOnInstructionDefinitions>
<Tags>
<Tag Name="Now" TagType="Base" DataType="Recipe"><Data Format="Decorated">
<Structure DataType="Recipe"><DataValueMember Name="Done" DataType="BOOL" Value="1"/>
<ArrayMember Name="Steps" DataType="INT" Dimensions="3"><Element Index="[0]" Value="1"/>
<Element Index="[1]" Value="-2"/><Element Index="[2]" Value="2#0000_0101"/></ArrayMember>
<StructureMember Name="Dwell" DataType="TIMER">
<DataValueMember Name="PRE" DataType="DINT" Value="5000"/>
<DataValueMember Name="DN" DataType="BOOL" Value="1"/></StructureMember></Structure></Data></Tag>
<Tag Name="Level" TagType="Base" DataType="REAL" ExternalAccess="Read Only">
<Data Format="Decorated"><DataValue DataType="REAL" Value="1.5"/></Data></Tag>
<Tag Name="Odd" TagType="Base" DataType="REAL">
<Data Format="Decorated"><DataValue DataType="REAL" Value="1.#QNAN"/></Data></Tag>
<Tag Name="Bits" TagType="Base" DataType="BOOL" Dimensions="40"><Data Format="Decorated">
<Array DataType="BOOL" Dimensions="40"><Element Index="[0]" Value="2#1"/>
<Element Index="[1]" Value="0"/><Element Index="[2]" Value="1"/></Array></Data></Tag>
<Tag Name="Same" TagType="Alias" AliasFor="Level"/>
<Tag Name="Lamp" TagType="Alias" AliasFor="Local:5:I.Data.3"/>
<Tag Name="Inlet" TagType="Base" DataType="Valve"/>
</Tags>
<Programs><Program Name="Main"><Tags><Tag Name="Own" DataType="LINT"/></Tags><Routines>
<Routine Name="Ladder" Type="RLL"><RLLContent><Rung Number="0"><Text>NOP();</Text></Rung>
</RLLContent></Routine><Routine Name="Text" Type="ST"><STContent/></Routine>
<EncodedData EncodedType="Routine" Name="Hidden" Type="RLL">c2VjcmV0</EncodedData>
</Routines></Program></Programs>
<Tasks><Task Name="Fast" Type="PERIODIC" Rate="2.5" Priority="3"><ScheduledPrograms>
<ScheduledProgram Name="Main"/></ScheduledPrograms></Task></Tasks>
</Controller></RSLogix5000Content>""".encode()


@pytest.fixture
def made(tmp_path: Path) -> Chassis:
    file = tmp_path / "made.L5X"
    file.write_bytes(DOCUMENT)
    return plant.from_file(file)


def value(chassis: Chassis, tag: str) -> str:
    symbol = controller_in(chassis).memory.symbols.named(tag)
    assert symbol is not None
    return value_of(symbol).hex()


def test_the_facts_of_the_controller_come_along(made: Chassis) -> None:
    cpu = controller_in(made)
    assert (cpu.project.name, cpu.project.description) == ("Made", "A made one")
    assert (cpu.revision, cpu.product_name) == ((34, 12), "1756-L83E/B")
    assert cpu.changes_to_detect == 0xFFFF_FFFF_FFFF_FFFD
    assert (cpu.project.safety_signature, cpu.project.safety_locked) == ("0A0B0C0D", True)
    (task,) = cpu.project.tasks
    assert (task.period_us, task.priority, task.programs) == (2500, 3, ("Main",))


def test_modules_sit_in_their_slots_and_the_controller_in_its_own(made: Chassis) -> None:
    assert sorted(made.slots) == [2, 5]
    with running(made) as live, calling(live) as caller:
        assert caller.at(slot(2), message(0x01, path(1, 1))).data.endswith(b"1756-L83E/B")
        assert caller.at(slot(5), message(0x01, path(1, 1))).data.endswith(b"1756-IB16")


def test_values_stand_where_the_template_puts_them(made: Chassis) -> None:
    timer = struct.pack("<III", 1 << 29, 5000, 0)
    assert value(made, "Now") == (b"\2\0" + struct.pack("<hhh", 1, -2, 5) + timer).hex()
    assert value(made, "Level") == struct.pack("<f", 1.5).hex()
    assert value(made, "Odd") == "0000c07f"
    assert value(made, "Bits") == "0500000000000000"
    assert value(made, "Local:5:I") == "07000000ff000000"


def test_types_access_and_aliases_are_resolved(made: Chassis) -> None:
    tags = {tag.name: tag for tag in controller_in(made).project.tags}
    assert tags["Level"].access is Access.READ_ONLY
    assert (tags["Same"].type, tags["Lamp"].type) == ("REAL", "BOOL")
    valve = controller_in(made).memory.templates.template("Valve")
    assert [place.name for place in valve.places] == [
        "ZZZZZZZZZZEnableIn", "EnableIn", "Open", "Count",
    ]  # fmt: skip
    assert valve.size == 8


def test_routines_come_with_their_language_and_protected_ones_too(made: Chassis) -> None:
    routines = controller_in(made).project.program("Main").routines
    assert [(one.name, one.language) for one in routines] == [
        ("Ladder", Language.LADDER), ("Text", Language.TEXT), ("Hidden", Language.LADDER),
    ]  # fmt: skip
    assert len({one.code for one in routines}) == 3


def test_a_document_without_a_controller_is_no_project() -> None:
    with pytest.raises(ValueError, match="no Controller"):
        l5x.parse(b"<RSLogix5000Content/>")


FOLDERS = sorted(folder.name for folder in (CORPUS / "l5x").glob("*__*"))


@pytest.mark.parametrize("folder", FOLDERS or ["none here"])
def test_every_real_file_is_loaded_and_listed(folder: str) -> None:
    files = sorted((CORPUS / "l5x" / folder).rglob("*.[Ll]5[Xx]"))
    if not files:
        pytest.skip(f"no real project files in {CORPUS}: set CCONTROL_CORPUS")
    for file in files:
        memory = Memory(l5x.load(file))
        for symbol in memory.symbols.since(0):
            assert len(value_of(symbol)) > 0
        for template in memory.templates.by_instance.values():
            assert template.description
            assert all(place.offset < max(template.size, 1) for place in template.places)


def test_a_real_file_is_read_over_the_line_to_the_last_tag() -> None:
    file = (
        CORPUS
        / "l5x"
        / "tnunnink__L5Sharp"
        / "tests_L5Sharp.Samples_Simple@202601112004_36d44355.L5X"
    )
    if not file.exists():
        pytest.skip(f"no real project files in {CORPUS}: set CCONTROL_CORPUS")
    chassis = plant.from_file(file)
    with running(chassis) as live, calling(live) as caller:
        for symbol in live.cpu.memory.symbols.since(0):
            if symbol.tag is not None and not symbol.tag.dimensions:
                request = message(0x4C, name(symbol.name), b"\1\0")
                assert caller.at(slot(chassis.entry), request).status in (0, 6)
