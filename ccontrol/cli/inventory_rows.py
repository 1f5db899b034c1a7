"""A controller's state as an inventory: overview, rows, CSV. Knows units, not families. Pure."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from ccontrol.canonical.spoken import spoken
from ccontrol.logic.printable import printable
from ccontrol.model.approval import Baseline
from ccontrol.model.aspect import Aspect
from ccontrol.model.controller import Controller
from ccontrol.model.state import Known, State
from ccontrol.model.unit import Unit, UnitId, field

_BLOCK = re.compile(r"([A-Z]+)\d+")
"""A part of a program that is called by its kind and a number, "OB1" of the kind "OB"."""
_PARTS = frozenset({"program", "program-file", "routine", "task", "type"})
"""Kinds of what a program is made of where its parts have names, and no type and number."""
_ITSELF = frozenset({"cpu", "controller"})
"""Keys of what is the controller itself, none of its modules."""
_NO_ANSWER = "no answer"
"""The name of what gave none: a slot is listed, and nobody knows of a module in it."""
_NOT_STOCK = frozenset({Aspect.MODE, Aspect.SIGHT, Aspect.VALUES, Aspect.PROTECTION})
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_COLUMNS = (
    "site",
    "area",
    "controller",
    "name",
    "address",
    "kind",
    "key",
    "title",
    "order_number",
    "version",
    "serial",
    "content_sha256",
    "unread",
)


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that a controller consists of."""

    unit: UnitId
    aspect: Aspect
    title: str
    order_number: str
    version: str
    serial: str
    content: str
    """SHA-256 of what is approved of it."""
    unread: str | None
    """Why the facts are old; None when they are not."""


@dataclass(frozen=True, slots=True)
class Stock:
    """One controller."""

    site: str
    area: str
    controller_id: str
    name: str
    address: str
    known: bool
    """False when nothing of it was ever stored, or nobody can tell."""
    unreadable: str = ""
    """Why what is stored of it cannot be read; empty when it can."""
    order_number: str = ""
    firmware: str = ""
    serial: str = ""
    modules: int = 0
    program: tuple[tuple[str, int], ...] = ()
    """How many parts of each kind: its blocks by type, or programs, routines, tasks, files."""
    unread: int = 0
    items: tuple[Item, ...] = ()
    baseline: Baseline | None = None
    """How it stands to what people approved; None: nobody approves anything there."""


def stock_of(controller: Controller, site: str, state: State | None, unreadable: str = "") -> Stock:
    """Return what is known of a controller; `state` is None when nothing is."""
    who = (site, controller.area, controller.id, controller.name, controller.address)
    if state is None:
        return Stock(*who, known=False, unreadable=unreadable)
    items = tuple(
        _item(unit_id, known) for unit_id, known in sorted(state.units.items()) if _is_stock(known)
    )
    return Stock(
        *who,
        known=True,
        order_number=_first(item.order_number for item in items if item.aspect is Aspect.IDENTITY),
        firmware=_firmware(items),
        serial=_first(item.serial for item in items if item.aspect is Aspect.IDENTITY),
        modules=sum(_is_module(known) for known in state.units.values()),
        program=_counted(items),
        unread=sum(known.unread is not None for known in state.units.values()),
        items=items,
    )


def csv_text(stocks: Iterable[Stock]) -> str:
    """Return one row for each item; no cell is a formula to a spreadsheet."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    for stock in stocks:
        head = (stock.site, stock.area, stock.controller_id, stock.name, stock.address)
        for item in stock.items:
            writer.writerow(_tamed((*head, *_csv_cells(item))))
    return text.getvalue()


def _csv_cells(item: Item) -> tuple[str, ...]:
    return (
        item.unit.kind,
        item.unit.key,
        item.title,
        item.order_number,
        item.version,
        item.serial,
        item.content,
        item.unread or "",
    )


def _tamed(cells: tuple[str, ...]) -> list[str]:
    plain = [printable(cell) for cell in cells]
    return [f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in plain]


def _is_stock(known: Known) -> bool:
    return known.unit is None or known.unit.aspect not in _NOT_STOCK


def _is_module(known: Known) -> bool:
    unit = known.unit
    return (
        unit is not None and unit.id.kind == "module" and field(unit.fields, "name") != _NO_ANSWER
    )


def _item(unit_id: UnitId, known: Known) -> Item:
    unit = known.unit
    if unit is None:
        return Item(unit_id, Aspect.SIGHT, unit_id.key, "", "", "", "", known.unread)

    def told(name: str) -> str:
        value = field(unit.fields, name)
        return "" if value is None else spoken(value)

    return Item(
        unit_id,
        unit.aspect,
        unit.title,
        told("order_number") or (_catalogue_number(unit) if told("product_code") else ""),
        told("version") or told("firmware") or told("revision"),
        told("serial"),
        unit.content,
        known.unread,
    )


def _catalogue_number(unit: Unit) -> str:
    """Return what a CIP device, which has no order number, calls itself: "1756-L83E/B"."""
    name = field(unit.fields, "name") or field(unit.fields, "bulletin") or unit.title
    return spoken(name)


def _firmware(items: Iterable[Item]) -> str:
    """Return the version of what runs: that of the controller, else the first that has one."""
    parts = [item for item in items if item.aspect is Aspect.FIRMWARE and item.version]
    running = [item.version for item in parts if item.unit.key in _ITSELF]
    return _first([*running, *(item.version for item in parts)])


def _counted(items: Iterable[Item]) -> tuple[tuple[str, int], ...]:
    kinds = Counter(item.unit.kind for item in items if _is_part(item.unit))
    return tuple(sorted(kinds.items()))


def _is_part(unit: UnitId) -> bool:
    block = _BLOCK.fullmatch(unit.key)
    return unit.kind in _PARTS or (block is not None and block[1] == unit.kind)


def _first(texts: Iterable[str]) -> str:
    return next((text for text in texts if text), "")
