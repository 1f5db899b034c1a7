"""Units of a program's structure: programs, tags, types, tasks, module maps and connections.

Made from the symbol lists of every scope and the templates. A tag's type is told by name; where the
template of one is not had, the tags of that scope stay as they were known, for a number in place of
a name would look like a change. What the system keeps for itself (names with __) is left out.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ccontrol.drivers.enip.frames import several
from ccontrol.drivers.enip.request import SEVERAL
from ccontrol.drivers.logix import questions, symbols, templates
from ccontrol.drivers.logix.answers import GARBLED, Answer, Answers, why_not
from ccontrol.drivers.logix.controller_units import CONTROLLER
from ccontrol.drivers.logix.symbols import Scope, Symbol
from ccontrol.drivers.logix.templates import Head, Template
from ccontrol.drivers.sights import Sights, joined, seen, short
from ccontrol.errors import GarbledError
from ccontrol.model.aspect import Aspect
from ccontrol.model.snapshot import Listing, Read, Sighting, Unread
from ccontrol.model.unit import Fields, Unit, UnitId, Value, fields

TAGS, PROGRAM, TYPE = "tags", "program", "type"
_SYSTEM_KINDS = {Scope.TASK: "task", Scope.MAP: "io-module", Scope.CONNECTION: "io-connection"}
KINDS = (TAGS, PROGRAM, TYPE, *_SYSTEM_KINDS.values())
_NOT_ASKED = Unread("the poll ended before it was read", transient=True)
_TEMPLATE_LACKS = Unread("the template of one of its tags could not be read")
_NO_PROGRAM = Unread("no project can have a program of that name: it is not asked for")
_TWICE = Unread("its list names one symbol twice, and differently")
_SIGN = "#"
"""Between a name and its handle; no name of a project has one."""
_HANDLE_DIGITS = 4
"""Of a handle, which has 16 bits, in hexadecimal."""


_SCOPED = (PROGRAM, TAGS)
_Scope = tuple[Symbol, ...] | Unread
"""The symbols of a scope, or why they were not had."""


@dataclass(slots=True)
class _Types:
    """The templates of a controller, by instance."""

    found: dict[int, Template] = field(default_factory=dict)
    heads: dict[int, Head] = field(default_factory=dict)
    lacking: dict[int, Unread] = field(default_factory=dict)
    """Why a template that is needed was not had."""
    unknown: list[Unread] = field(default_factory=list)
    """Why scopes were not had, whose templates nobody knows."""
    names: dict[int, str] = field(default_factory=dict)


def read_program(answers: Answers) -> Sights:
    """Read everything about the structure; nothing where it was not asked for."""
    if answers.last(questions.SYMBOLS) is None:
        return Sights()
    own = _scope(answers, "")
    if isinstance(own, Unread):
        return Sights({}, {kind: short((), own) for kind in KINDS})
    names = sorted({one.bare_name for one in own if one.scope is Scope.PROGRAM})
    programs = {name: _scope(answers, f"{Scope.PROGRAM.value}{name}") for name in names}
    types = _types(answers, (own, *programs.values()))
    return joined(
        (
            *(_of_system(own, scope, kind) for scope, kind in _SYSTEM_KINDS.items()),
            _programs_and_tags(own, programs, types),
            _type_units(types),
        )
    )


def _scope(answers: Answers, scope: str) -> _Scope:
    if scope and not questions.is_program(scope):
        return _NO_PROGRAM
    with_access = answers.notes.get("access") == "yes"
    answer = answers.last(questions.of_scope(scope))
    if answer is None:
        return _NOT_ASKED
    if (why := why_not(answer)) is not None:
        return why
    try:
        pages = [symbols.page(one.data, with_access=with_access) for one in answer.replies]
    except GarbledError:
        return GARBLED
    found: dict[str, Symbol] = {}
    for one in (symbol for page in pages for symbol in page if not symbol.hidden):
        if found.setdefault(one.name, one) != one:
            return _TWICE
    return tuple(found.values())


def _of_system(own: tuple[Symbol, ...], scope: Scope, kind: str) -> Sights:
    named = sorted({one.bare_name for one in own if one.scope is scope})
    title = kind.replace("-", " ")
    return seen(
        kind,
        (Unit(UnitId(kind, one), Aspect.CONFIGURATION, f"{title} {one}") for one in named),
    )


def _programs_and_tags(
    own: tuple[Symbol, ...], programs: Mapping[str, _Scope], types: _Types
) -> Sights:
    units: dict[UnitId, Sighting] = {
        UnitId(TAGS, CONTROLLER): _tags(CONTROLLER, "tags of the controller", own, types)
    }
    for name, found in programs.items():
        scope = f"{Scope.PROGRAM.value}{name}"
        program, tags = UnitId(PROGRAM, name), UnitId(TAGS, scope)
        if isinstance(found, Unread):
            units[program] = units[tags] = found
        else:
            units[program] = _program(program, found)
            units[tags] = _tags(scope, f"tags of program {name}", found, types)
    keys = {kind: frozenset(one.key for one in units if one.kind == kind) for kind in _SCOPED}
    return Sights(units, {kind: Listing(keys[kind], complete=True) for kind in _SCOPED})


def _program(unit: UnitId, found: tuple[Symbol, ...]) -> Sighting:
    routines = tuple(sorted({one.bare_name for one in found if one.scope is Scope.ROUTINE}))
    title = f"program {unit.key}"
    return Read(Unit(unit, Aspect.CONFIGURATION, title, fields(routines=routines)))


def _tags(key: str, title: str, found: tuple[Symbol, ...], types: _Types) -> Sighting:
    tags = {one.name: one for one in found if one.scope is None}
    for one in tags.values():
        if one.template is not None and one.template not in types.names:
            return types.lacking[one.template]
    declared = {name: symbols.declared(one, types.names) for name, one in tags.items()}
    return Read(Unit(UnitId(TAGS, key), Aspect.CONFIGURATION, title, _sorted(declared)))


def _types(answers: Answers, scopes: Iterable[_Scope]) -> _Types:
    """Read the templates, and hold them against those that tags and other templates need."""
    types = _Types()
    for question, rest in answers.questions(questions.TEMPLATE_HEADS):
        _heads(answers.last(question), rest, types)
    for question, rest in answers.questions(questions.TEMPLATE):
        if _is_hex(rest) and int(rest, 16) in types.heads:
            _template(answers, question, int(rest, 16), types)
    needed = {n for one in types.found.values() for n in one.nested}
    for scope in scopes:
        if isinstance(scope, Unread):
            types.unknown.append(scope)
        else:
            needed |= {one.template for one in scope if one.template is not None}
    for number in needed - types.found.keys():
        types.lacking.setdefault(number, _NOT_ASKED)
    types.names = _unique(types.found, types.heads)
    return types


def _heads(answer: Answer | None, numbers: str, types: _Types) -> None:
    if answer is None or answer.fault:
        return
    packet = answer.last.service == SEVERAL
    replies = several(answer.last) if packet else answer.replies
    for number, one in zip(filter(_is_hex, numbers.split()), replies, strict=False):
        try:
            types.heads[int(number, 16)] = templates.head(one)
        except GarbledError:
            types.lacking[int(number, 16)] = _TEMPLATE_LACKS


def _template(answers: Answers, question: str, number: int, types: _Types) -> None:
    answer = answers.last(question)
    why = _NOT_ASKED if answer is None else why_not(answer)
    if why is None and answer is not None:
        try:
            data = templates.joined(answer.replies)
            types.found[number] = templates.template(data, types.heads[number].members)
        except GarbledError:
            why = GARBLED
    if why is not None:
        types.lacking[number] = why


def _unique(found: Mapping[int, Template], heads: Mapping[int, Head]) -> dict[int, str]:
    """Name each structure by itself: where several have one name, all but one carry their handle.

    A handle stands when a download numbers all structures anew. The number is left for those that
    have a handle in common too, or a name that no project can have.
    """
    met: set[tuple[str, ...]] = set()
    unique = {}
    for number in sorted(found, key=lambda one: (found[one].name, heads[one].handle, one)):
        name, handle = found[number].name, f"{heads[number].handle:04X}"
        shown = f"{name} #{handle}" if (name,) in met else name
        if (name, handle) in met or _SIGN in name:
            shown = f"{name} #{handle}/{number:03X}"
        met |= {(name,), (name, handle)}
        unique[number] = shown
    return unique


def _type_units(types: _Types) -> Sights:
    units: dict[UnitId, Sighting] = {}
    for number, one in types.found.items():
        unit = UnitId(TYPE, types.names[number])
        lacking = [types.lacking[inner] for inner in one.nested - types.names.keys()]
        units[unit] = lacking[0] if lacking else _type(unit, one, types.heads[number], types.names)
    keys = frozenset(unit.key for unit in units)
    why = next(iter((*types.lacking.values(), *types.unknown)), None)
    return Sights(units, {TYPE: short(keys, why) if why else Listing(keys, complete=True)})


def _type(unit: UnitId, one: Template, head: Head, names: dict[int, str]) -> Sighting:
    members = {
        f"member {member.name}": templates.described(member, names)
        for member in one.members
        if not templates.is_hidden(member)
    }
    facts: dict[str, Value] = {"bytes": head.size, "handle": f"{head.handle:04x}", **members}
    return Read(Unit(unit, Aspect.CONFIGURATION, f"type {unit.key}", _sorted(facts)))


def _sorted(named: Mapping[str, Value]) -> Fields:
    return tuple(sorted(named.items()))


def _is_hex(text: str) -> bool:
    return 0 < len(text) <= _HANDLE_DIGITS and all(one in "0123456789ABCDEF" for one in text)
