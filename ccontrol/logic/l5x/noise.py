"""What differs between two exports of an unchanged project, as data: each with its reason.

Measured over consecutive versions of public projects; docs/programs/l5x.md tells the figures.
Nothing else is left out of the text: an attribute that no table names is written.
"""

from collections.abc import Mapping

_EVERYWHERE = frozenset(
    {
        "Use",  # Target or Context of an export; told by the part's path
    }
)

_BY_ELEMENT: Mapping[str, frozenset[str]] = {
    "RSLogix5000Content": frozenset(
        {
            "ExportDate",  # of every export
            "Owner",  # who is registered on the exporting PC
            "TargetLastEdited",  # a date
            "ExportOptions",  # kept as what two projects must have in common to be compared
        }
    ),
    "Controller": frozenset(
        {
            "LastModifiedDate",  # moves with every save, and nothing need have changed
            "ProjectCreationDate",  # shifts by hours: it is the exporting PC's local time
        }
    ),
    "AddOnInstructionDefinition": frozenset(
        {
            "CreatedDate",
            "CreatedBy",
            "EditedDate",  # moves when the editor was opened; the text itself tells a change
            "EditedBy",
            "SoftwareRevision",  # of the Studio that edited it last
        }
    ),
    "Rung": frozenset({"Number"}),  # every rung below an inserted one gets another
    "Line": frozenset({"Number"}),
    "Member": frozenset(
        {
            "Target",  # the generated host of a BOOL; its name is made up anew on import
            "BitNumber",  # follows from the order of the members
        }
    ),
}

_COSMETIC = frozenset({"ID", "X", "Y", "HideDesc", "DescX", "DescY", "DescWidth", "VisiblePins"})
_SHEET = frozenset({"SheetSize", "SheetOrientation"})
_NEW_NAMES = frozenset({"StepName", "TransitionName", "ActionName", "StopName"})
"""What the editor calls the next element; the names that elements have stand in the text."""

DEFAULTS: Mapping[str, frozenset[str]] = {
    "TagType": frozenset({"Base", "Alias"}),  # what it is an alias of stands there anyway
    "Constant": frozenset({"false"}),
    "ExternalAccess": frozenset({"Read/Write"}),
    "OpcUaAccess": frozenset({"None"}),  # in every tag since v36, in none before
    "Radix": frozenset({"Decimal", "NullType", "Float"}),
    "Required": frozenset({"false"}),
    "Visible": frozenset({"false"}),
    "Hidden": frozenset({"false"}),
    "Family": frozenset({"NoFamily"}),
    "Class": frozenset({"User", "Standard"}),  # the contrary is Safety
}
"""What a declaration leaves out where it says what is always so; absence means the same."""

DERIVED = frozenset(
    {
        "Dependencies",  # which types a definition uses; only some export options write it
    }
)


def is_noise(element: str, attribute: str) -> bool:
    """Tell whether an attribute of such an element says nothing of the project."""
    return attribute in _EVERYWHERE or attribute in _BY_ELEMENT.get(element, ())


def is_cosmetic(attribute: str) -> bool:
    """Tell whether an attribute of a chart's element only says where and how it is drawn."""
    return attribute in _COSMETIC or attribute in _SHEET or attribute in _NEW_NAMES


def is_default(attribute: str, value: str) -> bool:
    """Tell whether a declaration may leave it out."""
    return value in DEFAULTS.get(attribute, ())
