"""`ccontrol checkpoint`: how long a site's log of ref updates is, and who vouches for it."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from ccontrol.cli.audit import Ran, audit
from ccontrol.cli.handed_over import content_of
from ccontrol.cli.invocation import Invocation, invocation
from ccontrol.cli.output import Tone, emit, say
from ccontrol.cli.plant import configured, configured_with_secrets, site_named
from ccontrol.cli.trust import trust_of
from ccontrol.config.settings import Cosigner, Site
from ccontrol.errors import CosignerError, StoreError, UnknownNameError
from ccontrol.poll import cosigning
from ccontrol.poll.recording import ask_all, identity_of, judges_of, record
from ccontrol.store import checkpoints, durable, log_keeping
from ccontrol.store.layout import log_folder
from ccontrol.store.notes import Note
from ccontrol.store.ref_log import RefLog

_ADD = "`ccontrol witness init` prints a key; add it as [[site.log.cosigner]] to the configuration."
_REQUEST = "Name the file that `ccontrol checkpoint request` wrote."
_ANSWER = "Name the file that `ccontrol witness take` wrote."
_LARGEST = 1 << 20
_MAKE = "The daemon makes one at every batch; without it `ccontrol checkpoint make SITE` does."

group = typer.Typer(add_completion=False, rich_markup_mode=None, no_args_is_help=True)
SiteName = Annotated[str, typer.Argument(metavar="SITE")]
CosignerName = Annotated[
    str, typer.Option("--cosigner", metavar="NAME", help="The name in its key; the only one else.")
]


@dataclass(frozen=True, slots=True)
class Vouched:
    """Up to where a cosigner has vouched for a log, and when."""

    by: str
    size: int
    at: datetime | None


@group.callback()
def about_checkpoints() -> None:
    """Show, make and exchange checkpoints of the log of ref updates.

    \b
    Example:
      ccontrol checkpoint show north
    """  # noqa: D301 — \b is click's mark for "keep these lines"


@group.command("show")
def show(
    context: typer.Context,
    *,
    name: SiteName,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Print the log's key, its newest checkpoint and up to where cosigners vouch for it.

    \b
    Example:
      ccontrol checkpoint show north
    """  # noqa: D301 — \b is click's mark for "keep these lines"
    site = _site(invocation(context), name)
    note, folder = _newest(site), log_folder(site.store.path)
    key = identity_of(site).key.text()
    vouched = [_vouched(folder, cosigner) for cosigner in site.log.cosigners]
    if as_json:
        shown = {"site": name, "key": key, "checkpoint": note.text(), "cosigners": vouched}
        emit("ccontrol/checkpoint/1", shown)
        return
    say(f"key: {key}")
    say(note.text().rstrip())
    for each in vouched:
        when = "nothing yet" if each.at is None else f"{each.size} entries at {each.at:%F %T} UTC"
        say(f"cosigned by {each.by}: {when}")


@group.command("make")
def make(context: typer.Context, *, name: SiteName) -> None:
    """Bring the log up to date without a daemon, and ask the cosigners.

    Ends with code 28 when a cosigner has seen another history, 23 while a daemon keeps the log.

    \b
    Example:
      ccontrol checkpoint make north
    """  # noqa: D301 — \b is click's mark for "keep these lines"
    here = invocation(context)
    site, folder = _site(here, name), log_folder(_site(here, name).store.path)
    judges = judges_of(site, trust_of(configured(here), site), here.clock)
    with RefLog(folder) as log:
        record(site, log, judges, here.clock.now())
    audit(site, here.clock, Ran("brought the log of ref updates up to date"))
    note = _newest(site)
    say(note.text().rstrip())
    for cosigner, error in ask_all(site.log, folder, note):
        if isinstance(error, CosignerError):
            raise error
        say(f"{cosigner.key.name} was not asked: {error}", Tone.CAUTION)


@group.command("request")
def request(
    context: typer.Context,
    *,
    name: SiteName,
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="FILE", help="Where it is written.")
    ],
    cosigner: CosignerName = "",
    since: Annotated[
        int | None,
        typer.Option(
            metavar="SIZE", min=0, help="What the cosigner says that it saw last; else as known."
        ),
    ] = None,
) -> None:
    """Write what a checkpoint witness without a network is handed: `ccontrol witness take`.

    \b
    Example:
      ccontrol checkpoint request north -o /mnt/stick/north.request
    """  # noqa: D301 — \b is click's mark for "keep these lines"
    site = _site(invocation(context), name)
    folder, found = log_folder(site.store.path), _cosigner(site, cosigner)
    last = log_keeping.last_cosigned(folder, found.key)
    known = checkpoints.parse(last).size if last else 0
    old = known if since is None else since
    asked = cosigning.submission_for(folder, _newest(site), old)
    durable.write_whole(output, asked.body())
    say(f"{output}: for {found.key.name}, from {old} entries on")


@group.command("answer")
def answer(
    context: typer.Context,
    *,
    name: SiteName,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Of `ccontrol witness take`.")],
    asked: Annotated[
        Path, typer.Option("--request", metavar="FILE", help="The request that it answers.")
    ],
    cosigner: CosignerName = "",
) -> None:
    """Keep what a checkpoint witness answered on a stick; refuse what does not hold.

    \b
    Example:
      ccontrol checkpoint answer north /mnt/stick/north.answer --request /mnt/stick/north.request
    """  # noqa: D301 — \b is click's mark for "keep these lines"
    here = invocation(context)
    site = _site(here, name)
    found, folder = _cosigner(site, cosigner), log_folder(site.store.path)
    note = cosigning.note_of(content_of(asked, _LARGEST, _REQUEST))
    text = content_of(file, _LARGEST, _ANSWER).decode("utf-8", "replace")
    cosigning.keep_cosigned(folder, note, found.key, text)
    audit(site, here.clock, Ran(f"kept what {found.key.name} cosigned"))
    say(f"cosigned by {found.key.name}: {checkpoints.parse(note).size} entries", Tone.GOOD)


def _site(here: Invocation, name: str) -> Site:
    """Return a site; its secrets only where its log has a configured key."""
    site = site_named(configured(here), name)
    return site_named(configured_with_secrets(here), name) if site.log.key else site


def _newest(site: Site) -> Note:
    note = log_keeping.newest(log_folder(site.store.path))
    if note is None:
        raise StoreError(f"{site.name} has no checkpoint yet", hint=_MAKE)
    return note


def _vouched(folder: Path, cosigner: Cosigner) -> Vouched:
    note = log_keeping.last_cosigned(folder, cosigner.key)
    told = checkpoints.cosigned(note, cosigner.key) if note else None
    size = checkpoints.parse(note).size if note else 0
    return Vouched(cosigner.key.name, size, told.at if told else None)


def _cosigner(site: Site, name: str) -> Cosigner:
    found = [each for each in site.log.cosigners if name in {"", each.key.name}]
    if len(found) == 1:
        return found[0]
    known = ", ".join(each.key.name for each in site.log.cosigners)
    if not known:
        raise UnknownNameError(f"{site.name}: no cosigner is configured", hint=_ADD)
    if not name:
        raise UnknownNameError(
            f"{site.name}: several cosigners are configured: {known}",
            hint="Say which one with --cosigner NAME.",
        )
    raise UnknownNameError(
        f"{site.name}: no cosigner is called {name}; configured: {known}", hint=_ADD
    )
