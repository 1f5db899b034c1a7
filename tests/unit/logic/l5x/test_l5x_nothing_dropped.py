"""Every attribute and every text of the plant is changed in turn: unseen stays only what may.

This is the law that matters most: what nobody wrote a rule for must not get lost.
"""

import re
from collections.abc import Iterator

from ccontrol.logic.project import Language
from tests.unit.logic.l5x.plant import PLANT, project

UNSEEN = {
    "RSLogix5000Content": {"Owner", "ExportDate", "ExportOptions"},
    "Controller": {"Use", "ProjectCreationDate", "LastModifiedDate"},
    "AddOnInstructionDefinition": {
        "CreatedDate", "CreatedBy", "EditedDate", "EditedBy", "SoftwareRevision",
    },
    "Dependency": {"Type", "Name"},
    "Member": {"Target", "BitNumber"},
    "Rung": {"Number"},
    "Line": {"Number"},
    "FBDContent": {"SheetSize", "SheetOrientation"},
    "SFCContent": {
        "SheetSize", "SheetOrientation", "StepName", "TransitionName", "ActionName", "StopName",
    },
    "Sheet": {"Number"},
    "IRef": {"X", "Y", "HideDesc"},
    "ORef": {"X", "Y", "HideDesc"},
    "Block": {"X", "Y", "HideDesc", "VisiblePins"},
    "Function": {"X", "Y"},
    "AddOnInstruction": {"X", "Y", "VisiblePins"},
    "TextBox": {"ID", "X", "Y", "Width"},
    "Step": {"X", "Y", "HideDesc", "DescX", "DescY", "DescWidth", "ShowActions"},
    "Action": {"ID"},
    "Transition": {"X", "Y", "HideDesc", "DescX", "DescY", "DescWidth"},
    "Branch": {"Y"},
    "Stop": {"X", "Y", "HideDesc", "DescX", "DescY", "DescWidth"},
    "DirectedLink": {"Show"},
    "Routine": {"Type"},
    # What the data is said to be of, and how it would be shown: the definition says both.
    "Structure": {"DataType"},
    "DataValue": {"DataType", "Radix"},
    "DataValueMember": {"DataType", "Radix"},
    "Array": {"DataType", "Dimensions", "Radix"},
    "Element": {"Index"},  # within a run of equal ones, whose ends are told
    "Data": {"Format", "Length"},
    "DefaultData": {"Format"},
    "ForceData": {"Format"},
}  # fmt: skip
"""What of which element may change unseen; docs/programs/l5x.md gives the reasons."""
_ELEMENT = re.compile(r"<(\w+)((?:\s+\w+=\"[^\"]*\")+)\s*/?>")
_ATTRIBUTE = re.compile(r"(\w+)=\"([^\"]*)\"")
_TEXT = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_UNSEEN_TEXTS = {
    "c2VjcmV0IGJ5dGVzIHRoYXQgY2hhbmdlIHdpdGggZXZlcnkgZXhwb3J0",
    "YW5vdGhlciBibG9i",
    # L5K beside the same data decorated
    "[20,11,1,1,1]", "0", "[0,5000,120]",
}  # fmt: skip


def logic(text: str) -> list[tuple[str, str]]:
    parts = project(text).parts
    return [(part.name, part.text) for part in parts if part.language is not Language.LAYOUT]


def with_each_attribute_changed() -> Iterator[tuple[str, str, str]]:
    for element in _ELEMENT.finditer(PLANT):
        for attribute in _ATTRIBUTE.finditer(element[2]):
            end = element.start(2) + attribute.end(2)
            yield element[1], attribute[1], f"{PLANT[:end]}9{PLANT[end:]}"


def test_every_attribute_shows_but_those_that_are_named_here() -> None:
    before = logic(PLANT)
    unseen: dict[str, set[str]] = {}
    seen: dict[str, set[str]] = {}
    for element, attribute, text in with_each_attribute_changed():
        where = unseen if logic(text) == before else seen
        where.setdefault(element, set()).add(attribute)
    generated = {"Name", "DataType", "Dimension", "Radix", "Hidden", "ExternalAccess"}
    unseen["Member"] -= generated & seen["Member"]  # of the hidden host alone
    dropped = {name: gone - UNSEEN.get(name, set()) for name, gone in unseen.items()}
    assert {name: gone for name, gone in dropped.items() if gone} == {}


def test_every_text_shows_but_what_is_encoded_or_told_twice() -> None:
    before = logic(PLANT)
    unseen = set()
    for found in _TEXT.finditer(PLANT):
        end = found.end(1)
        if logic(f"{PLANT[:end]}9{PLANT[end:]}") == before:
            unseen.add(found[1])
    assert unseen == _UNSEEN_TEXTS
