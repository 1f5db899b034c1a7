"""Types and variables of TC6 XML → lines as IEC 61131-3 writes them. No ids, no places.

Initial values are sealed of what its name calls a secret.
"""

from collections.abc import Iterator

from ccontrol.logic.file import SealText
from ccontrol.logic.printable import printable
from ccontrol.logic.xml import Element, name_of
from ccontrol.logic.xml_words import child, hushed, is_secret, text_of

SECTIONS = {
    "inputVars": "VAR_INPUT",
    "outputVars": "VAR_OUTPUT",
    "inOutVars": "VAR_IN_OUT",
    "localVars": "VAR",
    "tempVars": "VAR_TEMP",
    "externalVars": "VAR_EXTERNAL",
    "globalVars": "VAR_GLOBAL",
    "accessVars": "VAR_ACCESS",
    "configVars": "VAR_CONFIG",
}
_QUALIFIERS = ("constant", "retain", "nonretain", "persistent", "nonpersistent")


def interface_lines(interface: Element, seal: SealText) -> Iterator[str]:
    """Yield the declarations of an interface, section by section in the file's order."""
    for section in interface:
        tag = name_of(section)
        if tag in SECTIONS:
            yield from section_lines(section, seal)
        elif tag == "returnType":
            yield f"RETURN : {_type(section)}"


def section_lines(section: Element, seal: SealText) -> Iterator[str]:
    """Yield one section of variables with its own heading."""
    words = [SECTIONS.get(name_of(section), name_of(section))]
    words += [word.upper() for word in _QUALIFIERS if section.get(word) == "true"]
    yield " ".join(words)
    for variable in section:
        if name_of(variable) == "variable":
            yield from _variable(variable, "  ", seal)


def type_lines(data_type: Element, seal: SealText) -> Iterator[str]:
    """Yield a data type: its kind, then a structure's members or an enumeration's values."""
    base = child(data_type, "baseType")
    kind = "" if base is None else _type(base)
    initial = _initial(data_type, seal)
    yield f"TYPE {printable(data_type.get('name', ''))} : {kind}{initial}"
    struct = None if base is None else child(base, "struct")
    for variable in () if struct is None else struct:
        yield from _variable(variable, "  ", seal)


def documentation(element: Element) -> list[str]:
    """Return what its author wrote about an element, line by line."""
    found = child(element, "documentation")
    said = "" if found is None else "".join(str(text) for text in found.itertext()).strip()
    return [printable(line.rstrip()) for line in said.splitlines()]


def _variable(variable: Element, indent: str, seal: SealText) -> Iterator[str]:
    kind = child(variable, "type")
    address = variable.get("address")
    place = f" AT {printable(address)}" if address else ""
    said = " ".join(documentation(variable))
    comment = f" // {said}" if said else ""
    declared = "?" if kind is None else _type(kind)
    name = printable(variable.get("name", ""))
    yield f"{indent}{name}{place} : {declared}{_initial(variable, seal)}{comment}"


def _type(holder: Element) -> str:
    """Return the type that an element holds, in words."""
    for kind in holder:
        if name_of(kind) not in {"addData", "documentation"}:
            return _kind(kind)
    return "?"


def _kind(kind: Element) -> str:
    tag = name_of(kind)
    base = child(kind, "baseType")
    inner = "" if base is None else _type(base)
    if tag == "derived":
        return printable(kind.get("name", "?"))
    if tag in {"string", "wstring"}:
        length = kind.get("length")
        return tag.upper() + (f"[{printable(length)}]" if length else "")
    if tag == "enum":
        return f"({', '.join(_values(kind))}) {inner}".rstrip()
    if tag.startswith("subrange"):
        return f"{inner or '?'} ({_bounds(kind, 'range')})"
    made = {"array": f"ARRAY [{_bounds(kind, 'dimension')}] OF ", "pointer": "POINTER TO "}
    return made[tag] + (inner or "?") if tag in made else printable(tag.upper())


def _bounds(kind: Element, name: str) -> str:
    found = (each for each in kind if name_of(each) == name)
    pairs = ((each.get("lower", "?"), each.get("upper", "?")) for each in found)
    return ", ".join(printable(f"{lower}..{upper}") for lower, upper in pairs)


def _values(enum: Element) -> Iterator[str]:
    for value in enum.iter("{*}value"):
        number = value.get("value")
        yield printable(value.get("name", "?")) + (f" := {printable(number)}" if number else "")


def _initial(element: Element, seal: SealText) -> str:
    value = child(element, "initialValue")
    hidden = is_secret(element.get("name", ""))
    return "" if value is None else f" := {_value(value, seal, hidden)}"


def _value(holder: Element, seal: SealText, hidden: bool) -> str:
    for value in holder:
        tag = name_of(value)
        if tag == "simpleValue":
            return printable(hushed(value.get("value", ""), seal, hidden=hidden))
        if tag == "arrayValue":
            return f"[{', '.join(_repeated(each, seal, hidden) for each in value)}]"
        if tag == "structValue":
            return f"({', '.join(_member(each, seal, hidden) for each in value)})"
        return printable(hushed(text_of(value), seal, hidden=hidden))
    return ""


def _member(value: Element, seal: SealText, hidden: bool) -> str:
    name = value.get("member", "?")
    return f"{printable(name)} := {_value(value, seal, hidden or is_secret(name))}"


def _repeated(value: Element, seal: SealText, hidden: bool) -> str:
    times, said = value.get("repetitionValue"), _value(value, seal, hidden)
    return f"{printable(times)}({said})" if times else said
