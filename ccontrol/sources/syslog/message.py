"""One line of syslog → its parts: RFC 5424, the older habit of RFC 3164, or bare text. Pure.

Total: every line of bytes is a message, whatever is wrong with it. Bounded: nothing here grows with
more than the line, which is cut before it gets here. Nobody's word is believed yet: what a part
means is the vendors' tables' business.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from ccontrol.sources.syslog.elements import Element, split_elements
from ccontrol.sources.wire.text import printable

LONGEST_LINE: Final = 8_192
"""What comes after is cut; RFC 5424, 6.1, asks a receiver to take 2,048 octets at least."""
_PRIORITY: Final = re.compile(rb"<(\d{1,3})>")
_MOST_PRIORITY: Final = 191
"""Facility 23, severity 7 (RFC 5424, 6.2.1)."""
_HEADER_FIELDS: Final = 5
_HEADER_BYTES: Final = 1_024
_OLD_HEAD: Final = re.compile(
    r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [ \d]\d \d\d:\d\d:\d\d (\S{1,255}) "
)
_TAG: Final = re.compile(r"([^\s:\[]{1,48})(?:\[([^\]]{1,32})\])?:(?: |$)")
_BOM: Final = b"\xef\xbb\xbf"


class Form(StrEnum):
    """How a line is built."""

    NEW = "rfc5424"
    OLD = "rfc3164"
    BARE = "bare"
    """Neither: text alone."""


@dataclass(frozen=True, slots=True)
class Message:
    """A line's parts, without control characters. Empty: the line does not say it."""

    form: Form
    text: str
    priority: int = -1
    at: datetime | None = None
    """When its sender says that it happened. None: it does not, or not in which time zone."""
    host: str = ""
    app: str = ""
    process: str = ""
    id: str = ""
    elements: tuple[Element, ...] = ()

    def parameter(self, name: str) -> str:
        """Return the first parameter of that name, in any element; "" where there is none."""
        values = (value for one in self.elements for key, value in one.parameters if key == name)
        return next(values, "")


def parse(line: bytes) -> Message:
    """Return what a line says."""
    line = line.rstrip(b"\r\n\0")
    found = _PRIORITY.match(line)
    if found is None or int(found[1]) > _MOST_PRIORITY:
        return Message(Form.BARE, _text(line))
    priority, rest = int(found[1]), line[found.end() :]
    if rest.startswith(b"1 "):
        message = _new(rest[2:], priority)
        if message is not None:
            return message
    return _old(printable(rest), priority)


def _new(rest: bytes, priority: int) -> Message | None:
    """Return a message as RFC 5424 has it, None where its header is torn."""
    fields = rest[:_HEADER_BYTES].split(b" ", _HEADER_FIELDS)
    if len(fields) <= _HEADER_FIELDS:
        return None
    begin = sum(map(len, fields[:_HEADER_FIELDS])) + _HEADER_FIELDS
    at, host, app, process, name = (_field(field) for field in fields[:_HEADER_FIELDS])
    elements, text = split_elements(rest[begin:])
    return Message(Form.NEW, _text(text), priority, _time(at), host, app, process, name, elements)


def _old(rest: str, priority: int) -> Message:
    """Return a message of the older habit: date without year, host, tag; each may be missing.

    Its date is not taken: it names neither year nor time zone.
    """
    head = _OLD_HEAD.match(rest)
    if head is None:
        return Message(Form.BARE, rest, priority)
    text = rest[head.end() :]
    tag = _TAG.match(text)
    if tag is None:
        return Message(Form.OLD, text, priority, None, head[1])
    return Message(
        Form.OLD, text[tag.end() :], priority, None, head[1], tag[1], tag[2] or ""
    )  # fmt: skip


def _field(field: bytes) -> str:
    return "" if field == b"-" else printable(field)


def _text(text: bytes) -> str:
    return printable(text.removeprefix(_BOM))


def _time(said: str) -> datetime | None:
    """Return a time of RFC 3339 that names its zone, in UTC; None for anything else."""
    try:
        at = datetime.fromisoformat(said)
        return None if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
