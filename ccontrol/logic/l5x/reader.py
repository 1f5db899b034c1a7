"""L5X: reads the file unit by unit and has each told by the module that knows it."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from ccontrol.errors import BadFileError
from ccontrol.logic.file import ProjectFile, SealText
from ccontrol.logic.l5x.controller import add_rest
from ccontrol.logic.l5x.elements import CONTEXT, Holder, name_attribute, titled
from ccontrol.logic.l5x.modules import add_module
from ccontrol.logic.l5x.record import record
from ccontrol.logic.l5x.routines import add_routine
from ccontrol.logic.l5x.tags import Tags
from ccontrol.logic.l5x.types import add_data_type, add_instruction
from ccontrol.logic.parts import Parts
from ccontrol.logic.printable import printable
from ccontrol.logic.project import Language, Project
from ccontrol.logic.xml import Element, name_of, units
from ccontrol.model.aspect import Aspect

ROOT = "RSLogix5000Content"
_INSTRUCTIONS = ("AddOnInstructionDefinition", "AddOnInstruction", "EncodedData")
"""The second is how some other programs spell the first."""
_UNITS = ("Tag", "Routine", "DataType", "Module", *_INSTRUCTIONS)
_FACTS = (
    ("controller", "Controller", "Name"),
    ("processor", "Controller", "ProcessorType"),
    ("firmware major", "Controller", "MajorRev"),
    ("firmware minor", "Controller", "MinorRev"),
    ("serial number", "Controller", "ProjectSN"),
    ("communication path", "Controller", "CommPath"),
    ("last modified", "Controller", "LastModifiedDate"),
    ("created", "Controller", "ProjectCreationDate"),
    ("software", ROOT, "SoftwareRevision"),
    ("target type", ROOT, "TargetType"),
    ("target", ROOT, "TargetName"),
    ("exported", ROOT, "ExportDate"),
    ("owner", ROOT, "Owner"),
    ("export options", ROOT, "ExportOptions"),
)
_Adder: TypeAlias = Callable[[Parts, Element, tuple[str, ...], SealText], None]
_BY_PLACE: Mapping[tuple[str, str], _Adder] = {
    ("DataTypes", "DataType"): add_data_type,
    ("Modules", "Module"): add_module,
    **{("AddOnInstructionDefinitions", name): add_instruction for name in _INSTRUCTIONS},
}
_CONTROLLER = (ROOT, "Controller")


class L5x:
    """Rockwell's L5X, of whole controllers and of parts of one."""

    name = "l5x"
    version = 1
    title = "Rockwell L5X"
    suffixes: tuple[str, ...] = (".l5x",)

    def knows(self, name: str, head: bytes) -> bool:
        """Tell by the root element, or by the name for a file that begins like XML."""
        plain = head.replace(b"\0", b"")
        return ROOT.encode() in plain or (name.lower().endswith(".l5x") and b"<" in plain[:64])

    def read(self, file: ProjectFile, seal: SealText) -> Project:
        """Read it whole, one unit at a time. Raises BadFileError for what is no L5X."""
        reading = _Reading(seal)
        root: Element | None = None
        for element in units(file, _UNITS):
            root = element
            if element.getparent() is not None:
                reading.take(element)
        if root is None or name_of(root) != ROOT:
            raise BadFileError(f"{printable(file.name)}: its root element is not {ROOT}")
        return reading.project(root, f"{self.name}/{self.version}", file.name)


FORMAT = L5x()


class _Reading:
    """One file being read."""

    def __init__(self, seal: SealText) -> None:
        self._seal = seal
        self._parts = Parts()
        self._tags: dict[tuple[str, ...], Tags] = {}
        self._holder = Holder(None)

    def take(self, element: Element) -> None:
        """Take one unit, by where it stands."""
        holder = element.getparent()
        if self._holder.element is not holder:
            self._holder = Holder(holder)
        above, tag = self._holder.above, name_of(element)
        under = (CONTEXT,) if self._holder.is_context(element) else ()
        program = self._holder.program
        scope = ("controller",) if program is None else ("programs", name_attribute(program))
        add = _BY_PLACE.get((above[-1], tag)) if above[:2] == _CONTROLLER else None
        if add is not None and len(above) == len(_CONTROLLER) + 1:
            add(self._parts, element, under, self._seal)
        elif tag == "Tag" and _is_of_scope(above, "Tags"):
            self._tags.setdefault((*under, *scope), Tags()).take(element, self._seal)
        elif (
            tag in {"Routine", "EncodedData"}
            and program is not None
            and _is_of_scope(above, "Routines")
        ):
            where = f"in {titled(program, 'program')}"
            add_routine(self._parts, element, (*under, *scope), where, self._seal)
        else:
            self._take_unknown(element, above)

    def project(self, root: Element, format_name: str, file_name: str) -> Project:
        """Return everything, once the last unit is taken."""
        for scope, tags in self._tags.items():
            where = f"of program {scope[-1]}" if "programs" in scope else "of the controller"
            tags.tell(self._parts, scope, printable(where))
        self._tags.clear()
        add_rest(self._parts, root, self._seal)
        facts = _facts(root)
        said = dict(facts)
        title = said.get("target") or said.get("controller") or file_name
        return self._parts.project(format_name, title, facts, _comparable(root))

    def _take_unknown(self, element: Element, above: tuple[str, ...]) -> None:
        """Take a unit that stands where none is known to stand."""
        path = ("other", *above[1:], name_of(element), name_attribute(element))
        title = titled(element, name_of(element).upper())
        lines = [title, *record(element, self._seal, without={"Name"})]
        self._parts.add(path, Language.RECORD, Aspect.CONFIGURATION, lines)


def _is_of_scope(above: tuple[str, ...], holder: str) -> bool:
    """Tell whether it lies in such a holder of the controller or of a program."""
    return above in {
        (*_CONTROLLER, holder),
        (*_CONTROLLER, "Programs", "Program", holder),
    }


def _facts(root: Element) -> tuple[tuple[str, str], ...]:
    controller = next((each for each in root if name_of(each) == "Controller"), None)
    holders = {ROOT: root, "Controller": controller}
    found = (
        (fact, None if (holder := holders[where]) is None else holder.get(attribute))
        for fact, where, attribute in _FACTS
    )
    return tuple((fact, value) for fact, value in found if value)


def _comparable(root: Element) -> str:
    options = " ".join(sorted(root.get("ExportOptions", "").split()))
    return f"{root.get('TargetType', '')}: {options}" if options else root.get("TargetType", "")
