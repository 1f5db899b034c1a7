"""Gathers the parts of one project file: paths made unique, problems in words."""

from collections.abc import Iterable, Iterator

from ccontrol.logic.printable import printable
from ccontrol.logic.project import Language, Part, Project
from ccontrol.model.aspect import Aspect


class Parts:
    """What was read so far. Two things of one name both stay: the second gets a number."""

    def __init__(self) -> None:
        self._parts: dict[tuple[tuple[str, ...], Language], Part] = {}
        self._met: dict[tuple[tuple[str, ...], Language], int] = {}
        self.problems: list[str] = []

    def add(
        self,
        path: tuple[str, ...],
        language: Language,
        aspect: Aspect,
        lines: Iterable[str],
        *,
        opaque: str = "",
        unread: int = 0,
    ) -> None:
        """Take one part. `lines` are printable already; blanks at their ends are cut."""
        text = "".join(f"{line.rstrip(' ')}\n" for line in lines)
        path = self._free(tuple(name or "(unnamed)" for name in path), language)
        name = printable("/".join(path))
        if unread:
            told = f"{unread} places do not parse and stand as they were found"
            if unread == 1:
                told = "1 place does not parse and stands as it was found"
            self.problems.append(f"{name}: {told}")
        if opaque:
            self.problems.append(f"{name}: {opaque}")
        self._parts[path, language] = Part(path, language, aspect, text, opaque, unread)

    def project(
        self,
        format_name: str,
        title: str,
        facts: Iterable[tuple[str, str]] = (),
        comparable: str = "",
    ) -> Project:
        """Return the project that all parts make up, with what could not be read."""
        parts = tuple(self._parts[key] for key in sorted(self._parts))
        return Project(format_name, title, parts, tuple(facts), comparable, tuple(self.problems))

    def paths(self) -> Iterator[tuple[str, ...]]:
        """Yield the path of each part so far."""
        return (path for path, _ in self._parts)

    def _free(self, path: tuple[str, ...], language: Language) -> tuple[str, ...]:
        free = path
        while (free, language) in self._parts:
            number = self._met.get((path, language), 1) + 1
            self._met[path, language] = number
            free = (*path[:-1], f"{path[-1]} ({number})")
            if number == 2:  # noqa: PLR2004 — once for a name, however many bear it
                told = printable("/".join(path))
                self.problems.append(f"{told}: stands in the file more than once")
        return free
