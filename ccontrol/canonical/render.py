"""State → the files of one controller. `parse` is its inverse; docs/baseline-format.md is the law.

Decides nothing: what is equal in the model gives equal bytes, whatever the order it came in.
"""

from collections.abc import Iterator

from ccontrol.canonical import toml
from ccontrol.canonical.layout import PLANT_FORM, STATE_FORM, Layout, folders
from ccontrol.canonical.views import view
from ccontrol.model.finding import Finding
from ccontrol.model.state import State
from ccontrol.model.unit import Fields, Unit

__all__ = ["folders", "render"]


def render(state: State, area: str) -> dict[str, bytes]:
    """Return path → content of all files of the controller, those of its views included.

    They replace `folders(area, state.controller_id)` whole. Raises CcontrolError when a driver
    delivered text that is no text.
    """
    units = sorted((known.unit for known in state.units.values() if known.unit), key=_by_id)
    layout = Layout.of(area, state.controller_id, (unit.id for unit in units))
    files = {layout.form: _form(state), layout.sight: _sight(state)}
    moving: dict[str, list[list[str]]] = {}
    for unit in units:
        moving.setdefault(unit.id.kind, []).extend(_moving(unit))
        files.update(_own_files(unit, layout))
    for kind, parts in moving.items():
        if parts:
            files[layout.moving(kind)] = toml.document([toml.line("kind", kind)], *parts)
    return files


def _by_id(unit: Unit) -> tuple[str, str]:
    return unit.id


def _own_files(unit: Unit, layout: Layout) -> Iterator[tuple[str, bytes]]:
    if _is_approvable(unit):
        yield layout.plant(unit.id), _plant(unit)
    if unit.image is not None:
        yield layout.view(unit.id), view(unit, unit.image)
    if unit.values is not None:
        names = (("kind", unit.id.kind), ("key", unit.id.key))
        yield layout.values(unit.id), toml.document([*toml.lines(names), *toml.data(unit.values)])


def _is_approvable(unit: Unit) -> bool:
    return bool(unit.fields) or unit.image is not None


def _form(state: State) -> bytes:
    named = (("form", PLANT_FORM), ("controller", state.controller_id), ("family", state.family))
    return toml.document(toml.lines(named))


def _plant(unit: Unit) -> bytes:
    head = (("kind", unit.id.kind), ("key", unit.id.key), ("aspect", unit.aspect.value))
    parts = [toml.lines(head), *_table("fields", unit.fields)]
    if unit.image is not None:
        parts.append(["[image]", toml.line("mask", unit.image.mask)])
        for name, data in unit.image.sections:
            parts.append(["[[image.sections]]", toml.line("name", name), *toml.data(data)])
    return toml.document(*parts)


def _moving(unit: Unit) -> list[list[str]]:
    """Return the unit's part of its kind's file: none when its file in plant/ says everything."""
    name = toml.key(unit.id.key)
    own = toml.lines(
        (
            ("title", None if unit.title == unit.id.key else unit.title),
            ("aspect", None if _is_approvable(unit) else unit.aspect.value),
            ("fingerprint", unit.fingerprint or None),
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
