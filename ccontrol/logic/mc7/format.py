"""Images of S7-300/400 blocks as files, as a capture or an upload leaves them."""

from ccontrol.errors import BadFileError, GarbledError
from ccontrol.logic.file import ProjectFile, SealText
from ccontrol.logic.mc7.block import CODE_TYPES, OPEN_MARKS, Block, begins_as_block, cut_image
from ccontrol.logic.mc7.data_block import actual_values
from ccontrol.logic.mc7.interface import read_interface
from ccontrol.logic.mc7.mnemonics import Spelling
from ccontrol.logic.mc7.text import VERSION, BlockText, protection, written
from ccontrol.logic.project import Language, Part, Project
from ccontrol.model.aspect import Aspect

_MOST_BYTES = 1 << 20
"""A block's length field could say more; its parts have 16 bits each."""


class BlockImage:
    """One block in one file, told by its header: such files have no name of their own."""

    name = "mc7"
    version = VERSION
    title = "Siemens S7-300/400 block (MC7)"
    suffixes: tuple[str, ...] = (".mc7", ".bin")

    def __init__(self, spelling: Spelling = Spelling.ENGLISH) -> None:
        """`spelling`: in whose mnemonics; two of different ones compare as the same logic."""
        self._spelling = spelling

    def knows(self, name: str, head: bytes) -> bool:
        """Say yes where a block's header begins the file, whatever it is called."""
        del name
        return begins_as_block(head)

    def read(self, file: ProjectFile, seal: SealText) -> Project:
        """Return the block, and the actual values of a DB apart. Raises BadFileError."""
        if file.size > _MOST_BYTES:
            raise BadFileError(f"{file.name}: {file.size} bytes are no block")
        file.stream.seek(0)
        try:
            block = cut_image(file.stream.read(_MOST_BYTES + 1))
        except GarbledError as error:
            raise BadFileError(
                f"{file.name}: {error}", hint="Upload the block again: the file is not whole."
            ) from error
        text = written(block, _protection(block, seal), self._spelling)
        own = f"{block.header.type}{block.header.number}"
        parts = [_part(block, own, text), *_values(block, own)]
        return Project(f"{self.name}/{self.version}", own, tuple(parts), problems=text.problems)


FORMAT = BlockImage()
GERMAN = BlockImage(Spelling.GERMAN)


def _protection(block: Block, seal: SealText) -> tuple[str, ...]:
    field = block.header.password
    password = "" if field in OPEN_MARKS else seal(field.hex())
    return protection(OPEN_MARKS.get(field), password)


def _part(block: Block, own: str, text: BlockText) -> Part:
    kind = block.header.type
    language = Language.STL if kind in CODE_TYPES else Language.DATA
    aspect = Aspect.PROGRAM
    if kind == "SDB":
        language, aspect = Language.RECORD, Aspect.CONFIGURATION
    return Part(("blocks", own), language, aspect, text.text, text.opaque, text.unread)


def _values(block: Block, own: str) -> list[Part]:
    if block.header.type != "DB":
        return []
    lines = list(actual_values(block, read_interface(block.interface)))
    text = "".join(f"{line}\n" for line in (f"VALUES of {own}", *lines)) if lines else ""
    return [Part(("values", own), Language.DATA, Aspect.VALUES, text)] if text else []
