"""`ccontrol evidence`: what an auditor gets, in one folder that stock tools verify."""

from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from ccontrol.cli.audit import Ran, actor, audit
from ccontrol.cli.evidence_keys import (
    ExportKey,
    counting_of,
    export_key,
    people_now,
    people_of,
)
from ccontrol.cli.invocation import invocation
from ccontrol.cli.output import Tone, emit, say, working
from ccontrol.cli.plant import configured, site_named
from ccontrol.cli.trust import trust_of
from ccontrol.config.settings import Config, Site, TimestampSettings
from ccontrol.errors import BadFileError, TimeStampError, UnknownNameError
from ccontrol.evidence.facts import Asset
from ccontrol.evidence.framework import Framework, in_force
from ccontrol.evidence.measures import Measured
from ccontrol.evidence.period import Period
from ccontrol.evidence.population import parse_population, rows_of
from ccontrol.packing.facts import Read, Wanted, read_facts
from ccontrol.packing.folder import MANIFEST, Folder
from ccontrol.packing.frameworks import frameworks
from ccontrol.packing.population import read_given, read_population, write_population
from ccontrol.packing.writing import Cover, Sample, keep_diff, samples_of, write_pack
from ccontrol.poll.stamping import ask
from ccontrol.store import refs
from ccontrol.store.layout import APPROVED
from ccontrol.store.repository import Repository
from ccontrol.store.verify_commit import Trust

_LABEL = "CONFIDENTIAL: may contain BES Cyber System Information. Named recipients only."

group = typer.Typer(add_completion=False, rich_markup_mode=None, no_args_is_help=True)


@group.callback()
def about_evidence() -> None:
    """Make evidence packs for auditors, and say what is in scope.

    \b
    Example:
      ccontrol evidence population assets.csv
      ccontrol evidence frameworks
    """  # noqa: D301 — \b is click's mark for "keep these lines"


@dataclass(frozen=True, slots=True)
class _Order:
    """What somebody ordered."""

    site: Site
    framework: Framework
    period: Period
    population: tuple[Asset, ...]
    samples: tuple[Sample, ...]
    key: ExportKey
    cover: Cover
    daemon: Trust
    timestamps: TimestampSettings | None = None
    """Who stamps the manifest; None: nobody is asked."""


@group.command("export")
def export(
    context: typer.Context,
    *,
    framework: Annotated[
        str, typer.Option(metavar="NAME", help="Its id, or an edition: nerc-cip-010, CIP-010-5.")
    ],
    since: Annotated[str, typer.Option("--from", metavar="DAY", help="First day: 2026-01-01.")],
    until: Annotated[str, typer.Option(metavar="DAY", help="Last day, over by now.")],
    folder: Annotated[
        Path, typer.Option("--output", "-o", metavar="DIR", help="A new folder for the pack.")
    ],
    key: Annotated[
        Path,
        typer.Option(
            metavar="FILE", help="Key of the seal, or the .pub of one in ssh-agent; no daemon's."
        ),
    ],
    site: Annotated[
        str | None, typer.Option(metavar="SITE", help="Where there are several.")
    ] = None,
    sample: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="CSV with asset_id, and request_id where wanted."),
    ] = None,
    framework_file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A framework of your own, or with other dates."),
    ] = None,
    people: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Allowed signers: whose approvals count, without [site.people]."
        ),
    ] = None,
    label: Annotated[str, typer.Option(metavar="TEXT", help="Classification.")] = _LABEL,
    oscal: Annotated[bool, typer.Option("--oscal", help="OSCAL results, too.")] = False,
    timestamp: Annotated[
        bool,
        typer.Option(
            "--timestamp", help="Have the manifest stamped by the authority of [site.timestamps]."
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Write an evidence pack: tables, changes, the signed history, sealed with a key of its own.

    Everything comes from the signed history: the same commit gives the same pack. What is missing
    is shown as missing. Files are for their owner alone: a pack holds programs and addresses.

    \b
    Example:
      ccontrol evidence export --framework nerc-cip-010 --from 2026-01-01 --until 2026-03-31 \\
        --key export-key -o q1
    """  # noqa: D301 — \b is click's mark for "keep these lines"
    here = invocation(context)
    config = configured(here)
    chosen = _site(config, site)
    first, last = _day("--from", since), _day("--until", until)
    if first > last:
        raise typer.BadParameter(f"--from: it is after --until, {last}")
    period = Period(first, last)
    if period.until >= here.clock.now().date():
        raise typer.BadParameter("--until: that day is not over yet (UTC)")
    if people is not None and chosen.people is not None:
        raise typer.BadParameter("--people: [site.people] says already whose signatures count")
    if timestamp and chosen.timestamps is None:
        raise typer.BadParameter("--timestamp: no [site.timestamps] says whom to ask")
    daemon = trust_of(config, chosen)
    named = people_now(chosen.store.path, chosen.people, daemon)
    seal = export_key(key, chosen, daemon, named, here.clock.now())
    given = read_given(chosen.store.path)
    order = _Order(
        site=chosen,
        framework=in_force(frameworks(framework_file), framework, period.until),
        period=period,
        population=read_population(chosen.store.path),
        samples=() if sample is None else _samples(sample),
        key=seal,
        cover=Cover(
            label=label,
            version=version("ccontrol"),
            daemon=daemon.principal,
            allowed_signers=seal.signers,
            anchor=chosen.people,
            sealed_by=seal.owner,
            sealed_as=seal.standing,
            population=given,
            oscal=oscal,
        ),
        daemon=daemon,
        timestamps=chosen.timestamps if timestamp else None,
    )
    with working(f"reading the history of {chosen.name}"):
        results, sha256 = _made(order, folder, people)
    told = f"{framework} {since} to {until}, manifest {sha256}, sealed by {seal.owner}"
    audit(chosen, here.clock, Ran("exported an evidence pack", told))
    _tell(order, folder, results, sha256, as_json=as_json)


@group.command("population")
def population(
    context: typer.Context,
    *,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV, a line for each asset.")],
    site: Annotated[
        str | None, typer.Option(metavar="SITE", help="Where there are several.")
    ] = None,
) -> None:
    """Import which assets are in scope: impact, system, class, perimeter. Only you know them.

    Columns: asset_id; and controller_id, name, impact (high, medium, low), bcs, class (BCA, EACMS,
    PACS, PCA), esp, zone, parent, in_scope_from, in_scope_until. It replaces the one before.

    \b
    Example:
      ccontrol evidence population assets.csv
    """  # noqa: D301 — \b is click's mark for "keep these lines"
    here = invocation(context)
    chosen = _site(configured(here), site)
    content = _content(file)
    assets = parse_population(str(file), content)
    ids = {controller.id for controller in chosen.controllers}
    given = write_population(chosen.store.path, content, actor(), here.clock.now())
    about = f"{len(assets)} assets, SHA-256 {given.sha256}"
    audit(chosen, here.clock, Ran("gave the population", about))
    say(f"{chosen.name}: {len(assets)} assets", Tone.GOOD)
    for asset in assets:
        if asset.controller_id and asset.controller_id not in ids:
            say(
                f"  {asset.asset_id}: no controller {asset.controller_id!r} is configured", Tone.BAD
            )


@group.command("frameworks")
def list_frameworks(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """List the frameworks that packs can be made for, with their editions and days.

    \b
    Example:
      ccontrol evidence frameworks
    """  # noqa: D301 — \b is click's mark for "keep these lines"
    every = frameworks()
    if as_json:
        rows = [
            {
                "id": one.id,
                "edition": one.edition,
                "effective_from": one.effective_from.isoformat(),
                "effective_until": one.effective_until and one.effective_until.isoformat(),
                "dates_certain": one.dates_certain,
            }
            for one in every
        ]
        emit("ccontrol/evidence-frameworks/1", {"frameworks": rows})
        return
    for one in every:
        until = f" until {one.effective_until}" if one.effective_until else ""
        doubt = "" if one.dates_certain else ", days not certain"
        say(f"{one.id:15} {one.edition}: from {one.effective_from}{until}{doubt}")


def _made(order: _Order, target: Path, people: Path | None) -> tuple[tuple[Measured, ...], str]:
    git_dir = order.site.store.path
    with ExitStack() as stack:
        repository = stack.enter_context(Repository.open(git_dir))
        head, approved = repository.head(), refs.read(git_dir, APPROVED)
        if head is None:
            raise BadFileError("the store holds nothing yet", hint="Poll first.")
        wanted = Wanted(
            site=order.site.name,
            framework=order.framework,
            period=order.period,
            population=order.population,
            observed=head,
            approved=approved or "",
            people=counting_of(repository, (head, approved), order.site.people, order.daemon)
            or people_of(repository, approved, people),
            configured=frozenset(one.id for one in order.site.controllers),
            sampled=_sampled(order),
        )
        folder = Folder(target)
        undo = stack.enter_context(ExitStack())
        undo.callback(folder.remove)
        read: Read = read_facts(repository, wanted, keep_diff(folder))
        _require_known(order.samples, read.facts.assets)
        results = write_pack(folder, read, order.samples, order.cover, git_dir)
        sha256 = folder.seal(order.key.signer)
        undo.pop_all()
        if order.timestamps is not None:
            _stamp(folder, order.timestamps)
        return results, sha256


def _stamp(folder: Folder, settings: TimestampSettings) -> None:
    """Put a time stamp of the manifest beside it; without one the pack stands all the same."""
    manifest = (folder.path / MANIFEST).read_bytes()
    try:
        folder.put(f"{MANIFEST}.tsr", ask(settings, manifest).answer)
    except TimeStampError as error:
        told = f"{folder.path} is whole and sealed, and has no time stamp: {error}"
        raise TimeStampError(told, hint="docs/evidence.md stamps it by hand.") from error


def _sampled(order: _Order) -> frozenset[str]:
    ids = {one.asset_id for one in order.samples}
    declared = {one.controller_id for one in order.population if one.asset_id in ids}
    return frozenset(declared | ids)


def _require_known(samples: tuple[Sample, ...], assets: tuple[Asset, ...]) -> None:
    known = {one.asset_id for one in assets}
    for sample in samples:
        if sample.asset_id not in known:
            raise UnknownNameError(
                f"the sample names {sample.asset_id!r}, which is no asset of this site",
                hint="population.csv of a pack without --sample lists them.",
            )


def _samples(path: Path) -> tuple[Sample, ...]:
    _, rows = rows_of(str(path), _content(path))
    found = samples_of(iter(rows))
    if not found or not all(one.asset_id for one in found):
        raise BadFileError(
            f"{path}: want a column asset_id with an id in each line",
            hint="docs/evidence.md shows one.",
        )
    return found


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadFileError(f"{path}: {error.strerror}", hint="Name another file.") from error


def _site(config: Config, name: str | None) -> Site:
    if name is None and len(config.sites) != 1:
        raise typer.BadParameter("--site: there are several sites; a pack is about one")
    return config.sites[0] if name is None else site_named(config, name)


def _day(option: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{option}: {text!r} is no day such as 2026-03-31") from error


def _tell(
    order: _Order, folder: Path, results: tuple[Measured, ...], sha256: str, *, as_json: bool
) -> None:
    framework = order.framework
    warnings = list(framework.warnings(order.period.until))
    if as_json:
        rows = [
            {"id": one.requirement.id, "of": one.of, "lacking": one.lacking}
            for one in results
            if one.counted
        ]
        about = {"folder": folder, "edition": framework.edition, "manifest_sha256": sha256}
        emit("ccontrol/evidence/1", {**about, "requirements": rows, "warnings": warnings})
        return
    say(f"{folder}: {framework.edition}, {order.period.since} to {order.period.until}")
    for one in results:
        if one.counted:
            told = f"  {one.requirement.id}: {one.holding} of {one.of} {one.counted} hold"
            told += f" ({one.told})" if one.told else ""
            say(told, Tone.BAD if one.lacking else Tone.GOOD)
    for warning in warnings:
        say(f"  note: {warning}", Tone.CAUTION)
    say(f"  {sha256}  MANIFEST.sha256: write it down where nobody can change it")
    say(f"  sh {folder}/verify.sh YOUR_ALLOWED_SIGNERS")
