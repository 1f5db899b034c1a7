"""`ccontrol key`: a new key for the daemon, and people's word on which key was whose until when."""

from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer

from ccontrol.canonical.people import render_people
from ccontrol.cli.audit import Ran, audit_all
from ccontrol.cli.invocation import Invocation, invocation
from ccontrol.cli.output import Tone, say
from ccontrol.cli.people import next_version
from ccontrol.cli.plant import configured, site_named
from ccontrol.cli.signing_desk import desk
from ccontrol.config.settings import Config, KeyFile, Site
from ccontrol.errors import (
    AlreadyThereError,
    SigningError,
    StoreLockedError,
    UnknownNameError,
)
from ccontrol.model.approval import DaemonKey, People
from ccontrol.poll.places import EngineLock, Places
from ccontrol.poll.signers import ALLOWED_SIGNERS
from ccontrol.store import allowed_signers, durable, signing
from ccontrol.store.allowed_signers import AllowedSigner, AllowedSigners
from ccontrol.store.commits import principal
from ccontrol.store.key_change import next_path, prepare, take_over
from ccontrol.store.key_history import Succession, spans_of
from ccontrol.store.keys import FileSigner, public_line
from ccontrol.store.people import key_of
from ccontrol.store.sshwire import fingerprint

group = typer.Typer(add_completion=False, rich_markup_mode=None, no_args_is_help=True)
SiteName = Annotated[str, typer.Argument(metavar="SITE")]
DraftOption = Annotated[
    Path, typer.Option("-o", "--output", metavar="FILE", help="The draft of people.toml.")
]
KeyFileOption = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Where the daemon's key lies, if systemd hands it over as a credential.",
    ),
]
_STOP = "Stop it first, e.g. `systemctl stop ccontrol`; run this again, and start it."
_PEOPLE = "`ccontrol key next SITE -o people.toml` names it in a draft that root people sign."


@group.callback()
def about_keys() -> None:
    """Change the key with which the daemon signs.

    \b
    Example:
      ccontrol key next north -o people.toml
      ccontrol key rotate north
    """  # noqa: D301 — \b is click's mark for "keep these lines"


@group.command("next")
def make_next(
    context: typer.Context,
    *,
    name: SiteName,
    output: DraftOption,
    key_file: KeyFileOption = None,
) -> None:
    """Make the daemon's next key, and a draft of people.toml that names it.

    The daemon goes on with its key. Run again, it goes on where it was cut off.

    \b
    Example:
      ccontrol key next north -o people.toml
    """  # noqa: D301 — \b is click's mark for "keep these lines"
    here = invocation(context)
    found = _found(here, name, key_file)
    if output.exists():
        raise AlreadyThereError(f"{output} exists already")
    new = prepare(found.path)
    _allow(found.config.path.parent / ALLOWED_SIGNERS, found)
    audit_all(found.sharing, here.clock, Ran("key next", f"{fingerprint(new.public_key)} is made"))
    if found.site.people is None:
        say(f"{found.site.name} has no [site.people]: nobody signs which key was the daemon's when")
        say(f"{fingerprint(new.public_key)} is next: `ccontrol key rotate {name}`", Tone.GOOD)
        return
    draft = _draft(here, found)
    line = public_line(new.public_key)
    if line not in {key.line for key in draft.daemon_keys}:
        draft = replace(draft, daemon_keys=(*draft.daemon_keys, DaemonKey(line)))
    output.write_bytes(render_people(draft))
    say(f"{output}: names {fingerprint(new.public_key)}; have {draft.threshold} roots sign it,")
    say(f"then `ccontrol people commit {output}` and `ccontrol key rotate {name}`")


@group.command()
def compromised(
    context: typer.Context,
    *,
    name: SiteName,
    since: Annotated[
        int,
        typer.Option("--from", metavar="NUMBER", min=1, help="Of the first commit in doubt."),
    ],
    output: DraftOption,
    key: Annotated[
        str, typer.Option(metavar="SHA256:…", help="Which key; else the one in use.")
    ] = "",
) -> None:
    """Draft people's word that somebody else may have had a key of the daemon's.

    Root people sign it; the daemon's key cannot. `ccontrol verify` doubts then what that key signed
    from this commit on, as far as nobody outside vouches for it. Commits are counted from 1:
    `git rev-list --count COMMIT`.

    \b
    Example:
      ccontrol key compromised north --from 4711 -o people.toml
    """  # noqa: D301 — \b is click's mark for "keep these lines"
    here = invocation(context)
    site = site_named(configured(here), name)
    if output.exists():
        raise AlreadyThereError(f"{output} exists already")
    with desk(here, configured(here), site, None) as table:
        draft, signed = next_version(table), table.last_signed()
    wanted = key or fingerprint(max(signed, key=lambda each: signed[each], default=b""))
    marked = tuple(
        replace(one, compromised_from=since) if fingerprint(key_of(one.line)) == wanted else one
        for one in draft.daemon_keys
    )
    if marked == draft.daemon_keys:
        names = ", ".join(fingerprint(key_of(one.line)) for one in draft.daemon_keys)
        raise UnknownNameError(f"{wanted} is no key of the daemon's", hint=f"Say one of: {names}.")
    output.write_bytes(render_people(replace(draft, daemon_keys=marked)))
    say(
        f"{output}: {wanted} in doubt from commit {since} on; have {draft.threshold} roots sign it,"
    )
    say(f"then `ccontrol people commit {output}`; and change the key: `ccontrol key next {name}`")


@group.command("rotate")
def rotate(context: typer.Context, *, name: SiteName, key_file: KeyFileOption = None) -> None:
    """Put the daemon's next key in place of its key.

    Root people have signed it before (`ccontrol key next`). The daemon must not be running. Sites
    that share the key change together. Whenever this is cut off, one of the two keys is in place,
    and may sign; run it again.

    \b
    Example:
      ccontrol key rotate north
    """  # noqa: D301 — \b is click's mark for "keep these lines"
    here = invocation(context)
    found = _found(here, name, key_file)
    path = next_path(found.path)
    with ExitStack() as held:
        for site in found.sharing:
            held.callback(_stopped(site).close)
        if path.exists():
            new = FileSigner.load(path).public_key
            for site in found.sharing:
                _require_named(here, found.config, site, new)
            _allow(found.config.path.parent / ALLOWED_SIGNERS, found)
        retired = take_over(found.path)
    now = fingerprint(FileSigner.load(found.path).public_key)
    audit_all(found.sharing, here.clock, Ran("key rotate", f"{now} signs from now on"))
    for site in found.sharing:
        say(f"{site.name}: {now} signs from now on", Tone.GOOD)
    for each in retired:
        say(f"{each}: destroy it; give {ALLOWED_SIGNERS} to who verifies with stock git")


@dataclass(frozen=True, slots=True)
class _Found:
    """A key in a file, and the sites whose daemon signs with it."""

    config: Config
    site: Site
    path: Path
    sharing: tuple[Site, ...]


def _found(here: Invocation, name: str, key_file: Path | None) -> _Found:
    config = configured(here)
    site = site_named(config, name)
    key = site.store.signing_key
    if not isinstance(key, KeyFile):
        hint = "Make the new key in the agent, and follow docs/operations.md, Changing keys."
        raise SigningError("a key in an agent is not ours to change", hint=hint)
    sharing = tuple(one for one in config.sites if one.store.signing_key == key)
    return _Found(config, site, key_file or key.path, sharing)


def _draft(here: Invocation, found: _Found) -> People:
    with desk(here, found.config, found.site, None) as table:
        return next_version(table)


def _stopped(site: Site) -> EngineLock:
    """Hold a site against its daemon. Raises StoreLockedError while that runs."""
    try:
        return EngineLock(Places(site.store.path))
    except StoreLockedError as error:
        raise StoreLockedError(
            f"the daemon of {site.name} is running: {error}", hint=_STOP
        ) from error


def _require_named(here: Invocation, config: Config, site: Site, new: bytes) -> None:
    """Raise SigningError unless people signed that the key may follow."""
    if site.people is None:
        return
    with desk(here, config, site, None) as table:
        spans = spans_of(table.approvals.people)
        signed, succession = table.last_signed(), Succession(spans)
        for key, number in sorted(signed.items(), key=lambda each: each[1]):
            succession.key_fault(key, number)
        fault = succession.key_fault(new, max(signed.values(), default=0) + 1)
    if not spans or fault is not None:
        raise SigningError(
            f"{site.name}: the next key may not sign yet: {fault or 'people named no key'}",
            hint=_PEOPLE,
        )


def _allow(path: Path, found: _Found) -> None:
    """Let the key and the next one sign, in the file that stock git takes, too."""
    lines = allowed_signers.parse(path.read_text("utf-8")).lines if path.is_file() else ()
    known = {(line.principals, line.public_key) for line in lines}
    signers = [FileSigner.load(each) for each in (found.path, next_path(found.path))]
    fresh = [
        AllowedSigner((principal(site.name),), signer.public_key, (signing.NAMESPACE,))
        for site in found.sharing
        for signer in signers
        if ((principal(site.name),), signer.public_key) not in known
    ]
    if fresh:
        durable.write_whole(path, AllowedSigners((*lines, *fresh)).text().encode())
        path.chmod(0o644)
