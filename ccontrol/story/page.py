"""A story as one HTML file for a browser or a printer: no script, nothing from outside."""

from collections.abc import Iterator
from datetime import UTC

from ccontrol.pictures.frame import framed
from ccontrol.pictures.lettering import safe
from ccontrol.story.lines import details, span
from ccontrol.story.moments import Moment, Story


def page(story: Story) -> str:
    """Return the whole page; every word of it is escaped."""
    since, until = (f"{at.astimezone(UTC):%Y-%m-%d %H:%M}" for at in (story.since, story.until))
    title = f"{safe(story.title)}, {since} to {until} UTC"
    return framed(title, "".join(_body(story, title)))


def _body(story: Story, title: str) -> Iterator[str]:
    yield f"<h1>{title}</h1><p>site {safe(story.site)}, controller {safe(story.controller_id)}</p>"
    if story.left_out:
        yield f'<p class="notice">{story.left_out} earlier moments are left out.</p>'
    day, is_open = "", False
    for moment in story.moments:
        if day != (day := f"{moment.at.astimezone(UTC):%Y-%m-%d}"):
            yield f"{'</table>' if is_open else ''}<h3>{day} (UTC)</h3><table>"
            is_open = True
        yield _row(moment)
    if is_open:
        yield "</table>"
    yield from (f'<p class="notice">{safe(note)}</p>' for note in story.notes)


def _row(moment: Moment) -> str:
    grave = moment.severity
    badge = f'<span class="severity {safe(grave)}">{safe(grave)}</span>' if grave else ""
    below = "".join(f'<br><span class="quiet">{safe(one)}</span>' for one in details(moment))
    return (
        f"<tr><td>{span(moment)}</td><td>{moment.sort.value}</td>"
        f'<td class="path">{badge}{safe(moment.text)}{below}</td></tr>\n'
    )
