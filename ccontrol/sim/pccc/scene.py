"""What happens to a processor: engineers over the network, hands at the cabinet, the program."""

import struct
from collections.abc import Sequence
from datetime import datetime

from ccontrol.sim.pccc.memory import (
    INPUT_FORCES,
    LADDER,
    OUTPUT_FORCES,
    File,
    class_of,
)
from ccontrol.sim.pccc.processor import NOBODY, Firmware, Kind, Mode, Processor


def go_to(processor: Processor, mode: Mode) -> None:
    """An engineer changes the mode over the network, or a hand turns the key."""
    processor.mode = mode


def download(
    processor: Processor, name: str, program_id: int, at: datetime, files: Sequence[File]
) -> None:
    """An engineer stops the processor, loads ladder files in place of its own, and starts it."""
    rest = [one for one in processor.memory.files if one.type != LADDER]
    cut = next(at for at, one in enumerate(rest) if class_of(one.type) > class_of(LADDER))
    processor.memory.files = [*rest[:cut], *files, *rest[cut:]]
    processor.memory.name, processor.memory.program_id = name, program_id
    processor.edited = at if processor.edited else None
    processor.mode = Mode.REMOTE_RUN


def edit_in_secret(processor: Processor, number: int, file: File) -> None:
    """The bytes of a ladder file change, and the program id stays what it was."""
    processor.memory.put(LADDER, number, file.data)


def try_edits(processor: Processor, *, on: bool) -> None:
    """An engineer tests edits online (SLC and PLC-5)."""
    processor.testing_edits = on


def force(processor: Processor, word: int, bit: int, *, on: bool, output: bool = False) -> None:
    """An engineer forces one input or output."""
    kind, number = (OUTPUT_FORCES, 0) if output else (INPUT_FORCES, 1)
    table = processor.memory.file(kind, number)
    if processor.model.kind is Kind.PLC5 or table is None:
        processor.plc5_forces = True
        return
    words = list(struct.unpack(f"<{len(table.data) // 2}H", table.data))
    if on:
        words[2 * word] |= 1 << bit
    else:
        words[2 * word + 1] &= ~(1 << bit)
    processor.memory.put(kind, number, struct.pack(f"<{len(words)}H", *words))


def remove_forces(processor: Processor) -> None:
    """An engineer removes every force."""
    processor.plc5_forces = False
    for number, kind in enumerate((OUTPUT_FORCES, INPUT_FORCES)):
        table = processor.memory.file(kind, number)
        if table is not None:
            processor.memory.put(kind, number, b"\x00\x00\xff\xff" * (len(table.data) // 4))


def enable_forces(processor: Processor, *, on: bool) -> None:
    """An engineer enables what is forced, or disables it."""
    processor.forces_enabled = on


def move_values(processor: Processor, file_type: int, number: int, data: bytes) -> None:
    """The program writes into a data file."""
    processor.memory.put(file_type, number, data)


def add_data_file(processor: Processor, file: File) -> None:
    """A program with one more data file."""
    files = processor.memory.files
    cut = next(at for at, one in enumerate(files) if class_of(one.type) > class_of(file.type))
    processor.memory.files = [*files[:cut], file, *files[cut:]]


def take_ownership(processor: Processor, node: int) -> None:
    """A programming station makes itself the owner of the program."""
    processor.owner = node


def give_up_ownership(processor: Processor) -> None:
    """It lets go."""
    processor.owner = NOBODY


def fault(processor: Processor, code: int) -> None:
    """A major error halts the processor."""
    processor.major_error, processor.halted = code, True
    processor.mode = Mode.REMOTE_PROGRAM


def clear_fault(processor: Processor) -> None:
    """An engineer clears the error and starts the processor again."""
    processor.major_error, processor.halted = 0, False
    processor.mode = Mode.REMOTE_RUN


def firmware_update(processor: Processor, firmware: Firmware) -> None:
    """Another operating system; the processor restarts by itself."""
    processor.firmware = firmware


def lock(processor: Processor, password: str) -> None:
    """An engineer sets a password and the lock of S:1/14."""
    processor.memory.password = password.encode("latin-1")[:10]
    processor.locked = True


def corrupt_directory(processor: Processor) -> None:
    """The processor finds its own directory damaged."""
    processor.corrupt = True
