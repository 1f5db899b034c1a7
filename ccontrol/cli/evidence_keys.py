"""The key that seals a pack, and whose approvals count in it."""

import os
from dataclasses import dataclass, replace
from pathlib import Path

from ccontrol.canonical.people import NAMESPACE as PEOPLE
from ccontrol.cli.trust import KEY_HISTORY, KEY_ROOTS
from ccontrol.config.settings import Config, Site
from ccontrol.errors import SigningError
from ccontrol.model.approval import Anchor
from ccontrol.packing.folder import NAMESPACE
from ccontrol.poll.authority import sighted_at
from ccontrol.store import allowed_signers, key_history
from ccontrol.store.agent import AgentSigner
from ccontrol.store.allowed_signers import AllowedSigner, AllowedSigners
from ccontrol.store.approved import Judging, Survey, survey
from ccontrol.store.commits import principal
from ccontrol.store.disk import named_failures
from ccontrol.store.keys import FileSigner
from ccontrol.store.people import key_of
from ccontrol.store.repository import Repository
from ccontrol.store.signing import Signer
from ccontrol.store.verify_commit import Trust

_PEOPLE = "people/allowed_signers"
_AGENT = "SSH_AUTH_SOCK"
_OWN_KEY = "Make one with `ssh-keygen -t ed25519 -f export-key`, and keep it apart."


@dataclass(frozen=True, slots=True)
class ExportKey:
    """What seals, and the allowed signers that go into the pack."""

    signer: Signer
    signers: str


def export_key(path: Path, site: str, daemon: Trust, others: AllowedSigners) -> ExportKey:
    """Return what seals. Raises SigningError when it is the daemon's own key, or cannot be had.

    `others` sign neither history nor seal, and go into the pack with them: see `others_of`.
    """
    signer = _signer(path)
    if any(line.public_key == signer.public_key for line in daemon.signers.lines):
        raise SigningError(
            f"{path}: that key signs the history, and may not seal what is said of it",
            hint=_OWN_KEY,
        )
    who = principal(site).replace("ccontrol@", "export@", 1)
    own = AllowedSigner((who,), signer.public_key, (NAMESPACE,))
    return ExportKey(signer, AllowedSigners((*daemon.signers.lines, own, *others.lines)).text())


def others_of(config: Config, site: Site) -> AllowedSigners:
    """Return the roots of who may approve, and who may sign which key was the daemon's when.

    Each for that purpose alone, whatever a line of `key_roots` says.
    """
    roots = () if site.people is None else site.people.roots
    who = principal(site.name).replace("ccontrol@", "root@", 1)
    found = [AllowedSigner((who,), key_of(line), (PEOPLE,)) for line in roots]
    path = config.path.parent / KEY_ROOTS
    if key_history_of(config, site) and path.is_file():
        lines = allowed_signers.parse(_text(path)).lines
        found += [replace(line, namespaces=(key_history.NAMESPACE,)) for line in lines]
    return AllowedSigners(tuple(found))


def key_history_of(config: Config, site: Site) -> dict[str, bytes]:
    """Return the signed history of the daemon's keys as it goes into a pack; none: nothing."""
    path = config.path.parent / KEY_HISTORY.format(site=site.name)
    if not path.is_file():
        return {}
    with named_failures(path):
        armor = path.with_name(f"{path.name}.sig").read_bytes()
        return {"key_history.toml": path.read_bytes(), "key_history.toml.sig": armor}


def people_of(repository: Repository, approved: str | None, named: Path | None) -> AllowedSigners:
    """Return whose approvals count: of the file that is named, else what the branch says."""
    if named is not None:
        return _read(named)
    if approved is None:
        return AllowedSigners(())
    content = repository.read(_PEOPLE, approved).get(_PEOPLE, b"")
    return allowed_signers.parse(content.decode("utf-8", "replace"))


def counting_of(
    repository: Repository, heads: tuple[str, str | None], anchor: Anchor | None, daemon: Trust
) -> Survey | None:
    """Return what counts on `approved` by the pinned roots; None where none are configured.

    `heads` are those of `observed` and `approved`. What nobody had seen by the first is judged as
    of its time, so that the same commits give the same pack. Raises StoreError.
    """
    if anchor is None:
        return None
    observed, approved = heads
    keys = frozenset(line.public_key for line in daemon.signers.lines)
    now = repository.commit(observed).when
    judging = Judging(anchor, keys, sighted_at(repository, observed), now)
    return survey(repository, judging, approved)


def _signer(path: Path) -> Signer:
    if path.suffix != ".pub":
        return FileSigner.load(path)
    lines = allowed_signers.parse(f"export {_text(path)}\n").lines
    socket = os.environ.get(_AGENT, "")
    if not lines or not socket:
        raise SigningError(f"{path}: no ssh-agent holds this key", hint="Start one, then ssh-add.")
    return AgentSigner(lines[0].public_key, Path(socket))


def _read(path: Path) -> AllowedSigners:
    return allowed_signers.parse(_text(path))


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SigningError(f"{path}: cannot be read", hint="Name another file.") from error
