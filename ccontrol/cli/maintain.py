"""`ccontrol maintain`: pack, index and check the stores, and let go of what is old enough."""

import logging
from dataclasses import dataclass
from typing import Annotated

import typer

from ccontrol.cli.audit import Ran, audit, audit_all
from ccontrol.cli.invocation import Invocation, invocation
from ccontrol.cli.output import Tone, emit, say, working
from ccontrol.cli.plant import configured, configured_with_secrets, site_named
from ccontrol.config.settings import Site
from ccontrol.errors import StoreError, StoreTamperedError
from ccontrol.poll.chores import fold_days, maintain
from ccontrol.poll.control import ask_maintain
from ccontrol.poll.places import Places
from ccontrol.poll.signers import daemon_of
from ccontrol.poll.site import open_site
from ccontrol.poll.tended import Tended
from ccontrol.store.writer import Writer

_LONGEST_S = 7_200.0
_OPEN_S = 60.0
_CLOSE_S = 5.0
_MEBI = 2**20


@dataclass(frozen=True, slots=True)
class Kept:
    """A site and what its maintenance did."""

    site: str
    tended: Tended


def command(
    context: typer.Context,
    *,
    sites: Annotated[
        list[str] | None, typer.Argument(metavar="[SITE]...", help="All, if none is named.")
    ] = None,
    accept_head: Annotated[
        str | None,
        typer.Option(
            metavar="COMMIT",
            help="After restoring one SITE's branch from a mirror: vouch for its head by full id.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Pack, index and check the stores; let go of what is old enough.

    A running daemon does it in its own queue and polls on; it also does so by itself once a day.
    Ends with code 21 when `git fsck` complains. Signatures are the business of `ccontrol verify`.

    \b
    Example:
      ccontrol maintain
      ccontrol maintain north --accept-head 4f2c6d0e…
    """  # noqa: D301 — \b is click's mark for "keep these lines"
    here = invocation(context)
    config = configured(here)
    wanted = [site_named(config, name) for name in sites or []] or list(config.sites)
    if accept_head is not None:
        if len(wanted) != 1:
            raise typer.BadParameter("--accept-head: name the one site whose head it is")
        _accept(here, wanted[0].name, accept_head)
        audit(wanted[0], here.clock, Ran(f"vouched for the head {accept_head}"))
    kept = [Kept(site.name, _tend(here, site)) for site in wanted]
    audit_all(wanted, here.clock, Ran("maintained"))
    if as_json:
        emit("ccontrol/maintain/1", {"sites": kept})
    else:
        for one in kept:
            _tell(one)
    complaints = [line for one in kept for line in one.tended.complaints]
    if complaints:
        raise StoreTamperedError(f"git fsck complains: {complaints[0]}")


def _tend(here: Invocation, site: Site) -> Tended:
    with working(f"maintaining {site.name}"):
        told = ask_maintain(Places(site.store.path), _LONGEST_S)
        return _tend_alone(here, site.name) if told is None else told


def _tend_alone(here: Invocation, name: str) -> Tended:
    """Do it in this process: no daemon runs."""
    logging.basicConfig(level=logging.ERROR, format="%(levelname)s %(message)s")
    config = configured_with_secrets(here)
    site = open_site(site_named(config, name), config.path.parent, here.clock)
    try:
        trouble = site.scribe.first_try(_OPEN_S)
        if trouble is not None:
            raise trouble
        site.scribe.give(lambda line: fold_days(line, site, here.clock)).result(_LONGEST_S)
        return site.scribe.give(lambda line: maintain(line, site, here.clock)).result(_LONGEST_S)
    finally:
        site.close(_CLOSE_S)


def _accept(here: Invocation, name: str, head: str) -> None:
    """Let the store be written again on top of a head that somebody vouches for."""
    config = configured_with_secrets(here)
    site = site_named(config, name)
    daemon = daemon_of(site, config.path.parent, here.clock.now())
    with Writer(site.store.path, daemon, here.clock, accepted_head=head) as writer:
        found = writer.repository.head()
    if found != head:
        raise StoreError(
            f"the branch stands at {found}, not at {head}",
            hint="Restore the branch first; then vouch for exactly that commit.",
        )
    say(f"{name}: {head} is accepted as the head", Tone.CAUTION)


def _tell(one: Kept) -> None:
    done = one.tended
    say(f"{one.site}: {done.bytes_used / _MEBI:.1f} MiB in {done.packs} packs")
    say(f"  loose objects: {done.loose_before} before, {done.loose_after} now")
    if done.artefacts_expired or done.journal_days_removed:
        say(f"  let go of {done.artefacts_expired} artefacts, {done.journal_days_removed} days")
    for complaint in done.complaints:
        say(f"  git fsck: {complaint}", Tone.BAD)
    if not done.complaints:
        say("  git fsck --strict has no complaint", Tone.GOOD)
