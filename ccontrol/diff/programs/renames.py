"""Names that vanished and names that appeared in their place, everywhere: folded, and told.

Only names are folded, and only where nothing but the name differs in most of their uses: never a
mnemonic, a keyword, a constant or an address, so that a fold cannot hide an inverted contact.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from ccontrol.diff.programs.changes import Rename
from ccontrol.logic.project import Language, Part, Project
from ccontrol.model.aspect import Aspect

_FEWEST_PLACES = 2
"""A name that is used once only may as well have been exchanged for another."""
_WORD = re.compile(
    r"""(?P<other>//.*|'[^'\n]*'|\b\w+\#[+-]?[\w.:+-]+|[+-]?\b\d[\w.]*|%\w[\w.]*|\\\w+)
    |(?P<name>[^\W\d]\w*)(?P<called>\ *\()?""",
    re.VERBOSE,
)
_ADDRESS = re.compile(r"[A-Za-z]{1,3}\d+\Z")
"""S7's MW10 and DBX0, SLC's N7: places in memory, not names."""
_CALL = re.compile(r"\s*(?:\w+:\s*)?(?:CALL|UC|CC|JSR)\b", re.IGNORECASE)
_WITHOUT_NAMES = frozenset({Language.LISTING, Language.LAYOUT})
_RESERVED = re.compile(
    r"(?:TRUE|FALSE|NOT|AND|OR|XOR|MOD|IF|THEN|ELSE|ELSIF|CASE|OF|FOR|TO|BY|DO|WHILE|REPEAT|"
    r"UNTIL|EXIT|RETURN|ARRAY|STRUCT|AT|RUNG|NETWORK|BOOL|BYTE|WORD|DWORD|LWORD|SINT|INT|"
    r"DINT|LINT|USINT|UINT|UDINT|ULINT|REAL|LREAL|TIME|LTIME|DATE|TOD|DT|STRING|WSTRING|"
    r"CHAR|WCHAR|S5TIME|TIMER|COUNTER|CONSTANT|RETAIN|INPUT|OUTPUT|READ|WRITE|NONE|EMPTY)\Z",
    re.IGNORECASE,
)
Key: TypeAlias = tuple[tuple[str, ...], Language]
_Uses: TypeAlias = Counter[tuple[tuple[str, ...], str]]
"""Where a name is used: the part's path, and the line with the name taken out."""


@dataclass(frozen=True, slots=True)
class Folded:
    """The project before, in the names of the one after; and what was renamed in each part."""

    before: Project
    renames: tuple[Rename, ...] = ()
    by_part: Mapping[tuple[str, ...], tuple[Rename, ...]] = field(default_factory=dict)
    """Per path (in the new names) what was renamed there, with the places in that part."""
    originals: Mapping[Key, Part] = field(default_factory=dict)
    """Per path (in the new names) and language the part as it was written, where it was folded."""


def fold(before: Project, after: Project) -> Folded:
    """Find what was renamed and return the project before as if it had been called so then."""
    gone, new = _exchanged(before, after)
    if not gone or not new:
        return Folded(before)
    names = _matched(_uses(before, gone), _uses(after, new))
    if not names:
        return Folded(before)
    renamed: dict[Key, Part] = {}
    originals: dict[Key, Part] = {}
    told: dict[tuple[str, ...], tuple[Rename, ...]] = {}
    totals: Counter[str] = Counter()
    for part in before.parts:
        path, text, places = _renamed(part, names)
        renamed[path, part.language] = replace(part, path=path, text=text)
        originals[path, part.language] = part
        if places and part.aspect is not Aspect.VALUES:
            totals.update(places)
            here = (Rename(name, names[name], count) for name, count in sorted(places.items()))
            told[path] = (*told.get(path, ()), *here)
    if len(renamed) < len(before.parts):  # two would be one: better two findings than one lost
        return Folded(before)
    parts = tuple(renamed[key] for key in sorted(renamed))
    renames = tuple(Rename(name, names[name], totals[name]) for name in sorted(names))
    return Folded(replace(before, parts=parts), renames, told, originals)


def _exchanged(before: Project, after: Project) -> tuple[set[str], set[str]]:
    """Return the names that are gone from the whole program and those that are new in it."""
    texts = {(part.path, part.language): part.text for part in before.parts}
    same = [part for part in after.parts if texts.get((part.path, part.language)) == part.text]
    equal = {(part.path, part.language) for part in same}
    changed = [part for part in before.parts if (part.path, part.language) not in equal]
    now = [part for part in after.parts if (part.path, part.language) not in equal]
    ours, our_ops = _names(changed)
    theirs, their_ops = _names(now)
    kept, kept_ops = _names(same) if ours != theirs else (set(), set())
    ops = our_ops | their_ops | kept_ops
    return ours - theirs - kept - ops, theirs - ours - kept - ops


def _names(parts: Iterable[Part]) -> tuple[set[str], set[str]]:
    """Return the names in these parts, and those that are called: they may be mnemonics."""
    names: set[str] = set()
    called: set[str] = set()
    for part in parts:
        names.update(word for element in part.path for word, _ in _words(element))
        if not _has_names(part):
            continue
        for line in part.text.splitlines():
            is_call = bool(_CALL.match(line))
            for word, is_called in _words(line):
                (called if is_called or is_call else names).add(word)
    return names, called


def _has_names(part: Part) -> bool:
    return part.language not in _WITHOUT_NAMES and part.aspect is not Aspect.VALUES


def _words(line: str) -> Iterator[tuple[str, bool]]:
    """Yield each name of a line and whether it is called there."""
    for found in _WORD.finditer(line):
        if found["name"]:
            yield found["name"], found["called"] is not None


def _may_fold(name: str) -> bool:
    return not _RESERVED.match(name) and not _ADDRESS.match(name)


def _uses(project: Project, names: set[str]) -> dict[str, _Uses]:
    """Return where each of these names is used; the others among them stand as one blank."""
    wanted = {name for name in names if _may_fold(name)}
    uses: dict[str, _Uses] = defaultdict(Counter)
    for part in project.parts:
        if not _has_names(part):
            continue
        path = tuple(_masked(element, wanted, "") for element in part.path)
        for line in part.text.splitlines():
            for name in {word for word, _ in _words(line)} & wanted:
                uses[name][path, _masked(line, wanted, name)] += 1
    return uses


def _masked(line: str, names: set[str], own: str) -> str:
    def mask(found: re.Match[str]) -> str:
        if found["name"] == own:
            return "\0" + (found["called"] or "")
        return "\1" if found["name"] in names else found.group()

    return _WORD.sub(mask, line)


def _matched(before: Mapping[str, _Uses], after: Mapping[str, _Uses]) -> dict[str, str]:
    """Return which name became which: as often used, mostly alike, and no rival on either side."""
    shelves: dict[frozenset[tuple[tuple[str, ...], int]], list[str]] = defaultdict(list)
    for name, uses in after.items():
        shelves[_by_part(uses)].append(name)
    partners = {
        name: [
            other
            for other in shelves.get(_by_part(uses), ())
            if uses.total() >= _FEWEST_PLACES and 2 * (uses & after[other]).total() > uses.total()
        ]
        for name, uses in before.items()
    }
    wanted = Counter(other for others in partners.values() for other in others)
    return {
        name: others[0]
        for name, others in partners.items()
        if len(others) == 1 and wanted[others[0]] == 1
    }


def _by_part(uses: _Uses) -> frozenset[tuple[tuple[str, ...], int]]:
    """Return how often a name is used in each part."""
    counts: Counter[tuple[str, ...]] = Counter()
    for (path, _), count in uses.items():
        counts[path] += count
    return frozenset(counts.items())


def _renamed(part: Part, names: Mapping[str, str]) -> tuple[tuple[str, ...], str, Counter[str]]:
    """Return a part's path and text in the new names, and how often each old one stood there."""
    places: Counter[str] = Counter()

    def renamed(found: re.Match[str]) -> str:
        name = found["name"]
        if name not in names:
            return found.group()
        places[name] += 1
        return names[name] + (found["called"] or "")

    path = tuple(_WORD.sub(renamed, element) for element in part.path)
    places.clear()
    if part.language in _WITHOUT_NAMES:
        return path, part.text, places
    return path, _WORD.sub(renamed, part.text), places
