"""Lists, infos and uploads of blocks: which are read, and which a second time.

The info of a block is asked for after its upload: the image begins with the header of before, so
that a block which changed meanwhile does not fit what is told of it then. An INVENTORY asks for the
info before, too, to find out what has to be uploaded at all.
A second look is only taken when it can tell something: at an upload that was refused for no reason
of ours, at one that does not fit the info taken after it, or whose own checksum does not fit.
"""

from dataclasses import dataclass, field

from ccontrol.drivers.api import Ask
from ccontrol.drivers.s7 import pdu as wire
from ccontrol.drivers.s7.conversation import Answer, Conversation
from ccontrol.drivers.s7.program_word import PROGRAM_TYPES, Word, word_of
from ccontrol.drivers.s7.progress import Progress
from ccontrol.logic.mc7.crc import block_crc
from ccontrol.model.aspect import Depth

CREATED_BY_PROGRAM = 8
"""Language of a DB that the running program made for itself (SFC 22): noise, never uploaded."""
_FINAL = frozenset({0xD209, 0xD20C, 0xD20E, 0xD210, 0xD241, 0xD242})
"""Refusals that asking again does not mend: no such block, protection level, fail-safe block."""
_ENTRY_BYTES = 4
_DB = wire.BLOCK_TYPES["DB"]
_PROGRAM = frozenset(wire.BLOCK_TYPES[name] for name in PROGRAM_TYPES)
_EDGE = 36
"""Bytes of a block's header, and of its footer."""
_CODE = frozenset({0x08, 0x0C, 0x0E})  # OB, FC, FB: their bodies do not move by themselves
_IN_INFO = 6
"""An info is six bytes, the header, and the footer."""


@dataclass(slots=True)
class Blocks:
    """The blocks of one controller during one poll."""

    talk: Conversation
    ask: Ask
    wanted: list[tuple[int, int]] = field(default_factory=list)
    """Type code and number of each block that has to be uploaded, known after `look`."""
    dbs: int = 0
    """How many DBs were listed last, those that the program made included."""
    _infos: dict[tuple[int, int], bytes] = field(default_factory=dict)
    _made: dict[int, bytes] = field(default_factory=dict)

    async def look(self) -> None:
        """Ask for the lists of all types and, at INVENTORY, for the info of each block.

        The infos of DBs that the program made are asked for at every depth: the CPU's word for its
        program may count them.
        """
        for name, kind in wire.BLOCK_TYPES.items():
            numbers, made = self._numbers(name, (await self.talk.listing(kind)).payload)
            for number in numbers:
                if self.ask.depth is Depth.FULL or await self._differs(name, kind, number):
                    self.wanted.append((kind, number))
            await self._look_at_made(made)

    async def look_again(self) -> None:
        """Ask for the list of DBs once more, and for the infos of those that the program made."""
        await self.talk.counts()
        _, made = self._numbers("DB", (await self.talk.listing(_DB)).payload)
        self._made.clear()
        await self._look_at_made(made)

    @property
    def loaded(self) -> Word:
        """The CPU's word for its program as it follows from the blocks that were loaded."""
        return word_of(info for (kind, _), info in self._infos.items() if kind in _PROGRAM)

    @property
    def made(self) -> Word:
        """The same of the DBs that the program made for itself."""
        return word_of(self._made.values())

    def follows(self, told: Word) -> bool:
        """Tell whether the CPU's word follows from its blocks, with such DBs or without."""
        loaded = self.loaded
        return told in (loaded, loaded.beside(self.made))

    def _numbers(self, name: str, entries: bytes) -> tuple[list[int], list[int]]:
        """Return the numbers of a list: of blocks that were loaded, of DBs that were made."""
        found: tuple[list[int], list[int]] = ([], [])
        for at in range(0, len(entries) - _ENTRY_BYTES + 1, _ENTRY_BYTES):
            made = name == "DB" and entries[at + 3] == CREATED_BY_PROGRAM
            found[made].append(int.from_bytes(entries[at : at + 2], "big"))
        if name == "DB":
            self.dbs = len(found[0]) + len(found[1])
        return found

    async def _look_at_made(self, numbers: list[int]) -> None:
        for number in numbers:
            self._made[number] = (await self.talk.info(_DB, number)).payload

    async def read(self, progress: Progress) -> None:
        """Upload every block that is wanted, and ask for its info after that."""
        progress.begin(len(self.wanted))
        for kind, number in self.wanted:
            if not await self._is_read(kind, number):
                await self._is_read(kind, number)
            progress.one_more()

    async def _differs(self, name: str, kind: int, number: int) -> bool:
        """Ask for the info of a block; tell whether the block has to be uploaded."""
        answer = await self.talk.info(kind, number)
        self._infos[kind, number] = answer.payload
        if answer.error in _FINAL:
            return False
        info, known = answer.payload, self.ask.known.get(f"{name}/{name}{number}")
        return len(info) != wire.INFO_BYTES or known != wire.info_fingerprint(info)

    async def _is_read(self, kind: int, number: int) -> bool:
        """Upload a block and ask for its info; tell whether no doubt is left."""
        answer = await self.talk.upload(kind, number)
        refused = answer.error in _FINAL  # any other passes: CP 443-1, first upload, 8702
        if answer.error and self.ask.depth is not Depth.FULL:
            return refused  # its info was told already
        info = (await self.talk.info(kind, number)).payload
        self._infos[kind, number] = info
        image = _whole(answer)
        return refused or bool(image and _fits(image, info) and _sound(image))


def _whole(answer: Answer) -> bytes:
    """Return the image when it is as long as announced; b"" when it has to be read again."""
    image = answer.payload
    return image if image and len(image) == wire.upload_begun(answer.heard[0])[1] else b""


def _fits(image: bytes, info: bytes) -> bool:
    """Compare what an image and an info have in common: sizes, both dates, the checksum."""
    if len(info) != wire.INFO_BYTES or len(image) < 2 * _EDGE:
        return False
    header, footer = info[_IN_INFO : _IN_INFO + _EDGE], info[_IN_INFO + _EDGE :]
    return (
        image[6:12] == header[6:12]
        and image[16:_EDGE] == header[16:]
        and image[-10:-8] == footer[26:28]
    )


def _sound(image: bytes) -> bool:
    """Hold a code block's checksum against its body; that of a DB's moving body says nothing."""
    if image[5] not in _CODE:
        return True
    body = image[_EDGE : _EDGE + int.from_bytes(image[34:36], "big")]
    return block_crc(image[5], body) == int.from_bytes(image[-10:-8], "big")
