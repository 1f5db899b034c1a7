"""What a fact is about, how deep a poll looks, and how well a change would be seen."""

from enum import StrEnum


class Aspect(StrEnum):
    """The side of a controller that a fact belongs to."""

    PROGRAM = "program"
    CONFIGURATION = "configuration"
    HARDWARE = "hardware"
    FIRMWARE = "firmware"
    IDENTITY = "identity"
    PROTECTION = "protection"
    MODE = "mode"
    INVENTORY = "inventory"
    VALUES = "values"
    SIGHT = "sight"


class Depth(StrEnum):
    """How much a poll asks, from a handful of questions to everything."""

    GLANCE = "glance"
    """A few cheap questions that tell whether anything moved."""
    DIAGNOSTICS = "diagnostics"
    """A glance, the controller's own log, and what that can be about: identity and modules."""
    INVENTORY = "inventory"
    """A glance, the list and header of every block, and the content of those that differ."""
    FULL = "full"
    """Everything, whatever the fingerprints say."""


class Strength(StrEnum):
    """How well a change of an aspect would be seen on this controller, strongest first."""

    CONTENT = "content"
    """The thing itself is read and compared byte by byte."""
    FINGERPRINT = "fingerprint"
    """A checksum of it is read; a forger or an unlucky change could keep it."""
    INDICATOR = "indicator"
    """Something that usually moves with it is read."""
    NONE = "none"
    """Nothing is read: silence says nothing, so "unchanged" is never said."""
