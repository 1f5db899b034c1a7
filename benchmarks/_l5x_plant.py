"""A synthetic L5X of any size, made like real ones: four fifths of it data of tags.

Studio 5000 writes each value twice, as L5K and decorated; shares were measured on public projects.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

_HEAD = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<RSLogix5000Content SchemaRevision="1.0" SoftwareRevision="36.00" TargetName="Plant" \
TargetType="Controller" ContainsContext="false" ExportDate="Mon Jan 05 10:00:00 2026" \
ExportOptions="NoRawData L5KData DecoratedData ForceProtectedEncoding AllProjDocTrans">
<Controller Use="Target" Name="Plant" ProcessorType="1756-L85E" MajorRev="36" MinorRev="11" \
LastModifiedDate="Mon Jan 05 09:59:00 2026">
<Security Code="0" ChangesToDetect="16#ffff_ffff_ffff_ffff"/>
"""
_TYPES = 800
_MEMBERS = 20
_RUNGS = 40
_BYTES_A_TAG = 2980


def make_project(path: Path, megabytes: int) -> None:
    """Write a project of about that size."""
    tags = megabytes * 1_000_000 * 4 // 5 // _BYTES_A_TAG
    with path.open("w", encoding="utf-8-sig", newline="\r\n") as file:
        file.write(_HEAD)
        _holder(file, "DataTypes", (_data_type(number) for number in range(_TYPES)))
        _holder(file, "Modules", (_module(number) for number in range(tags // 4)))
        _holder(file, "Tags", (_tag(number) for number in range(tags)))
        _holder(file, "Programs", (_program(number) for number in range(tags // 40)))
        file.write("</Controller>\n</RSLogix5000Content>\n")


def _holder(file: TextIO, name: str, units: Iterator[str]) -> None:
    file.write(f"<{name}>\n")
    file.writelines(units)
    file.write(f"</{name}>\n")


def _data_type(number: int) -> str:
    members = "".join(
        f'<Member Name="Member{at:02}" DataType="{"REAL" if at % 3 else "DINT"}" Dimension="0" '
        f'Radix="{"Float" if at % 3 else "Decimal"}" Hidden="false" ExternalAccess="Read/Write"/>\n'
        for at in range(_MEMBERS)
    )
    head = f'<DataType Name="Type{number}" Family="NoFamily" Class="User">'
    return f"{head}\n<Members>\n{members}</Members>\n</DataType>\n"


def _tag(number: int) -> str:
    values = [f"{number * 31 % 997}.{at}" if at % 3 else str(number + at) for at in range(_MEMBERS)]
    members = "".join(
        f'<DataValueMember Name="Member{at:02}" DataType="{"REAL" if at % 3 else "DINT"}" '
        f'Radix="{"Float" if at % 3 else "Decimal"}" Value="{value}"/>\n'
        for at, value in enumerate(values)
    )
    elements = "".join(
        f'<Element Index="[{at}]" Value="{number % 7 if at == number % 30 else 0}"/>\n'
        for at in range(30)
    )
    plain = ",".join(values)
    return (
        f'<Tag Name="Tag{number:06}" TagType="Base" DataType="Type{number % _TYPES}" '
        f'Constant="false" ExternalAccess="Read/Write" OpcUaAccess="None">\n'
        f"<Description>\n<![CDATA[Station {number} of the line]]>\n</Description>\n"
        f'<Data Format="L5K">\n<![CDATA[[{plain},[{",".join(["0"] * 30)}]]]]>\n</Data>\n'
        f'<Data Format="Decorated">\n<Structure DataType="Type{number % _TYPES}">\n{members}'
        f'<ArrayMember Name="History" DataType="DINT" Dimensions="30" Radix="Decimal">\n{elements}'
        f"</ArrayMember>\n</Structure>\n</Data>\n</Tag>\n"
    )


def _module(number: int) -> str:
    return (
        f'<Module Name="Slot{number}" CatalogNumber="1756-IB16" Vendor="1" ProductType="7" '
        f'ProductCode="11" Major="3" Minor="1" ParentModule="Local" ParentModPortId="1" '
        f'Inhibited="false" MajorFault="false">\n<EKey State="CompatibleModule"/>\n<Ports>\n'
        f'<Port Id="1" Address="{number}" Type="ICP" Upstream="true"/>\n</Ports>\n</Module>\n'
    )


def _program(number: int) -> str:
    rungs = "".join(
        f'<Rung Number="{at}" Type="N">\n<Comment>\n<![CDATA[Step {at}]]>\n</Comment>\n<Text>\n'
        f"<![CDATA[XIC(Tag{number:06}.Member00.{at % 32})[XIO(Stop{at}) ,XIC(Hand) ]"
        f"TON(T{at},1000,0)OTE(Out{number}.{at});]]>\n</Text>\n</Rung>\n"
        for at in range(_RUNGS)
    )
    return (
        f'<Program Name="Program{number}" TestEdits="false" MainRoutineName="Main" '
        f'Disabled="false" UseAsFolder="false">\n<Tags/>\n<Routines>\n'
        f'<Routine Name="Main" Type="RLL">\n<RLLContent>\n{rungs}</RLLContent>\n</Routine>\n'
        f"</Routines>\n</Program>\n"
    )
