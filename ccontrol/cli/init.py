"""`ccontrol init`: keys, stores and a configuration to begin with. Never overwrites anything."""

import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from ccontrol.cli import starting_files
from ccontrol.cli.invocation import HERE, invocation
from ccontrol.cli.output import Tone, say
from ccontrol.clock import Clock
from ccontrol.config.schema import SiteTable
from ccontrol.errors import AlreadyThereError, StoreReadOnlyError
from ccontrol.poll.signers import ALLOWED_SIGNERS
from ccontrol.store import allowed_signers, creation, gate, keys
from ccontrol.store.allowed_signers import AllowedSigner, AllowedSigners
from ccontrol.store.commits import principal
from ccontrol.store.message import Message
from ccontrol.store.signing import NAMESPACE
from ccontrol.store.vault import new_identity
from ccontrol.store.writer import Daemon, Writer

_SEAL_BYTES = 32
_PRIVATE, _PUBLIC = 0o600, 0o644


@dataclass(frozen=True, slots=True)
class _Places:
    """Everything that is made, below one folder."""

    folder: Path

    @property
    def config(self) -> Path:
        return self.folder / HERE

    @property
    def signers(self) -> Path:
        return self.folder / ALLOWED_SIGNERS

    @property
    def keys(self) -> Path:
        return self.folder / "keys"

    def store(self, site: str) -> Path:
        return self.folder / "baselines" / site


def command(
    context: typer.Context,
    *,
    folder: Annotated[Path, typer.Argument(help="Where; it is made if need be.")] = Path(),
    sites: Annotated[
        list[str] | None,
        typer.Option(
            "--site", metavar="NAME", help="A plant with a store of its own; may be repeated."
        ),
    ] = None,
) -> None:
    """Make keys, one store for each site, and a configuration to fill in.

    Nothing that exists is overwritten. Connects to nothing.

    \b
    Example:
      ccontrol init /srv/plant --site north
      ccontrol init --site north --site south      (in this folder)
    """  # noqa: D301 — \b is click's mark for "keep these lines"
    names = tuple(dict.fromkeys(sites or ()))
    if not names:
        raise typer.BadParameter("name at least one site, e.g. --site north")
    for name in names:
        _require_name(name)
    places = _Places(folder)
    _require_free(places, names)
    _make(places, names, invocation(context).clock)
    _tell_next(places, names)


def _require_name(site: str) -> None:
    try:
        SiteTable(name=site)
    except ValidationError as error:
        reason = str(error.errors()[0]["msg"]).removeprefix("Value error, ")
        raise typer.BadParameter(f"--site: {reason}") from error


def _require_free(places: _Places, sites: Sequence[str]) -> None:
    wanted = [places.config, places.signers, places.keys, *map(places.store, sites)]
    taken = [str(path) for path in wanted if path.exists() or path.is_symlink()]
    if taken:
        raise AlreadyThereError(f"there is already {', '.join(taken)}")


def _make(places: _Places, sites: Sequence[str], clock: Clock) -> None:
    try:
        places.keys.mkdir(parents=True, mode=0o700)
    except OSError as error:
        raise StoreReadOnlyError(f"{places.keys}: {error.strerror}") from error
    signer = keys.generate(places.keys / "signing-key", comment="ccontrol")
    _write(places.keys / "seal-key", secrets.token_hex(_SEAL_BYTES) + "\n", _PRIVATE)
    vault = new_identity()
    identity = starting_files.identity_file(vault.secret.reveal(), vault.recipient)
    _write(places.keys / "vault-identity", identity, _PRIVATE)
    signers = AllowedSigners(
        tuple(AllowedSigner((principal(site),), signer.public_key, (NAMESPACE,)) for site in sites)
    )
    _write(places.signers, signers.text(), _PUBLIC)
    for site in sites:
        _make_store(places.store(site).absolute(), Daemon(site, signer), clock)
    _write(places.config, starting_files.configuration(sites, vault.recipient), 0o640)


def _make_store(git_dir: Path, daemon: Daemon, clock: Clock) -> None:
    own = allowed_signers.only(principal(daemon.site), daemon.signer.public_key)
    files = {
        "README.md": starting_files.store_readme(daemon.site).encode(),
        f"keys/{ALLOWED_SIGNERS}": own.text().encode(),
    }
    creation.create(git_dir, daemon, clock)
    gate.install(git_dir, daemon.trust.signers, None)
    with Writer(git_dir, daemon, clock) as writer:
        message = Message("Say how this history is read and verified")
        writer.commit(dict(files), message=message, when=clock.now())


def _write(path: Path, text: str, mode: int) -> None:
    """Write a new file, synced; one that exists raises AlreadyThereError."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    except FileExistsError as error:
        raise AlreadyThereError(f"there is already {path}") from error
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _tell_next(places: _Places, sites: Sequence[str]) -> None:
    here = "" if places.folder == Path() else f" --config {places.config}"
    for line in (
        f"{places.config}: the configuration",
        f"{places.signers}: whose signatures count; give it to everybody who verifies",
        f"{places.keys / 'signing-key'}: signs the history; stays on this host, mode 0600",
        f"{places.keys / 'seal-key'}: seals secrets in the history; back it up, keep it secret",
        *(f"{places.store(site)}: the signed history of {site}" for site in sites),
    ):
        say(line)
    say()
    say(f"Move {places.keys / 'vault-identity'} to a safe, away from this host.", Tone.CAUTION)
    say("It opens the exact answers of your controllers; the daemon does without it.")
    say()
    say("Next:")
    say(f"  1. take the #s away from the controller in {places.config}, and give its address")
    say(f"  2. ccontrol{here} config check")
    say(f"  3. ccontrol{here} enroll CONTROLLER     (prints first what will be asked, how often)")
    say(f"  4. ccontrol{here} run                   (the daemon; or as a service, see systemd/)")
    say(f"  5. ccontrol{here} status")
