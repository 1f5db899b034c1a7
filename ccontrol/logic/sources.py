"""Sources of blocks as plain text: STL/AWL, SCL, ST, DB, UDT → one part a block, as it stands.

Blocks are told apart by the words that begin and end them, comments and strings apart; what they
mean is not read. What stands between two blocks belongs to the next.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ccontrol.logic.file import ProjectFile, SealText
from ccontrol.logic.parts import Parts
from ccontrol.logic.plain import GUESSED, decoded, is_text, lines_of, whole
from ccontrol.logic.printable import printable
from ccontrol.logic.project import Language, Project
from ccontrol.model.aspect import Aspect

_STATEMENT_LISTS = (".awl", ".stl")
_AMBIGUOUS = (".stl", ".db", ".exp")
"""Other programs use these endings too: a word that begins a block is asked for."""
_WORDS = (
    "ORGANIZATION_BLOCK",
    "FUNCTION_BLOCK",
    "FUNCTION",
    "DATA_BLOCK",
    "TYPE",
    "PROGRAM",
    "INTERFACE",
    "CONFIGURATION",
    "NAMESPACE",
)
FOLDERS = {"DATA_BLOCK": "data blocks", "TYPE": "types", "INTERFACE": "interfaces"}
_DECLARING = frozenset(FOLDERS)
_BEGINS = re.compile(rf"(?im)^[ \t]*(?:{'|'.join(_WORDS)})\b")
_PIECE = re.compile(
    r"\(\*.*?(?:\*\)|\Z)|/\*.*?(?:\*/|\Z)|//[^\n]*|'(?:[^'$\n]|\$.)*'?|\"[^\"\n]*\"?"
    rf"|(?P<begin>(?m:^)[ \t]*(?P<word>{'|'.join(_WORDS)})\b(?P<name>[^\n]*))"
    rf"|(?P<end>\bEND_(?P<ended>{'|'.join(_WORDS)})\b[ \t]*;?)",
    re.DOTALL | re.IGNORECASE,
)
_NAME = re.compile(
    r"\s*+(?:(?:ABSTRACT|FINAL|PUBLIC|INTERNAL)\s++)*+(\"[^\"\n]*\"|[\w.%]++(?:\s++\d++)?+)",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"(?i)(OB|FB|FC|DB|UDT|SFB|SFC)\s++(\d++)")


@dataclass(frozen=True, slots=True)
class Block:
    """One block: the word it begins with, its name and its text; no word for what has none."""

    word: str
    name: str
    heading: str
    before: str
    text: str


class Sources:
    """Text that an engineer exports block by block, or keeps beside the project."""

    name = "sources"
    version = 1
    title = "STL, SCL, ST, DB and UDT sources"
    suffixes: tuple[str, ...] = (".awl", ".stl", ".scl", ".st", ".db", ".udt", ".iecst", ".exp")

    def knows(self, name: str, head: bytes) -> bool:
        """Tell by the ending; where others use the ending, by the words that begin a block."""
        ending = next((each for each in self.suffixes if name.lower().endswith(each)), None)
        if ending is None or not is_text(head):
            return False
        plain = head.replace(b"\0", b"").decode("latin-1")
        return ending not in _AMBIGUOUS or _BEGINS.search(plain) is not None

    def read(self, file: ProjectFile, seal: SealText) -> Project:
        """Return one part a block. Raises BadFileError for text that breaks its own encoding."""
        del seal
        text, encoding = decoded(whole(file), file.name)
        parts = Parts()
        is_list = file.name.lower().endswith(_STATEMENT_LISTS)
        found = list(blocks(text.replace("\r\n", "\n").replace("\r", "\n")))
        for block in found:
            _add(parts, block, is_list=is_list)
        if encoding in GUESSED:
            parts.problems.append(
                f"read as {encoding}, as it is no Unicode: other letters than A-Z may be wrong"
            )
        title = found[0].name if len(found) == 1 else ""
        return parts.project(
            f"{self.name}/{self.version}",
            title or file.name,
            (("encoding", encoding),),
        )


FORMAT = Sources()


def blocks(text: str) -> Iterator[Block]:
    """Yield the blocks; blocks within a block (a namespace's) stay in it."""
    at = 0
    pieces = (found for found in _PIECE.finditer(text) if found["begin"] or found["end"])
    for opened in pieces:
        if opened["begin"] is None:
            continue
        end = _end(opened["word"], pieces, len(text))
        yield _block(opened, text[at : opened.start()], text[opened.start() : end])
        at = end
    if text[at:].strip():
        yield Block("", "", "SOURCE", "", text[at:])


def _end(word: str, pieces: Iterator[re.Match[str]], otherwise: int) -> int:
    """Return where the block ends that such a word began, its like within it passed over."""
    depth = 1
    for found in pieces:
        if found["begin"] is not None:
            depth += _same(found["word"], word)
        elif _same(found["ended"], word):
            depth -= 1
            if depth == 0:
                return found.end()
    return otherwise


def _same(one: str, other: str) -> bool:
    return one.upper() == other.upper()


def _block(opened: re.Match[str], before: str, text: str) -> Block:
    named = _NAME.match(opened["name"])
    name = named[1].strip('"') if named else ""
    numbered = _NUMBERED.fullmatch(name)
    if numbered:
        name = f"{numbered[1].upper()}{numbered[2]}"
    return Block(opened["word"].upper(), name, opened["begin"].strip(), before, text)


def _add(parts: Parts, block: Block, *, is_list: bool) -> None:
    is_code = block.word not in _DECLARING
    language = Language.STL if is_list and is_code else Language.ST
    before, lines = lines_of(block.before), lines_of(block.text)
    if before or not block.word:
        lines = [printable(block.heading), *before, *lines]
    path = (FOLDERS.get(block.word, "blocks"), block.name) if block.word else ("source",)
    parts.add(path, language, Aspect.PROGRAM, lines)
