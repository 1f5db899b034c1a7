"""`ccontrol verify`: doubt the stores, from the first commit to the last."""

import re
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from ccontrol.cli.handed_over import content_of
from ccontrol.cli.invocation import Invocation, invocation
from ccontrol.cli.output import Tone, emit, say
from ccontrol.cli.plant import configured, site_named
from ccontrol.cli.stamp_rows import tell_stamps
from ccontrol.cli.trust import anchor_of, log_trust_of, stamp_trust_of, trust_in, trust_of
from ccontrol.cli.verify_approved import Approved, check_approved, tell_approved
from ccontrol.errors import BadFileError, SigningError, StoreError, StoreTamperedError
from ccontrol.model.approval import Anchor
from ccontrol.model.note_key import COSIGNER, LOG, NoteKey, read_note_key
from ccontrol.poll.authority import sighted_at
from ccontrol.store import notes
from ccontrol.store.approved import Judging, survey
from ccontrol.store.checkpoints import parse as parse_checkpoint
from ccontrol.store.key_history import KeySpan, spans_of
from ccontrol.store.notes import Note
from ccontrol.store.repository import Repository
from ccontrol.store.time_stamp import Authorities, authorities_of
from ccontrol.store.verify import Fault, Report, verify
from ccontrol.store.verify_commit import Trust
from ccontrol.store.verify_log import LogTrust
from ccontrol.store.verify_stamps import StampTrust

_SHOWN = 20
_CHECKPOINT = "Name a file with one checkpoint, as `ccontrol witness last` prints it."
_WHOLE_ID = re.compile(r"[0-9a-f]{40}")
_BEGINNING = re.compile(r"[0-9a-f]{4,39}")


@dataclass(frozen=True, slots=True)
class Doubted:
    """One store, and what its verification found."""

    site: str
    store: Path
    sound: bool
    report: Report
    approved: Approved | None = None
    """What was found on `approved`; None: there is no such branch."""


def command(
    context: typer.Context,
    *,
    sites: Annotated[
        list[str] | None, typer.Argument(metavar="[SITE]...", help="All sites, if none is named.")
    ] = None,
    store: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="A store or a clone anywhere, without a configuration; name its SITE too.",
        ),
    ] = None,
    allowed_signers: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Whose signatures count, in the form that git takes."),
    ] = None,
    seen: Annotated[
        list[str] | None,
        typer.Option(
            metavar="COMMIT",
            help="A head that a mirror or a log outside has seen; the history must contain it. "
            "Only all 40 digits prove its absence; a beginning is looked up.",
        ),
    ] = None,
    checkpoints: Annotated[
        list[Path] | None,
        typer.Option(
            "--checkpoint",
            metavar="FILE",
            help="A checkpoint that was kept elsewhere, e.g. of `ccontrol witness last`; the log "
            "of ref updates must be its continuation.",
        ),
    ] = None,
    root: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KEY",
            help="With --store: a root key of the people who may sign on approved, or a file of "
            "them. Once for each.",
        ),
    ] = None,
    threshold: Annotated[
        int, typer.Option(min=1, help="So many of these roots have to have signed that.")
    ] = 2,
    requester_approves: Annotated[
        bool, typer.Option("--requester-approves", help="Whoever asked may approve at that site.")
    ] = False,
    log_key: Annotated[
        str, typer.Option(metavar="KEY", help="Of the log of ref updates, kept elsewhere.")
    ] = "",
    cosigners: Annotated[
        list[str] | None,
        typer.Option("--cosigner", metavar="KEY", help="With --store: of a checkpoint witness."),
    ] = None,
    tsa_ca: Annotated[
        list[Path] | None,
        typer.Option(
            "--tsa-ca",
            metavar="FILE",
            help="Certificates (PEM) of the authority whose time stamps count, instead of those "
            "of the configuration. May be given again.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Check signatures, hashes and the order of the whole history; its checkpoints; its stamps.

    Says what it could not check, too. `approved` is held against the roots in [site.people], or
    those of --root; without any only against the people it names itself, which proves no more than
    that it agrees with itself. That is said, and is no fault.

    Nothing is repaired. Ends with code 21 when anything does not hold.

    \b
    Example:
      ccontrol verify
      ccontrol verify north --seen "$(git -C mirror.git rev-parse refs/heads/observed)"
      ccontrol verify north --seen 4f2c61d09a
      ccontrol verify north --store /mnt/copy.git --allowed-signers allowed_signers
      ccontrol verify north --store /mnt/copy.git --allowed-signers allowed_signers --root a.pub --root b.pub
      ccontrol verify north --tsa-ca tsa-root.pem
    """  # noqa: D301, E501 — \b is click's mark for "keep these lines"; a line to be copied
    pinned = _Pinned(
        signers=allowed_signers,
        people=anchor_of(root or [], threshold, requester_approves=requester_approves),
        log=LogTrust(
            key=_note_key(log_key, LOG) if log_key else None,
            cosigners=tuple(_note_key(each, COSIGNER) for each in cosigners or ()),
        ),
        authorities=authorities_of(*tsa_ca) if tsa_ca else None,
    )
    here = invocation(context)
    chosen = _chosen(here, tuple(sites or ()), store, pinned)
    outside = tuple(map(_outside, checkpoints or ()))
    doubted = tuple(
        _with_approved(here, _doubt(here, each, tuple(seen or ()), outside), each)
        for each in chosen
    )
    if as_json:
        emit("ccontrol/verify/1", {"stores": doubted})
    else:
        for each in doubted:
            _tell(each)
    faults = sum(len(_faults(each)) for each in doubted)
    if faults:
        raise StoreTamperedError(f"{faults} {'fault' if faults == 1 else 'faults'} found")


@dataclass(frozen=True, slots=True)
class _Chosen:
    """A store to be doubted, and by whose keys."""

    site: str
    store: Path
    trust: Trust
    log: LogTrust
    stamps: StampTrust
    people: Anchor | None


@dataclass(frozen=True, slots=True)
class _Pinned:
    """What the command line says of whose signatures count."""

    signers: Path | None
    people: Anchor | None
    log: LogTrust
    authorities: Authorities | None


def _chosen(
    here: Invocation, sites: tuple[str, ...], store: Path | None, pinned: _Pinned
) -> list[_Chosen]:
    signers, authorities = pinned.signers, pinned.authorities
    if store is not None:
        if len(sites) != 1 or signers is None:
            raise typer.BadParameter("--store needs one SITE and --allowed-signers FILE")
        return [
            _Chosen(
                sites[0],
                store,
                trust_in(signers, sites[0]),
                pinned.log,
                StampTrust(authorities),
                pinned.people,
            )
        ]
    if pinned.people is not None or pinned.log.cosigners:
        raise typer.BadParameter("--root and --cosigner need --store; else see [site]")
    config = configured(here)
    wanted = [site_named(config, name) for name in sites] or list(config.sites)
    if pinned.log.key is not None and len(wanted) != 1:
        raise typer.BadParameter("--log-key needs one SITE")
    return [
        _Chosen(
            site.name,
            site.store.path,
            trust_of(config, site) if signers is None else trust_in(signers, site.name),
            replace(log_trust_of(site), key=pinned.log.key or site.log.public_key),
            stamp_trust_of(site, authorities),
            site.people,
        )
        for site in wanted
    ]


def _note_key(text: str, kind: int) -> NoteKey:
    try:
        key = read_note_key(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    if key.kind != kind:
        raise typer.BadParameter(f"{key.name}: a log's key is no cosigner's")
    return key


def _outside(path: Path) -> Note:
    content = content_of(path, notes.LARGEST, _CHECKPOINT)
    try:
        note = notes.parse_note(content.decode("utf-8", "replace"))
        parse_checkpoint(note)
    except SigningError as error:
        raise BadFileError(f"{path}: {error}", hint=_CHECKPOINT) from error
    return note


def _doubt(
    here: Invocation, chosen: _Chosen, seen: tuple[str, ...], outside: tuple[Note, ...]
) -> Doubted:
    site, path = chosen.site, chosen.store
    console = Console(file=sys.stderr)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task(f"verifying {site}", total=None)
        report = verify(
            path,
            chosen.trust,
            log=replace(chosen.log, outside=outside, spans=_spans(here, chosen)),
            stamps=chosen.stamps,
            witnesses={_witness(path, text) for text in seen},
            progress=lambda count: progress.update(
                task, description=f"verifying {site}: {count:,} commits"
            ),
        )
    return Doubted(site, path, not report.faults, report)


def _spans(here: Invocation, chosen: _Chosen) -> tuple[KeySpan, ...]:
    """Return the daemon's keys as people signed them; none where that cannot be read."""
    if chosen.people is None:
        return ()
    keys = frozenset(line.public_key for line in chosen.trust.signers.lines)
    try:
        with Repository.open(chosen.store) as repository:
            judging = Judging(chosen.people, keys, sighted_at(repository), here.clock.now())
            return spans_of(survey(repository, judging).approvals.people)
    except StoreError:
        return ()  # what is wrong with the store is told by who doubts it next


def _with_approved(here: Invocation, doubted: Doubted, chosen: _Chosen) -> Doubted:
    """Return the same with what people signed."""
    if doubted.report.head is None:
        return doubted
    found = check_approved(doubted.store, chosen.trust, chosen.people, here.clock.now())
    sound = doubted.sound and not (found and found.faults)
    return replace(doubted, sound=sound, approved=found)


def _faults(doubted: Doubted) -> tuple[Fault, ...]:
    approved = doubted.approved
    return (*doubted.report.faults, *(approved.faults if approved else ()))


def _witness(store: Path, text: str) -> str:
    """Return the whole id that was meant. A beginning that nothing here has proves nothing."""
    seen = text.strip().lower()
    if _WHOLE_ID.fullmatch(seen):
        return seen
    if not _BEGINNING.fullmatch(seen):
        raise typer.BadParameter(f"--seen: {text!r} is no commit id; want 40 hex digits")
    with Repository.open(store) as repository:
        head = repository.head()
        ids = repository.objects.list_commits(head, "", None) if head else ()
    found = [name for name in ids if name.startswith(seen)]
    if len(found) == 1:
        return found[0]
    how_many = "more than one commit here begins" if found else "no commit here begins"
    raise typer.BadParameter(f"--seen: {how_many} with {seen!r}; give all 40 digits")


def _tell(doubted: Doubted) -> None:
    report = doubted.report
    head = report.head or "no commit yet"
    say(f"{doubted.site}: {doubted.store}")
    say(f"  {report.commits:,} commits up to {head}")
    if report.tree_sha256:
        say(f"  Tree-SHA256 of the files at the head: {report.tree_sha256}")
    for each in report.unchecked:
        say(f"  not checked: {each}", Tone.CAUTION)
    for each in report.notes:
        say(f"  note: {each}")
    if report.head:
        tell_approved(doubted.approved)
    tell_stamps(report)
    if doubted.sound:
        say("  sound: every signature, hash and date holds", Tone.GOOD)
        return
    faults = _faults(doubted)
    for fault in faults[:_SHOWN]:
        where = "the store" if fault.commit is None else f"commit {fault.commit[:12]}"
        say(f"  {where}: {fault.what}", Tone.BAD)
    if len(faults) > _SHOWN:
        say(f"  … and {len(faults) - _SHOWN} more (--json lists all)", Tone.BAD)
