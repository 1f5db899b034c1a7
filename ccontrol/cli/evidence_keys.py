"""The key that seals a pack, and whose approvals count in it."""

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ccontrol.canonical.people import NAMESPACE as PEOPLE
from ccontrol.config.settings import Site
from ccontrol.errors import SigningError
from ccontrol.model.approval import Anchor, People, Role
from ccontrol.packing.folder import NAMESPACE
from ccontrol.poll.authority import sighted_at
from ccontrol.store import allowed_signers, refs
from ccontrol.store.agent import AgentSigner
from ccontrol.store.allowed_signers import AllowedSigner, AllowedSigners
from ccontrol.store.approved import Judging, Survey, survey
from ccontrol.store.commits import principal
from ccontrol.store.keys import FileSigner, public_line
from ccontrol.store.layout import APPROVED
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
    owner: str
    """Under whose name the seal stands."""
    standing: str
    """By what that one exports, in words for the pack."""


def export_key(
    path: Path, site: Site, daemon: Trust, people: People | None, now: datetime
) -> ExportKey:
    """Return what seals. Raises SigningError when it is the daemon's own key, or cannot be had.

    Where `people` name exporters, also when it is the key of none of them.
    """
    signer = _signer(path)
    if any(line.public_key == signer.public_key for line in daemon.signers.lines):
        raise SigningError(
            f"{path}: that key signs the history, and may not seal what is said of it",
            hint=_OWN_KEY,
        )
    who = principal(site.name).replace("ccontrol@", "export@", 1)
    standing = "nobody says who may export here: the seal is that of whoever held the key"
    if people is not None and people.having(Role.EXPORTER):
        who = _exporter(path, signer.public_key, people, now)
        standing = f"exporter, by version {people.serial} of who may sign"
    own = AllowedSigner((who,), signer.public_key, (NAMESPACE,))
    roots = _roots(site)
    signers = AllowedSigners((*daemon.signers.lines, own, *roots)).text()
    return ExportKey(signer, signers, who, standing)


def _roots(site: Site) -> tuple[AllowedSigner, ...]:
    """Return the roots of who may approve: for that purpose alone."""
    roots = () if site.people is None else site.people.roots
    who = principal(site.name).replace("ccontrol@", "root@", 1)
    return tuple(AllowedSigner((who,), key_of(line), (PEOPLE,)) for line in roots)


def _exporter(path: Path, key: bytes, people: People, now: datetime) -> str:
    """Return who of the exporters holds a key. Certificates seal nothing: packs outlive them."""
    line = public_line(key)
    for person in people.having(Role.EXPORTER):
        own = (one for one in person.keys if one.line == line and not one.is_authority)
        if any(one.holds(now) for one in own):
            return person.principal
    names = ", ".join(one.principal for one in people.having(Role.EXPORTER))
    raise SigningError(
        f"{path}: not the key of an exporter",
        hint=f"people.toml names as exporters: {names}. Seal with the key that it names.",
    )


def people_now(git_dir: Path, anchor: Anchor | None, daemon: Trust) -> People | None:
    """Return who may do what at a site today; None where nobody is pinned or named yet."""
    with Repository.open(git_dir) as repository:
        head = repository.head()
        if head is None:
            return None
        found = counting_of(repository, (head, refs.read(git_dir, APPROVED)), anchor, daemon)
        return None if found is None else found.approvals.people


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
