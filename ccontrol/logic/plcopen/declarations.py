"""Types and variables of TC6 XML → lines as IEC 61131-3 writes them. No ids, no places."""

from collections.abc import Iterator

from ccontrol.logic.printable import printable
from ccontrol.logic.xml import Element, name_of
from ccontrol.logic.xml_words import child, text_of

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


def interface_lines(interface: Element) -> Iterator[str]:
    """Yield the declarations of an interface, section by section in the file's order."""
    for section in interface:
        tag = name_of(section)
        if tag in SECTIONS:
            yield from section_lines(section)
        elif tag == "returnType":
            yield f"RETURN : {_type(section)}"


def section_lines(section: Element) -> Iterator[str]:
    """Yield one section of variables with its own heading."""
    words = [SECTIONS.get(name_of(section), name_of(section))]
    words += [word.upper() for word in _QUALIFIERS if section.get(word) == "true"]
    yield " ".join(words)
    for variable in section:
        if name_of(variable) == "variable":
            yield from _variable(variable, "  ")


def type_lines(data_type: Element) -> Iterator[str]:
    """Yield a data type: its kind, then a structure's members or an enumeration's values."""
    base = child(data_type, "baseType")
    kind = "" if base is None else _type(base)
    initial = _initial(data_type)
    yield f"TYPE {printable(data_type.get('name', ''))} : {kind}{initial}"
    struct = None if base is None else child(base, "struct")
    for variable in () if struct is None else struct:
        yield from _variable(variable, "  ")


def documentation(element: Element) -> list[str]:
    """Return what its author wrote about an element, line by line."""
    found = child(element, "documentation")
    said = "" if found is None else "".join(str(text) for text in found.itertext()).strip()
    return [printable(line.rstrip()) for line in said.splitlines()]


def _variable(variable: Element, indent: str) -> Iterator[str]:
    kind = child(variable, "type")
    address = variable.get("address")
    place = f" AT {printable(address)}" if address else ""
    said = " ".join(documentation(variable))
    comment = f" // {said}" if said else ""
    declared = "?" if kind is None else _type(kind)
    name = printable(variable.get("name", ""))
    yield f"{indent}{name}{place} : {declared}{_initial(variable)}{comment}"


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


def _initial(element: Element) -> str:
    value = child(element, "initialValue")
    return "" if value is None else f" := {_value(value)}"


def _value(holder: Element) -> str:
    for value in holder:
        tag = name_of(value)
        if tag == "simpleValue":
            return printable(value.get("value", ""))
        if tag == "arrayValue":
            return f"[{', '.join(_repeated(each) for each in value)}]"
        if tag == "structValue":
            members = (f"{printable(each.get('member', '?'))} := {_value(each)}" for each in value)
            return f"({', '.join(members)})"
        return printable(text_of(value))
    return ""


def _repeated(value: Element) -> str:
    times = value.get("repetitionValue")
    return f"{printable(times)}({_value(value)})" if times else _value(value)
