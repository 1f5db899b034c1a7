"""What is secret of a controller, as data, and the last net beneath every driver.

A driver seals what it knows to be secret. Should one forget, the field is sealed here before the
facts leave the decoder: nothing that is named a secret ever enters a store in clear.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path

from ccontrol.canonical.reading import read
from ccontrol.errors import UnreadableStateError
from ccontrol.model.secret import Seal
from ccontrol.model.snapshot import Read, Sighting, Snapshot
from ccontrol.model.unit import Fields, Unit, UnitId, Value

_DATA = Path(__file__).with_name("secret_fields.toml")
_FORM = 1


@dataclass(frozen=True, slots=True)
class SecretField:
    """One field that is secret, of some family and kinds; "*" is anything."""

    family: str
    kinds: tuple[str, ...]
    field: str
    words: str


@lru_cache(maxsize=1)
def secret_fields() -> tuple[SecretField, ...]:
    """Return what the package says is secret. Raises UnreadableStateError for a spoiled file."""
    table = read(_DATA.name, _DATA.read_bytes())
    if table.integer("form") != _FORM:
        raise UnreadableStateError(f"{_DATA.name}: of a form that this version does not know")
    return tuple(
        SecretField(one.text("family"), one.texts("kinds"), one.text("field"), one.text("words"))
        for one in table.tables("secret")
    )


def sealed(snapshot: Snapshot, seal: Seal, rules: Iterable[SecretField]) -> Snapshot:
    """Return the snapshot with every text in a secret field sealed; mostly it is the same one."""
    own = tuple(one for one in rules if fnmatchcase(snapshot.family, one.family))
    open_units = dict(_open_units(snapshot, own))
    if not open_units:
        return snapshot
    sightings: dict[UnitId, Sighting] = {
        unit.id: Read(_sealed_unit(unit, names, seal)) for unit, names in open_units.items()
    }
    return replace(snapshot, sightings={**snapshot.sightings, **sightings})


def _open_units(
    snapshot: Snapshot, rules: tuple[SecretField, ...]
) -> Iterator[tuple[Unit, frozenset[str]]]:
    """Yield the units in which a secret stands in clear, and the fields."""
    for seen in snapshot.sightings.values():
        if not isinstance(seen, Read):
            continue
        every = (*seen.unit.fields, *seen.unit.moving)
        names = {name for name, value in every if _is_open(value)}
        found = frozenset(name for name in names if _is_secret(seen.unit.id.kind, name, rules))
        if found:
            yield seen.unit, found


def _is_open(value: Value) -> bool:
    return isinstance(value, str | tuple)


def _is_secret(kind: str, name: str, rules: tuple[SecretField, ...]) -> bool:
    return any(
        fnmatchcase(name.lower(), one.field) and any(fnmatchcase(kind, each) for each in one.kinds)
        for one in rules
    )


def _sealed_unit(unit: Unit, names: frozenset[str], seal: Seal) -> Unit:
    def told(of: Fields) -> Fields:
        return tuple(
            (name, seal.of(_bytes(value)) if name in names and _is_open(value) else value)
            for name, value in of
        )

    return replace(unit, fields=told(unit.fields), moving=told(unit.moving))


def _bytes(value: Value) -> bytes:
    text = "\0".join(value) if isinstance(value, tuple) else str(value)
    return text.encode("utf-8", "surrogatepass")
