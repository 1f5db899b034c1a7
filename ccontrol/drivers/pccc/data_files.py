"""What engineers call the files of a MicroLogix or SLC: LAD 2, SYS 0, N7, T4. Pure.

Types: 1770-6.5.16, page 7-17; 91 to 94, 20, 22 and 24: RSLogix 500 and a recording of it. A type
that is not among them is called by its number.
"""

from ccontrol.drivers.pccc.directory import DATA, PROGRAM, Row

RESERVED = 0x81
"""The type of a number that no file has."""
_DATA = {
    0x82: "O",
    0x83: "I",
    0x84: "S",
    0x85: "B",
    0x86: "T",
    0x87: "C",
    0x88: "R",
    0x89: "N",
    0x8A: "F",
    0x8D: "ST",
    0x8E: "A",
    0x8F: "D",
    0x91: "L",
    0x92: "MG",
    0x93: "PD",
    0x94: "PLS",
}
_PROGRAM = {0x20: "SYS", 0x22: "LAD", 0x24: "SYS"}


def name_of(row: Row) -> str:
    """Return the name of a file: "N7", "LAD2"; of another class, its type and number: "49-1"."""
    names = {DATA: _DATA, PROGRAM: _PROGRAM}.get(row.kind, {})
    letters = names.get(row.type)
    return f"{letters}{row.number}" if letters else f"{row.type:02X}-{row.number}"
