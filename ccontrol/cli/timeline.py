"""`ccontrol timeline`: what happened to a controller, from every source, in one order."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from ccontrol.attribution.own import ends_of, is_ours
from ccontrol.cli.invocation import invocation
from ccontrol.cli.output import Tone, emit, say, working
from ccontrol.cli.picture_files import write_new
from ccontrol.cli.plant import Watched, configured
from ccontrol.cli.retired import known_named
from ccontrol.cli.timeline_sources import Sources
from ccontrol.cli.times import back
from ccontrol.cli.tones import severity_tone
from ccontrol.clock import Clock
from ccontrol.model.judgement import Severity
from ccontrol.sources.actions import ACTIONS
from ccontrol.story.changes import changes
from ccontrol.story.lines import Line, lines
from ccontrol.story.moments import Newest, Story, in_order
from ccontrol.story.page import page
from ccontrol.story.polls import polls
from ccontrol.story.told import told
from ccontrol.story.witnesses import witnesses

_SPAN = timedelta(days=7)
_WORDS = {name: meaning.words for name, meaning in ACTIONS.items()}
_TONES = {severity.word: severity_tone(severity) for severity in Severity}


def command(
    context: typer.Context,
    *,
    controller: Annotated[str, typer.Argument(metavar="CONTROLLER", help="Its id, or site/id.")],
    since: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="7d unless said: 12h, 2026-11-23, 2026-11-23T18:00."),
    ] = None,
    until: Annotated[
        str | None, typer.Option(metavar="TIME", help="Now unless said; the same forms.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    html: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Write it as a page for a browser or a printer; never overwritten.",
            dir_okay=False,
        ),
    ] = None,
) -> None:
    """Tell what happened to a controller as a story: polls, changes, witnesses, alerts.

    Everything that is kept stands in one order by ccontrol's clock: unbroken runs of polls, changes
    with their origin and later judgements, the controller's own log, engineering traffic that
    witnesses saw, gaps, pauses, dropped project files, alerts and when they were told. Where
    somebody else's clock told a time, it stands there with how it was held against ours. Reads
    only, with and without a running daemon.

    \b
    Example:
      ccontrol timeline press-3 --since 2d
      ccontrol timeline press-3 --since 2026-11-23T18:00 --until 2026-11-24 --html night.html
    """  # noqa: D301 — \b is click's mark for "keep these lines"
    here = invocation(context)
    now = here.clock.now()
    end = back(until, now) if until else now
    begin = back(since, now) if since else end - _SPAN
    if begin >= end:
        raise typer.BadParameter("--since is not before --until")
    with working("reading what is kept"):
        story = _story(known_named(configured(here), controller), begin, end, here.clock)
    if html is not None:
        write_new(html, page(story))
    if as_json:
        emit("ccontrol/timeline/1", story)
    elif html is None:
        _tell(story)


def _story(watched: Watched, since: datetime, until: datetime, clock: Clock) -> Story:
    sources = Sources(watched, since, until, clock)
    controller = watched.controller
    ours = ends_of(tuple(sources.own()))
    seen = witnesses(
        sources.heard(), controller.address, _WORDS, lambda event: is_ours(event, ours)
    )
    heard = Newest(seen, since, until)
    polled = Newest(polls(sources.journal()), since, until)
    moments, left_out = in_order(
        (
            polled,
            Newest(changes(sources.judgements()), since, until),
            heard,
            Newest(told(sources.told()), since, until),
        )
    )
    return Story(
        site=watched.site.name,
        controller_id=controller.id,
        title=controller.title,
        since=since,
        until=until,
        moments=moments,
        left_out=left_out,
        notes=tuple(_notes(polled, heard)),
    )


def _notes(polled: Newest, heard: Newest) -> Iterator[str]:
    if not polled.count:
        yield "The journal of this time is not kept any more, or nobody watched."
    if not heard.count:
        yield "No witness told anything of this time: who acted on it was not watched for."


def _tell(story: Story) -> None:
    if not story.moments:
        say("nothing is kept of it in this time")
    for line in lines(story):
        say(line.text, _tone(line))


def _tone(line: Line) -> Tone:
    return Tone.QUIET if line.is_detail else _TONES.get(line.severity, Tone.PLAIN)
