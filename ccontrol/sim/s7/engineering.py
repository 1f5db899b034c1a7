"""A conversation with an engineering station: it may load, delete, stop and start.

Only who connects from an address that a server was told (`engineers`) is talked to like this; all
others are refused, and what they ask for counts as a violation. Frames and their order: captures of
TIA Portal and a CPU 315-2 PN/DP (tia_s300_downloadOb1, tia_s300_downloadHwConfig). What a CPU says
to a block that is none, and to a start while it runs, is an assumption.
"""

import struct
from dataclasses import dataclass, field

from ccontrol.sim.connection import RubbishError
from ccontrol.sim.s7 import scene, wire
from ccontrol.sim.s7.block import BY_IMAGE_CODE, FOOTER_LENGTH, HEADER_LENGTH, Block
from ccontrol.sim.s7.cpu import Cpu, Key, Mode
from ccontrol.sim.s7.fault import Fault
from ccontrol.sim.s7.request_log import RequestLog
from ccontrol.sim.s7.session import (
    FUNCTION_UNKNOWN,
    NO_SUCH_BLOCK,
    PROTECTED,
    JobRefusedError,
    Session,
    block_name,
)

START_LOAD, LOAD, END_LOAD, CONTROL, STOP = 0x1A, 0x1B, 0x1C, 0x28, 0x29
INSERT, DELETE, PROGRAM = b"_INSE", b"_DELE", b"P_PROGRAM"
WRONG_STATE = 0x8001
_NOT_DONE = b"\x28\x02"
"""How a refused service answers, beside the error word (tia_s300_downloadHwConfig, packet 81)."""
_NAME = 8


@dataclass
class _Load:
    """A block on its way in."""

    key: Key
    name: bytes
    """As the station wrote it: _0800001P."""
    size: int
    image: bytearray = field(default_factory=bytearray)


class Engineering(Session):
    """What the CPU says to a station that may change it."""

    def __init__(self, cpu: Cpu, log: RequestLog, connection: int = 1) -> None:
        super().__init__(cpu, log, connection)
        self._load: _Load | None = None
        self._job = b""
        self._reference = 0
        self._jobs |= {
            START_LOAD: self._start_load,
            CONTROL: self._control,
            STOP: self._stop,
        }

    def asks(self) -> bytes:
        """Return the next piece, or the end, of a load to ask for."""
        job, self._job = self._job, b""
        return job

    def _take(self, pdu: wire.Pdu) -> bytes:
        function = pdu.parameter[:1]
        if self._load is None or pdu.reference != self._reference or pdu.error:
            raise RubbishError(f"no answer to what was asked: {pdu.raw[:14].hex()}")
        if function == bytes((LOAD,)) and len(pdu.parameter) > 1:
            self._take_piece(self._load, pdu)
        elif function == bytes((END_LOAD,)):
            self._end_load(self._load)
        else:
            raise RubbishError(f"another function than was asked: {pdu.raw[:14].hex()}")
        return b""

    def _take_piece(self, load: _Load, pdu: wire.Pdu) -> None:
        load.image += pdu.data[4 : 4 + int.from_bytes(pdu.data[:2], "big")]
        if len(load.image) > load.size:
            raise RubbishError(f"more than the {load.size} bytes that were announced")
        self._pull(LOAD if pdu.parameter[1] else END_LOAD, load)

    def _end_load(self, load: _Load) -> None:
        self._load = None
        image = bytes(load.image)
        if _is_block(image, load.key):
            self._cpu.loaded[load.key] = Block(image)

    def _start_load(self, pdu: wire.Pdu, _fault: Fault) -> bytes:
        self._require_leave()
        kind, number, where = block_name(pdu.parameter[11:18])
        size = pdu.parameter[20:26]
        if kind is None or where != b"P" or not size.isdigit():
            raise JobRefusedError(NO_SUCH_BLOCK)
        self._load = _Load((kind, number), pdu.parameter[9:18], int(size))
        self._pull(LOAD, self._load)
        return wire.reply(pdu, bytes((START_LOAD,)))

    def _pull(self, function: int, load: _Load) -> None:
        self._reference = (self._reference + 2) % 0x10000  # the captured CPU counts by twos
        parameter = struct.pack(">B7xB", function, len(load.name)) + load.name
        self._job = wire.job(self._reference, parameter)

    def _control(self, pdu: wire.Pdu, _fault: Fault) -> bytes:
        self._require_leave()
        size = int.from_bytes(pdu.parameter[8:10], "big")
        argument, service = pdu.parameter[10 : 10 + size], pdu.parameter[11 + size :]
        if service == PROGRAM:
            error = self._start()
        elif service in (INSERT, DELETE):
            keys = _blocks_in(argument)
            error = self._insert(keys) if service == INSERT else self._delete(keys)
        else:
            raise JobRefusedError(FUNCTION_UNKNOWN)
        return wire.reply(pdu, _NOT_DONE if error else bytes((CONTROL,)), error=error)

    def _insert(self, keys: list[Key]) -> int:
        loaded = self._cpu.loaded
        if not keys or any(key not in loaded for key in keys):
            return NO_SUCH_BLOCK
        self._cpu.load(*(loaded.pop(key) for key in keys))
        return 0

    def _delete(self, keys: list[Key]) -> int:
        if not keys or any(self._cpu.block(*key) is None for key in keys):
            return NO_SUCH_BLOCK
        self._cpu.delete(*keys)
        return 0

    def _start(self) -> int:
        if self._cpu.mode is not Mode.STOP:
            return WRONG_STATE
        scene.start_by_pg(self._cpu)
        return 0

    def _stop(self, pdu: wire.Pdu, _fault: Fault) -> bytes:
        self._require_leave()
        if self._cpu.mode is Mode.STOP:
            raise JobRefusedError(WRONG_STATE)
        scene.stop_by_pg(self._cpu)
        return wire.reply(pdu, bytes((STOP,)))

    def _require_leave(self) -> None:
        if self._cpu.level > 1 and not self._let_in:
            raise JobRefusedError(PROTECTED)


def _blocks_in(argument: bytes) -> list[Key]:
    """Return the blocks that a service names: their number, a zero, eight characters for each."""
    names = (argument[at + 1 : at + _NAME] for at in range(2, len(argument), _NAME))
    found = (block_name(name) for name in names)
    return list(dict.fromkeys((kind, number) for kind, number, _ in found if kind is not None))


def _is_block(image: bytes, key: Key) -> bool:
    """Tell whether bytes are a whole block of that type and number."""
    if len(image) < HEADER_LENGTH + FOOTER_LENGTH or image[:2] != b"pp":
        return False
    if image[5] not in BY_IMAGE_CODE or int.from_bytes(image[8:12], "big") != len(image):
        return False
    block = Block(image)
    return block.key == key and HEADER_LENGTH + block.body_length + FOOTER_LENGTH <= len(image)
