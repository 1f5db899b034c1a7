"""Archives of projects: what they hold, member by member, with size and SHA-256. Never unpacked.

Only SIMATIC SD documents are read inside, because their texts lie in files of their own.
"""

import hashlib
import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from posixpath import splitext

from ccontrol.errors import BadFileError
from ccontrol.logic.file import ProjectFile, SealText
from ccontrol.logic.parts import Parts
from ccontrol.logic.plain import decoded
from ccontrol.logic.printable import printable
from ccontrol.logic.project import Language, Project
from ccontrol.logic.simatic_sd import add_declarations, resources
from ccontrol.model.aspect import Aspect

BEGINNINGS = (b"PK\x03\x04", b"PK\x05\x06")
_CHUNK_BYTES = 1 << 20
_MOST_RATIO = 2000
"""Unpacked to packed: deflate itself ends near 1032, real projects below 300."""
_FREE_BYTES = 1 << 20
_ENCRYPTED = 0x1
_MOST_READ_BYTES = 8 * 1024 * 1024
_HINT = "Export the project anew and hand over the complete file."


class Archives:
    """ZIP archives, whatever their ending: .zip, .zap16, .zef, .apx, archives of STEP 7."""

    name = "archive"
    version = 1
    title = "ZIP archives of projects"
    suffixes: tuple[str, ...] = (".zip",)

    def knows(self, name: str, head: bytes) -> bool:
        """Tell by what a ZIP archive begins with."""
        del name
        return head.startswith(BEGINNINGS)

    def read(self, file: ProjectFile, seal: SealText) -> Project:
        """List it. Raises BadFileError for a broken archive, and for more than its limits allow."""
        del seal
        parts = Parts()
        with opened(file) as archive:
            lines = list(_listed(file, archive, parts))
            _add_documents(file, archive, parts)
        title = ("ARCHIVE", *sorted(lines))
        parts.add(("archive",), Language.LISTING, Aspect.PROGRAM, title)
        return parts.project(
            f"{self.name}/{self.version}",
            file.name,
        )


FORMAT = Archives()


def opened(file: ProjectFile) -> zipfile.ZipFile:
    """Return an archive whose members are counted. Raises BadFileError."""
    try:
        archive = zipfile.ZipFile(file.stream)
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise _bad(file, "is no complete ZIP archive") from error
    if len(archive.infolist()) > file.limits.members:
        raise _bad(file, f"holds more than {file.limits.members} members")
    claimed = sum(info.file_size for info in archive.infolist())
    if claimed > file.limits.unpacked:
        raise _bad(file, f"unpacks to {claimed} bytes, of {file.limits.unpacked} that are read")
    return archive


def chunks(file: ProjectFile, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield a member's bytes. Raises BadFileError for a broken one, and for a bomb."""
    most = _FREE_BYTES + _MOST_RATIO * max(member.compress_size, 0)
    read = 0
    try:
        with archive.open(member) as stream:
            while chunk := stream.read(_CHUNK_BYTES):
                read += len(chunk)
                if read > min(most, file.limits.unpacked):
                    raise _bad(file, f"{printable(member.filename)} unpacks to far too much")
                yield chunk
    except _BROKEN as error:
        raise _bad(file, f"{printable(member.filename)} is broken") from error


_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OSError,
)
"""What the reader of ZIP archives says of a member: encryption is a RuntimeError."""


def _listed(file: ProjectFile, archive: zipfile.ZipFile, parts: Parts) -> Iterator[str]:
    for member in archive.infolist():
        name = printable(member.filename)
        if member.is_dir():
            continue
        if _climbs(member.filename):
            parts.problems.append(f"{name}: a name that leads out of the archive's own folder")
        if member.flag_bits & _ENCRYPTED:
            parts.problems.append(f"{name}: encrypted, only its size and checksum are known")
            yield f"{name} = {member.file_size} bytes, encrypted, crc32 {member.CRC:08x}"
            continue
        digest = hashlib.sha256()
        head = b""
        for chunk in chunks(file, archive, member):
            head = head or chunk[:4]
            digest.update(chunk)
        inner = ", an archive itself" if head in BEGINNINGS else ""
        yield f"{name} = {member.file_size} bytes{inner}, sha256 {digest.hexdigest()}"


def _climbs(name: str) -> bool:
    steps = name.replace("\\", "/").split("/")
    return ".." in steps or name.startswith(("/", "\\")) or ":" in steps[0]


def _add_documents(file: ProjectFile, archive: zipfile.ZipFile, parts: Parts) -> None:
    """Read the SIMATIC SD documents, each with the texts that lie beside it."""
    held = {
        member.filename: member
        for member in archive.infolist()
        if member.file_size <= _MOST_READ_BYTES and not member.flag_bits & _ENCRYPTED
    }
    for name, member in sorted(held.items()):
        stem, ending = splitext(name)
        if ending.lower() != ".s7dcl":
            continue
        beside = held.get(f"{stem}.s7res")
        data = b"".join(chunks(file, archive, member))
        try:
            texts = {} if beside is None else resources(_member(file, archive, beside))
            text = decoded(data, name)[0]
        except BadFileError as error:
            parts.problems.append(str(error))
            continue
        add_declarations(parts, (), text, texts)


def _member(file: ProjectFile, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> ProjectFile:
    data = b"".join(chunks(file, archive, member))
    return replace(file, name=member.filename, size=len(data), stream=io.BytesIO(data))


def _bad(file: ProjectFile, what: str) -> BadFileError:
    return BadFileError(f"{printable(file.name)}: {what}", hint=_HINT)
