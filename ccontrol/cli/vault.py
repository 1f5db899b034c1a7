"""`ccontrol vault`: the exact answers of controllers and dropped files, kept encrypted."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from ccontrol.cli.audit import Ran, audit
from ccontrol.cli.identities import identity_in
from ccontrol.cli.invocation import invocation
from ccontrol.cli.output import Cell, Sheet, Tone, emit, say, show
from ccontrol.cli.plant import configured, sites_named
from ccontrol.cli.site_files import journal
from ccontrol.cli.times import stamp
from ccontrol.cli.told_changes import change_named
from ccontrol.clock import Clock
from ccontrol.config.settings import Site
from ccontrol.errors import AlreadyThereError, BadFileError, StoreLockedError, UnknownNameError
from ccontrol.poll.chores import expiry
from ccontrol.poll.places import EngineLock, Places
from ccontrol.store.commits import Commit
from ccontrol.store.repository import Repository, require_store
from ccontrol.store.vault import Expired, Kept, Vault, kept_in

_STEP = 512
_LEAST = 8
_ARTEFACT, _FILE = "Artefact-SHA256", "File-SHA256"

group = typer.Typer(add_completion=False, rich_markup_mode=None, no_args_is_help=True)


@group.callback()
def about_vault() -> None:
    """List, open and let go of what the vault keeps: answers of controllers, dropped files.

    \b
    Example:
      ccontrol vault list
    """  # noqa: D301 — \b is click's mark for "keep these lines"


@dataclass(frozen=True, slots=True)
class Artefact:
    """Something that the vault keeps, and what the history says that it is."""

    site: str
    sha256: str
    kept_since: datetime
    expires_at: datetime
    size: int
    what: str
    """"capture" or "file"; empty: no commit names it."""
    change_id: str
    controller_id: str


@group.command("list")
def list_artefacts(
    context: typer.Context,
    *,
    site: Annotated[str | None, typer.Option(metavar="SITE", help="Only this one.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """List what is kept: since when, until when, of which change. Nothing is opened.

    \b
    Example:
      ccontrol vault list
    """  # noqa: D301 — \b is click's mark for "keep these lines"
    config = configured(invocation(context))
    found = [one for each in sites_named(config, site) for one in _artefacts(each)]
    if as_json:
        emit("ccontrol/vault/1", {"artefacts": found})
    elif found:
        columns = ("kept since (UTC)", "expires", "bytes", "what", "controller", "change", "sha256")
        show(Sheet(columns, tuple(map(_cells, found))))
    else:
        say("the vault keeps nothing")


@group.command("open")
def open_artefact(
    context: typer.Context,
    *,
    name: Annotated[
        str,
        typer.Argument(metavar="CHANGE|SHA256", help="A change id, a hash, or its beginning."),
    ],
    identity: Annotated[
        Path, typer.Option(metavar="FILE", help="The vault's identity, from its safe.")
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="A new file, for you alone.")
    ],
    site: Annotated[str | None, typer.Option(metavar="SITE", help="Only this one.")] = None,
) -> None:
    """Decrypt one artefact with the identity that is kept apart, and check that it is whole.

    What comes out may hold programs and passwords as the controller sent them. `ccontrol replay`
    reads a capture.

    \b
    Example:
      ccontrol vault open 20261123-5f0c --identity /media/safe/id -o it.capture
    """  # noqa: D301 — \b is click's mark for "keep these lines"
    here = invocation(context)
    sites = sites_named(configured(here), site)
    found = [(each, one) for each in sites for one in _called(each, name)]
    if len(found) != 1:
        many = "more than one artefact is called" if found else "the vault keeps nothing called"
        raise UnknownNameError(f"{many} {name!r}", hint="`ccontrol vault list` names them whole.")
    owner, artefact = found[0]
    vault = Vault(Places(owner.store.path).vault, owner.store.vault_recipient)
    content = vault.get(artefact.sha256, identity_in(identity))
    of = artefact.change_id or "no change"
    ran = Ran(f"opened {artefact.sha256} of the vault", of, artefact.controller_id)
    audit(owner, here.clock, ran)  # before anybody holds it
    _write(output, content)
    say(f"{output}: {len(content)} bytes, as sha256 {artefact.sha256} says", Tone.GOOD)


@group.command("expire")
def expire(
    context: typer.Context,
    *,
    site: Annotated[str | None, typer.Option(metavar="SITE", help="Only this one.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Let go of what was kept longer than `vault_retention_days`; the journal names it.

    The daemon does so by itself once a day: while it runs, use `ccontrol maintain`.

    \b
    Example:
      ccontrol vault expire
    """  # noqa: D301 — \b is click's mark for "keep these lines"
    here = invocation(context)
    gone = {each.name: _expired(each, here.clock) for each in sites_named(configured(here), site)}
    if as_json:
        emit("ccontrol/vault-expire/1", {"expired": gone})
        return
    for name, artefacts in gone.items():
        say(f"{name}: {len(artefacts)} artefacts let go of")


def _expired(site: Site, clock: Clock) -> tuple[Expired, ...]:
    if not site.store.vault_recipient:
        return ()
    places, days = Places(site.store.path), site.store.vault_retention_days
    require_store(places.git_dir)
    try:
        lock = EngineLock(places)
    except StoreLockedError as error:
        raise StoreLockedError(
            f"a daemon watches {site.name}", hint="`ccontrol maintain` lets it do that itself."
        ) from error
    try:
        gone = Vault(places.vault, site.store.vault_recipient).expire(days, clock.now())
        if gone:
            journal(site, clock).append(expiry(gone, days, clock.now()))
        audit(site, clock, Ran(f"let go of {len(gone)} old artefacts of the vault"))
    finally:
        lock.close()
    return gone


def _artefacts(site: Site) -> Iterator[Artefact]:
    """Yield what a site's vault keeps, with what the history says of it."""
    kept = kept_in(Places(site.store.path).vault)
    told = _told(site, {one.sha256 for one in kept}) if kept else {}
    for one in kept:
        yield _artefact(site, one, told.get(one.sha256))


def _artefact(site: Site, kept: Kept, commit: Commit | None) -> Artefact:
    what = ""
    if commit is not None:
        what = "capture" if commit.trailer(_ARTEFACT) == kept.sha256 else "file"
    return Artefact(
        site=site.name,
        sha256=kept.sha256,
        kept_since=kept.kept_since,
        expires_at=kept.kept_since + timedelta(days=site.store.vault_retention_days),
        size=kept.size,
        what=what,
        change_id=(commit.trailer("Change-Id") or "") if commit else "",
        controller_id=(commit.trailer("Controller") or "") if commit else "",
    )


def _told(site: Site, wanted: set[str]) -> dict[str, Commit]:
    """Return the newest commit that names each artefact."""
    found: dict[str, Commit] = {}
    with Repository.open(site.store.path) as repository:
        start = repository.head()
        while start is not None and len(found) < len(wanted):
            commits = repository.history(limit=_STEP, start=start)
            for commit in commits:
                for name, value in commit.trailers:
                    if name in {_ARTEFACT, _FILE} and value in wanted:
                        found.setdefault(value, commit)
            start = commits[-1].parents[0] if commits and commits[-1].parents else None
    return found


def _called(site: Site, name: str) -> Iterator[Artefact]:
    """Yield what a name means: a hash or its beginning, or the capture of a change."""
    change = change_named(site, name)
    for one in _artefacts(site):
        by_hash = len(name) >= _LEAST and one.sha256.startswith(name)
        by_change = change is not None and one.change_id == change.change_id
        if by_hash or (by_change and one.what == "capture"):
            yield one


def _write(path: Path, content: bytes) -> None:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError as error:
        raise AlreadyThereError(f"{path} exists already") from error
    except OSError as error:
        raise BadFileError(f"{path}: {error.strerror}", hint="Choose another file.") from error
    with os.fdopen(handle, "wb") as out:
        out.write(content)


def _cells(one: Artefact) -> tuple[str | Cell, ...]:
    what = one.what or "no commit names it"
    kept, until = stamp(one.kept_since), stamp(one.expires_at)
    return kept, until, str(one.size), what, one.controller_id, one.change_id, one.sha256
