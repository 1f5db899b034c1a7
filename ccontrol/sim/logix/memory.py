"""A project in a controller's memory: instances and addresses of symbols, programs and routines.

Instances look like those of an L61: scattered 16-bit numbers that say nothing of the order of
making. They hang on names, so that a new tag does not move the others.
"""

import zlib
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ccontrol.sim.logix.project import Project, Routine, Tag
from ccontrol.sim.logix.templates import ARRAY, BUILT_IN, Templates, instance_of

PROGRAM, MAP, ROUTINE, TASK, CONNECTION = 0x1068, 0x1069, 0x106D, 0x1070, 0x107E
_INSTANCES = range(0x1000, 0xFFF0)


@dataclass(frozen=True, slots=True)
class Symbol:
    """One entry of a symbol table; `tag` is None for what the system itself entered."""

    instance: int
    name: str
    type_code: int
    element_size: int
    dimensions: tuple[int, int, int] = (0, 0, 0)
    address: int = 0
    tag: Tag | None = None


class Table:
    """The symbols of one scope in the order of their instances."""

    def __init__(self, symbols: Iterable[Symbol]) -> None:
        self._symbols = sorted(symbols, key=lambda symbol: symbol.instance)
        self._instances = [symbol.instance for symbol in self._symbols]
        self._by_name = {symbol.name.lower(): symbol for symbol in self._symbols}

    def __len__(self) -> int:
        return len(self._symbols)

    def since(self, instance: int) -> Iterator[Symbol]:
        """Symbols from an instance on."""
        yield from self._symbols[bisect_left(self._instances, instance) :]

    def at(self, instance: int) -> Symbol | None:
        """The symbol of one instance."""
        found = next(self.since(instance), None)
        return found if found is not None and found.instance == instance else None

    def named(self, name: str) -> Symbol | None:
        """A symbol by its name, in any case."""
        return self._by_name.get(name.lower())


@dataclass(frozen=True)
class LoadedRoutine:
    """A routine with its instance and the address of its symbol."""

    instance: int
    routine: Routine
    address: int


@dataclass(frozen=True)
class LoadedProgram:
    """A program with its instance in class 68, its symbols and its routines."""

    instance: int
    name: str
    symbols: Table
    routines: dict[int, LoadedRoutine]


def _numbered(numbering: str, names: Iterable[str]) -> dict[str, int]:
    given: dict[str, int] = {}
    taken: set[int] = set()
    for name in names:
        if name not in given:
            given[name] = instance_of(numbering + name, taken, _INSTANCES)
            taken.add(given[name])
    return given


class Memory:
    """What a controller makes of a project; another `numbering`, other instances and addresses."""

    def __init__(self, project: Project, numbering: str = "") -> None:
        self._numbering = numbering
        built_in = {one.name: one for one in BUILT_IN}
        defined = {one.name: one for one in project.data_types if one.name not in built_in}
        self.templates = Templates(built_in | defined, numbering)
        for one in (*built_in, *defined):
            self.templates.template(one)
        tasks = [task.name for task in project.tasks]
        self.tasks = dict(enumerate(project.tasks, start=1))
        system = (
            *((f"Program:{program.name}", PROGRAM) for program in project.programs),
            *((f"Map:{module.name}", MAP) for module in project.modules),
            *((f"Cxn:{name}", CONNECTION) for name in project.connections),
            *((f"Task:{name}", TASK) for name in tasks),
        )
        self.symbols = self._table("", project.tags, system)
        numbers = _numbered(numbering, (program.name for program in project.programs))
        self.programs: dict[int, LoadedProgram] = {}
        for program in project.programs:
            routines = _numbered(numbering, (routine.name for routine in program.routines))
            self.programs[numbers[program.name]] = LoadedProgram(
                numbers[program.name],
                program.name,
                self._table(
                    program.name,
                    program.tags,
                    tuple((f"Routine:{routine.name}", ROUTINE) for routine in program.routines),
                ),
                {
                    routines[one.name]: LoadedRoutine(
                        routines[one.name], one, self._address(program.name, f"Routine:{one.name}")
                    )
                    for one in sorted(program.routines, key=lambda one: routines[one.name])
                },
            )
        self._by_name = {one.name.lower(): one for one in self.programs.values()}

    def program_named(self, name: str) -> LoadedProgram | None:
        """A program by its name, in any case."""
        return self._by_name.get(name.lower())

    def _address(self, scope: str, name: str) -> int:
        place = f"{self._numbering}{scope}/{name}"
        return 0x0004_0000 + (zlib.crc32(place.encode()) & 0xFFFFC)

    def _table(
        self, scope: str, tags: tuple[Tag, ...], system: tuple[tuple[str, int], ...]
    ) -> Table:
        names = (*(name for name, _ in system), *(tag.name for tag in tags))
        numbers = _numbered(self._numbering, names)
        entered = [
            Symbol(numbers[name], name, code, 0, address=self._address(scope, name))
            for name, code in system
        ]
        return Table((*entered, *(self._symbol(scope, tag, numbers[tag.name]) for tag in tags)))

    def _symbol(self, scope: str, tag: Tag, instance: int) -> Symbol:
        code, size = self.templates.code(tag.type), self.templates.size(tag.type)
        dimensions = tag.dimensions
        if tag.type == "BOOL" and dimensions:  # bits come in double words
            code, size = 0xD3, 4
            dimensions = ((dimensions[0] + 31) // 32, *dimensions[1:])
        first, second, third = (*dimensions, 0, 0, 0)[:3]
        return Symbol(
            instance, tag.name, code | ARRAY * len(tag.dimensions[:3]), size,
            (first, second, third), self._address(scope, tag.name), tag,
        )  # fmt: skip


def value_of(symbol: Symbol) -> bytes:
    """The bytes of a whole tag: its stored value, the rest zeros."""
    count = 1
    for dimension in symbol.dimensions:
        count *= max(dimension, 1)
    length = count * max(symbol.element_size, 1)
    stored = symbol.tag.value if symbol.tag is not None else b""
    return stored[:length].ljust(length, b"\0")
