"""A small L5X made for these tests, with something of everything, and ways to change it."""

import io
from collections import Counter
from functools import lru_cache
from pathlib import Path

from ccontrol.logic.file import ProjectFile
from ccontrol.logic.l5x.reader import FORMAT
from ccontrol.logic.project import Language, Part, Project

PLANT = (Path(__file__).parent / "plant.L5X").read_text("utf-8")


@lru_cache(maxsize=8)
def project(source: str | bytes) -> Project:
    """Read an L5X from memory; secrets become their length."""
    data = source.encode() if isinstance(source, str) else source
    file = ProjectFile("plant.L5X", len(data), io.BytesIO(data))
    return FORMAT.read(file, lambda secret: f"sealed {len(secret)}")


def controller(inside: str) -> Project:
    """Read a project that holds nothing but what is given."""
    head = '<RSLogix5000Content TargetType="Controller" TargetName="P">'
    return project(f'{head}<Controller Name="P">{inside}</Controller></RSLogix5000Content>')


def routine(kind: str, content: str) -> Project:
    """Read a project with one routine, R in program P."""
    one = f'<Routine Name="R" Type="{kind}">{content}</Routine>'
    return controller(
        f'<Programs><Program Name="P"><Routines>{one}</Routines></Program></Programs>'
    )


def part(read: Project, path: str, language: Language | None = None) -> Part:
    """Return the one part of that path; of several languages, the one that is no layout."""
    found = [
        each
        for each in read.parts
        if each.name == path and (each.language is language or language is None)
        if language is Language.LAYOUT or each.language is not Language.LAYOUT
    ]
    assert len(found) == 1, [each.name for each in read.parts]
    return found[0]


def edited(old: str, new: str) -> str:
    """Return the plant with one place changed."""
    assert PLANT.count(old) == 1, f"{old!r} stands {PLANT.count(old)} times in the plant"
    return PLANT.replace(old, new)


def changed_lines(before: Project, after: Project) -> dict[str, tuple[list[str], list[str]]]:
    """Return, for each part that differs, which lines went and which came. No layouts."""
    texts = [
        {each.name: each.text for each in one.parts if each.language is not Language.LAYOUT}
        for one in (before, after)
    ]
    lines = {}
    for name in sorted({*texts[0], *texts[1]}):
        old, new = (Counter(text.get(name, "").splitlines()) for text in texts)
        if texts[0].get(name) != texts[1].get(name):
            lines[name] = (list((old - new).elements()), list((new - old).elements()))
    return lines
