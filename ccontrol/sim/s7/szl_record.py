"""What a system status list is made of, and how a CPU refuses one."""

from dataclasses import dataclass

NO_SUCH_LIST, NO_SUCH_INDEX = 0xD401, 0xD402


class RefusedError(Exception):
    """The CPU says no; `error` is the word that goes into the answer."""

    def __init__(self, error: int) -> None:
        super().__init__(f"{error:04x}")
        self.error = error


@dataclass(frozen=True)
class SzlList:
    """Records of one length, as they follow the eight bytes of a list's header."""

    record_length: int
    records: tuple[bytes, ...]


def one(record: bytes) -> SzlList:
    """A list of a single record."""
    return SzlList(len(record), (record,))


def several(records: tuple[bytes, ...] | list[bytes]) -> SzlList:
    """A list of records that have the length of the first."""
    return SzlList(len(records[0]) if records else 0, tuple(records))
