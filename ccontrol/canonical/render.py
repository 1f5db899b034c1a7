"""State → the files of one controller. `parse` is its inverse; docs/baseline-format.md is the law.

Decides nothing: what is equal in the model gives equal bytes, whatever the order it came in.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from itertools import chain
from typing import NamedTuple

from ccontrol.canonical import toml
from ccontrol.canonical.files import Files
from ccontrol.canonical.layout import PLANT_FORM, STATE_FORM, Home, folders
from ccontrol.canonical.names import encode_all
from ccontrol.canonical.views import renderers_of, view
from ccontrol.model.finding import Finding
from ccontrol.model.state import Known, State
from ccontrol.model.unit import Fields, Image, Unit

__all__ = ["Shown", "folders", "render"]


class Shown(NamedTuple):
    """What the head shows of a controller: facts, and views of them by this version's renderers."""

    state: State
    views: Mapping[str, bytes]


def render(
    state: State,
    area: str,
    kinds: Collection[str] | None = None,
    shown: Shown | None = None,
) -> Files:
    """Return path → content of all files of the controller, those of its views included.

    They replace `folders(area, state.controller_id)` whole. With `kinds`: form, sight, renderer and
    what belongs to the units of these kinds; it replaces `Home.written_whole(kinds)` and their
    `Home.moving`. With `shown`: views of units that are as they were are taken over.
    """
    home = Home(area, state.controller_id)
    of_all = (
        (home.form, _form(state, area)),
        (home.sight, _sight(state)),
        (home.renderer, renderer_file(state.family)),
    )
    read: dict[str, list[Known]] = {}
    for unit_id, known in sorted(state.units.items()):
        if known.unit is not None and (kinds is None or unit_id.kind in kinds):
            read.setdefault(unit_id.kind, []).append(known)
    views = _Views(home, shown)
    of_kinds = (_of_kind(kind, of_kind, home, views) for kind, of_kind in read.items())
    return Files(chain(of_all, chain.from_iterable(of_kinds)))


class _Views:
    """Makes views, or takes over what is shown of a unit already."""

    def __init__(self, home: Home, shown: Shown | None) -> None:
        self._home = home
        self._units = shown.state.units if shown else {}
        files = shown.views if shown else {}
        self._files = {path.rpartition(".")[0]: (path, data) for path, data in files.items()}

    def of(self, unit: Unit, image: Image, name: str) -> tuple[str, bytes]:
        """Return path and content of the view of a unit; `name` is its encoded key."""
        stem = self._home.view(unit.id.kind, name, "").rpartition(".")[0]
        before = self._units.get(unit.id)
        if stem in self._files and before and before.unit and _looks_alike(before.unit, unit):
            return self._files[stem]
        made = view(unit, image)
        return self._home.view(unit.id.kind, name, made.suffix), made.text.encode()


def _looks_alike(one: Unit, other: Unit) -> bool:
    return (one.title, one.fields, one.image) == (other.title, other.fields, other.image)


def renderer_file(family: str) -> bytes:
    """Return what says who made the views of a controller: other bytes, other views."""
    return toml.document(toml.lines((("renderers", renderers_of(family)),)))


def _of_kind(
    kind: str, of_kind: list[Known], home: Home, views: _Views
) -> Iterable[tuple[str, bytes]]:
    units = [known.unit for known in of_kind if known.unit]
    approved = encode_all(unit.id.key for unit in units if _is_approvable(unit))
    kept = encode_all(unit.id.key for unit in units if unit.values is not None)
    for unit in units:
        key = unit.id.key
        if key in approved:
            yield home.plant(kind, approved[key]), _plant(unit)
        if unit.image is not None:
            yield views.of(unit, unit.image, approved[key])
        if unit.values is not None:
            yield home.values(kind, kept[key]), _values(unit, unit.values)
    facts = _usual_facts(of_kind)
    parts = [part for known in of_kind if known.unit for part in _moving(known, known.unit, facts)]
    if parts or facts:
        head = toml.lines((("kind", kind), ("facts", facts or None)))
        yield home.moving(kind), toml.document(head, *parts)


def _is_approvable(unit: Unit) -> bool:
    return bool(unit.fields) or unit.image is not None


def _usual_facts(of_kind: Iterable[Known]) -> str:
    """Return the interpretation that read most of them: only the others are named one by one."""
    met = Counter(known.facts for known in of_kind)
    return min(met, key=lambda facts: (-met[facts], facts))


def _form(state: State, area: str) -> bytes:
    named = (
        ("form", PLANT_FORM),
        ("area", area),
        ("controller", state.controller_id),
        ("family", state.family),
        ("facts", state.facts or None),
    )
    return toml.document(toml.lines(named))


def _values(unit: Unit, values: bytes) -> bytes:
    names = (("kind", unit.id.kind), ("key", unit.id.key))
    return toml.document([*toml.lines(names), *toml.data(values)])


def _plant(unit: Unit) -> bytes:
    head = (("kind", unit.id.kind), ("key", unit.id.key), ("aspect", unit.aspect.value))
    parts = [toml.lines(head), *_table("fields", unit.fields)]
    if unit.image is not None:
        parts.append(["[image]", toml.line("mask", unit.image.mask)])
        for name, data in unit.image.sections:
            parts.append(["[[image.sections]]", toml.line("name", name), *toml.data(data)])
    return toml.document(*parts)


def _moving(known: Known, unit: Unit, usual_facts: str) -> list[list[str]]:
    """Return the unit's part of its kind's file: none when its file in plant/ says everything."""
    name = toml.key(unit.id.key)
    own = toml.lines(
        (
            ("title", None if unit.title == unit.id.key else unit.title),
            ("aspect", None if _is_approvable(unit) else unit.aspect.value),
            ("fingerprint", unit.fingerprint or None),
            ("facts", None if known.facts == usual_facts else known.facts),
        ),
    )
    moving = _table(f"unit.{name}.moving", unit.moving)
    return [[f"[unit.{name}]", *own], *moving] if own or moving else []


def _sight(state: State) -> bytes:
    listed = tuple(sorted(state.listed))
    strengths = {aspect.value: strength.value for aspect, strength in state.strengths.items()}
    parts = [
        toml.lines((("form", STATE_FORM), ("listed", listed))),
        *_table("strengths", tuple(sorted(strengths.items()))),
        *_table("unlisted", tuple(sorted(state.unlisted.items()))),
    ]
    for unit_id, known in sorted(state.units.items()):
        if known.unread is not None:
            named = (("kind", unit_id.kind), ("key", unit_id.key), ("reason", known.unread))
            parts.append(["[[unread]]", *toml.lines(named)])
    return toml.document(*parts, *(_finding(finding) for finding in sorted(state.findings)))


def _finding(finding: Finding) -> list[str]:
    named = (
        ("code", finding.code),
        ("subject", finding.subject),
        ("aspect", finding.aspect.value),
        ("text", finding.text),
    )
    return ["[[finding]]", *toml.lines(named)]


def _table(name: str, fields: Fields) -> list[list[str]]:
    return [[f"[{name}]", *toml.lines(sorted(fields, key=_by_name))]] if fields else []


def _by_name(field: tuple[str, object]) -> str:
    return field[0]
