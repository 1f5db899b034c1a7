"""Data types and Add-On Instructions → parts. Members, parameters and locals keep their order.

The order is meaning: it decides how a structure lies in memory, and how a call's operands are read.
"""

from collections.abc import Iterator

from ccontrol.logic.file import SealText
from ccontrol.logic.l5x.declarations import declared
from ccontrol.logic.l5x.elements import name_attribute, titled
from ccontrol.logic.l5x.noise import DERIVED, is_default
from ccontrol.logic.l5x.record import record
from ccontrol.logic.l5x.routines import add_routine
from ccontrol.logic.parts import Parts
from ccontrol.logic.project import Language
from ccontrol.logic.xml import Element, attributes, name_of
from ccontrol.logic.xml_words import inside
from ccontrol.model.aspect import Aspect

_GENERATED = "ZZZZZZZZZZ"
"""Begins the name of a hidden member that Studio makes up to hold BOOLs."""
_PROTECTED = "source protected: its logic is encrypted, only a changed identity can be seen"
_SIGNATURE = frozenset({"SignatureHistory", "SafetySignature", "SignatureID", "SignatureTimestamp"})


def add_data_type(parts: Parts, element: Element, under: tuple[str, ...], seal: SealText) -> None:
    """Add a DataType."""
    name = name_attribute(element)
    plain = {key for key, value in attributes(element) if is_default(key, value)}
    lines = [titled(element, "DATA TYPE")]
    lines += record(element, seal, without={"Name", "Members", *DERIVED, *plain})
    for member in inside(element, "Members"):
        if not (member.get("Hidden") == "true" and _is_generated(member)):
            lines += declared(member, seal)
    parts.add((*under, "types", name), Language.DATA, Aspect.PROGRAM, lines)


def add_instruction(parts: Parts, element: Element, under: tuple[str, ...], seal: SealText) -> None:
    """Add an Add-On Instruction: its interface, its signature, its routines."""
    path = (*under, "instructions", name_attribute(element))
    title = titled(element, "ADD-ON INSTRUCTION")
    told = {"Name", "Parameters", "LocalTags", "Routines", "ScanModeRoutine"}
    lines = [title, *record(element, seal, without={*told, *DERIVED, *_SIGNATURE})]
    opaque = _PROTECTED if name_of(element) == "EncodedData" else ""
    parts.add((*path, "instruction"), Language.RECORD, Aspect.PROGRAM, lines, opaque=opaque)
    interface = list(_interface(element, seal))
    if interface:
        lines = [f"INTERFACE of {title}", *interface]
        parts.add((*path, "interface"), Language.DATA, Aspect.PROGRAM, lines)
    signed = list(_signature(element, seal))
    if signed:
        lines = [f"SIGNATURE of {title}", *signed]
        parts.add((*path, "signature"), Language.RECORD, Aspect.PROTECTION, lines)
    for holder in ("Routines", "ScanModeRoutine"):
        for routine in inside(element, holder):
            where = f"of {titled(element, 'instruction')}"
            add_routine(parts, routine, path, where, seal)


def _interface(element: Element, seal: SealText) -> Iterator[str]:
    """Yield parameters and local tags, in their order: a call's operands go by it."""
    for holder, word in (("Parameters", "PARAMETER"), ("LocalTags", "LOCAL")):
        for each in inside(element, holder):
            yield from declared(each, seal, word)


def _signature(element: Element, seal: SealText) -> Iterator[str]:
    others = {str(name) for name in element.attrib} | {name_of(each) for each in element}
    yield from record(element, seal, without=others - _SIGNATURE)


def _is_generated(member: Element) -> bool:
    return name_attribute(member).startswith(_GENERATED)
