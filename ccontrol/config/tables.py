"""One table of the file, from raw TOML to checked: secrets looked up, lists and words made types.

What the tables are is the schema's; how they hang together is load's.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import TypeVar, get_origin

from pydantic import BaseModel

from ccontrol.config.faults import Faults, check, plain, shown
from ccontrol.config.place import Place, Placed, Raw
from ccontrol.config.secrets import HOW_TO, KINDS, Reference, SecretSource, WithheldSecret
from ccontrol.errors import SecretMissingError
from ccontrol.model.secret import Secret

M = TypeVar("M", bound=BaseModel)
_CREDENTIAL = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,254}")


@dataclass(slots=True)
class Desk:
    """What checking a file needs at hand: where it lies, who has the secrets, what was found."""

    folder: Path
    """The folder of the file: relative paths start here."""
    secrets: SecretSource
    faults: Faults = field(default_factory=Faults)
    missing: Faults = field(default_factory=Faults)
    """References that are written right and name nothing that could be had, each once."""
    kept_apart: list[tuple[Place, Path]] = field(default_factory=list)
    """Files of keys and secrets, and which setting names each."""

    def table(
        self,
        model: type[M],
        raw: Raw,
        place: Place,
        *,
        siblings: Iterable[str] = (),
        reported: frozenset[str] = frozenset(),
        partial: bool = False,
    ) -> M | None:
        """Return the checked table, or None after noting every fault in it.

        `siblings`, `reported` and `partial` are those of `faults.check`.
        """
        before = len(self.faults)
        ready = {
            name: self._ready(model, name, value, None if name in reported else place.at(name))
            for name, value in raw.items()
        }
        ready = {name: value for name, value in ready.items() if not _spare(model, name, value)}
        checked = check(
            model, ready, place, self.faults, siblings=siblings, reported=reported, partial=partial
        )
        return checked if len(self.faults) == before else None

    def subtable(self, raw: Raw, name: str, place: Place) -> Raw:
        """Return a table within a table; an empty one when there is none or it is no table."""
        value = raw.get(name, {})
        if isinstance(value, dict):
            return value
        self.faults.add(place.at(name), f"want a table, got {shown(value)}")
        return {}

    def tables(self, raw: Raw, name: str, place: Place, key: str) -> tuple[Placed, ...]:
        """Return a list of tables, each with its place; they are called by what `key` says."""
        value = raw.get(name, [])
        where = place.at(name)
        if not isinstance(value, list):
            header = ".".join(step for step in where.steps if isinstance(step, str))
            self.faults.add(where, f"want a list of tables, each begun with [[{header}]]")
            return ()
        for number, item in enumerate(value):
            if not isinstance(item, dict):
                self.faults.add(where.at(number), f"want a table, got {shown(item)}")
        return where.tables(value, key)

    def at(self, name: str) -> Path:
        """Return the path that a setting names; relative ones start at the file's folder."""
        return self.folder / name

    def file(self, reference: Reference, place: Place) -> Path:
        """Return the file that a reference names; when it is not there, that is noted."""
        reference = self._anchored(reference)
        self._note(reference, place)
        try:
            return self.secrets.path(reference)
        except SecretMissingError as error:
            self.missing.add(place, str(error))
            return self.at(reference.name)

    def _ready(
        self, model: type[BaseModel], name: str, value: object, place: Place | None
    ) -> object:
        """Return a raw value in the type that the setting wants, if there is one."""
        setting = model.model_fields.get(name)
        kind = plain(setting.annotation) if setting else None
        if kind is Secret:
            return self._secret(value, place)
        if get_origin(kind) is tuple and isinstance(value, list):
            return tuple(value)
        if isinstance(kind, type) and issubclass(kind, Enum):
            return next((member for member in kind if member.value == value), value)
        return value

    def _secret(self, value: object, place: Place | None) -> Secret:
        """Return the secret of a reference. A literal one is refused, and never repeated.

        Without a place nothing is noted: it was noted where the value stands.
        """
        reference = _reference(value)
        if isinstance(reference, str):
            if place:
                self.faults.add(place, reference)
            return WithheldSecret(reference)
        reference = self._anchored(reference)
        if place:
            self._note(reference, place)
        try:
            return self.secrets.text(reference)
        except SecretMissingError as error:
            if place:
                self.missing.add(place, str(error))
            return WithheldSecret(str(error))

    def _note(self, reference: Reference, place: Place) -> None:
        if reference.kind == "file":
            self.kept_apart.append((place, Path(reference.name)))

    def _anchored(self, reference: Reference) -> Reference:
        if reference.kind != "file":
            return reference
        return Reference("file", str(self.at(reference.name)))


def _spare(model: type[BaseModel], name: str, value: object) -> bool:
    """Return whether a secret that was not had can be left out: schemas may look into secrets."""
    return isinstance(value, WithheldSecret) and not model.model_fields[name].is_required()


def _reference(value: object) -> Reference | str:
    """Return the reference that a value is, or what is wrong with it without showing it."""
    if isinstance(value, str):
        return f"a secret may not stand in this file; {HOW_TO}"
    if not isinstance(value, dict) or len(value) != 1:
        return f"want a secret by reference: {HOW_TO}"
    ((kind, name),) = value.items()
    if kind not in KINDS:
        return f"no such kind of reference; {HOW_TO}"
    if not isinstance(name, str) or not name.isprintable() or not name:
        return f"want the name as a text: {HOW_TO}"
    if kind != "file" and _CREDENTIAL.fullmatch(name) is None:
        return f"want a name of letters, digits, '_', '.', '-' as {kind}"
    return Reference(kind, name)
