"""A folder that is written once and sealed: modes, hashes, manifest, signature."""

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from ccontrol.errors import AlreadyThereError, BadFileError
from ccontrol.store import signing
from ccontrol.store.signing import Signer

NAMESPACE = "ccontrol-evidence"
"""What a seal is signed for: no signature under a commit can be passed off as one."""
MANIFEST = "MANIFEST.sha256"
_FOLDER, _FILE = 0o700, 0o600
_PIECE = 1 << 20
_ELSEWHERE = "Choose another folder, or remove the old one yourself."


class Folder:
    """A new folder. Nobody but its owner can read what is put into it.

    Nothing is synced to the disk: a pack can be made again, and one that a power cut
    broke fails its own verification.
    """

    def __init__(self, path: Path) -> None:
        """Make it. Raises AlreadyThereError when it is there, BadFileError when it cannot be."""
        self.path = path
        self._sums: dict[str, str] = {}
        try:
            path.mkdir(mode=_FOLDER)
            path.chmod(_FOLDER)  # whatever the umask says
        except FileExistsError as error:
            raise AlreadyThereError(f"{path} exists already", hint=_ELSEWHERE) from error
        except OSError as error:
            raise BadFileError(f"{path}: {error.strerror}", hint=_ELSEWHERE) from error

    def put(self, name: str, content: bytes) -> None:
        """Write a file; `name` may lead into folders below."""
        with self.writing(name) as file:
            file.write(content)

    @contextmanager
    def writing(self, name: str) -> Iterator["IO[bytes]"]:
        """Hand out a new file, and note its hash when it is written."""
        path = self.path / name
        try:
            self._make_parents(path.parent)
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _FILE)
            with os.fdopen(handle, "wb") as file:
                os.fchmod(handle, _FILE)
                yield file
        except OSError as error:
            raise BadFileError(f"{path}: {error.strerror}", hint=_ELSEWHERE) from error
        self._sums[name] = _sha256(path)

    def seal(self, signer: Signer) -> str:
        """Write the manifest over every file, and its signature; return the manifest's SHA-256."""
        lines = "".join(f"{self._sums[name]}  {name}\n" for name in sorted(self._sums))
        content = lines.encode("ascii")
        armor = signing.sign(signer, content, NAMESPACE)
        self.put(MANIFEST, content)
        self.put(f"{MANIFEST}.sig", armor.encode("ascii"))
        return hashlib.sha256(content).hexdigest()

    def remove(self) -> None:
        """Take away what was written: a half pack must not look like one."""
        shutil.rmtree(self.path)

    def _make_parents(self, folder: Path) -> None:
        if folder == self.path or folder.is_dir():
            return
        self._make_parents(folder.parent)
        folder.mkdir(mode=_FOLDER)
        folder.chmod(_FOLDER)


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()
