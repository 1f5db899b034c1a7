"""Program text → the same text, with the literals sealed that go into what is called a secret.

`sPassword : STRING := 'swordfish';` is a secret in a program's own words. Only declarations and
assignments of a literal are found: what a program makes of its secrets otherwise, it shows.
"""

import re
from dataclasses import replace

from ccontrol.logic.file import SealText
from ccontrol.logic.printable import printable
from ccontrol.logic.project import Language, Part, Project
from ccontrol.logic.xml_words import names_a_secret

_CODE = frozenset({Language.ST, Language.STL})
_MOST_BLANKS, _MOST_NAME, _MOST_TYPE = 40, 200, 200
_ASSIGNED = re.compile(
    rf"""
    (?P<before>
        (?<![\w.]) (?P<name>[\w."\#]{{1,{_MOST_NAME}}}) [ ]{{0,{_MOST_BLANKS}}}
        (?: \{{[^{{}}\n]{{0,{_MOST_TYPE}}}\}} [ ]{{0,{_MOST_BLANKS}}} )?
        (?: AT [ ] \S{{1,{_MOST_NAME}}} [ ]{{0,{_MOST_BLANKS}}} )?
        (?: :(?!=) [^:=;'\n]{{0,{_MOST_TYPE}}} )?
        := [ ]{{0,{_MOST_BLANKS}}}
    )
    (?P<literal> (?:\w+\#)? (?: '(?:[^'$\n]|\$.)*' | "(?:[^"$\n]|\$.)*" | [+-]?\d[\w.]* ) )
    """,
    re.VERBOSE,
)
"""Its bounds keep a line of any length from being looked through more than so many times."""


def sealed_project(project: Project, seal: SealText) -> Project:
    """Return a project whose code holds no secret that is called one."""
    parts = tuple(_sealed(part, seal) if part.language in _CODE else part for part in project.parts)
    return replace(project, parts=parts)


def _sealed(part: Part, seal: SealText) -> Part:
    if not names_a_secret(part.text):
        return part
    lines = part.text.split("\n")
    return replace(part, text="\n".join(_line(line, seal) for line in lines))


def _line(line: str, seal: SealText) -> str:
    if not names_a_secret(line):
        return line

    def told(found: re.Match[str]) -> str:
        if not names_a_secret(found["name"]):
            return found[0]
        return found["before"] + printable(seal(found["literal"]))

    return _ASSIGNED.sub(told, line)
