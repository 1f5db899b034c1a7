"""Plain text from outside: bytes → text, text → lines that can be shown. Knows no language."""

import codecs

from ccontrol.errors import BadFileError
from ccontrol.logic.file import ProjectFile
from ccontrol.logic.printable import printable

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
"""UTF-32 stands before UTF-16, whose little mark its own begins with."""
GUESSED = ("cp1252", "latin-1")
"""What is not known to be right: any bytes are text in one of them."""
_TAB = 4
_CONTROLS = frozenset(b"\t\n\x0b\f\r\x1a")
"""Of plain text; the last is how CP/M and some PLC tools end a file."""
_HALF = 2
_FIRST_BYTES = 512


def whole(file: ProjectFile) -> bytes:
    """Return all bytes of a file. Raises BadFileError for more than its limits allow."""
    file.stream.seek(0)
    data = file.stream.read(file.limits.file + 1)
    if len(data) > file.limits.file:
        raise BadFileError(
            f"{printable(file.name)}: more than {file.limits.file} bytes",
            hint="Hand in a smaller file.",
        )
    return data


def decoded(data: bytes, name: str) -> tuple[str, str]:
    """Return the text without its mark, and the encoding that it is in.

    A mark decides; then zero bytes (UTF-16 of mostly Latin letters); then UTF-8, which other text
    is not by chance. What is left is CP1252, or Latin-1 where CP1252 has no such letter.
    Raises BadFileError for text that breaks the encoding that its own mark claims.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _strictly(data[len(mark) :], encoding, name), encoding
    wide = _wide(data[:_FIRST_BYTES])
    if wide is not None:
        return _strictly(data, wide, name), wide
    for encoding in ("utf-8", "cp1252"):
        try:
            return data.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1"), "latin-1"


def is_text(head: bytes) -> bool:
    """Tell whether the beginning of a file looks like text in any of these encodings."""
    if any(head.startswith(mark) for mark, _ in _BOMS) or _wide(head[:_FIRST_BYTES]) is not None:
        return True
    return not any(byte < ord(" ") and byte not in _CONTROLS for byte in head)


def lines_of(text: str) -> list[str]:
    """Return the lines, printable, without trailing blanks, tabs, and empty ones at both ends."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\x1a")
    lines = [printable(line.rstrip().expandtabs(_TAB)) for line in text.split("\n")]
    first = next((at for at, line in enumerate(lines) if line), len(lines))
    last = next((at for at in range(len(lines), first, -1) if lines[at - 1]), first)
    return lines[first:last]


def _wide(head: bytes) -> str | None:
    """Return which UTF-16 it is, by the zeros at every second place of ASCII letters."""
    even, odd = head[::2], head[1::2]
    if len(odd) < _HALF or len(head) % _HALF:
        return None
    if odd.count(0) * _HALF > len(odd) and 0 not in even:
        return "utf-16-le"
    if even.count(0) * _HALF > len(even) and 0 not in odd:
        return "utf-16-be"
    return None


def _strictly(data: bytes, encoding: str, name: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise BadFileError(
            f"{printable(name)}: byte {error.start} is no {encoding.upper()}",
            hint="Export the file anew and hand over the complete file.",
        ) from error
