"""A block as text: what it says of itself, what it declares, what it does. Dates left out.

Laid out as STEP 7's sources are, for people; nothing reads it back.
"""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from ccontrol.logic.mc7.block import (
    ENCRYPTED,
    KNOW_HOW_PROTECTED,
    OPEN_MARKS,
    Block,
    attribute_names,
    language_name,
)
from ccontrol.logic.mc7.code import disassemble
from ccontrol.logic.mc7.data_block import sections, structure
from ccontrol.logic.mc7.declarations import Interface, Role
from ccontrol.logic.mc7.interface import read_interface
from ccontrol.logic.mc7.lines import UNKNOWN
from ccontrol.logic.mc7.mnemonics import Spelling
from ccontrol.logic.mc7.networks import network_starts
from ccontrol.logic.mc7.sdb import sdb_sections
from ccontrol.logic.printable import printable

VERSION = 2
"""Of the rules by which text is written: raised with each change of what comes out, for then every
stored view is written anew."""
_KEYWORDS = {
    "OB": "ORGANIZATION_BLOCK",
    "FB": "FUNCTION_BLOCK",
    "FC": "FUNCTION",
    "DB": "DATA_BLOCK",
    "SDB": "SYSTEM_DATA_BLOCK",
}
_OPAQUE = "encrypted by block privacy"


class BlockText(NamedTuple):
    """One block as text, and how much of it could not be read."""

    text: str
    unread: int
    problems: tuple[str, ...]
    opaque: str
    """Why its code cannot be read; empty when it can."""


class _Read(NamedTuple):
    lines: list[str]
    unread: int = 0
    problems: tuple[str, ...] = ()
    """What the lines lack: told in the text, too."""
    unknown: tuple[str, ...] = ()
    """What stands in the lines as it is."""


def protection(mark: str | None, password: str) -> tuple[str, ...]:
    """Return the lines that tell of a protection: a mark of OPEN_MARKS, words for a password."""
    known = ("KNOW_HOW_PROTECT",) if mark == KNOW_HOW_PROTECTED else ()
    return (*known, f"PASSWORD : {password}") if password else known


def block_text(block: Block, language: Literal["en", "de"] = "en") -> str:
    """Return a block as text, with English or German mnemonics."""
    field = block.header.password
    password = "" if field in OPEN_MARKS else "is set"
    return written(block, protection(OPEN_MARKS.get(field), password), Spelling(language)).text


def written(
    block: Block, protected: Iterable[str], spelling: Spelling = Spelling.ENGLISH
) -> BlockText:
    """Return a block as text. `protected` are the lines of `protection`: a header may be masked."""
    header = block.header
    own, of_function = f"{header.type}{header.number}", header.type == "FC"
    if header.language == ENCRYPTED:
        return _opaque(block, protected)
    interface = read_interface(block.interface, of_function=of_function)
    if header.type == "SDB":
        read = _system_data(block)
    elif header.type == "DB":
        read = _data(block, interface)
    else:
        read = _code(block, interface, spelling)
    head = [*_head(block, interface), *protected]
    head += [f"{UNKNOWN} {problem}" for problem in read.problems]
    problems = tuple(f"{own}: {each}" for each in (*read.problems, *read.unknown))
    return BlockText(_joined([*head, *read.lines]), read.unread, problems, "")


def _opaque(block: Block, protected: Iterable[str]) -> BlockText:
    parts = (("interface", block.interface), ("code", block.body), ("more", block.additional))
    lines = [
        *_head(block, None),
        *protected,
        f"// opaque: {_OPAQUE}",
        *(f"{name} = {len(data)} bytes, sha256 {_sha256(data)}" for name, data in parts),
    ]
    return BlockText(_joined(lines), 0, (), _OPAQUE)


def _head(block: Block, interface: Interface | None) -> Iterator[str]:
    header, footer = block.header, block.footer
    name = f' "{printable(footer.name)}"' if footer.name else ""
    returned = f" : {_returned(interface)}" if header.type == "FC" and interface else ""
    yield f"{_KEYWORDS[header.type]} {header.type}{header.number}{name}{returned}"
    for keyword, value in (
        ("AUTHOR", footer.author), ("FAMILY", footer.family), ("VERSION", footer.version)
    ):  # fmt: skip
        if value:
            yield f"{keyword} : {printable(value)}"
    attributes = ", ".join(attribute_names(header.attributes)) or "none"
    yield f"// written in {language_name(header.language)}, attributes: {attributes}"


def _returned(interface: Interface) -> str:
    return ", ".join(one.type for one in interface.of(Role.RETURN)) or "VOID"


def _code(block: Block, interface: Interface, spelling: Spelling) -> _Read:
    of_function = block.header.type == "FC"
    networks = network_starts(block.additional, len(block.body))
    names = interface.names if of_function else None
    listing = disassemble(
        block.body,
        networks.starts,
        names=names,
        spelling=spelling,
        temp_bytes=interface.temp_bytes,
    )
    problems = interface.problems
    if not networks.trusted:
        problems += ("the list of networks does not add up to the code: shown as one",)
    lines = [*sections(interface, of_function=of_function), "", *listing.text()]
    unread = interface.unread + listing.unread
    unknown = _marks(interface)
    if listing.unread:
        unknown += (f"{listing.unread} places of the code, which stand as they are",)
    return _Read(lines, unread, problems + listing.problems, unknown)


def _data(block: Block, interface: Interface) -> _Read:
    problems, size = interface.problems, block.header.mc7_bytes
    if interface.memory_bytes != size:
        problems += (f"it declares {interface.memory_bytes} bytes and holds {size}",)
    return _Read(list(structure(interface)), interface.unread, problems, _marks(interface))


def _marks(interface: Interface) -> tuple[str, ...]:
    marks = interface.unread - len(interface.problems)
    return (f"the meaning of {marks} bytes in braces",) if marks else ()


def _system_data(block: Block) -> _Read:
    lines, unknown = list[str](), list[str]()
    for section in sdb_sections(block):
        lines += ["", f"SECTION {section.title}", *section.lines]
        if not section.is_known:
            unknown.append(f"the meaning of its {section.title}")
    return _Read(lines, len(unknown), unknown=tuple(unknown))


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _joined(lines: Iterable[str]) -> str:
    return "\n".join((*lines, ""))
