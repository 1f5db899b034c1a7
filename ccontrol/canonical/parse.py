"""The files of one controller → State. Total: what is not in form is an UnreadableStateError.

Reads plant/ and state/; views/ is passed over. plant/ alone is enough: then all that moves by
itself is simply not known. So are the files of some kinds with form and sight: then the others'
facts are not known, while their gaps are.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ccontrol.canonical.layout import PLANT, PLANT_FORM, STATE_FORM
from ccontrol.canonical.reading import Table, read
from ccontrol.canonical.upgrades import upgraded
from ccontrol.errors import ModelError, UnreadableStateError
from ccontrol.model.aspect import Aspect, Strength
from ccontrol.model.finding import Finding
from ccontrol.model.state import Known, State
from ccontrol.model.unit import Image, Unit, UnitId

_NEWER = "Read this store with the version of ccontrol that wrote it, or a later one."
_PARTS_BEFORE_FILE = 3  # root, area, controller


def parse(files: Mapping[str, bytes]) -> State:
    """Return the state that these files (path → content) were rendered from; older forms, too."""
    found = _Found()
    try:
        files = upgraded(files)
        for path in sorted(files):
            found.take(path, files[path])
        return found.state()
    except ModelError as error:
        raise UnreadableStateError(f"the files of a controller hold rubbish: {error}") from error


@dataclass(slots=True)
class _Found:
    """What the files said so far. plant/ sorts before state/, so facts come before what moves."""

    form: Table | None = None
    sight: Table | None = None
    units: dict[UnitId, Unit] = field(default_factory=dict)
    facts_of_kind: dict[str, str] = field(default_factory=dict)
    facts_of_unit: dict[UnitId, str] = field(default_factory=dict)

    def take(self, path: str, content: bytes) -> None:
        root, *tail = path.split("/")
        rest = tail[_PARTS_BEFORE_FILE - 1 :]
        match root, rest:
            case _, []:
                raise UnreadableStateError(f"{path}: lies where no file of a controller may lie")
            case "views", _:
                return
            case "plant", [_]:
                self.form = self._only(self.form, read(path, content))
            case "plant", [_, _]:
                self._add(_plant(read(path, content)))
            case "state", [_]:
                self.sight = self._only(self.sight, read(path, content))
            case "state", ["units", _]:
                self._take_moving(read(path, content))
            case "state", ["values", _, _]:
                self._take_values(read(path, content))
            case _:
                raise UnreadableStateError(f"{path}: lies where no file of a controller may lie")

    def state(self) -> State:
        if self.form is None:
            raise UnreadableStateError("the file that names the controller and its form is missing")
        _check_form(self.form, PLANT_FORM)
        form = self.form
        state = State(
            form.text("controller"),
            form.text("family"),
            {unit_id: self._known(unit) for unit_id, unit in self.units.items()},
            facts=form.text("facts", ""),
        )
        return state if self.sight is None else _with_sight(state, self.sight)

    def _known(self, unit: Unit) -> Known:
        usual = self.facts_of_kind.get(unit.id.kind, "")
        return Known(unit, None, self.facts_of_unit.get(unit.id, usual))

    def _only(self, before: Table | None, found: Table) -> Table:
        if before is not None:
            raise UnreadableStateError(f"{found.where}: {before.where} says the same")
        return found

    def _add(self, unit: Unit) -> None:
        if unit.id in self.units:
            raise UnreadableStateError(f"{unit.id} has two files")
        self.units[unit.id] = unit

    def _take_moving(self, table: Table) -> None:
        kind = table.text("kind")
        self.facts_of_kind[kind] = table.text("facts", "")
        for key, entry in table.table("unit").named():
            unit_id = UnitId(kind, key)
            if "aspect" in entry:
                self._add(Unit(unit_id, entry.word("aspect", Aspect), key))
            self.units[unit_id] = replace(
                self._one(unit_id, table),
                title=entry.text("title", key),
                moving=entry.table("moving").fields(),
                fingerprint=entry.text("fingerprint", ""),
            )
            if "facts" in entry:
                self.facts_of_unit[unit_id] = entry.text("facts")

    def _take_values(self, table: Table) -> None:
        unit_id = UnitId(table.text("kind"), table.text("key"))
        self.units[unit_id] = replace(self._one(unit_id, table), values=table.data())

    def _one(self, unit_id: UnitId, table: Table) -> Unit:
        if unit_id not in self.units:
            raise UnreadableStateError(f"{table.where}: {unit_id} has no file in {PLANT}/")
        return self.units[unit_id]


def _plant(table: Table) -> Unit:
    unit_id = UnitId(table.text("kind"), table.text("key"))
    return Unit(
        unit_id,
        table.word("aspect", Aspect),
        unit_id.key,
        fields=table.table("fields").fields(),
        image=_image(table.table("image")) if "image" in table else None,
    )


def _image(table: Table) -> Image:
    sections = tuple((section.text("name"), section.data()) for section in table.tables("sections"))
    return Image(table.text("mask"), sections)


def _with_sight(state: State, sight: Table) -> State:
    _check_form(sight, STATE_FORM)
    units = dict(state.units)
    for entry in sight.tables("unread"):
        unit_id = UnitId(entry.text("kind"), entry.text("key"))
        known, reason = units.get(unit_id), entry.text("reason")
        units[unit_id] = replace(known, unread=reason) if known else Known(None, reason)
    strengths = sight.table("strengths")
    return replace(
        state,
        units=units,
        unlisted=sight.table("unlisted").named_texts(),
        listed=frozenset(sight.texts("listed")),
        strengths={aspect: strengths.word(aspect, Strength) for aspect in strengths.names(Aspect)},
        findings=frozenset(_finding(entry) for entry in sight.tables("finding")),
    )


def _finding(table: Table) -> Finding:
    return Finding(
        table.text("code"),
        table.text("subject"),
        table.word("aspect", Aspect),
        table.text("text"),
    )


def _check_form(table: Table, newest: int) -> None:
    form = table.integer("form")
    if form != newest:
        raise UnreadableStateError(
            f"{table.where}: form {form}, where {newest} is known", hint=_NEWER
        )
