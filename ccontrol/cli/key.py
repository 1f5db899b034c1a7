"""`ccontrol key`: a new key for the daemon, and a signed word on which key was whose until when."""

from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from ccontrol.cli.audit import Ran, audit_all
from ccontrol.cli.invocation import invocation
from ccontrol.cli.output import Tone, say
from ccontrol.cli.plant import configured, site_named
from ccontrol.cli.trust import KEY_HISTORY, KEY_ROOTS, key_spans
from ccontrol.config.settings import Config, KeyFile, Site
from ccontrol.errors import SigningError
from ccontrol.poll.places import EngineLock, Places
from ccontrol.poll.signers import ALLOWED_SIGNERS
from ccontrol.store import allowed_signers, durable, git_process, key_history, keys, signing
from ccontrol.store.allowed_signers import AllowedSigner, AllowedSigners
from ccontrol.store.commits import principal
from ccontrol.store.key_history import KeySpan
from ccontrol.store.layout import BRANCH
from ccontrol.store.sshwire import fingerprint

group = typer.Typer(add_completion=False, rich_markup_mode=None, no_args_is_help=True)


@group.callback()
def about_keys() -> None:
    """Change the key with which the daemon signs.

    \b
    Example:
      ccontrol key rotate north --root /mnt/safe/root-key
    """  # noqa: D301 — \b is click's mark for "keep these lines"


@group.command("rotate")
def rotate(
    context: typer.Context,
    *,
    name: Annotated[str, typer.Argument(metavar="SITE")],
    root: Annotated[
        Path, typer.Option(metavar="FILE", help="A root key, which signs the history of keys.")
    ],
    compromised: Annotated[
        bool, typer.Option("--compromised", help="Somebody else may have the old key.")
    ] = False,
) -> None:
    """End the daemon's key at the newest commit, and make a new one in its place.

    Sites that share the key change together. The daemon must not be running. Root keys are named
    in the file key_roots beside the configuration, for the purpose ccontrol-keys.

    \b
    Example:
      ccontrol key rotate north --root /mnt/safe/root-key
    """  # noqa: D301 — \b is click's mark for "keep these lines"
    here = invocation(context)
    config, now = configured(here), here.clock.now()
    key = site_named(config, name).store.signing_key
    if not isinstance(key, KeyFile):
        hint = "Make the new key in the agent, and follow docs/operations.md, Changing keys."
        raise SigningError("a key in an agent is not ours to change", hint=hint)
    sites = [site for site in config.sites if site.store.signing_key == key]
    with ExitStack() as held:
        for site in sites:
            held.callback(EngineLock(Places(site.store.path)).close)
        signer = keys.FileSigner.load(root)
        _rotate(config, sites, key.path, signer, now, compromised=compromised)
        how = "since somebody else may have the old one, " if compromised else ""
        by = f"{how}signed with {fingerprint(signer.public_key)}"
        audit_all(sites, here.clock, Ran("changed the daemon's key", by))


def _rotate(
    config: Config,
    sites: list[Site],
    path: Path,
    root: keys.FileSigner,
    now: datetime,
    *,
    compromised: bool,
) -> None:
    folder, old = config.path.parent, keys.FileSigner.load(path)
    spans = {site.name: _spans(folder, site, old.public_key, root, now) for site in sites}
    new = keys.generate(path.with_name(f"{path.name}.next"))
    _allow(folder / ALLOWED_SIGNERS, sites, new.public_key)
    retired = path.with_name(f"{path.name}.retired-{now:%Y%m%dT%H%M%S}")
    for ending in ("", ".pub"):
        durable.move(path.with_name(path.name + ending), retired.with_name(retired.name + ending))
        durable.move(
            path.with_name(f"{path.name}.next{ending}"), path.with_name(path.name + ending)
        )
    for site in sites:
        last = _count(site.store.path)
        found = key_history.rotated(spans[site.name], new.public_key, last, compromised=compromised)
        _write(folder / KEY_HISTORY.format(site=site.name), key_history.render(found), root)
        say(
            f"{site.name}: {fingerprint(new.public_key)} signs from commit {last + 1} on", Tone.GOOD
        )
    say(f"{retired}: destroy it; give {ALLOWED_SIGNERS} and the history of keys to who verifies")


def _spans(
    folder: Path, site: Site, old: bytes, root: keys.FileSigner, now: datetime
) -> tuple[KeySpan, ...]:
    """Return the history up to now. Raises SigningError unless the root key may sign the next."""
    roots = folder / KEY_ROOTS
    if not roots.is_file():
        hint = 'One line: `ann@plant namespaces="ccontrol-keys" ssh-ed25519 AAAA…`.'
        raise SigningError(f"{roots} is missing: it names who may say so", hint=hint)
    first = (KeySpan(old, 1),)
    trial = key_history.render(first)
    armor = signing.sign(root, trial.encode(), key_history.NAMESPACE)
    trusted = allowed_signers.parse(roots.read_text("utf-8"))
    key_history.require_signed(trial, armor, trusted, now)
    path = folder / KEY_HISTORY.format(site=site.name)
    return key_spans(path, now) if path.is_file() else first


def _allow(path: Path, sites: list[Site], new: bytes) -> None:
    lines = allowed_signers.parse(path.read_text("utf-8")).lines if path.is_file() else ()
    fresh = (AllowedSigner((principal(site.name),), new, (signing.NAMESPACE,)) for site in sites)
    text = AllowedSigners((*lines, *fresh)).text()
    durable.write_whole(path, text.encode())
    path.chmod(0o644)


def _write(path: Path, text: str, root: keys.FileSigner) -> None:
    armor = signing.sign(root, text.encode(), key_history.NAMESPACE)
    durable.write_whole(path, text.encode())
    durable.write_whole(path.with_name(path.name + ".sig"), armor.encode())


def _count(git_dir: Path) -> int:
    return int(git_process.run(git_dir, ["rev-list", "--count", BRANCH, "--"]))
