"""`ccontrol show`: one change, whole: what, why it counts, where it came from, what proves it."""

import re
from dataclasses import dataclass
from typing import Annotated

import typer

from ccontrol.canonical.origins import (
    actor_words,
    founded,
    gap_words,
    watching_words,
    weighed_words,
)
from ccontrol.canonical.project_files import PROJECT
from ccontrol.cli.change_sheet import change_sheet
from ccontrol.cli.invocation import invocation
from ccontrol.cli.output import Tone, emit, say, show
from ccontrol.cli.plant import configured
from ccontrol.cli.times import stamp
from ccontrol.cli.told_changes import change_named, change_of_commit
from ccontrol.cli.tones import authorisation_tone, severity_tone
from ccontrol.config.settings import Config, Site
from ccontrol.errors import StoreError, UnknownNameError
from ccontrol.logic.printable import printable
from ccontrol.model.judgement import Verdict
from ccontrol.model.record import Record
from ccontrol.poll.past_changes import newest_judgement
from ccontrol.store.index_rows import IndexedChange
from ccontrol.store.repository import Repository

_LOG_SHOWN = 10
_COMMIT = re.compile(r"[0-9a-f]{7,40}")


@dataclass(frozen=True, slots=True)
class Shown:
    """A change with its latest judgement."""

    site: str
    subject: str
    commit: str
    judgements: int
    """How many there are; the newest one is shown."""
    record: Record


def command(
    context: typer.Context,
    *,
    change: Annotated[
        str,
        typer.Argument(metavar="CHANGE", help="Its id or its commit, or enough of the beginning."),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Show one change: what, why it counts, where from, and its proof.

    \b
    Example:
      ccontrol show 20261123-5f0c
    """  # noqa: D301 — \b is click's mark for "keep these lines"
    site, found = found_change(configured(invocation(context)), change)
    shown = read_change(site, found)
    if as_json:
        emit("ccontrol/show/1", shown)
    else:
        _tell(site, shown)


def found_change(config: Config, name: str) -> tuple[Site, IndexedChange]:
    """Return the change of that id or commit. Raises UnknownNameError when none begins so."""
    for site in config.sites:
        change = change_named(site, name)
        if change is None and _COMMIT.fullmatch(name):
            change = change_of_commit(site, name)
        if change is not None:
            return site, change
    raise UnknownNameError(
        f"no history here holds a change {name!r}",
        hint="`ccontrol changes` lists them; give at least the day and four more characters.",
    )


def read_change(site: Site, change: IndexedChange) -> Shown:
    """Return a change with its latest judgement. Raises StoreError."""
    with Repository.open(site.store.path) as repository:
        newest = newest_judgement(repository, change.change_id)
    if newest is None:
        raise StoreError(f"the history holds no record of {change.change_id}")
    return Shown(site.name, change.subject, change.commit, newest.number, newest)


def _tell(site: Site, shown: Shown) -> None:
    record, verdict = shown.record, shown.record.verdict
    say(shown.subject, severity_tone(verdict.severity))
    since = f"after {stamp(record.previous_at)} and " if record.previous_at else ""
    say(f"  {record.controller_id}, area {record.area}, site {record.site}")
    by = stamp(record.not_after or record.taken_at)
    if _is_of_a_file(record):
        say(f"  the file was taken at {by} UTC; the controller itself is told apart from it")
    else:
        say(f"  happened {since}before {by} UTC; seen at depth {record.depth}")
    say()
    show(change_sheet(record.changes))
    say()
    say(f"severity   {verdict.severity.word}: {verdict.reason} (rule {verdict.rule})")
    if verdict.techniques:
        say(f"           could be ATT&CK for ICS {', '.join(verdict.techniques)}")
    _tell_authorisation(verdict)
    _tell_origin(record)
    _tell_log(record)
    _tell_proof(site, shown)


def _tell_authorisation(verdict: Verdict) -> None:
    found = verdict.authorised
    if found is None:
        say("authorised not judged: the site names no people, or nothing of it is approvable")
        return
    say(f"authorised {found.word.value}: {printable(found.reason)}", authorisation_tone(found.word))
    if found.ticket:
        say(f"           ticket {printable(found.ticket)}")


def _tell_origin(record: Record) -> None:
    attribution = record.attribution
    say(f"origin     {founded(attribution)}: {printable(attribution.reason)}")
    for actor in attribution.actors:
        say(f"by         {printable(actor_words(actor))}")
    for sentence in attribution.contradictions:
        say(f"but        {printable(sentence)}", Tone.BAD)
    for line in weighed_words(attribution):
        grade, _, text = line.partition(": ")
        known = text and text in attribution.reason
        say(f"           {printable(f'{grade}: as above' if known else line)}", Tone.QUIET)
    in_log = {f"{entry.at} {entry.code} {entry.text}" for entry in record.log}
    for line in attribution.evidence:
        if line not in in_log:  # which is told below
            say(f"           {printable(line)}", Tone.QUIET)
    if attribution.coverage.sensors:
        say(f"watched    {printable(watching_words(attribution.coverage))}")
    for gap in attribution.coverage.gaps:
        say(f"           not {printable(gap_words(gap))}", Tone.QUIET)


def _is_of_a_file(record: Record) -> bool:
    return all(change.unit.kind == PROJECT for change in record.changes.changes)


def _tell_log(record: Record) -> None:
    if not record.log:
        return
    say()
    say("New in the controller's own log (its own clock), newest first:")
    for entry in record.log[:_LOG_SHOWN]:
        say(f"  {entry.at}  {entry.code}  {entry.text}")
    if len(record.log) > _LOG_SHOWN:
        say(f"  … and {len(record.log) - _LOG_SHOWN} more (--json lists all)")


def _tell_proof(site: Site, shown: Shown) -> None:
    record = shown.record
    say()
    say(f"change     {record.change_id}, judgement {record.number} of {shown.judgements}")
    if record.previous_change:
        say(f"before it  {record.previous_change}")
    if record.artefact:
        what = "the file  " if _is_of_a_file(record) else "answers   "
        say(f"{what} kept in the vault as {record.artefact}")
    say(f"commit     {shown.commit}")
    say(f"           git --git-dir {site.store.path} show --show-signature {shown.commit[:12]}")
