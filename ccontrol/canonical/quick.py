"""The TOML that `canonical.toml` writes, read back in a third of the time that tomllib takes.

Knows nothing else: whatever it does not know for certain it leaves to tomllib, whose answer it
never contradicts. A controller with eight thousand blocks is eight thousand files.
"""

import re
import tomllib
from collections.abc import Callable
from typing import Any

_BARE = r"[A-Za-z0-9_-]+"
_PLAIN_SIGN = r"[ !#-\[\]-~]"
_PLAIN = f"{_PLAIN_SIGN}*"
_ESCAPE = r'\\(?:["\\ntr]|u(?!D[89A-F])[0-9A-F]{4}|U000[1-9A-F][0-9A-F]{4}|U0010[0-9A-F]{4})'
_LINE = re.compile(
    rf"\[(?P<table>{_BARE}(?:\.{_BARE})*)\]\n"
    rf"|\[\[(?P<entry>{_BARE}(?:\.{_BARE})*)\]\]\n"
    rf"|(?P<key>{_BARE})\ =\ (?:"
    rf'"(?P<text>{_PLAIN})"'
    r"|(?P<number>0|-?[1-9][0-9]{0,18})"
    r"|(?P<truth>true|false)"
    r"|'''\n(?P<hex>[0-9a-f\ \n]*)'''"
    rf'|(?P<escaped>"(?:{_PLAIN_SIGN}|{_ESCAPE})*")'
    rf'|\{{\ sealed\ =\ "(?P<sealed>{_PLAIN})"\ \}}'
    rf'|\[\n(?P<items>(?:\ \ "{_PLAIN}",\n)*)\]'
    r"|(?P<none>\[\])"
    r")\n|(?P<blank>\n)",
)
_ITEM = re.compile(rf'  "({_PLAIN})",\n')

Content = dict[str, Any]


def quick(text: str) -> Content | None:
    """Return what tomllib would return, or None where it has to be asked."""
    root: Content = {}
    here: Content | None = root
    at = 0
    while here is not None and at < len(text):
        found = _LINE.match(text, at)
        if found is None:
            return None
        at = found.end()
        key = found["key"]
        if key is None:
            here = _header(root, here, found)
        elif key in here:
            return None
        else:
            here[key] = _value(found)
    return None if here is None else root


def _value(found: re.Match[str]) -> object:
    kind = found.lastgroup or ""
    return _READ[kind](found) if kind in _READ else found[kind]


_READ: dict[str, Callable[[re.Match[str]], object]] = {
    "number": lambda found: int(found["number"]),
    "truth": lambda found: found["truth"] == "true",
    "escaped": lambda found: tomllib.loads(found[0])[found["key"]],
    "sealed": lambda found: {"sealed": found["sealed"]},
    "items": lambda found: _ITEM.findall(found["items"]),
    "none": lambda _found: [],
}


def _header(root: Content, here: Content, found: re.Match[str]) -> Content | None:
    """Return the table that a header opens; None for one that is there already."""
    if found["blank"]:
        return here
    *parents, name = (found["table"] or found["entry"]).split(".")
    for parent in parents:
        inside = root.setdefault(parent, {})
        step = inside[-1] if isinstance(inside, list) and inside else inside
        if not isinstance(step, dict):
            return None
        root = step
    if found["table"]:
        if name in root:
            return None
        root[name] = {}
        return root[name]  # type: ignore[no-any-return]  # made in the line before
    entries = root.setdefault(name, [])
    if not isinstance(entries, list):
        return None
    entries.append({})
    return entries[-1]  # type: ignore[no-any-return]  # made in the line before
