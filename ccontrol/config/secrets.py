"""Secrets by reference: { env = "…" }, { file = "…" }, { credential = "…" }, and what they name.

The only place of the configuration that reads secrets. Nothing here prints one.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ccontrol.errors import SecretMissingError
from ccontrol.model.secret import Secret

HOW_TO = 'write { env = "NAME" }, { file = "PATH" } or { credential = "NAME" }'
KINDS = ("env", "file", "credential")
_CREDENTIALS = "CREDENTIALS_DIRECTORY"
_MOST_BYTES = 65_536
_OTHERS = 0o007


@dataclass(frozen=True, slots=True)
class Reference:
    """Where a secret is kept: in the environment, in a file, or with systemd."""

    kind: str
    """One of KINDS."""
    name: str

    def __str__(self) -> str:
        return f'{{ {self.kind} = "{self.name}" }}'


class SecretSource(Protocol):
    """Whoever turns references into secrets."""

    def text(self, reference: Reference) -> Secret:
        """Return the secret; SecretMissingError says what to do when there is none."""
        ...

    def path(self, reference: Reference) -> Path:
        """Return the file of a "file" or "credential"; SecretMissingError when it is not there."""
        ...


class HostSecrets:
    """The secrets of this host, as this process may see them."""

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        self._environment = os.environ if environment is None else environment

    def text(self, reference: Reference) -> Secret:
        """Return the secret, without the newline at its end."""
        if reference.kind == "env":
            return self._from_environment(reference.name)
        path = self.path(reference)
        try:
            with path.open("rb") as file:
                content = file.read(_MOST_BYTES + 1)
            text = content.decode().rstrip("\r\n")
        except OSError as error:
            raise SecretMissingError(f"{path}: {error.strerror}") from error
        except UnicodeDecodeError:
            raise SecretMissingError(f"{path}: holds no text") from None  # it would quote a byte
        if not text or len(content) > _MOST_BYTES:
            raise SecretMissingError(f"{path}: is {'empty' if not text else 'too long'}")
        return Secret(text)

    def path(self, reference: Reference) -> Path:
        """Return the file of a reference, after a look at who may read it."""
        path = self._path(reference)
        try:
            mode = path.stat().st_mode
        except (OSError, ValueError) as error:  # ValueError: a NUL in the name
            raise SecretMissingError(f"{path}: {getattr(error, 'strerror', error)}") from error
        if not path.is_file():
            raise SecretMissingError(f"{path}: is no file")
        if mode & _OTHERS:
            raise SecretMissingError(f"{path}: every user of this host may use it; chmod 600")
        return path

    def _from_environment(self, name: str) -> Secret:
        text = self._environment.get(name, "")
        if not text:
            raise SecretMissingError(f"the environment variable {name} is not set")
        return Secret(text)

    def _path(self, reference: Reference) -> Path:
        if reference.kind == "file":
            return Path(reference.name)
        folder = self._environment.get(_CREDENTIALS, "")
        if not folder:
            raise SecretMissingError(
                f"no systemd credentials here; the service needs LoadCredential={reference.name}"
            )
        return Path(folder) / reference.name


class Withheld:
    """No secrets at all: for commands that only read the history. Needing one is an error."""

    def text(self, reference: Reference) -> Secret:
        """Return something that refuses to be revealed."""
        return WithheldSecret(f"{reference} was not looked up by this command")

    def path(self, reference: Reference) -> Path:
        """Return where the file would be, without a look."""
        folder = Path("/run/credentials") if reference.kind == "credential" else Path()
        return folder / reference.name


class WithheldSecret(Secret):
    """A secret that this process does not have."""

    __slots__ = ()

    def reveal(self) -> str:
        """Raise SecretMissingError."""
        raise SecretMissingError(self._text)


withheld = Withheld()
