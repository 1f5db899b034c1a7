"""The items of each asset's baseline: read, declared by people, or said to be unavailable.

Every item of the framework has its row for every asset; "nothing" is said, not left out.
"""

import hashlib
from collections.abc import Iterator
from datetime import date

from ccontrol.canonical.spoken import spoken
from ccontrol.evidence.chains import when
from ccontrol.evidence.facts import Asset, Attested, Facts, Known
from ccontrol.evidence.framework import Item
from ccontrol.evidence.tables import Row, Table
from ccontrol.model.attestation import Claim
from ccontrol.model.unit import Unit, field

READ, INDICATOR, DECLARED, UNAVAILABLE = "read", "indicator", "declared", "unavailable"
COLUMNS = (
    *("asset_id", "item", "words", "value", "version", "method", "why", "units"),
    *("sha256", "path", "commit", "as_of_utc", "signed_by"),
)
UNIT_COLUMNS = ("asset_id", "item", "unit", "title", "version", "sha256", "unread", "path")
_VERSIONS = ("version", "firmware", "revision")


def baseline(facts: Facts) -> Table:
    """Return one row for each asset and item."""
    rows = [_row(facts, asset, item) for asset in facts.assets for item in facts.framework.items]
    return Table("baseline", COLUMNS, tuple(rows))


def baseline_units(facts: Facts, asset: Asset) -> Table:
    """Return what an asset's items consist of, unit by unit."""
    known = facts.known.get(asset.controller_id)
    rows = () if known is None else tuple(_units(facts, asset, known))
    return Table("baseline_units", UNIT_COLUMNS, rows)


def method_of(row: Row) -> str:
    """Return how a row of the baseline came about."""
    return str(row[COLUMNS.index("method")])


def last_sayings(facts: Facts, asset: Asset, item: Item) -> Attested | None:
    """Return the newest attestation of an item by the period's end whose signature counts."""
    found = [
        one
        for one in facts.attested
        if one.attestation.claim is Claim.ITEM
        and one.attestation.controller_id in {asset.asset_id, asset.controller_id}
        and one.attestation.item == item.id
        and not one.signed.fault
        and when(one.signed).date() <= facts.period.until
    ]
    return max(found, key=lambda one: when(one.signed), default=None)


def _row(facts: Facts, asset: Asset, item: Item) -> Row:
    known = facts.known.get(asset.controller_id) if asset.controller_id else None
    said = last_sayings(facts, asset, item)
    if item.aspects and known is not None:
        return _read_row(facts, asset, item, known)
    if said is not None:
        return _declared_row(asset, item, said)
    why = "nobody declared it, and it cannot be read" if not item.aspects else _why_not(asset)
    return (
        *(asset.asset_id, item.id, item.words, "", "", UNAVAILABLE, why),
        *(None, "", "", "", None, ""),
    )


def _declared_row(asset: Asset, item: Item, said: Attested) -> Row:
    told, signed = said.attestation, said.signed
    return (
        *(asset.asset_id, item.id, item.words, told.text, "", DECLARED, told.method),
        *(None, told.file_sha256, "", signed.commit, when(signed), signed.signed_by),
    )


def _why_not(asset: Asset) -> str:
    if not asset.controller_id:
        return "it is not polled"
    return "nothing of it was ever stored"


def _read_row(facts: Facts, asset: Asset, item: Item, known: Known) -> Row:
    units = _of_item(known, item)
    unread = [one for one in known.state.units.items() if one[1].unread is not None]
    missing = sum(_is_of(one[1].unit, item) for one in unread)
    weak = {
        aspect.value: strength.value
        for aspect in item.aspects
        if (strength := known.state.strengths.get(aspect)) is not None and strength != "content"
    }
    why = "; ".join(
        (
            *(f"{aspect} is seen by {word} only" for aspect, word in weak.items()),
            *((f"{missing} units stand unread: their last facts are shown",) if missing else ()),
        )
    )
    method = UNAVAILABLE if not units else INDICATOR if weak else READ
    return (
        *(asset.asset_id, item.id, item.words),
        f"{len(units)} units" if len(units) != 1 else units[0].title,
        _version(units),
        method,
        why if units else "nothing of it was ever read",
        len(units),
        _digest(units) if units else "",
        known.folder,
        facts.heads.observed,
        _last_read(facts, asset, item),
        "",
    )


def _units(facts: Facts, asset: Asset, known: Known) -> Iterator[Row]:
    for item in facts.framework.items:
        for unit in _of_item(known, item):
            unread = known.state.units[unit.id].unread or ""
            cells = (unit.title, _version([unit]), unit.content, unread, known.folder)
            yield asset.asset_id, item.id, str(unit.id), *cells


def _of_item(known: Known, item: Item) -> list[Unit]:
    units = (one.unit for _, one in sorted(known.state.units.items()))
    return [unit for unit in units if unit is not None and unit.aspect in item.aspects]


def _is_of(unit: Unit | None, item: Item) -> bool:
    """Say whether a unit is of an item; one that was never read may be of any."""
    return unit is None or unit.aspect in item.aspects


def _version(units: list[Unit]) -> str:
    for unit in units:
        for name in _VERSIONS:
            if (value := field(unit.fields, name)) is not None:
                return spoken(value)
    return ""


def _digest(units: list[Unit]) -> str:
    """Return SHA-256 over "<kind>/<key> <content>", a line for each unit, sorted."""
    lines = sorted(f"{unit.id} {unit.content}\n" for unit in units)
    return hashlib.sha256("".join(lines).encode("utf-8", "surrogatepass")).hexdigest()


def _last_read(facts: Facts, asset: Asset, item: Item) -> date | None:
    found = facts.monitors.get(asset.controller_id)
    if found is None:
        return None
    return next((clock.last for clock in found.clocks if clock.item.id == item.id), None)
