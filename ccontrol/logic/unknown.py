"""What no reader knows: its size, what it seems to be, and its hash. Never its content."""

import hashlib

from ccontrol.errors import BadFileError
from ccontrol.logic.file import HEAD_BYTES, ProjectFile, SealText
from ccontrol.logic.project import Language, Part, Project
from ccontrol.model.aspect import Aspect

_CHUNK_BYTES = 1 << 20
_TEXT_CONTROLS = frozenset(b"\t\n\f\r\x1a")
"""Control characters of plain text; the last is how CP/M and some PLC tools end a file."""
_BEGINNINGS = (
    (b"PK\x03\x04", "ZIP archive"),
    (b"PK\x05\x06", "ZIP archive without members"),
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip archive"),
    (b"Rar!\x1a\x07", "RAR archive"),
    (b"MSCF", "Microsoft cabinet"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "OLE compound file"),
    (b"SQLite format 3\x00", "SQLite database"),
    (b"%PDF-", "PDF document"),
    (b"\x89PNG\r\n\x1a\n", "PNG picture"),
    (b"\xff\xd8\xff", "JPEG picture"),
    (b"MZ", "Windows program"),
    (b"\x7fELF", "ELF program"),
    (b"\xef\xbb\xbf<", "XML or HTML"),
    (b"\xff\xfe<\x00", "XML or HTML (UTF-16)"),
    (b"\xfe\xff\x00<", "XML or HTML (UTF-16)"),
    (b"\xff\xfe", "text (UTF-16)"),
    (b"\xfe\xff", "text (UTF-16)"),
    (b"<", "XML or HTML"),
)
"""What files begin with, as their formats' own specifications say."""


class Unknown:
    """The last of all formats: every file is one."""

    name = "unknown"
    version = 1
    title = "a file that ccontrol cannot read"
    suffixes: tuple[str, ...] = ()

    def knows(self, name: str, head: bytes) -> bool:
        """Say yes: whatever it is."""
        del name, head
        return True

    def read(self, file: ProjectFile, seal: SealText) -> Project:
        """Return one part that tells equal from changed. Raises BadFileError when it grows."""
        del seal
        head, size, digest = _measured(file)
        lines = (
            "FILE that is not read",
            f"type = {_guess(head)}",
            f"size = {size}",
            f"sha256 = {digest}",
        )
        part = Part(
            ("file",),
            Language.LISTING,
            Aspect.PROGRAM,
            "".join(f"{line}\n" for line in lines),
            opaque="no reader for this kind of file",
        )
        problem = "its content is not read: only its size, type and hash are known"
        return Project(f"{self.name}/{self.version}", file.name, (part,), problems=(problem,))


FORMAT = Unknown()


def _measured(file: ProjectFile) -> tuple[bytes, int, str]:
    """Return the head, the size and the SHA-256 of a file, read once from its beginning."""
    hashed, head, size = hashlib.sha256(), b"", 0
    file.stream.seek(0)
    while chunk := file.stream.read(_CHUNK_BYTES):
        head = head or chunk[:HEAD_BYTES]
        size += len(chunk)
        if size > file.limits.file:
            raise BadFileError(
                f"{file.name}: more than {file.limits.file} bytes", hint="Hand in a smaller file."
            )
        hashed.update(chunk)
    return head, size, hashed.hexdigest()


def _guess(head: bytes) -> str:
    if not head:
        return "empty"
    for beginning, kind in _BEGINNINGS:
        if head.startswith(beginning):
            return kind
    if any(byte < ord(" ") and byte not in _TEXT_CONTROLS for byte in head):
        return "binary data"
    return "text"
