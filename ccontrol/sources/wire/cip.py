"""CIP requests and their answers: services in services, each child with its own status.

Unconnected Send carries a request to a module further on; Multiple Service Packet carries many.
Pure: bytes in, acts out.
"""

# ruff: noqa: PLR2004 — a wire format is made of numbers; each is named in the line beside it

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ccontrol.sources.acts import OK, Act
from ccontrol.sources.wire.cip_meanings import (
    CHANGES,
    CONNECTIONS,
    PCCC,
    ROUTER,
    SET_LIST,
    SYMBOL,
    meaning_of,
)
from ccontrol.sources.wire.cip_path import Path, path_of
from ccontrol.sources.wire.pccc import pccc_act, pccc_word
from ccontrol.sources.wire.text import printable

_MULTIPLE, _UNCONNECTED_SEND, _EXECUTE_PCCC = 0x0A, 0x52, 0x4B
_OPEN, _OPEN_LARGE = 0x54, 0x5B
_MOST_CHILDREN: Final = 256
_DEPTH: Final = 4
_LONGEST_NAME: Final = 64
_CHANGE_SIZES: Final = {3: 4, 4: 4, 5: 2, 7: 4, 8: 4, 9: 4, 10: 4}
"""Attributes of class 0xAC and how long each is, as an engineering tool writes them."""
_ONLINE: Final = "attribute-10"
"""Written alone whenever a tool goes online; a load writes the others too."""


@dataclass(frozen=True, slots=True)
class Connection:
    """A way to a module that was opened beforehand; without ids when its opening was not seen."""

    identity: int = 0
    to_target: int = 0
    to_originator: int = 0
    route: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """A request: what its answer has to be held against."""

    own: Act | None = None
    children: tuple["Asked | None", ...] = ()
    """Of a packet of several services, in their order; None for one that matters nobody."""
    opens: Connection | None = None
    """What a Forward Open asks for."""
    originator: str = ""
    is_pccc: bool = False

    @property
    def acts(self) -> Iterator[Act]:
        """All acts of the request, in the order of their services."""
        if self.own is not None:
            yield self.own
        for child in self.children:
            if child is not None:
                yield from child.acts

    @property
    def originators(self) -> Iterator[str]:
        """Who it says it is: vendor and serial number of the program that opens a connection."""
        if self.originator:
            yield self.originator
        for child in self.children:
            if child is not None:
                yield from child.originators


def request_of(cip: bytes, connection: Connection) -> Asked | None:
    """Return what a request asks for; None when nothing of it matters. Raises IndexError."""
    return _request(cip, connection.route, _DEPTH)


def _request(cip: bytes, route: tuple[str, ...], depth: int) -> Asked | None:
    service, size = cip[0], cip[1] * 2
    path = path_of(cip[2 : 2 + size])
    data = cip[2 + size :]
    last = path.steps[-1][0] if path.steps else 0
    if last == CONNECTIONS:
        return _to_connections(service, data, route, depth)
    if last == ROUTER and service == _MULTIPLE:
        return _children(data, route, depth - 1) if depth else None
    if last == PCCC and service == _EXECUTE_PCCC:
        act, originator = pccc_act(data)
        if act is not None:
            act.route = route
        return Asked(act, originator=originator, is_pccc=True)
    act = _act(service, path, data)
    if act is None:
        return None
    act.route = route
    return Asked(act)


def _to_connections(service: int, data: bytes, route: tuple[str, ...], depth: int) -> Asked | None:
    if service == _UNCONNECTED_SEND:
        size = int.from_bytes(data[2:4], "little")
        tail = 4 + size + (size & 1)
        way = path_of(data[tail + 2 : tail + 2 + data[tail] * 2]).route
        return _request(data[4 : 4 + size], (*route, *way), depth - 1) if depth else None
    if service not in (_OPEN, _OPEN_LARGE):
        return None
    to_target, to_originator, serial, vendor, number = struct.unpack_from("<IIHHI", data, 2)
    at = 34 if service == _OPEN else 38
    size_at = at + 1
    onwards = path_of(data[size_at + 1 : size_at + 1 + data[size_at] * 2]).route
    act = Act("cip", "session.open", "connection")
    act.route = (*route, *onwards)
    identity = serial << 48 | vendor << 32 | number
    opens = Connection(identity, to_target, to_originator, act.route)
    return Asked(act, opens=opens, originator=f"{vendor:04x}:{number:08x}")


def _children(data: bytes, route: tuple[str, ...], depth: int) -> Asked | None:
    children = tuple(
        _request(child, route, depth) if len(child) >= 2 else None for child in _parts(data)
    )
    return Asked(children=children) if any(children) else None


def _parts(data: bytes) -> list[bytes]:
    """Cut a packet of several services: their number, where each begins, the services."""
    count = min(int.from_bytes(data[:2], "little"), _MOST_CHILDREN)
    begins = [int.from_bytes(data[2 + 2 * at : 4 + 2 * at], "little") for at in range(count)]
    ends = [*begins[1:], len(data)][:count]  # of no service at all there is no end either
    return [data[begin:end] for begin, end in zip(begins, ends, strict=True)]


def _act(service: int, path: Path, data: bytes) -> Act | None:
    meaning = meaning_of(service, path)
    if meaning is None:
        return None
    act = Act("cip", meaning.action, meaning.kind, path.name)
    last = path.steps[-1][0] if path.steps else 0
    if service == SET_LIST and last == SYMBOL:
        act.facts = _name(data)
    elif service == SET_LIST and last == CHANGES:
        act.facts = _changes(data)
        if [name for name, _ in act.facts] == [_ONLINE]:
            act.action = "session.online"
    elif act.action in ("program.download", "firmware.write"):
        act.size = len(data)
    return act


def _name(data: bytes) -> tuple[tuple[str, str], ...]:
    """Return the name that a symbol is given: attribute 1, if it is the first one."""
    size = int.from_bytes(data[4:6], "little")
    if data[2:4] != b"\1\0" or not size:
        return ()
    return (("name", printable(data[6 : 6 + min(size, _LONGEST_NAME)])),)


def _changes(data: bytes) -> tuple[tuple[str, str], ...]:
    """Return the change words that are written, as far as their sizes are known."""
    facts = []
    at = 2
    for _ in range(min(int.from_bytes(data[:2], "little"), len(_CHANGE_SIZES))):
        attribute = int.from_bytes(data[at : at + 2], "little")
        size = _CHANGE_SIZES.get(attribute)
        if size is None or at + 2 + size > len(data):
            break
        facts.append((f"attribute-{attribute}", data[at + 2 : at + 2 + size].hex()))
        at += 2 + size
    return tuple(sorted(facts))


def settle(asked: Asked, cip: bytes) -> list[Connection]:
    """Hold an answer against its request; return the connections that it opened."""
    status = cip[2]
    data = cip[4 + 2 * cip[3] :]
    if asked.children:
        return _settle_children(asked, status, data)
    if asked.own is not None:
        word = OK if status == 0 else _word(cip)
        asked.own.settle(pccc_word(data) if asked.is_pccc and status == 0 else word)
    if asked.opens is None or status != 0 or len(data) < 8:
        return []
    to_target, to_originator = struct.unpack_from("<II", data)
    opens = asked.opens
    return [Connection(opens.identity, to_target, to_originator, opens.route)]


def _settle_children(asked: Asked, status: int, data: bytes) -> list[Connection]:
    opened: list[Connection] = []
    answers = _parts(data)
    for at, child in enumerate(asked.children):
        if child is None:
            continue
        if at < len(answers) and len(answers[at]) >= 4:
            opened += settle(child, answers[at])
        elif status:
            for act in child.acts:
                act.settle(f"{status:02X}")
    return opened


def _word(cip: bytes) -> str:
    """Return the general status and, if there is one, the first word of the extended one."""
    extended = cip[4:6]
    return f"{cip[2]:02X}" + (f"/{extended[1]:02X}{extended[0]:02X}" if cip[3] else "")
