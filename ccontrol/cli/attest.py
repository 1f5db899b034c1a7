"""`ccontrol attest`: what only people can say of a change or a controller, signed by them.

One file in one commit on `approved`, by the person's own key, as every other decision.
"""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from ccontrol.canonical.attestations import folder_of_sayings, render_attestation
from ccontrol.cli.deciding import who
from ccontrol.cli.handed_over import sha256_of
from ccontrol.cli.invocation import Invocation, invocation
from ccontrol.cli.output import Tone, emit, say
from ccontrol.cli.plant import configured
from ccontrol.cli.retired import known_named
from ccontrol.cli.show import found_change
from ccontrol.cli.signing_desk import (
    Desk,
    KeyOption,
    RepositoryOption,
    desk,
    say_signed,
    trailers,
)
from ccontrol.cli.times import moment
from ccontrol.config.settings import Config, Site
from ccontrol.errors import UnknownNameError
from ccontrol.model.attestation import Attestation, Claim
from ccontrol.packing.frameworks import frameworks
from ccontrol.store.message import Message

_WINDOW = "CHG-"


def command(
    context: typer.Context,
    *,
    subject: Annotated[str, typer.Argument(metavar="CHANGE|WINDOW|CONTROLLER")],
    text: Annotated[str, typer.Option(metavar="TEXT", help="The result, in your words.")],
    controls: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="A control that was verified; may be given again."),
    ] = None,
    test: Annotated[bool, typer.Option("--test", help="It is about a test.")] = False,
    differences: Annotated[
        str, typer.Option(metavar="TEXT", help="How the test differed from production.")
    ] = "",
    source: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The software, as it was loaded.")
    ] = None,
    vendor_hash: Annotated[
        str, typer.Option(metavar="HASH", help="As the vendor published it: sha256:…")
    ] = "",
    method: Annotated[str, typer.Option(metavar="TEXT", help="How that was checked.")] = "",
    item: Annotated[
        str, typer.Option(metavar="NUMBER", help="An item of the baseline: 1.1.4.")
    ] = "",
    by: Annotated[str, typer.Option(metavar="NAME", help="Who did it; else who you are.")] = "",
    at: Annotated[str | None, typer.Option(metavar="TIME", help="When it was done.")] = None,
    failed: Annotated[bool, typer.Option("--failed", help="It did not hold.")] = False,
    key: KeyOption = None,
    repository: RepositoryOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Sign what only people can say: controls, tests, sources, items that nobody can read.

    One of --controls, --test and --source for a change, --item for a controller. What is tested or
    verified before the change is said of the window that allows it. Nothing is asked
    of a controller, and ports are never scanned: what you declare is what stands there. It becomes
    one commit on `approved`, signed with your own key; an investigator may attest, too.

    \b
    Example:
      ccontrol attest press-3 --item 1.1.4 --text "102/tcp only" --key ~/.ssh/id_ed25519
      ccontrol attest 20261123-5f0c --controls "key switch" --text ok --key ~/.ssh/id_ed25519
      ccontrol attest CHG-4711 --source fw.upd --vendor-hash sha256:… --text "from the vendor"
    """  # noqa: D301 — \b is click's mark for "keep these lines"
    here = invocation(context)
    claim = _claim(controls, source, item, is_test=test)
    if claim is Claim.ITEM:
        _require_item(item)
    config = configured(here)
    site, change_id, controller_id = _subject(here, subject, claim, repository)
    said = Attestation(
        claim=claim,
        said_at=here.clock.now().replace(microsecond=0),
        by=by or who(),
        text=text,
        change_id=change_id,
        controller_id=controller_id,
        item=item,
        done_at=_done(at),
        controls=tuple(controls or ()),
        passed=not failed,
        differences=differences,
        file_name="" if source is None else source.name,
        file_sha256="" if source is None else sha256_of(source),
        vendor_hash=vendor_hash,
        method=method,
    )
    with desk(here, config, site, repository) as table:
        path = _next_path(table, said)
        commit = table.sign(key, {path: render_attestation(said)}, _message(subject, said))
        if as_json:
            told = {"site": site.name, "commit": commit, "path": path, "attestation": said}
            emit("ccontrol/attestation/1", told)
            return
        if said.hash_agrees is False:
            say("the hash of the file is NOT the one that the vendor published", Tone.BAD)
        say_signed(table, commit, f"{subject}: {claim.value} attested")


def _claim(controls: list[str] | None, source: Path | None, item: str, *, is_test: bool) -> Claim:
    named = {
        Claim.CONTROLS: bool(controls),
        Claim.TEST: is_test,
        Claim.SOURCE: source is not None,
        Claim.ITEM: bool(item),
    }
    found = [claim for claim, is_meant in named.items() if is_meant]
    if len(found) != 1:
        raise typer.BadParameter("want one of --controls, --test, --source and --item")
    return found[0]


def _require_item(item: str) -> None:
    """Raise UnknownNameError for what no framework numbers so: nothing would ever count it."""
    known = sorted({one.id for framework in frameworks() for one in framework.items})
    if item not in known:
        raise UnknownNameError(
            f"no framework has an item {item[:40]!r}", hint=f"There are: {', '.join(known)}."
        )


def _subject(
    here: Invocation, name: str, claim: Claim, repository: Path | None
) -> tuple[Site, str, str]:
    """Return the site and the change's or window's id, or the controller's; the other one is ""."""
    config = configured(here)
    if claim is Claim.ITEM:
        watched = known_named(config, name)
        return watched.site, "", watched.controller.id
    if name.startswith(_WINDOW):
        return _site_of_window(here, config, name, repository), name, ""
    site, change = found_change(config, name)
    return site, change.change_id, ""


def _site_of_window(here: Invocation, config: Config, name: str, repository: Path | None) -> Site:
    for site in config.sites:
        if site.people is not None:
            with desk(here, config, site, repository) as table:
                if any(version.window.id == name for version in table.approvals.windows):
                    return site
    raise UnknownNameError(
        f"there is no change window {name!r}", hint="`ccontrol window list` lists them."
    )


def _done(at: str | None) -> datetime | None:
    return None if at is None else moment(at)


def _next_path(table: Desk, said: Attestation) -> str:
    """Return the path of the next free number, among what stands on `approved`."""
    folder, approved = folder_of_sayings(said), table.heads.approved
    names = table.repository.names(folder, approved) if approved else ()
    taken = [int(name.partition(".")[0]) for name in names if name[:4].isdigit()]
    return f"{folder}/{max(taken, default=0) + 1:04}.toml"


def _message(subject: str, said: Attestation) -> Message:
    return Message(
        f"attest {said.claim.value} of {subject}",
        said.text,
        trailers(
            "attestation",
            controller=said.controller_id,
            change_id=said.change_id,
            item=said.item,
        ),
    )
