"""An attribution ⇄ the tables of a record that hold it; all but origin and reason is optional.

Acts are kept whole, as the one line of JSON that an event is everywhere: what somebody relies on
later must not depend on a log that is gone by then.
"""

from collections.abc import Iterator
from datetime import datetime

from ccontrol.canonical import events, toml
from ccontrol.canonical.reading import Table
from ccontrol.errors import UnreadableStateError
from ccontrol.model.engineering import Actor, Claim, EngineeringEvent, MacScope, Role
from ccontrol.model.judgement import (
    Attribution,
    Confidence,
    Coverage,
    Evidence,
    Gap,
    Grade,
    Origin,
    Watching,
)
from ccontrol.model.unit import Value

_Pairs = Iterator[tuple[str, Value | datetime | None]]


def attribution_tables(attribution: Attribution) -> Iterator[list[str]]:
    """Yield the tables of a record that hold an attribution, each as its lines."""
    yield ["[attribution]", *toml.lines(_head(attribution))]
    for actor in attribution.actors:
        yield ["[[attribution.actor]]", *toml.lines(_actor(actor))]
        for claim in actor.claims:
            told = (("kind", claim.kind), ("value", claim.value))
            yield ["[[attribution.actor.claim]]", *toml.lines(told)]
    for evidence in attribution.weighed:
        yield ["[[attribution.weighed]]", *toml.lines(_evidence(evidence))]
    coverage = attribution.coverage
    if coverage != Coverage():
        watched = (("watching", coverage.watching.value), ("sensors", coverage.sensors))
        yield ["[attribution.coverage]", *toml.lines(watched)]
    for gap in coverage.gaps:
        named = (("since", gap.since), ("until", gap.until), ("reason", gap.reason))
        yield ["[[attribution.coverage.gap]]", *toml.lines(named)]


def parsed_attribution(table: Table) -> Attribution:
    """Return the attribution that a table holds. Raises UnreadableStateError when it holds none."""
    return Attribution(
        origin=table.word("origin", Origin),
        reason=table.text("reason"),
        evidence=table.texts("evidence"),
        confidence=(
            table.word("confidence", Confidence) if "confidence" in table else Confidence.NONE
        ),
        actors=tuple(_parsed_actor(entry) for entry in table.tables("actor")),
        weighed=tuple(_parsed_evidence(entry) for entry in table.tables("weighed")),
        left_out=table.integer("left_out") if "left_out" in table else 0,
        contradictions=table.texts("contradictions"),
        coverage=_parsed_coverage(table.table("coverage")),
    )


def _head(attribution: Attribution) -> _Pairs:
    is_founded = attribution.confidence is not Confidence.NONE
    yield "origin", attribution.origin.value
    yield "confidence", attribution.confidence.value if is_founded else None
    yield "reason", attribution.reason
    yield "evidence", attribution.evidence
    yield "contradictions", attribution.contradictions or None
    yield "left_out", attribution.left_out or None


def _actor(actor: Actor) -> _Pairs:
    yield "address", actor.address
    yield "port", actor.port
    yield "mac", actor.mac
    yield "mac_scope", actor.mac_scope.value
    yield "role", actor.role.value


def _parsed_actor(table: Table) -> Actor:
    return Actor(
        table.text("address"),
        table.integer("port"),
        table.text("mac"),
        table.word("mac_scope", MacScope),
        table.word("role", Role),
        tuple(Claim(one.text("kind"), one.text("value")) for one in table.tables("claim")),
    )


def _evidence(evidence: Evidence) -> _Pairs:
    yield "grade", evidence.grade.value
    yield "speaks_for", evidence.speaks_for.value
    yield "text", evidence.text
    yield "event", events.render(evidence.event).decode("ascii") if evidence.event else None


def _parsed_evidence(table: Table) -> Evidence:
    return Evidence(
        table.word("grade", Grade),
        table.word("speaks_for", Origin),
        table.text("text"),
        _parsed_event(table) if "event" in table else None,
    )


def _parsed_event(table: Table) -> EngineeringEvent:
    try:
        return events.parse(table.text("event").encode())
    except ValueError as error:
        raise UnreadableStateError(f"{table.where}: {error}") from error


def _parsed_coverage(table: Table) -> Coverage:
    return Coverage(
        table.word("watching", Watching) if "watching" in table else Watching.NONE,
        table.texts("sensors"),
        tuple(
            Gap(one.time("since"), one.time("until"), one.text("reason"))
            for one in table.tables("gap")
        ),
    )
