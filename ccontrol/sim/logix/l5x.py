"""Reads a project from an L5X file: as much of it as a controller shows over the network.

Own reader: shares nothing with ccontrol.logic. The file is one that a test or a demo chose, so
there is no guard against hostile ones here.
"""

import zlib
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

from ccontrol.sim.logix.l5x_values import Encoder, element_count
from ccontrol.sim.logix.project import (
    ALL_CHANGES,
    Access,
    DataType,
    IoModule,
    Language,
    Member,
    Origin,
    Program,
    Project,
    Routine,
    Tag,
    Task,
    compiled,
)
from ccontrol.sim.logix.templates import ATOMIC, BUILT_IN

_LANGUAGES = {
    "RLL": Language.LADDER,
    "ST": Language.TEXT,
    "FBD": Language.BLOCKS,
    "SFC": Language.SEQUENCE,
}
_ACCESS = {"Read Only": Access.READ_ONLY, "None": Access.NONE}
_BUILT_IN = {one.name for one in BUILT_IN}


def load(path: Path) -> Project:
    """Read a file; raises ValueError when it holds no controller."""
    return parse(path.read_bytes())


def parse(document: bytes) -> Project:
    """Read a document; an export of less than a controller gives that much of one."""
    root = ET.fromstring(document)  # noqa: S314 — see the module's docstring
    cpu = root.find("Controller")
    if cpu is None:
        raise ValueError("no Controller in this document")
    types = {one.name: one for one in _types(cpu)}
    reader = _Reader(cpu, types, Encoder(types))
    safety = cpu.find("SafetyInfo")
    security = cpu.find("Security")
    return Project(
        cpu.get("Name", "Context"),
        (cpu.findtext("Description") or "").strip(),
        cpu.get("ProcessorType", "1756-L83E"),
        (_number(cpu.get("MajorRev"), 33), _number(cpu.get("MinorRev"), 11)),
        data_types=tuple(types.values()),
        tags=(*reader.tags(cpu), *reader.module_tags()),
        programs=tuple(reader.programs()),
        tasks=tuple(_tasks(cpu)),
        modules=tuple(_modules(cpu)),
        connections=tuple(_connections(cpu)),
        changes_to_detect=_mask(security.get("ChangesToDetect") if security is not None else None),
        safety_signature=safety.get("SafetySignature", "") if safety is not None else "",
        safety_locked=safety is not None and safety.get("SafetyLocked") == "true",
    )


def _number(text: str | None, otherwise: int = 0) -> int:
    return int(text) if text and text.isdigit() else otherwise


def _mask(text: str | None) -> int:
    digits = (text or "").removeprefix("16#").replace("_", "")
    return int(digits, 16) if digits else ALL_CHANGES


# ---- data types


def _types(cpu: ET.Element) -> Iterator[DataType]:
    defined = set(_BUILT_IN)
    for one in cpu.iterfind("DataTypes/DataType"):
        defined.add(one.get("Name", ""))
        yield DataType(one.get("Name", ""), tuple(_members(one)))
    for one in cpu.iterfind("AddOnInstructionDefinitions/*"):
        defined.add(one.get("Name", ""))
        yield DataType(one.get("Name", ""), tuple(_parameters(one)))
    for one in cpu.iter():
        name = one.get("DataType", "")
        if one.tag in ("Structure", "StructureMember") and name not in defined:
            defined.add(name)
            origin = Origin.USER if ":" in name else Origin.FIRMWARE
            yield DataType(name, tuple(_decorated_members(one)), origin)


def _members(data_type: ET.Element) -> Iterator[Member]:
    for one in data_type.iterfind("Members/Member"):
        yield Member(
            one.get("Name", ""), one.get("DataType", "DINT"), element_count(one.get("Dimension")),
            one.get("Target", ""), _number(one.get("BitNumber")),
        )  # fmt: skip


def _parameters(instruction: ET.Element) -> Iterator[Member]:
    for one in (*instruction.iterfind("Parameters/*"), *instruction.iterfind("LocalTags/*")):
        if one.get("Usage") != "InOut" and not one.get("AliasFor"):
            yield Member(
                one.get("Name", ""), one.get("DataType") or "DINT",
                element_count(one.get("Dimensions")),
            )  # fmt: skip


def _decorated_members(structure: ET.Element) -> Iterator[Member]:
    for one in structure:
        if one.get("Name"):
            yield Member(
                one.get("Name", ""), one.get("DataType") or "DINT",
                element_count(one.get("Dimensions")),
            )  # fmt: skip


# ---- tags, programs


class _Reader:
    """Reads tags: they need the types around them and, for aliases, one another."""

    def __init__(self, cpu: ET.Element, types: dict[str, DataType], encoder: Encoder) -> None:
        self._cpu = cpu
        self._known = types.keys() | ATOMIC.keys() | _BUILT_IN
        self._encoder = encoder

    def tags(self, scope: ET.Element) -> tuple[Tag, ...]:
        """The tags of a controller or a program."""
        elements = list(scope.iterfind("Tags/Tag"))
        plain = {one.get("Name", ""): one for one in elements if one.get("DataType")}
        return tuple(self._tag(one, plain) for one in elements if one.get("Name"))

    def _tag(self, element: ET.Element, plain: dict[str, ET.Element]) -> Tag:
        target = element
        if not element.get("DataType"):
            target = plain.get(element.get("AliasFor", ""), element)
        bit = "." in element.get("AliasFor", "")
        kind = target.get("DataType") or ("BOOL" if bit else "DINT")
        sizes = (target.get("Dimensions") or "").replace(",", " ").split()
        access = _ACCESS.get(element.get("ExternalAccess", ""), Access.READ_WRITE)
        value = self._encoder.value(element, kind)
        return Tag(element.get("Name", ""), kind, tuple(int(size) for size in sizes), value, access)

    def programs(self) -> Iterator[Program]:
        """All programs with their routines, protected ones as well."""
        for one in self._cpu.iterfind("Programs/Program"):
            routines = tuple(_routines(one))
            yield Program(one.get("Name", ""), routines, self.tags(one))

    def module_tags(self) -> Iterator[Tag]:
        """The tags that modules bring: `Local:3:I`, or `Drive:O` behind Ethernet."""
        seen = set()
        for module in self._cpu.iterfind("Modules/Module"):
            for element in module.iter():
                if element.tag not in ("ConfigTag", "InputTag", "OutputTag"):
                    continue
                structure = element.find("Data/Structure")
                name = f"{_tag_stem(module)}:{element.tag[0]}"
                if structure is not None and name not in seen:
                    seen.add(name)
                    kind = structure.get("DataType", "DINT")
                    yield Tag(name, kind, (), self._encoder.value(element, kind))


def _routines(program: ET.Element) -> Iterator[Routine]:
    for one in program.iterfind("Routines/*"):
        language = _LANGUAGES.get(one.get("Type", ""), Language.LADDER)
        yield Routine(one.get("Name", ""), language, compiled("".join(one.itertext()).strip()))


# ---- tasks, modules


def _tasks(cpu: ET.Element) -> Iterator[Task]:
    for one in cpu.iterfind("Tasks/Task"):
        programs = one.iterfind("ScheduledPrograms/ScheduledProgram")
        rate_ms, continuous = float(one.get("Rate") or 10), one.get("Type") == "CONTINUOUS"
        yield Task(
            one.get("Name", ""), tuple(program.get("Name", "") for program in programs),
            _number(one.get("Priority"), 10), round(rate_ms * 1000), continuous,
        )  # fmt: skip


def _upstream(module: ET.Element) -> ET.Element | None:
    ports = module.findall("Ports/Port")
    return next((port for port in ports if port.get("Upstream") == "true"), None)


def _tag_stem(module: ET.Element) -> str:
    port = _upstream(module)
    if port is None or port.get("Type") == "Ethernet" or not port.get("Address", "").isdigit():
        return module.get("Name", "")
    return f"{module.get('ParentModule')}:{port.get('Address')}"


def _slot(module: ET.Element) -> int | None:
    own = module.get("Name") == module.get("ParentModule")
    ports = module.findall("Ports/Port") if own else [_upstream(module)]
    addresses = [
        port.get("Address", "")
        for port in ports
        if port is not None and port.get("Type") in ("ICP", "5069", "Compact")
    ]
    here = module.get("ParentModule") == "Local" and addresses and addresses[0].isdigit()
    return int(addresses[0]) if here else None


def _modules(cpu: ET.Element) -> Iterator[IoModule]:
    for one in cpu.iterfind("Modules/Module"):
        if one.get("Name"):
            yield IoModule(
                one.get("Name", ""), one.get("CatalogNumber", ""), _number(one.get("Vendor"), 1),
                _number(one.get("ProductType"), 7), _number(one.get("ProductCode")),
                (_number(one.get("Major"), 1), _number(one.get("Minor"), 1)), _slot(one),
                one.get("ParentModule", "Local"),
            )  # fmt: skip


def _connections(cpu: ET.Element) -> Iterator[str]:
    for module in cpu.iterfind("Modules/Module"):
        for number, _ in enumerate(module.iterfind("Communications/Connections/Connection")):
            name = f"{module.get('Name')}/{number}"
            yield f"Standard:{zlib.crc32(name.encode()):08x}"
