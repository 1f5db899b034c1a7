"""Writes the table of the configuration that would watch what was found. Pure.

An offer is text for a person: nothing is written into a configuration, and what it makes is glanced
at only, until somebody enrols it.
"""

import re
from collections.abc import Collection, Iterable, Mapping

from ccontrol.drivers.finder import Found
from ccontrol.model.controller import ID_PATTERN

_AREA = "area"
_DEFAULT_NAME = "controller"


def offers(
    found: Iterable[Found], taken: Iterable[str], ports: Mapping[str, int]
) -> dict[Found, str]:
    """Return `[[site.controller]]` for each that a driver reads, with ids that nobody has yet.

    `ports` are the default ports of the families, which need not be written down.
    """
    known, tables = {name.lower() for name in taken}, {}
    for one in found:
        if one.family:
            name = _controller_id(one, known)
            known.add(name)
            tables[one] = _table(one, name, ports.get(one.family))
    return tables


def _table(found: Found, name: str, default_port: int | None) -> str:
    lines = [
        "[[site.controller]]",
        f"id = {_quoted(name)}",
        f"area = {_quoted(_AREA)}  # the part of the plant; names a folder for ever",
        f"family = {_quoted(found.family)}",
        f"address = {_quoted(found.address)}",
    ]
    if found.port != default_port:
        lines.append(f"port = {found.port}")
    if found.options:
        lines += ["", f"[site.controller.{found.family}]"]
        lines += [f"{name} = {_value(value)}" for name, value in found.options]
    said = ", ".join(filter(None, (found.title, found.order_number, found.firmware, found.serial)))
    return "\n".join([f"# {_plain(said)}", *lines])


def _controller_id(found: Found, known: Collection[str]) -> str:
    """Return an id made of what it calls itself, else of its address; unique, fit for a folder."""
    beginning = re.sub(r"[^a-z0-9]+", "-", found.title.lower()).strip("-")[:40].strip("-")
    last = found.address.rpartition(".")[2]
    name = f"{beginning or _DEFAULT_NAME}-{last}"
    wanted, count = name, 1
    while wanted in known or ID_PATTERN.fullmatch(wanted) is None:
        count += 1
        wanted = f"{name}-{count}"
    return wanted


def _value(value: str | int) -> str:
    return str(value) if isinstance(value, int) else _quoted(value)


def _quoted(text: str) -> str:
    return '"' + _plain(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _plain(text: str) -> str:
    """Return a stranger's words on one line, without anything that steers a terminal."""
    return "".join(each if each.isprintable() and each.isascii() else "?" for each in text)
