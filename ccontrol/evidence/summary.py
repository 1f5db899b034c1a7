"""A pack as one page for a browser or a printer: by requirement, with what was not verified."""

from collections.abc import Iterator

from ccontrol.evidence.facts import Facts
from ccontrol.evidence.measures import Measured, not_verified
from ccontrol.pictures.frame import framed
from ccontrol.pictures.lettering import safe

_SHOWN = 200
"""Shortfalls of one requirement; all of them stand in exceptions.csv."""


def summary(facts: Facts, results: tuple[Measured, ...], label: str) -> str:
    """Return the page. Every word of others is escaped, and it loads nothing."""
    period = f"{facts.period.since} to {facts.period.until}"
    title = f"Evidence for {safe(facts.framework.edition)}, {safe(facts.site)}, {period} (UTC)"
    return framed(title, "".join(_body(facts, results, title, label)))


def _body(facts: Facts, results: tuple[Measured, ...], title: str, label: str) -> Iterator[str]:
    heads, framework = facts.heads, facts.framework
    yield f'<p class="notice">{safe(label)}</p><h1>{title}</h1>'
    yield f"<p>{safe(framework.title)}. In force from {framework.effective_from}"
    yield f" until {framework.effective_until}" if framework.effective_until else ""
    yield f"; looked up on {framework.citation_verified_on}: {safe(framework.source)}.</p>"
    yield (
        f"<p>observed <code>{safe(heads.observed)}</code>, "
        f"Tree-SHA256 <code>{safe(heads.tree_sha256)}</code>; "
        f"approved <code>{safe(heads.approved or 'nothing')}</code></p>"
    )
    yield "<h2>Requirements</h2><table><tr><th>requirement</th><th>counted</th><th>of</th>"
    yield "<th>hold</th><th>lacking</th></tr>"
    yield from map(_row, results)
    yield "</table><h2>Not verified</h2><ul>"
    yield from (f"<li>{safe(one)}</li>" for one in not_verified(facts))
    yield "</ul><h2>Exceptions</h2>"
    yield from (part for result in results for part in _shortfalls(result))


def _row(result: Measured) -> str:
    requirement = result.requirement
    words = f"<b>{safe(requirement.id)}</b><br>{safe(requirement.words)}"
    if not result.counted:
        cells = '<td colspan="4">not verified: only people can say</td>'
    else:
        badge = f'<span class="severity high">{result.lacking}</span>' if result.lacking else "0"
        told = f"<br>{safe(result.told)}" if result.told else ""
        counted = f"<td>{safe(result.counted)}{told}</td><td>{result.of}</td>"
        cells = f"{counted}<td>{result.holding}</td><td>{badge}</td>"
    return f"<tr><td>{words}</td>{cells}</tr>\n"


def _shortfalls(result: Measured) -> Iterator[str]:
    if not result.shortfalls:
        return
    yield f"<h3>{safe(result.requirement.id)}</h3><table>"
    for one in result.shortfalls[:_SHOWN]:
        cells = (one.asset_id, one.change_id, one.text)
        yield f"<tr>{''.join(f'<td>{safe(cell)}</td>' for cell in cells)}</tr>\n"
    yield "</table>"
    more = len(result.shortfalls) - _SHOWN
    if more > 0:
        yield f"<p>and {more} more: see exceptions.csv</p>"
