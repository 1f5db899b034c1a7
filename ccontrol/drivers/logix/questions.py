"""The questions of this family: their words in a capture, and what is asked for each. Pure.

The words must be understood in ten years: they name the thing, and its number in hexadecimal where
it has one. A capture says nothing of requests, so both halves of the driver agree here.
"""

import re
from collections.abc import Iterable

from ccontrol.drivers.enip.request import GET_ALL, GET_LIST, Request, attributes
from ccontrol.drivers.logix import symbols, templates

IDENTITY, EDITS, AUDIT, OBJECTS, PROJECT, CLOCK = (
    "identity",
    "edits",
    "audit",
    "objects",
    "project",
    "clock",
)
TCP_IP, LINK, PORTS = "tcp/ip", "link", "ports"
SYMBOLS, TEMPLATE, TEMPLATE_HEADS, SLOT, TAG = "symbols", "template", "heads", "slot", "tag"
PROGRAMS, PROGRAM, ROUTINES, ROUTINE, CODE = "programs", "program", "routines", "routine", "code"

AUDIT_VALUE, CHANGES_TO_DETECT = 0x1B, 0x1C
EDIT_COUNTERS, ENGINEER = (1, 2, 3, 4), 10
"""Attributes of class AC: what moves with tags and types, and what a station leaves behind."""
TIME_UTC, ZONE, OFFSET, DAYLIGHT = 6, 8, 9, 10
ROUTINE_TYPE, ROUTINE_SIZE, ROUTINE_NAME, PROGRAM_NAME = 1, 6, 0x19, 0x1C
_READ_TAG, _READ, _READ_FRAGMENT, _SYMBOLS, _INSTANCES = 0x4C, 0x4C, 0x52, 0x55, 0x4B
_SYMBOL, _TEMPLATE, _PROGRAM, _ROUTINE = 0x6B, 0x6C, 0x68, 0x6D
_AUDIT_TAG_DINTS = 2
_PROGRAM_NAME = re.compile(r"Program:[A-Za-z_][A-Za-z0-9_]{0,39}")

ONE = {
    IDENTITY: Request(GET_ALL, ((0x01, 1),)),
    EDITS: Request(GET_LIST, ((0xAC, 1),), attributes(*EDIT_COUNTERS, ENGINEER)),
    AUDIT: Request(GET_LIST, ((0x8E, 1),), attributes(AUDIT_VALUE, CHANGES_TO_DETECT)),
    OBJECTS: Request(GET_ALL, ((0x02, 1),)),
    PROJECT: Request(GET_LIST, ((0x64, 1),), attributes(1, 2)),
    CLOCK: Request(GET_LIST, ((0x8B, 1),), attributes(TIME_UTC, ZONE, OFFSET, DAYLIGHT)),
    TCP_IP: Request(GET_ALL, ((0xF5, 1),)),
    LINK: Request(GET_ALL, ((0xF6, 1),)),
    PORTS: Request(GET_ALL, ((0xF4, 0),)),
}
"""What is asked of each question that has one answer."""


def symbols_from(scope: str, instance: int, *, with_access: bool) -> Request:
    """Ask for the symbols of a scope ("" is the controller) from an instance on."""
    wanted = [symbols.NAME, symbols.TYPE, symbols.DIMENSIONS]
    wanted += [symbols.ACCESS] if with_access else []
    return Request(_SYMBOLS, ((_SYMBOL, instance),), attributes(*wanted), symbol=scope)


def of_scope(scope: str) -> str:
    """Return the words for the symbols of a scope: "symbols", "symbols Program:Main"."""
    return f"{SYMBOLS} {scope}" if scope else SYMBOLS


def is_program(scope: str) -> bool:
    """Tell whether a project can have a program of that name.

    Of any other nothing is asked: no question may carry it, or it may read as another question.
    """
    return _PROGRAM_NAME.fullmatch(scope) is not None


def head_of(instance: int) -> Request:
    """Ask which structure a template is."""
    return Request(GET_LIST, ((_TEMPLATE, instance),), attributes(*templates.HEAD))


def heads_of(instances: Iterable[int]) -> str:
    """Return the words for the heads of some templates."""
    return " ".join((TEMPLATE_HEADS, *(f"{one:03X}" for one in instances)))


def template_from(instance: int, offset: int, size: int) -> Request:
    """Ask for the description of a template from a byte on."""
    wanted = offset.to_bytes(4, "little") + size.to_bytes(2, "little")
    return Request(_READ, ((_TEMPLATE, instance),), wanted)


def tag(name: str, *, audit: bool = False) -> Request:
    """Ask for a tag's value; the copy of an AuditValue is two DINTs."""
    elements = _AUDIT_TAG_DINTS if audit else 1
    return Request(_READ_TAG, data=elements.to_bytes(2, "little"), symbol=name)


def instances_from(program: int | None, instance: int) -> Request:
    """Ask which programs there are, or which routines of a program, from an instance on."""
    if program is None:
        return Request(_INSTANCES, ((_PROGRAM, instance),))
    return Request(_INSTANCES, ((_PROGRAM, program), (_ROUTINE, instance)))


def program(number: int) -> Request:
    """Ask for the name of a program."""
    return Request(GET_LIST, ((_PROGRAM, number),), attributes(PROGRAM_NAME))


def routine(program: int, number: int) -> Request:
    """Ask for name, type and size of a routine."""
    wanted = attributes(ROUTINE_TYPE, ROUTINE_SIZE, ROUTINE_NAME)
    return Request(GET_LIST, ((_PROGRAM, program), (_ROUTINE, number)), wanted)


def code_from(program: int, number: int, offset: int, *, ladder: bool) -> Request:
    """Ask for the code of a routine: ladder from a double word on, anything else from a byte on."""
    service = _READ if ladder else _READ_FRAGMENT
    wanted = bytes(2) + offset.to_bytes(4, "little")
    return Request(service, ((_PROGRAM, program), (_ROUTINE, number)), wanted)
