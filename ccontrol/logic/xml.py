"""Reads XML from outside safely, as a stream. lxml's one door; holds no rule of any format.

No document type, and so no entity beyond XML's own five; no network; size is bounded by `Limits`,
nesting (256 deep) and one text (10 MB) by libxml2 itself, as long as nobody tells it otherwise:
whatever the bytes are, one gets elements or a BadFileError that says where.
"""

import codecs
import re
from collections.abc import Collection, Iterator
from typing import TypeAlias, cast

from lxml import etree

from ccontrol.errors import BadFileError
from ccontrol.logic.file import ProjectFile
from ccontrol.logic.printable import printable, shortened

Element: TypeAlias = etree._Element  # noqa: SLF001 — lxml gives its element type no other name

_CHUNK_BYTES = 64 * 1024
_MOST_ATTRIBUTES = 500
"""Of one element; real ones have some 60."""
_BOMS = (
    (codecs.BOM_UTF8, "UTF-8"),
    (codecs.BOM_UTF32_LE, "UTF-32LE"),
    (codecs.BOM_UTF32_BE, "UTF-32BE"),
    (codecs.BOM_UTF16_LE, "UTF-16LE"),
    (codecs.BOM_UTF16_BE, "UTF-16BE"),
)
"""UTF-32 stands before UTF-16, whose little mark its own begins with."""
_CLAIMS_WIDE = re.compile(
    rb"""<\?xml[^>]*encoding\s*=\s*["'](?:utf-?16|utf-?32|ucs-)""", re.IGNORECASE
)
_ADVICE = re.compile(r",? (?:use|try) XML_PARSE_HUGE(?: option)?|, see xmlCtxt\w+\.?")
"""What libxml2 tells programmers to do about a limit; nobody who hands over a file can."""
_HINT = "Export the project anew and hand over the complete file."


def name_of(element: Element) -> str:
    """Return an element's name without its namespace."""
    tag = element.tag
    return tag.rpartition("}")[2] if "}" in tag else tag


def is_empty(element: Element) -> bool:
    """Tell whether no element lies in it. Its length tells, too, but libxml2 counts all of them."""
    return next(iter(element), None) is None


def attributes(element: Element) -> list[tuple[str, str]]:
    """Return an element's attributes and their values, sorted by name.

    Raises BadFileError for more than any project has: libxml2 looks for each of them in turn.
    """
    if len(element.attrib) > _MOST_ATTRIBUTES:
        where = f"line {element.sourceline}: {printable(name_of(element))[:80]}"
        raise BadFileError(f"{where} has more than {_MOST_ATTRIBUTES} attributes", hint=_HINT)
    return sorted(cast("list[tuple[str, str]]", element.items()))


def read_tree(file: ProjectFile) -> Element:
    """Return the root of the whole tree. Raises BadFileError, with the line, for what is no XML."""
    for root in units(file, ()):
        return root
    raise _bad(file, "it holds no element")


def units(file: ProjectFile, names: Collection[str]) -> Iterator[Element]:
    """Yield each outermost element of one of these names once it is complete, then the root.

    An element yielded keeps its forefathers with their attributes; what was yielded before is
    emptied when the next one is asked for, so that no more than one unit is held. The root comes
    last, with all that no unit holds. Names are without namespaces. Raises BadFileError, with the
    line, for what is no XML or too much of it.
    """
    wanted = tuple(f"{{*}}{name}" for name in names)
    parser: etree.XMLPullParser | None = None
    cutter = _Cutter(file)
    for chunk in _chunks(file):
        data = chunk
        if parser is None:
            encoding, mark = _encoding(chunk)
            parser, data = _parser(encoding, wanted), chunk[mark:]
        _feed(file, parser, data)
        yield from cutter.cut(parser)
    if parser is None:
        raise _bad(file, "it is empty")
    root = _close(file, parser)
    yield from cutter.cut(parser)
    cutter.finish()
    yield root


class _Cutter:
    """Finds the outermost units among the events of a parser, and forgets them once used."""

    def __init__(self, file: ProjectFile) -> None:
        self._file = file
        self._depth = 0
        self._met = False
        self._last: Element | None = None

    def cut(self, parser: etree.XMLPullParser) -> Iterator[Element]:
        """Yield the units that are complete by now; each is emptied when the next is asked for."""
        for event, element in _events(parser):
            if not self._met:
                _refuse_type(self._file, element)
                self._met = True
            if event == "start":
                self._depth += 1
                continue
            self._depth -= 1
            if self._depth == 0 and element.getparent() is not None:
                yield element
                self._forget(element)

    def _forget(self, element: Element) -> None:
        # The unit itself stays as a shell until the next is complete: the parser may be writing
        # to the text behind it, and only the one before is surely done with.
        element.clear(keep_tail=True)  # type: ignore[call-arg]  # lxml-stubs does not know it
        self.finish()
        self._last = element

    def finish(self) -> None:
        """Take away the shell of the last unit; the parser must be past the text behind it."""
        parent = self._last.getparent() if self._last is not None else None
        if self._last is not None and parent is not None:
            parent.remove(self._last)
        self._last = None


def _events(parser: etree.XMLPullParser) -> Iterator[tuple[str, Element]]:
    """Yield what the parser met; lxml-stubs knows events of other kinds, which nobody asked for."""
    return cast("Iterator[tuple[str, Element]]", parser.read_events())


def _parser(encoding: str | None, wanted: tuple[str, ...]) -> etree.XMLPullParser:
    return etree.XMLPullParser(
        events=("start", "end") if wanted else (),
        tag=wanted or None,
        encoding=encoding,
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
    )


def _chunks(file: ProjectFile) -> Iterator[bytes]:
    """Yield the file piece by piece; the sizes that it claims and that it has are both bounded."""
    most = file.limits.file
    taken = file.size
    if taken <= most:
        taken = 0
        while chunk := file.stream.read(_CHUNK_BYTES):
            taken += len(chunk)
            if taken > most:
                break
            yield chunk
    if taken > most:
        raise _bad(file, f"it is larger than {most:,} bytes, and is not read")


def _encoding(head: bytes) -> tuple[str | None, int]:
    """Return the encoding to read in, None for what the file declares, and the mark's length.

    A mark outweighs what is declared, and so do bytes: programs that write UTF-8 by way of a
    wide string (.NET) declare UTF-16 all the same.
    """
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            return encoding, len(mark)
    if head.startswith((b"<\0", b"\0<")):
        return ("UTF-16LE" if head[0] else "UTF-16BE"), 0
    return ("UTF-8" if _CLAIMS_WIDE.match(head[:256]) else None), 0


def _feed(file: ProjectFile, parser: etree.XMLPullParser, data: bytes) -> None:
    try:
        parser.feed(data)
    except (etree.XMLSyntaxError, LookupError) as error:
        raise _bad(file, _reason(error)) from error


def _close(file: ProjectFile, parser: etree.XMLPullParser) -> Element:
    try:
        root = parser.close()
    except (etree.XMLSyntaxError, LookupError) as error:
        raise _bad(file, _reason(error)) from error
    _refuse_type(file, root)
    return root


def _refuse_type(file: ProjectFile, element: Element) -> None:
    """Refuse a document type: entities come from there, and no format of projects has one."""
    if element.getroottree().docinfo.internalDTD is not None:
        raise _bad(file, "it declares a document type, which no project file does")


def _reason(error: Exception) -> str:
    said = _ADVICE.sub("", str(error).partition(" (<string>")[0])
    return shortened(printable(said), 200)


def _bad(file: ProjectFile, reason: str) -> BadFileError:
    return BadFileError(f"{printable(file.name)}: {reason}", hint=_HINT)
