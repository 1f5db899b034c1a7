"""RSLogix 500 projects (.rss): OLE files, told stream by stream by hash. olefile's one door.

What a stream holds is not decoded; its name says what it is about, and which one changed.
"""

import hashlib
import io
from collections.abc import Iterator

import olefile  # type: ignore[import-untyped]  # it ships no types

from ccontrol.errors import BadFileError
from ccontrol.logic.file import ProjectFile, SealText
from ccontrol.logic.parts import Parts
from ccontrol.logic.plain import whole
from ccontrol.logic.printable import printable
from ccontrol.logic.project import Language, Project
from ccontrol.model.aspect import Aspect

_BEGINNING = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OPAQUE = "the streams of an RSLogix 500 project are not decoded"
_MOST_STREAMS = 20_000


class Rss:
    """A project of RSLogix 500 or of RSLogix Micro."""

    name = "rss"
    version = 1
    title = "Rockwell RSLogix 500"
    suffixes: tuple[str, ...] = (".rss",)

    def knows(self, name: str, head: bytes) -> bool:
        """Tell by the ending of an OLE file."""
        return name.lower().endswith(self.suffixes) and head.startswith(_BEGINNING)

    def read(self, file: ProjectFile, seal: SealText) -> Project:
        """List its streams. Raises BadFileError for a broken file."""
        del seal
        parts = Parts()
        try:
            with olefile.OleFileIO(io.BytesIO(whole(file))) as held:
                lines = ["STREAMS of an RSLogix 500 project", *sorted(_streams(held, file))]
        except _BROKEN as error:
            raise BadFileError(
                f"{printable(file.name)}: no complete OLE file",
                hint="Save the project anew and hand over the complete file.",
            ) from error
        parts.add(("streams",), Language.LISTING, Aspect.PROGRAM, lines, opaque=_OPAQUE)
        return parts.project(f"{self.name}/{self.version}", file.name)


FORMAT = Rss()

_BROKEN = (
    OSError,
    ValueError,
    IndexError,
    KeyError,
    TypeError,
    AttributeError,
    RecursionError,
    OverflowError,
    MemoryError,
)
"""What olefile raises for bytes that are no OLE file; it promises nothing."""


def _streams(held: olefile.OleFileIO, file: ProjectFile) -> Iterator[str]:
    entries = held.listdir(streams=True, storages=False)
    if len(entries) > _MOST_STREAMS:
        raise ValueError("too many streams")
    read = 0
    for entry in entries:
        data = held.openstream(entry).read()
        read += len(data)
        if read > file.limits.unpacked:
            raise ValueError("streams that overlap")
        name = printable("/".join(entry))
        yield f"{name} = {len(data)} bytes, sha256 {hashlib.sha256(data).hexdigest()}"
