"""Names that vanished and names that appeared in their place, everywhere: folded, and told.

Only names that the project itself declares are folded, and only where their declarations and most
of their uses differ in nothing but the name: never a mnemonic, a keyword, a constant, an address
or a library's type. So a fold cannot hide an inverted contact, or a timer that became another.
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
_OTHER = r"//.*|'[^'\n]*'|\b\w+\#[+-]?[\w.:+-]+|[+-]?\b\d[\w.]*|%\w[\w.]*|\\\w+"
_WORD = re.compile(rf"{_OTHER}|(?P<name>[^\W\d]\w*)(?P<called> *\()?")
_STL_WORD = re.compile(
    rf"{_OTHER}|(?P<name>(?<=[\"#])[^\W\d]\w*|[^\W\d]\w*(?=\s+:(?!=)))(?P<called> *\()?"
)
"""What is no name there is a mnemonic, an area or a label."""
_COMMENT = re.compile(r"\s*(?://|\(\*).*")
_DECLARES = re.compile(r"^(?P<names>[^:=()\n]*):(?!=)", re.MULTILINE)
_ADDRESS = re.compile(r"[A-Za-z]{1,3}\d+\Z")
"""S7's MW10 and DBX0, SLC's N7: places in memory, not names."""
_STL_CALL = re.compile(r"^ *(?:\w+: *)?(?:CALL|UC|CC)\b.*$", re.IGNORECASE | re.MULTILINE)
_BARE = re.compile(r"^ *(?:[\[|] *)*\w+$", re.MULTILINE)
"""A ladder instruction without operands."""
_DERIVED = re.compile(r"^RUNG\b.*$", re.MULTILINE)
"""What a rung drives is said above it, too: no use of its own."""
_FOLDED = frozenset({*Language}) - {Language.RECORD, Language.LISTING, Language.LAYOUT}
"""Not settings: their words may be anything, and one that is exchanged everywhere is no rename."""
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


@dataclass(slots=True)
class _Names:
    """The names in some parts, by how they are used."""

    used: set[str] = field(default_factory=set)
    called: set[str] = field(default_factory=set)
    """They may be mnemonics or functions."""


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
    ours, theirs = _all_declared(changed), _all_declared(now)
    gone, new = ours - theirs, theirs - ours
    if not gone or not new:  # mostly so: spares looking for their uses
        return set(), set()
    kept = _names(same)
    old, young = _names(changed), _names(now)
    others = kept.used | kept.called | old.called | young.called
    return gone - young.used - others, new - old.used - others


def _all_declared(parts: Iterable[Part]) -> set[str]:
    declared: set[str] = set()
    for part in parts:
        declared.update(word for element in part.path for word, _ in _words(element, _WORD))
        if _has_names(part) and part.language is not Language.LADDER:
            declared |= _declared(part.text)
    return declared


def _names(parts: Iterable[Part]) -> _Names:
    names = _Names()
    for part in parts:
        names.used.update(word for element in part.path for word, _ in _words(element, _WORD))
        if not _has_names(part):
            continue
        pattern = _pattern(part.language)
        title, _, text = part.text.partition("\n")
        names.used.update(word for word, _ in _words(title, pattern))
        for word, is_called in _words(text, pattern):
            (names.called if is_called else names.used).add(word)
        for line in _calls(part):
            names.called.update(word for word, _ in _words(line, pattern))
    return names


def _has_names(part: Part) -> bool:
    return part.language in _FOLDED and part.aspect is not Aspect.VALUES


def _calls(part: Part) -> Iterator[str]:
    """Yield the lines whose words name what is executed."""
    found = {Language.STL: _STL_CALL, Language.LADDER: _BARE}.get(part.language)
    return (each.group() for each in found.finditer(part.text)) if found else iter(())


def _declared(text: str) -> set[str]:
    """Return the names that lines give a type to: they stand before a colon."""
    return {word for found in _DECLARES.finditer(text) for word, _ in _words(found["names"], _WORD)}


def _pattern(language: Language) -> re.Pattern[str]:
    return _STL_WORD if language is Language.STL else _WORD


def _words(text: str, pattern: re.Pattern[str]) -> Iterator[tuple[str, bool]]:
    """Yield each name of a text and whether it is called there."""
    for found in pattern.finditer(text):
        if found["name"]:
            yield found["name"], found["called"] is not None


def _may_fold(name: str) -> bool:
    return not _RESERVED.match(name) and not _ADDRESS.match(name)


def _uses(project: Project, names: set[str]) -> dict[str, tuple[_Uses, _Uses]]:
    """Return where each of these names is used, and where declared; the others stand as a blank."""
    wanted = {name for name in names if _may_fold(name)}
    uses: dict[str, tuple[_Uses, _Uses]] = defaultdict(lambda: (Counter(), Counter()))
    for part in project.parts:
        if not _has_names(part):
            continue
        path = tuple(_masked(element, _WORD, wanted, "") for element in part.path)
        pattern = _pattern(part.language)
        for line in part.text.splitlines():
            code = _COMMENT.sub("", line)
            for name in {word for word, _ in _words(code, pattern)} & wanted:
                everywhere, declared = uses[name]
                masked = _masked(code, pattern, wanted, name)
                everywhere[path, masked] += 1
                if part.language is not Language.LADDER and name in _declared(code):
                    declared[path, masked] += 1
    return uses


def _masked(line: str, pattern: re.Pattern[str], names: set[str], own: str) -> str:
    def mask(found: re.Match[str]) -> str:
        if found["name"] == own:
            return "\0" + (found["called"] or "")
        return "\1" if found["name"] in names else found.group()

    return pattern.sub(mask, line)


def _matched(
    before: Mapping[str, tuple[_Uses, _Uses]], after: Mapping[str, tuple[_Uses, _Uses]]
) -> dict[str, str]:
    """Return which name became which: declared alike, used mostly alike, without a rival."""
    shelves: dict[frozenset[tuple[tuple[str, ...], int]], list[str]] = defaultdict(list)
    for name, (uses, _) in after.items():
        shelves[_by_part(uses)].append(name)
    partners = {
        name: [
            other
            for other in shelves.get(_by_part(uses), ())
            if declared == after[other][1] and _mostly_alike(uses, after[other][0])
        ]
        for name, (uses, declared) in before.items()
    }
    wanted = Counter(other for others in partners.values() for other in others)
    return {
        name: others[0]
        for name, others in partners.items()
        if len(others) == 1 and wanted[others[0]] == 1
    }


def _mostly_alike(one: _Uses, other: _Uses) -> bool:
    return one.total() >= _FEWEST_PLACES and 2 * (one & other).total() > one.total()


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
    if part.language not in _FOLDED:
        return path, part.text, Counter()
    pattern = _pattern(part.language)
    text = pattern.sub(renamed, part.text)
    places.clear()
    pattern.sub(renamed, _DERIVED.sub("", part.text))
    return path, text, places
