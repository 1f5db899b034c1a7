"""Lists, infos and uploads of blocks: which are read, and which a second time.

A second look is only taken when it can tell something: at an upload that was refused for no reason
of ours, at one that does not fit the info taken before it, or whose own checksum does not fit.
"""

from dataclasses import dataclass, field

from ccontrol.drivers.api import Ask
from ccontrol.drivers.s7 import pdu as wire
from ccontrol.drivers.s7.conversation import Answer, Conversation
from ccontrol.logic.mc7.crc import block_crc
from ccontrol.model.aspect import Depth

CREATED_BY_PROGRAM = 8
"""Language of a DB that the running program made for itself (SFC 22): noise, never read."""
_FINAL = frozenset({0xD209, 0xD20C, 0xD20E, 0xD210, 0xD241, 0xD242})
"""Refusals that asking again does not mend: no such block, protection level, fail-safe block."""
_ENTRY_BYTES = 4
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
    _infos: dict[tuple[int, int], bytes] = field(default_factory=dict)

    async def look(self) -> None:
        """Ask for the lists of all types and the info of each block."""
        for name, kind in wire.BLOCK_TYPES.items():
            entries = (await self.talk.listing(kind)).payload
            for at in range(0, len(entries) - _ENTRY_BYTES + 1, _ENTRY_BYTES):
                if name != "DB" or entries[at + 3] != CREATED_BY_PROGRAM:
                    await self._look_at(name, kind, int.from_bytes(entries[at : at + 2], "big"))

    async def read(self) -> None:
        """Upload every block that is wanted."""
        for kind, number in self.wanted:
            await self._read(kind, number)

    async def _look_at(self, name: str, kind: int, number: int) -> None:
        answer = await self.talk.info(kind, number)
        info = answer.payload
        self._infos[kind, number] = info
        if answer.error in _FINAL:
            return
        if self.ask.depth is not Depth.FULL and len(info) == wire.INFO_BYTES:
            known = self.ask.known.get(f"{name}/{name}{number}")
            if known == wire.info_fingerprint(info):
                return
        self.wanted.append((kind, number))

    async def _read(self, kind: int, number: int) -> None:
        """Upload a block; once more when the first time leaves a doubt."""
        answer = await self.talk.upload(kind, number)
        if answer.error:
            if answer.error not in _FINAL:  # CP 443-1: the first upload of a connection fails, 8702
                await self.talk.upload(kind, number)
            return
        image = _whole(answer)
        if image and not _fits(image, self._infos[kind, number]):
            self._infos[kind, number] = (await self.talk.info(kind, number)).payload
        if not (image and _fits(image, self._infos[kind, number]) and _sound(image)):
            await self.talk.upload(kind, number)


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
