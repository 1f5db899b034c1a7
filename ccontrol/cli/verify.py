"""`ccontrol verify`: doubt the stores, from the first commit to the last."""

import re
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from ccontrol.cli.invocation import Invocation, invocation
from ccontrol.cli.output import Tone, emit, say
from ccontrol.cli.plant import configured, site_named
from ccontrol.cli.trust import anchor_of, log_trust_of, trust_in, trust_of
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
from ccontrol.store.verify import Fault, Report, verify
from ccontrol.store.verify_commit import Trust
from ccontrol.store.verify_log import LogTrust

_SHOWN = 20
_WHOLE_ID = re.compile(r"[0-9a-f]{40}")
_BEGINNING = re.compile(r"[0-9a-f]{4,39}")


@dataclass(frozen=True, slots=True)
class Doubted:
    """One store, and what its verification found."""

    site: str
    store: Path
    sound: bool
    report: Report
    approved: tuple[Fault, ...] | None = None
    """What does not hold on `approved`; None: there was no site, or no people, to judge it by."""
    approved_commits: int = 0


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
    people_roots: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="With --store: public keys of the roots, one a line, by which `approved` and the "
            "history of the daemon's keys are judged.",
        ),
    ] = None,
    threshold: Annotated[
        int, typer.Option(metavar="COUNT", min=1, help="So many of these roots have to sign.")
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
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Check every signature, every hash and the order of the whole history; and its checkpoints.

    Says what it could not check, too.

    Nothing is repaired. Ends with code 21 when anything does not hold.

    \b
    Example:
      ccontrol verify
      ccontrol verify north --seen "$(git -C mirror.git rev-parse refs/heads/observed)"
      ccontrol verify north --seen 4f2c61d09a
      ccontrol verify north --store /mnt/copy.git --allowed-signers allowed_signers
    """  # noqa: D301 — \b is click's mark for "keep these lines"
    pinned = _Pinned(
        allowed_signers,
        anchor_of(people_roots, threshold, requester_approves=requester_approves),
        LogTrust(
            _note_key(log_key, LOG) if log_key else None,
            tuple(_note_key(each, COSIGNER) for each in cosigners or ()),
        ),
    )
    chosen = _chosen(invocation(context), tuple(sites or ()), store, pinned)
    here = invocation(context)
    outside = tuple(map(_outside, checkpoints or ()))
    doubted = tuple(
        with_people(here, _doubt(here, each, tuple(seen or ()), outside), each.trust, each.people)
        for each in chosen
    )
    if as_json:
        emit("ccontrol/verify/1", {"stores": doubted})
    else:
        for each in doubted:
            _tell(each)
    faults = sum(len(each.report.faults) + len(each.approved or ()) for each in doubted)
    if faults:
        raise StoreTamperedError(f"{faults} {'fault' if faults == 1 else 'faults'} found")


@dataclass(frozen=True, slots=True)
class _Chosen:
    """A store to be doubted, and by whose keys."""

    site: str
    store: Path
    trust: Trust
    log: LogTrust
    people: Anchor | None


@dataclass(frozen=True, slots=True)
class _Pinned:
    """What the command line says of whose signatures count."""

    signers: Path | None
    people: Anchor | None
    log: LogTrust


def _chosen(
    here: Invocation, sites: tuple[str, ...], store: Path | None, pinned: _Pinned
) -> list[_Chosen]:
    signers = pinned.signers
    if store is not None:
        if len(sites) != 1 or signers is None:
            raise typer.BadParameter("--store needs one SITE and --allowed-signers FILE")
        trust = trust_in(signers, sites[0])
        return [_Chosen(sites[0], store, trust, pinned.log, pinned.people)]
    if pinned.people is not None or pinned.log.cosigners:
        raise typer.BadParameter("--people-roots and --cosigner need --store; else see [site]")
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
    with path.open("rb") as file:
        content = file.read(notes.LARGEST + 1)
    try:
        note = notes.parse_note(content.decode("utf-8", "replace"))
        parse_checkpoint(note)
    except SigningError as error:
        raise BadFileError(f"{path}: {error}", hint="Name a file with one checkpoint.") from error
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


def with_people(here: Invocation, doubted: Doubted, trust: Trust, anchor: Anchor | None) -> Doubted:
    """Return the same with what people signed, where it is known whose signatures begin that."""
    if anchor is None or doubted.report.head is None:
        return doubted
    keys = frozenset(line.public_key for line in trust.signers.lines)
    with Repository.open(doubted.store) as repository:
        seen = sighted_at(repository)
        found = survey(repository, Judging(anchor, keys, seen, here.clock.now()))
    there = {commit.id for commit in found.approvals.commits}
    gone = sorted(seen.keys() - there) if not found.faults else []
    faults = (
        *(Fault(commit, what) for commit, what in found.faults),
        *(Fault(commit, "it was seen on approved and is gone from it") for commit in gone),
    )
    return replace(
        doubted,
        sound=doubted.sound and not faults,
        approved=faults,
        approved_commits=len(there),
    )


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
    _tell_approved(doubted)
    if doubted.sound:
        say("  sound: every signature, hash and date holds", Tone.GOOD)
        return
    for fault in (*report.faults, *(doubted.approved or ()))[:_SHOWN]:
        where = "the store" if fault.commit is None else f"commit {fault.commit[:12]}"
        say(f"  {where}: {fault.what}", Tone.BAD)
    if len(report.faults) > _SHOWN:
        say(f"  … and {len(report.faults) - _SHOWN} more (--json lists all)", Tone.BAD)


def _tell_approved(doubted: Doubted) -> None:
    if doubted.approved is None:
        say("  approved was not checked: no [site.people] says whose signatures begin it")
    else:
        say(f"  {doubted.approved_commits:,} commits on approved count")
